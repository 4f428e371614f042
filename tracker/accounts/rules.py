"""What sign-in works by: times, limits, the policy of passwords, and where an address may lead."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Collection, Iterable
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tracker.kernel.text import Labels, _l

SLIP_VALID = timedelta(days=7)
REAUTHENTICATION_VALID = timedelta(minutes=5)
SEEN_EVERY = timedelta(minutes=1)
DEVICE_VALID = timedelta(days=365)

THROTTLE_WINDOW = timedelta(minutes=15)
TRIES_PER_LOGIN = 5
"""Wrong passwords for one login from one address, or from one device that the login is known to use."""
TRIES_PER_ADDRESS = 40
"""Wrong passwords from one address over all logins; a whole office often shares one address."""

LOGIN_PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]")

PASSWORD_MIN = 10
PASSWORD_MAX = 128
ONE_TIME_LENGTH = 12
ONE_TIME_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that look alike on paper."""

_COMMON = Path(__file__).with_name("common_passwords.txt")


class Theme(StrEnum):
    """How pages look."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


LANGUAGES = ("zh", "en")

LABELS = Labels(
    {
        Theme.AUTO: _l("随系统"),
        Theme.LIGHT: _l("浅色"),
        Theme.DARK: _l("深色"),
    },
)


def plain_login(text: str) -> str:
    """A login as it is kept and compared: full-width and capital letters make no difference, nor what is unseen."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    return "".join(letter for letter in plain if unicodedata.category(letter) not in {"Cc", "Cf", "Cs"})


def token_hash(token: str) -> str:
    """What is kept of a random token or code: enough to know it again, useless to whoever reads the database."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_token() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def session_device(session_id: int) -> str:
    """Under what name the tries at a password are counted that a signed-in browser makes."""
    return f"session {session_id}"


def new_one_time_password() -> str:
    """A password for a slip of paper: twelve characters in groups of four, about 59 bits."""
    letters = [secrets.choice(ONE_TIME_ALPHABET) for _ in range(ONE_TIME_LENGTH)]
    return "-".join("".join(letters[n : n + 4]) for n in range(0, ONE_TIME_LENGTH, 4))


def password_fault(password: str, *, words: Iterable[str] = ()) -> Any:
    """Why a password cannot be taken, as a sentence; None when it can.

    Length counts, not composition (ASVS 5.0, 6.2). words are the login, the name, unit and district of its owner,
    and a password may contain none of them. Nothing is trimmed or changed.
    """
    if len(password) < PASSWORD_MIN:
        return _l("密码至少 %(count)s 个字符。", count=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        return _l("密码最多 %(count)s 个字符。", count=PASSWORD_MAX)
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in password):
        return _l("密码不能含有控制字符。")
    plain = unicodedata.normalize("NFKC", password).casefold()
    if _is_common(plain):
        return _l("这个密码太常见，容易被猜到，请换一个。")
    if any(word in plain for word in _forbidden(words)):
        return _l("密码不能包含登录名、姓名、单位或地区名称。")
    return None


def _forbidden(words: Iterable[str]) -> set[str]:
    plain = {unicodedata.normalize("NFKC", word).casefold() for word in words}
    return {word for word in plain if len(word) >= 4 or (len(word) >= 2 and not word.isascii())}


def _is_common(plain: str) -> bool:
    """In the list as it stands, with a few digits or marks around it, or one short piece said again and again."""
    core = plain.strip("0123456789!@#$%^&*._-+ ")
    repeated = any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, 5))
    return repeated or plain in common_passwords() or (len(core) >= 4 and core in common_passwords())


@cache
def common_passwords() -> frozenset[str]:
    """Passwords that everybody tries first, Chinese and English, in lower case."""
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def way_back(method: str, full_path: str) -> str | None:
    """Where people come back to who must sign in or change their password first: a page, never what was posted."""
    return full_path.rstrip("?") if method == "GET" and full_path.rstrip("?") != "/" else None


def own_path(target: str | None, *, default: str = "/") -> str:
    """Where to go after signing in: a path of this installation, or the default.

    Browsers read backslashes as slashes and drop tabs and line ends, so anything but a plain path is refused.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return default
    if "\\" in target or any(ord(letter) <= 32 or ord(letter) == 127 for letter in target):
        return default
    path = urlsplit(target).path
    if "//" in path or re.search(r"%(0[0-9a-f]|1[0-9a-f]|2f|5c|7f)", path, re.IGNORECASE):
        return default
    return target


BROWSERS = {
    "MicroMessenger/": "WeChat",
    "DingTalk/": "DingTalk",
    "Lark/": "Feishu",
    "Edg/": "Edge",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
"""What browsers call themselves; most claim to be several, the first that fits is right."""

SYSTEMS = ("Windows", "HarmonyOS", "Android", "iPhone", "iPad", "Macintosh", "Linux")


def browser_name(agent: str) -> str:
    """A browser's own long description in two words that its owner knows: Chrome · Windows."""
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), "")
    system = next((name for name in SYSTEMS if name in agent), "")
    return " · ".join(filter(None, (browser, system)))


def login_for(base: str, taken: Collection[str]) -> str:
    """A free login from a name's pinyin; a number is added where others have it already."""
    plain = re.sub(r"[^a-z0-9]", "", plain_login(base))[:32] or "user"
    stem = plain if len(plain) >= 3 else f"{plain}01"
    number, login = 1, stem
    while login in taken:
        number += 1
        login = f"{stem}{number}"
    return login
