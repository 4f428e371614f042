"""Passwords as argon2 hashes: made, checked, renewed, and checked just as long for accounts that do not exist."""

from dataclasses import dataclass, field
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tracker.accounts.rules import PASSWORD_MAX, new_one_time_password, new_token
from tracker.kernel.installation import settings


@dataclass(frozen=True, slots=True)
class Secret:
    """A one-time password with its hash, prepared before the transaction that gives it to somebody."""

    password: str = field(repr=False)
    password_hash: str = field(repr=False)


@cache
def _hasher(cheap: bool) -> PasswordHasher:
    """OWASP's setting for argon2id: 19 MiB, two passes, one lane."""
    if cheap:
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def _own() -> PasswordHasher:
    return _hasher(settings().testing)


@cache
def _nobody(hasher: PasswordHasher) -> str:
    """The hash of a password that nobody knows."""
    return hasher.hash(new_token())


def hash_of(password: str) -> str:
    """What is kept of a password."""
    return _own().hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one; without a hash the same work is done and the answer is no."""
    hasher = _own()
    try:
        # Surrogates cannot be hashed, and nobody's password is that long.
        known = password[: PASSWORD_MAX + 1].encode("utf-8", "replace")
        hasher.verify(password_hash or _nobody(hasher), known)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with weaker settings than today's and should be made anew at the next sign-in."""
    return _own().check_needs_rehash(password_hash)


def new_secrets(count: int) -> list[Secret]:
    """One-time passwords for so many slips."""
    return [Secret(password, hash_of(password)) for password in (new_one_time_password() for _ in range(count))]
