"""Read inboxes."""

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.kernel.paging import PAGE_SIZE, Key, Page, after, decode_cursor, encode_cursor
from tracker.kernel.prepared import Prepared
from tracker.outbox.models import InboxItem

_UNREAD = Prepared(
    lambda: sa.select(sa.func.count()).where(
        InboxItem.recipient_id == sa.bindparam("person_id"), InboxItem.read_at.is_(None)
    )
)


def unread_count(actor: Actor) -> int:
    """The number on the badge."""
    if actor.person_id is None:
        return 0
    number: int = _UNREAD.rows(person_id=actor.person_id)[0][0]
    return number


def inbox(actor: Actor, *, cursor: str = "", limit: int = PAGE_SIZE) -> Page[InboxItem]:
    """A page of a person's messages: the unread first, then the rest, each newest first."""
    was_read = sa.case((InboxItem.read_at.is_(None), 0), else_=1)
    keys = (Key(was_read), Key(InboxItem.id, descending=True))
    query = sa.select(InboxItem).where(InboxItem.recipient_id == actor.person_id)
    if cursor:
        query = query.where(after(keys, decode_cursor(cursor, (int, int))))
    rows = db.session.scalars(query.order_by(was_read, InboxItem.id.desc()).limit(limit + 1)).all()
    if len(rows) <= limit:
        return Page(rows, None)
    last = rows[limit - 1]
    return Page(rows[:limit], encode_cursor((int(last.read_at is not None), last.id)))


def own_message(actor: Actor, item_id: int) -> InboxItem:
    """One of a person's own messages; raises NotVisible for anybody else's."""
    item = db.session.scalar(
        sa.select(InboxItem).where(InboxItem.id == item_id, InboxItem.recipient_id == actor.person_id)
    )
    if item is None:
        raise NotVisible
    return item
