"""What people type, made fit to keep: no controls, no direction tricks, no more than there is room for."""

import re
import unicodedata
from datetime import date

from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l

FIRST_DAY, LAST_DAY = date(1949, 1, 1), date(2199, 12, 31)
"""Days outside these stand on no paper of an office, and the day before or after must exist, too."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


_HALF = {half + 0xFEE0: half for half in range(0x21, 0x7F) if chr(half).isalnum()}


def half_width(text: str) -> str:
    """The text with letters and digits as keyboards have them: ＸＦ１２ → XF12. Marks stay as papers print them."""
    return text.translate(_HALF)


def number_of(text: str) -> int | None:
    """A plain whole number, such as a row's or a version's; None for what no database could hold as one.

    Not every text that `isdigit` is one for `int`: “²” is none, and neither is one of thousands of digits.
    """
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def day_of(text: str) -> date:
    """A day as browsers send it; raises ValueError for any other text and for years that no paper of an office has."""
    day = date.fromisoformat(text)
    if day.isoformat() != text or not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(text)
    return day


def one_line(value: str, field: str, *, limit: int, required: bool = False) -> str:
    """A name or a number on one line; raises Invalid for the field where it is missing or too long."""
    return _checked(" ".join(_seen(value, keep="").split()), field, limit=limit, required=required)


def paragraphs(value: str, field: str, *, limit: int, required: bool = False) -> str:
    """Text of several lines; raises Invalid for the field where it is missing or too long."""
    lines = _seen(value.replace("\r\n", "\n").replace("\r", "\n"), keep="\n").split("\n")
    return _checked("\n".join(line.rstrip() for line in lines).strip(), field, limit=limit, required=required)


def _seen(value: str, *, keep: str) -> str:
    spaced = value.replace("\t", " ")
    if not keep:
        spaced = spaced.replace("\r", " ").replace("\n", " ")
    return "".join(
        c for c in unicodedata.normalize("NFC", spaced) if c in keep or unicodedata.category(c) not in _UNSEEN
    )


def _checked(text: str, field: str, *, limit: int, required: bool) -> str:
    if required and not text:
        raise Invalid({field: _l("请填写此项。")})
    if len(text) > limit:
        raise Invalid({field: _l("最多 %(limit)s 个字。", limit=limit)})
    return text
