"""Words for people: gettext under the names the whole house uses, without tying rules to the web."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext, pgettext
from flask_babel.speaklater import LazyString
from markupsafe import escape

__all__ = ["Labels", "_", "_l", "_p", "ngettext", "pgettext"]


class Later(LazyString):  # type: ignore[misc]
    """A text that is translated when it is shown.

    Flask-Babel's own declares itself to be safe HTML, so that a name put into a sentence would bring its markup along.
    """

    def __html__(self) -> str:
        """The text as pages must write it."""
        return str(escape(str(self)))


def _l(text: str, **values: object) -> Any:
    """A text to be translated when it is shown; values fill its %(name)s places."""
    return Later(_, text, **values)


def _p(context: str, text: str) -> Any:
    """The same where one Chinese word is several in other languages: 暂停 is Suspend, of a state Suspended.

    Contexts: state is what something is or was found to be; done is what somebody did, as a history tells it; act is
    what a button does, where the word by itself is a state or a name.
    """
    return Later(pgettext, context, text)


class Labels:
    """Words for the members of enums, one table an enum.

    Members of different StrEnums are equal when their codes are, so one dict for all of them would mix up their words.
    """

    def __init__(self, *tables: Mapping[Any, Any]) -> None:
        self.tables = {type(next(iter(table))): table for table in tables}

    def __getitem__(self, member: StrEnum) -> Any:
        return self.tables[type(member)][member]


def noted(sentence: object) -> dict[str, Any]:
    """A sentence to be kept and told later in another reader's language: its text, and the values of its places."""
    if isinstance(sentence, Later):
        text, values = sentence._args[-1], sentence._kwargs  # noqa: SLF001 - the parent class tells them in no other way
        return {"text": text, "values": {name: str(value) for name, value in values.items()}}
    return {"text": str(sentence), "values": {}}


def told(kept: Mapping[str, Any]) -> str:
    """A kept sentence in the reader's language."""
    text = kept.get("text", "")
    return str(_(text, **kept["values"])) if text else ""
