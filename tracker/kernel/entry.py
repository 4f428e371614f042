"""What people type, made fit to keep: no controls, no direction tricks, no more than there is room for."""

import unicodedata

from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


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
