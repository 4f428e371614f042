"""The second factor: a secret for an authenticator, its codes by time (RFC 6238), and recovery codes for the drawer."""

import hmac
import secrets
import unicodedata
from datetime import datetime

import pyotp

from tracker.accounts import rules
from tracker.kernel import seals

PURPOSE = "second factor"
STEP_SECONDS = 30
AROUND = (0, -1, 1)
"""Steps that are taken beside the present one: clocks of telephones are some seconds off."""

RECOVERY_CODES = 10
RECOVERY_LENGTH = 12


def new_secret() -> str:
    """160 random bits, as authenticators take them."""
    return pyotp.random_base32()


def hidden(secret: str, account_id: int) -> str:
    """A secret as it is kept, or carried by a page: only this installation can read it, for this account alone."""
    return seals.encrypted(PURPOSE, secret.encode(), about=str(account_id))


def shown(kept: str, account_id: int) -> str | None:
    """The secret again; None where what was kept is another account's, was altered, or its key is gone."""
    found = seals.decrypted(PURPOSE, kept, about=str(account_id))
    return found.decode() if found is not None else None


def address_of(secret: str, login: str, issuer: str) -> str:
    """What the code on the settings page says to an authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def step_of(secret: str, code: str, *, now: datetime, after: int = 0) -> int | None:
    """The step of time whose code this is, if it is of about now and later than the one used last."""
    present, making = int(now.timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    for step in (present + offset for offset in AROUND):
        if step > after and hmac.compare_digest(making.generate_otp(step).encode(), plain(code).encode()):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Codes for whoever loses the telephone, in groups of four, about 59 bits each."""
    return [_grouped() for _ in range(RECOVERY_CODES)]


def _grouped() -> str:
    letters = "".join(secrets.choice(rules.ONE_TIME_ALPHABET) for _ in range(RECOVERY_LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4))


def recovery_hash(code: str) -> str:
    """What is kept of a recovery code; how it was grouped or capitalised makes no difference."""
    return rules.token_hash(plain(code))


def plain(code: str) -> str:
    """A code as it is compared: without blanks and dashes, full-width and capital letters made plain."""
    text = unicodedata.normalize("NFKC", code[:100]).casefold()
    return "".join(letter for letter in text if letter.isascii() and letter.isalnum())
