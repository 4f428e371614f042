"""Tickets: a page that shows a text to be signed carries one, and it signs once, soon, for one person."""

import secrets
from datetime import UTC, datetime, timedelta

from tracker.kernel import seals
from tracker.kernel.actor import Actor
from tracker.kernel.errors import Stale
from tracker.kernel.text import _l

TICKET_VALID = timedelta(minutes=30)
"""How long a page on which a text is read may lie open before it is signed."""


def new_ticket(purpose: str, thing_id: int, *, by: Actor, now: datetime) -> str:
    """A ticket for signing one thing once, given to one person with the page that shows it; nothing is written."""
    nonce, until = secrets.token_hex(16), int((now + TICKET_VALID).timestamp())
    return f"{nonce}.{until}.{seals.mark(purpose, _data(thing_id, by, nonce, until))}"


def nonce_of(ticket: str, purpose: str, thing_id: int, *, by: Actor, now: datetime) -> str:
    """What makes a ticket's signature unique; refused where the ticket is another's, for another thing, or too old."""
    nonce, _dot, rest = ticket.partition(".")
    until, _dot, mark = rest.partition(".")
    if not (until.isascii() and until.isdigit() and len(until) < 15):
        raise Stale(_l("签署页面无效，请重新打开责任书。"))
    if not seals.is_marked(purpose, _data(thing_id, by, nonce, int(until)), mark):
        raise Stale(_l("签署页面无效，请重新打开责任书。"))
    if now >= datetime.fromtimestamp(int(until), tz=UTC):
        raise Stale(_l("签署页面停留过久，请重新打开责任书再签署。"))
    return nonce


def _data(thing_id: int, by: Actor, nonce: str, until: int) -> bytes:
    return f"{thing_id}:{by.person_id}:{nonce}:{until}".encode()
