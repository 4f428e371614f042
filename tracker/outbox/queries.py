"""Read inboxes."""

from collections.abc import Sequence

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.outbox.models import InboxItem


def unread_count(actor: Actor) -> int:
    """The number on the badge."""
    if actor.person_id is None:
        return 0
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(InboxItem.recipient_id == actor.person_id, InboxItem.read_at.is_(None))
        )
        or 0
    )


def inbox(actor: Actor, *, before: int | None = None, limit: int = 50) -> Sequence[InboxItem]:
    """A person's messages, newest first, from a place in the list on."""
    query = sa.select(InboxItem).where(InboxItem.recipient_id == actor.person_id)
    if before is not None:
        query = query.where(InboxItem.id < before)
    return db.session.scalars(query.order_by(InboxItem.id.desc()).limit(limit)).all()
