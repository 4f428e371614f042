"""Put messages into inboxes, and mark them read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db, insert_if_new
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel, joined


def enqueue(
    kind: str,
    recipients: Iterable[int],
    *,
    subject: tuple[str, int],
    params: Mapping[str, Any],
    key: str,
    now: datetime,
    group_id: int | None = None,
    channels: Iterable[Channel] = (Channel.MAIL,),
    urgency: int = 0,
) -> int:
    """Tell people (by person id) something, once: who already has a message of this key gets no second one.

    channels: by which ways it may go out beside the inbox; none keeps it inside. urgency: 0 ordinary to 3 gravest.
    Returns how many messages were written. The same transaction as the act, so neither exists without the other.
    """
    wanted, ways = set(recipients), joined(channels)
    told = set(
        db.session.scalars(
            sa.select(InboxItem.recipient_id).where(InboxItem.recipient_id.in_(wanted), InboxItem.key == key)
        )
    )
    if not (new := sorted(wanted - told)):
        return 0
    same = {
        "kind": kind,
        "params": dict(params),
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "group_id": group_id,
        "key": key,
        "created_at": now,
        "channels": ways,
        "urgency": urgency,
    }
    # Two may tell the same at one moment: one waits for the other, and what came of its own act stays.
    rows = [{"recipient_id": recipient, **same} for recipient in new]
    return len(db.session.execute(insert_if_new(InboxItem).returning(InboxItem.id), rows).all())


def mark_read(items: Iterable[int], *, by: Actor, now: datetime) -> None:
    """Take messages off a person's badge; only their own can be."""
    db.session.execute(
        sa.update(InboxItem)
        .where(InboxItem.id.in_(list(items)), InboxItem.recipient_id == by.person_id, InboxItem.read_at.is_(None))
        .values(read_at=now)
    )


def mark_all_read(*, by: Actor, now: datetime) -> None:
    """Take everything off a person's badge."""
    db.session.execute(
        sa.update(InboxItem)
        .where(InboxItem.recipient_id == by.person_id, InboxItem.read_at.is_(None))
        .values(read_at=now)
    )


def settle(subject: tuple[str, int], *, now: datetime, key: str = "") -> None:
    """A thing is done with: what was unread about it no longer asks for attention. key: only keys that begin so."""
    db.session.execute(
        sa.update(InboxItem)
        .where(
            InboxItem.subject_kind == subject[0],
            InboxItem.subject_id == subject[1],
            InboxItem.read_at.is_(None),
            InboxItem.key.startswith(key, autoescape=True),
        )
        .values(read_at=now)
    )
