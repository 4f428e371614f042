"""Pinyin of names and titles, so that people can search by typing letters."""

from pypinyin import Style, lazy_pinyin


def pinyin_of(text: str) -> str:
    """The full pinyin without tones or blanks, in lower case: 财政局 → caizhengju."""
    return "".join(lazy_pinyin(text)).lower()[:400]


def initials_of(text: str) -> str:
    """The first letters: 财政局 → czj."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()[:200]
