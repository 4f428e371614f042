"""Pinyin of names and titles, so that people can search by typing letters."""

from functools import cache
from importlib import import_module
from typing import Any


@cache
def _library() -> Any:
    """Loading its tables takes half a second, and most commands of the shell never ask."""
    return import_module("pypinyin")


def pinyin_of(text: str) -> str:
    """The full pinyin without tones or blanks, in lower case: 财政局 → caizhengju."""
    return "".join(_library().lazy_pinyin(text)).lower()[:400]


def initials_of(text: str) -> str:
    """The first letters: 财政局 → czj."""
    library = _library()
    return "".join(library.lazy_pinyin(text, style=library.Style.FIRST_LETTER)).lower()[:200]
