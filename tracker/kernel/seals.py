"""Digests of bytes, keyed digests that nobody without the installation's key can make, and secrets under it.

The key lies outside the database (`ZEREN_SEAL_KEYS`), so whoever can write every table still cannot make an altered
row look sealed. Whoever has both the database and the key can: a keyed digest is no signature with a certificate.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SM3, Hash
from flask import current_app

NONCE_BYTES = 12
MARK_LENGTH = 8 + 1 + 64
"""Characters of a mark: which key, a dot, HMAC-SHA256 in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Digests:
    """The two digests that go on paper: SHA-256 and SM3 (GB/T 32905), in hexadecimal."""

    sha256: str
    sm3: str


def digests(data: bytes) -> Digests:
    """Both digests of bytes."""
    sm3 = Hash(SM3())
    sm3.update(data)
    return Digests(hashlib.sha256(data).hexdigest(), sm3.finalize().hex())


def mark(purpose: str, data: bytes) -> str:
    """The keyed digest of bytes for one purpose (letter, audit, …): a mark for one purpose is none for another."""
    key = current_app.config["SEAL_KEYS"][0]
    return f"{_key_id(key)}.{_keyed(key, purpose, data)}"


def is_marked(purpose: str, data: bytes, given: str) -> bool:
    """Whether a mark was made for these bytes and this purpose with a key of this installation."""
    key_id, _dot, digest = given.partition(".")
    for key in current_app.config["SEAL_KEYS"]:
        if _key_id(key) == key_id:
            return hmac.compare_digest(_keyed(key, purpose, data).encode(), digest.encode())
    return False


def is_key_known(given: str) -> bool:
    """Whether the key that a mark names is among those of this installation; else nothing can be said about it."""
    return given.partition(".")[0] in {_key_id(key) for key in current_app.config["SEAL_KEYS"]}


def key_ids() -> list[str]:
    """Which keys this installation has, by their ids, from which no key can be guessed; the one that seals first."""
    return [_key_id(key) for key in current_app.config["SEAL_KEYS"]]


@lru_cache(maxsize=64)
def _key_id(key: str) -> str:
    return hashlib.sha256(b"zeren key id " + key.encode()).hexdigest()[:8]


@lru_cache(maxsize=64)
def _key_for(key: str, purpose: str) -> bytes:
    return hmac.digest(key.encode(), f"zeren {purpose}".encode(), "sha256")


def _keyed(key: str, purpose: str, data: bytes) -> str:
    return hmac.digest(_key_for(key, purpose), data, "sha256").hex()


def encrypted(purpose: str, data: bytes, *, about: str) -> str:
    """Bytes that only this installation can read again, for one purpose and one thing (about)."""
    key, nonce = current_app.config["SEAL_KEYS"][0], secrets.token_bytes(NONCE_BYTES)
    hidden = AESGCM(_key_for(key, f"secret {purpose}")).encrypt(nonce, data, about.encode())
    return f"{_key_id(key)}.{urlsafe_b64encode(nonce + hidden).decode()}"


def decrypted(purpose: str, given: str, *, about: str) -> bytes | None:
    """What was encrypted for this purpose and thing; None where it was altered, is another's, or its key is gone."""
    key_id, _dot, text = given.partition(".")
    for key in current_app.config["SEAL_KEYS"]:
        if _key_id(key) == key_id:
            try:
                data = urlsafe_b64decode(text)
                return AESGCM(_key_for(key, f"secret {purpose}")).decrypt(
                    data[:NONCE_BYTES], data[NONCE_BYTES:], about.encode()
                )
            except (InvalidTag, ValueError):
                return None
    return None
