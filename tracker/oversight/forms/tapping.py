"""Sentences that are tapped rather than typed."""

from collections.abc import Mapping

from flask_babel import force_locale


def in_chinese(sentence: object) -> str:
    """A ready sentence as the record keeps it and the unit reads it, whatever the language of who tapped it."""
    with force_locale("zh"):
        return str(sentence)


def tapped(own: str | None, code: str | None, ready: Mapping[str, object]) -> str:
    """What somebody wrote, else the sentence that they tapped."""
    if own and own.strip():
        return own
    return in_chinese(ready[code]) if code and code in ready else ""
