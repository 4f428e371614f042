"""Deliveries change hands by compare-and-set alone: claimed under a lease, begun, and marked with what came of it.

Nothing has left the house until a delivery is begun, so a claim whose lease ends is simply free again. From then on
nobody can know what the other side got: a lease that ends while sending leaves the delivery uncertain, never sent
again by itself in silence. Leases are measured by the database's clock, which is one: the workers' own may be minutes
apart, and `now` here is theirs. Everything here belongs in a write transaction.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.delivery.models import ChannelEndpoint, Delivery, DeliveryAttempt, DeliveryItem
from tracker.delivery.rules import GRAVE, MOVES, OF_ENDPOINT, PACES, DeliveryState, Outcome
from tracker.kernel import leases
from tracker.kernel.crashpoints import crashpoint
from tracker.kernel.db import affected, db, insert_if_new
from tracker.outbox.models import InboxItem

LEASE = timedelta(seconds=60)
"""Three times what a message may take."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send a delivery: its number, and the token that proves it."""

    delivery_id: int
    token: str


def claim(endpoint_id: int, *, holder: str, limit: int, now: datetime) -> list[Claim]:
    """Take the gravest and oldest deliveries of an endpoint that are due; of two who try, neither gets the other's."""
    # Materialised, because PostgreSQL may otherwise ask again while it locks and take more.
    due = (
        sa.select(Delivery.id)
        .where(
            Delivery.endpoint_id == endpoint_id,
            Delivery.state == sa.literal_column("'pending'"),
            Delivery.next_attempt_at <= now,
        )
        .order_by(Delivery.precedence, Delivery.next_attempt_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    token = secrets.token_hex(16)
    taken = (
        sa.update(Delivery)
        .where(Delivery.id.in_(sa.select(due.c.id)))
        .values(state=DeliveryState.CLAIMED, token=token, holder=holder, lease_until=leases.database_now() + LEASE)
        .returning(Delivery.id, Delivery.precedence)
    )
    rows = db.session.execute(taken, execution_options={"synchronize_session": False}).all()
    return [Claim(row[0], token) for row in sorted(rows, key=lambda row: (row[1], row[0]))]


def held(claim: Claim, move: str) -> sa.ColumnElement[bool]:
    """Whether a claim still counts, for a move from one state to the next."""
    return sa.and_(Delivery.id == claim.delivery_id, Delivery.token == claim.token, Delivery.state.in_(MOVES[move][0]))


def release(claims: Sequence[Claim], *, next_attempt_at: datetime | None = None) -> int:
    """Let go of what was claimed and not begun, to be tried at once or later."""
    if not claims:
        return 0
    later = {} if next_attempt_at is None else {"next_attempt_at": next_attempt_at}
    mine = sa.and_(
        Delivery.id.in_([claim.delivery_id for claim in claims]),
        Delivery.token.in_({claim.token for claim in claims}),
        Delivery.state == DeliveryState.CLAIMED,
    )
    return affected(
        sa.update(Delivery).where(mine).values(state=DeliveryState.PENDING, token=None, lease_until=None, **later)
    )


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a delivery is about to say: its words with their digest, and the messages of the inbox that are in it."""

    payload: str
    sha256: str
    message_id: str
    urgency: int
    unread: frozenset[int]
    """Every message of the digest that was unread when it was written; if that changed, it is written anew."""
    included: frozenset[int]


def begin(claim: Claim, frozen: Frozen) -> bool:
    """Say that from now on a message may be out; False where the claim no longer counts or the inbox moved on.

    The messages are locked before they are looked at, so an act that completes what they are about either came
    first, and the digest is written anew without them, or comes after.
    """
    waiting = (
        sa.select(DeliveryItem.item_id)
        .where(DeliveryItem.delivery_id == claim.delivery_id)
        .order_by(DeliveryItem.item_id)
    )
    ids = db.session.scalars(waiting).all()
    unread = sa.select(InboxItem.id).where(InboxItem.id.in_(ids), InboxItem.read_at.is_(None)).order_by(InboxItem.id)
    locked = frozenset(db.session.scalars(unread.with_for_update(skip_locked=True)))
    if locked != frozen.unread or not frozen.included:
        return False
    moment = leases.database_now()
    begun = (
        sa.update(Delivery)
        .where(held(claim, "begin"), Delivery.lease_until > moment)
        .values(
            state=DeliveryState.SENDING,
            lease_until=moment + LEASE,
            attempts=Delivery.attempts + 1,
            payload=frozen.payload,
            payload_sha256=frozen.sha256,
            message_id=frozen.message_id,
            urgency=frozen.urgency,
            precedence=3 - frozen.urgency,
        )
    )
    if affected(begun) != 1:
        return False
    items = sa.update(DeliveryItem).where(DeliveryItem.delivery_id == claim.delivery_id)
    perhaps_out = sa.and_(
        DeliveryItem.included == 1, sa.exists().where(Delivery.id == claim.delivery_id, Delivery.resent)
    )
    in_it = sa.or_(DeliveryItem.item_id.in_(frozen.included), perhaps_out)
    affected(items.values(included=sa.case((in_it, 1), else_=2)))
    return True


def has_turn(endpoint: ChannelEndpoint, *, now: datetime) -> bool:
    """Whether the provider's limit left a message when the endpoint was read; only take_turn knows for certain."""
    pace = PACES.get(endpoint.kind)
    return pace is None or pace.free_moment(endpoint.free_at, now) <= now


def take_turn(endpoint: ChannelEndpoint, *, now: datetime) -> datetime | None:
    """Use up one message of the provider's limit; None, or the moment from which there is one again."""
    pace = PACES.get(endpoint.kind)
    if pace is None:
        return None
    row = db.session.execute(
        sa.select(ChannelEndpoint.free_at).where(ChannelEndpoint.id == endpoint.id).with_for_update()
    ).one()
    moment = pace.free_moment(row[0], now)
    if moment > now:
        return moment
    affected(
        sa.update(ChannelEndpoint)
        .where(ChannelEndpoint.id == endpoint.id)
        .values(free_at=pace.after_one_more(row[0], now))
    )
    return None


ENDS = {
    Outcome.DELIVERED: "delivered",
    Outcome.TEMPORARY: "put_off",
    Outcome.PERMANENT: "refuse",
    Outcome.UNKNOWN: "doubt",
}


def mark(
    claim: Claim,
    outcome: Outcome,
    code: str,
    *,
    now: datetime,
    next_attempt_at: datetime | None = None,
    of_endpoint: bool = False,
) -> bool:
    """Write down what came of a message; False where the lease had ended and others have decided meanwhile.

    of_endpoint: it was put off by no fault of its own, which its attempt says.
    """
    state = MOVES[ENDS[outcome]][1]
    over: dict[str, Any] = {"ended_at": now}
    if next_attempt_at is not None:
        over = {"next_attempt_at": next_attempt_at}
    marked = (
        sa.update(Delivery)
        .where(held(claim, ENDS[outcome]))
        .values(state=state, token=None, lease_until=None, provider_code=code, **over)
        .returning(Delivery.attempts, Delivery.holder)
    )
    row = db.session.execute(marked, execution_options={"synchronize_session": False}).first()
    if row is None:
        return False
    said = OF_ENDPOINT + code if of_endpoint else code
    _attempt(claim.delivery_id, row[0], outcome, said, holder=row[1], now=now)
    return True


def _attempt(delivery_id: int, attempt: int, outcome: Outcome, code: str, *, holder: str, now: datetime) -> None:
    values = {"delivery_id": delivery_id, "attempt": attempt, "at": now, "outcome": outcome, "code": code}
    db.session.execute(insert_if_new(DeliveryAttempt).values(**values, holder=holder))


NO_ANSWER = "no_answer"
"""The code of an attempt whose sender died or slept past its lease."""


@dataclass(frozen=True, slots=True)
class Reaped:
    """What was found lying after leases ended."""

    freed: int
    uncertain: Sequence[int]
    resent: Sequence[int]


def reap(*, now: datetime, limit: int = 500) -> Reaped:
    """Free what was claimed and never begun; what was being sent becomes uncertain, and grave ones go out once more."""
    moment = leases.database_now()
    freed = affected(
        sa.update(Delivery)
        .where(Delivery.state == sa.literal_column("'claimed'"), Delivery.lease_until <= moment)
        .values(state=DeliveryState.PENDING, token=None, lease_until=None)
    )
    crashpoint("deliver.freed")
    lapsed = (
        sa.select(Delivery.id)
        .where(Delivery.state == sa.literal_column("'sending'"), Delivery.lease_until <= moment)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("lapsed")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    doubted = (
        sa.update(Delivery)
        .where(Delivery.id.in_(sa.select(lapsed.c.id)))
        .values(state=DeliveryState.UNCERTAIN, token=None, lease_until=None, ended_at=now, provider_code=NO_ANSWER)
        .returning(Delivery.id, Delivery.attempts, Delivery.holder)
    )
    rows = db.session.execute(doubted, execution_options={"synchronize_session": False}).all()
    for delivery_id, attempt, holder in rows:
        _attempt(delivery_id, attempt, Outcome.UNKNOWN, NO_ANSWER, holder=holder, now=now)
    ids = [row[0] for row in rows]
    return Reaped(freed, ids, resend_grave(ids, now=now))


def resend_grave(ids: Collection[int], *, now: datetime) -> Sequence[int]:
    """Of deliveries that just became uncertain, send the grave ones once more, marked as perhaps a repetition.

    One whose endpoint was disabled meanwhile stays uncertain: nothing goes out there any more.
    """
    if not ids:
        return []
    again = (
        sa.update(Delivery)
        .where(
            Delivery.id.in_(ids),
            Delivery.state == DeliveryState.UNCERTAIN,
            Delivery.urgency >= GRAVE,
            ~Delivery.resent,
            Delivery.endpoint_id.not_in(disabled()),
        )
        .values(state=DeliveryState.PENDING, resent=True, ended_at=None, next_attempt_at=now)
        .returning(Delivery.id)
    )
    return list(db.session.execute(again, execution_options={"synchronize_session": False}).scalars())


def disabled() -> sa.Select[int]:
    """The endpoints by which nothing goes out any more."""
    return sa.select(ChannelEndpoint.id).where(~ChannelEndpoint.enabled)
