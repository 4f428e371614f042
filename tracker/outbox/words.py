"""How a message reads, in the language of whoever reads it."""

from datetime import date
from typing import Any

from flask_babel import format_date

from tracker.kernel.registry import Message, registry
from tracker.kernel.text import _
from tracker.outbox.models import InboxItem


class _Given(dict[str, Any]):
    """Values of a message; one that an old message did not carry shows as a dash."""

    def __missing__(self, key: str) -> str:
        return "—"


def sentence_of(item: InboxItem) -> str:
    """A message in the reader's language; one of a kind that is no longer known says so."""
    message = registry.messages.get(item.kind)
    if message is None:
        return str(_("有一条新消息，请查看。"))
    words = message.words
    given = {key: words.get(key, _value)(value) for key, value in (item.params or {}).items()}
    return str(message.sentence) % _Given(given)


def _value(value: object) -> object:
    """Dates come as text out of the record."""
    if isinstance(value, str) and len(value) == len("2026-03-18"):
        try:
            return format_date(date.fromisoformat(value), "long")
        except ValueError:
            return value
    return value


def message_kind(item: InboxItem) -> Message | None:
    """What is known of a message's kind."""
    return registry.messages.get(item.kind)
