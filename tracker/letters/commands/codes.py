"""Codes that cannot be guessed: what the QR code on a letter leads to."""

import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without characters that look alike on paper: 32 of them, five bits each."""
LENGTH = 20


def new_code() -> str:
    """A code of 100 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
