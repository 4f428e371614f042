"""Put what is unread into digests: one a day for each person and channel, set-based and by unique keys.

Doing it twice changes nothing. A digest that has not begun yet takes in what comes later, so that after a long
failure people get one current mail and not one for each day.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.accounts.models import Account
from tracker.delivery.models import ChannelEndpoint, Delivery, DeliveryAttempt, DeliveryItem, DeliveryPreference
from tracker.delivery.rules import (
    CHANNEL_OF,
    DEFAULT_DIGEST_HOUR,
    MUST,
    OPEN,
    DeliveryState,
    Outcome,
    day_begins,
    digest_key,
    window_of,
)
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import LOCAL, local_date
from tracker.kernel.crashpoints import crashpoint
from tracker.kernel.db import affected, db, insert_if_new, write_transaction
from tracker.kernel.registry import registry
from tracker.organisation.models import LeadershipGroup, Person
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel

AT_ONCE = 500
"""People in one transaction: on SQLite nobody else writes meanwhile."""
LOOK_BACK = timedelta(days=30)
"""What is older and was in no digest is news no more; the inbox has it."""
IS_OPEN: list[sa.ColumnElement[str]] = [sa.literal_column(f"'{state.value}'") for state in OPEN]
"""Written out, so that SQLite sees that the small index of what is open will do."""
TAKES_MORE = ~Delivery.resent
"""A digest that may have arrived before goes out with what it held: news under its old number would pass for old."""
_TIME = Delivery.__table__.c.created_at.type


def plan_deliveries(now: datetime) -> int:
    """Write the digests that may go out in this hour; returns how many. Nothing on days on which offices rest."""
    if not working_days().is_working(local_date(now)):
        return 0
    return sum(_plan(endpoint, now) for endpoint in _endpoints())


def _endpoints() -> Sequence[ChannelEndpoint]:
    found = db.session.scalars(
        sa.select(ChannelEndpoint).where(ChannelEndpoint.enabled).order_by(ChannelEndpoint.id)
    ).all()
    for endpoint in found:
        db.session.expunge(endpoint)
    return found


def _plan(endpoint: ChannelEndpoint, now: datetime) -> int:
    written, after = 0, 0
    while True:
        query = due_items(endpoint, now)
        person = query.selected_columns.recipient_id
        people = db.session.scalars(
            query.with_only_columns(person).where(person > after).distinct().order_by(person).limit(AT_ONCE)
        ).all()
        db.session.rollback()
        if not people:
            return written
        after = people[-1]
        with write_transaction():
            written += write_digests(
                endpoint, due_items(endpoint, now), people, key=digest_key(now), state=DeliveryState.PENDING, now=now
            )


def switched_on(channel: Channel) -> sa.ColumnElement[bool]:
    """Whether a message may go out by a channel: its reader left that on, or it goes whatever is switched off.

    For a query of messages with their readers' preferences, where there are any.
    """
    wished: sa.ColumnElement[bool] = sa.func.coalesce(getattr(DeliveryPreference, channel.value), sa.true())
    if channel is not Channel.MAIL:
        return wished
    must = [kind for kind, message in registry.messages.items() if message.must]
    return sa.or_(wished, InboxItem.urgency >= MUST, InboxItem.kind.in_(must))


def waiting_items(endpoint: ChannelEndpoint, now: datetime) -> sa.Select[*tuple[Any, ...]]:
    """The unread messages for an endpoint that no digest of its channel has taken in, of people who can be reached."""
    channel = CHANNEL_OF[endpoint.kind]
    taken = sa.exists().where(DeliveryItem.item_id == InboxItem.id, DeliveryItem.channel == channel)
    query = (
        sa.select(InboxItem.id, InboxItem.recipient_id, InboxItem.urgency)
        .join(Person, Person.id == InboxItem.recipient_id)
        .join(Account, Account.person_id == Person.id)
        .outerjoin(DeliveryPreference, DeliveryPreference.person_id == Person.id)
        .outerjoin(LeadershipGroup, LeadershipGroup.id == InboxItem.group_id)
        .where(
            InboxItem.read_at.is_(None),
            InboxItem.channels != sa.literal_column("''"),
            InboxItem.created_at > now - LOOK_BACK,
            ("," + InboxItem.channels + ",").contains(f",{channel.value},", autoescape=True),
            Account.active,
            switched_on(channel),
            ~taken,
        )
    )
    if channel is Channel.MAIL:
        query = query.where(Person.email != "")
    if channel is Channel.SMS:
        query = query.where(Person.phone != "")
    return query if endpoint.group_id is None else query.where(InboxItem.group_id == endpoint.group_id)


def due_items(endpoint: ChannelEndpoint, now: datetime) -> sa.Select[*tuple[Any, ...]]:
    """Of these, the ones that may go out in this hour, to people who had no digest of this channel today.

    A person's hours are one for all their messages, within those of every group that speaks: with one for each group
    the first to open would have the day's digest to itself, and the others would wait for ever. A digest of an earlier
    day that went out today, and one by an endpoint that was replaced since, are today's as well: whoever had one hears
    the rest tomorrow.
    """
    hour = now.astimezone(LOCAL).hour
    person = InboxItem.recipient_id
    waiting = (
        waiting_items(endpoint, now)
        .add_columns(
            sa.func.max(sa.func.coalesce(LeadershipGroup.messages_from, 0)).over(partition_by=person).label("opens"),
            sa.func.min(sa.func.coalesce(LeadershipGroup.messages_until, 24)).over(partition_by=person).label("closes"),
            sa.func.coalesce(DeliveryPreference.digest_hour, DEFAULT_DIGEST_HOUR).label("wish"),
            DeliveryPreference.quiet_from,
            DeliveryPreference.quiet_until,
        )
        .subquery("waiting")
    )
    opens, closes, wish = waiting.c.opens, waiting.c.closes, waiting.c.wish
    # As Hours.within_the_group_s fits what somebody asked for to the group's hours as they are now.
    digest_hour = sa.case((wish < closes, wish), else_=closes - 1)
    first = sa.case((digest_hour > opens, digest_hour), else_=opens)
    begins, ends = waiting.c.quiet_from, waiting.c.quiet_until
    quiet = sa.case(
        (begins <= ends, sa.and_(begins <= hour, ends > hour, sa.or_(begins > first, ends < closes))),
        else_=sa.and_(sa.or_(begins <= hour, ends > hour), begins > first, ends < closes),
    )
    theirs = Delivery.recipient_id == waiting.c.recipient_id
    had = sa.exists().where(
        theirs,
        Delivery.channel == endpoint.channel,
        Delivery.endpoint_id.in_(_in_its_place(endpoint)),
        # Only the last weeks are looked through, whatever the years before hold.
        Delivery.digest_key >= window_of(local_date(now) - LOOK_BACK),
        sa.or_(Delivery.digest_key == digest_key(now), _went_out(since=day_begins(now))),
    )
    open_one = sa.exists().where(theirs, Delivery.endpoint_id == endpoint.id, Delivery.state == IS_OPEN[0], TAKES_MORE)
    return sa.select(waiting.c.id, waiting.c.recipient_id, waiting.c.urgency).where(
        first <= hour,
        closes > hour,
        sa.or_(begins.is_(None), ~quiet),
        sa.or_(~had, open_one),
    )


def _went_out(*, since: datetime) -> sa.ColumnElement[bool]:
    """Deliveries that arrived from some moment on, or may have."""
    return sa.exists().where(
        DeliveryAttempt.delivery_id == Delivery.id,
        DeliveryAttempt.at >= since,
        DeliveryAttempt.outcome.in_([Outcome.DELIVERED, Outcome.UNKNOWN]),
    )


def _in_its_place(endpoint: ChannelEndpoint) -> Sequence[int]:
    """An endpoint and those that it replaced: of the same channel for the same group, or for all."""
    return db.session.scalars(
        sa.select(ChannelEndpoint.id)
        .where(
            ChannelEndpoint.channel == endpoint.channel,
            ChannelEndpoint.group_id.is_not_distinct_from(endpoint.group_id),
        )
        .order_by(ChannelEndpoint.id)
    ).all()


def write_digests(
    endpoint: ChannelEndpoint,
    waiting: sa.Select[*tuple[Any, ...]],
    people: Sequence[int],
    *,
    key: str,
    state: DeliveryState,
    now: datetime,
) -> int:
    """A digest for each of some people who has none waiting, and their messages into it; returns how many digests."""
    # Read once: what was just written PostgreSQL knows no figures of, and would look anew for every delivery.
    items = waiting.where(waiting.selected_columns.recipient_id.in_(people)).cte("items")
    items = items.prefix_with("MATERIALIZED", dialect="postgresql")
    open_one = sa.exists().where(
        Delivery.recipient_id == items.c.recipient_id,
        Delivery.endpoint_id == endpoint.id,
        Delivery.state.in_(IS_OPEN),
        TAKES_MORE,
    )
    urgency = sa.func.max(items.c.urgency)
    ended = now if state is DeliveryState.UNCERTAIN else None
    fresh = (
        sa.select(
            items.c.recipient_id,
            sa.literal(endpoint.channel.value),
            sa.literal(endpoint.id),
            sa.literal(key),
            urgency,
            3 - urgency,
            sa.literal(state.value),
            sa.literal(now, type_=_TIME),
            sa.literal(now, type_=_TIME),
            sa.literal(ended, type_=_TIME),
        )
        .where(sa.true() if state is DeliveryState.UNCERTAIN else ~open_one)
        .group_by(items.c.recipient_id)
    )
    names = ["recipient_id", "channel", "endpoint_id", "digest_key", "urgency", "precedence", "state"]
    times = ["next_attempt_at", "created_at", "ended_at"]
    written = affected(insert_if_new(Delivery).from_select([*names, *times], fresh))
    crashpoint("digest.written")
    into = (
        sa.select(Delivery.id, items.c.id, sa.literal(endpoint.channel.value))
        .join(items, items.c.recipient_id == Delivery.recipient_id)
        .where(Delivery.endpoint_id == endpoint.id, Delivery.state == state, TAKES_MORE)
        # A digest that is claimed meanwhile must not take in what its sender has not seen.
        .with_for_update(of=Delivery)
    )
    if state is DeliveryState.UNCERTAIN:
        into = into.where(Delivery.digest_key == key)
    affected(insert_if_new(DeliveryItem).from_select(["delivery_id", "item_id", "channel"], into))
    crashpoint("digest.filled")
    return written
