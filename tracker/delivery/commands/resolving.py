"""What only a person can decide: how to take a delivery of unknown end, and to let things out after a restore."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.delivery import policy
from tracker.delivery.models import ChannelEndpoint, Delivery
from tracker.delivery.planning import waiting_items, write_digests
from tracker.delivery.rules import MOVES, DeliveryState
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import affected, db
from tracker.kernel.errors import Stale
from tracker.kernel.installation import DELIVERIES, Hold, release_deliveries
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.outbox.models import InboxItem

RESOLVED = "resolved"
"""The code of a delivery that somebody, not the provider, said had arrived."""
RESTORED = "restored"
"""The code of what a restored copy cannot know: whether it was sent since the backup."""


def resolve_delivery(delivery: Delivery, *, arrived: bool, by: Actor, now: datetime) -> None:
    """Say of an uncertain delivery that it arrived, or have it sent once more, marked as perhaps a repetition."""
    require(policy.may_keep_endpoints(by))
    values: dict[str, Any]
    if arrived:
        values = {"state": DeliveryState.SENT, "provider_code": RESOLVED, "ended_at": now}
    else:
        values = {"state": DeliveryState.PENDING, "resent": True, "ended_at": None, "next_attempt_at": now}
    _move(delivery, "resolve" if arrived else "resend", values)
    act = "delivery.resolve" if arrived else "delivery.resend"
    record(act, "delivery", delivery.id, by=by, now=now)


def retry_delivery(delivery: Delivery, *, by: Actor, now: datetime) -> None:
    """Send a failed delivery again, once what it failed of is mended; it has all its attempts anew (see `blame`)."""
    require(policy.may_keep_endpoints(by))
    values = {"state": DeliveryState.PENDING, "ended_at": None, "next_attempt_at": now}
    _move(delivery, "retry", values)
    record("delivery.retry", "delivery", delivery.id, by=by, now=now)


def retry_endpoint(endpoint: ChannelEndpoint, *, by: Actor, now: datetime) -> int:
    """Send everything again that failed at an endpoint, once that is mended; returns how many."""
    require(policy.may_keep_endpoints(by))
    failed = sa.select(Delivery).where(Delivery.endpoint_id == endpoint.id, Delivery.state == DeliveryState.FAILED)
    found = db.session.scalars(failed.order_by(Delivery.id).with_for_update()).all()
    for delivery in found:
        retry_delivery(delivery, by=by, now=now)
    return len(found)


def _move(delivery: Delivery, move: str, values: Mapping[str, Any]) -> None:
    """One conditional update: of two who decide, one does."""
    states, _target = MOVES[move]
    usable = sa.exists().where(ChannelEndpoint.id == Delivery.endpoint_id, ChannelEndpoint.enabled)
    wanted = [Delivery.id == delivery.id, Delivery.state.in_(states)]
    if move != "resolve":
        wanted.append(usable)
    if affected(sa.update(Delivery).where(*wanted).values(**values)) != 1:
        raise Stale(_l("该消息的状态已经改变，或者它的发送渠道已停用。"))
    db.session.expire(delivery)


@dataclass(frozen=True, slots=True)
class Released:
    """What a restored copy could not know, and was therefore not sent."""

    deliveries: int
    digests: int


def release_held(*, by: Actor, now: datetime) -> Released:
    """Let messages go out again after a restore.

    Everything from before the restore becomes uncertain, also what was in no digest yet: it may all have been sent
    since the backup was taken. Only what is told from then on goes out by itself, for a day with a word that it may be
    a repetition: reminders that the copy lacks are written anew.
    """
    require(policy.may_keep_endpoints(by))
    hold = db.session.get(Hold, DELIVERIES, with_for_update=True)
    if hold is None:
        raise Stale(_l("消息没有被暂停。"))
    since = hold.held_at
    over = {"state": DeliveryState.UNCERTAIN, "token": None, "lease_until": None, "ended_at": now}
    open_ones = (DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.SENDING)
    old = sa.update(Delivery).where(Delivery.state.in_(open_ones), Delivery.created_at <= since)
    deliveries = affected(old.values(provider_code=RESTORED, **over))
    digests = 0
    for endpoint in db.session.scalars(
        sa.select(ChannelEndpoint).where(ChannelEndpoint.enabled).order_by(ChannelEndpoint.id)
    ).all():
        waiting = waiting_items(endpoint, now).where(InboxItem.created_at <= since)
        people = sorted(set(db.session.scalars(waiting.with_only_columns(InboxItem.recipient_id)).all()))
        key = f"{RESTORED}:{local_date(since)}"
        digests += write_digests(endpoint, waiting, people, key=key, state=DeliveryState.UNCERTAIN, now=now)
    release_deliveries(now=now)
    record("delivery.release", "installation", 1, by=by, now=now, new={"deliveries": deliveries, "digests": digests})
    return Released(deliveries, digests)
