"""Endpoints and deliveries as their keepers see them, and who was told what as a group's office sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.delivery import policy
from tracker.delivery.models import ChannelEndpoint, Delivery, DeliveryAttempt, DeliveryItem, DeliveryPreference
from tracker.delivery.rules import DeliveryState
from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.kernel.paging import PAGE_SIZE, Key, Page, after, decode_cursor, encode_cursor
from tracker.organisation.models import LeadershipGroup, Person
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel

OF_THE_INSTALLATION = ("account", "delivery", "endpoint", "finding", "group", "held_run", "stumble")
"""Subjects whose messages belong to no group. A job's are its owner's alone: they name what was asked for."""
SAID = DeliveryItem.included < 2
"""Of what a digest took in, all but what was left out when it was written."""
TROUBLED = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)


def hours_of_groups(actor: Actor) -> tuple[int, int]:
    """The hours within which all groups of somebody may send: from the latest opening to the earliest close."""
    groups = {seat.group_id for seat in actor.seats} | {group_id for group_id, _unit in actor.member_units}
    row: Any = db.session.execute(
        sa.select(sa.func.max(LeadershipGroup.messages_from), sa.func.min(LeadershipGroup.messages_until)).where(
            LeadershipGroup.id.in_(sorted(groups))
        )
    ).one()
    return (8, 20) if row[0] is None else (row[0], row[1])


def preference_of(person_id: int) -> DeliveryPreference | None:
    """What somebody asked for, if anything."""
    return db.session.get(DeliveryPreference, person_id)


def group_of_keeper(actor: Actor, group_id: int) -> LeadershipGroup:
    """A group for which somebody keeps endpoints; raises NotVisible."""
    query = sa.select(LeadershipGroup).where(LeadershipGroup.id == group_id, policy.groups_kept_by(actor))
    group = db.session.scalar(query)
    if group is None:
        raise NotVisible
    return group


def groups_of_keeper(actor: Actor) -> Sequence[LeadershipGroup]:
    """The groups at work for which somebody keeps endpoints."""
    query = sa.select(LeadershipGroup).where(policy.groups_kept_by(actor), LeadershipGroup.ended_on.is_(None))
    return db.session.scalars(query.order_by(LeadershipGroup.id)).all()


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """An endpoint, its group, and how many of its deliveries stand in which state."""

    endpoint: ChannelEndpoint
    group: str
    counts: Mapping[DeliveryState, int]


def endpoint_rows(actor: Actor) -> Sequence[EndpointRow]:
    """The endpoints that somebody keeps, those in use first."""
    query = (
        sa.select(ChannelEndpoint, LeadershipGroup.short_name, LeadershipGroup.name)
        .outerjoin(LeadershipGroup, LeadershipGroup.id == ChannelEndpoint.group_id)
        .where(policy.endpoints_visible_to(actor))
        .order_by(ChannelEndpoint.enabled.desc(), ChannelEndpoint.id)
    )
    rows = db.session.execute(query).all()
    open_states = [DeliveryState.PENDING, *TROUBLED]
    counted = (
        sa.select(Delivery.endpoint_id, Delivery.state, sa.func.count())
        .where(Delivery.endpoint_id.in_([row[0].id for row in rows]), Delivery.state.in_(open_states))
        .group_by(Delivery.endpoint_id, Delivery.state)
    )
    counts: dict[int, dict[DeliveryState, int]] = {}
    for endpoint_id, state, number in db.session.execute(counted):
        counts.setdefault(endpoint_id, {})[state] = number
    return [EndpointRow(row[0], row[1] or row[2] or "", counts.get(row[0].id, {})) for row in rows]


def visible_endpoint(actor: Actor, endpoint_id: int) -> ChannelEndpoint:
    """An endpoint that somebody keeps; raises NotVisible."""
    query = sa.select(ChannelEndpoint).where(ChannelEndpoint.id == endpoint_id, policy.endpoints_visible_to(actor))
    endpoint = db.session.scalar(query)
    if endpoint is None:
        raise NotVisible
    return endpoint


def visible_delivery(actor: Actor, delivery_id: int) -> Delivery:
    """A delivery that somebody looks after; raises NotVisible."""
    query = (
        sa.select(Delivery)
        .join(Person, Person.id == Delivery.recipient_id)
        .where(Delivery.id == delivery_id, policy.recipients_visible_to(actor))
    )
    delivery = db.session.scalar(query)
    if delivery is None:
        raise NotVisible
    return delivery


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery as an administrator sees it: to whom, by what, how it stands. Not what it says."""

    delivery: Delivery
    recipient: str
    endpoint: str
    messages: int


def deliveries_page(
    actor: Actor, *, states: Sequence[DeliveryState] = (), channel: Channel | None = None, cursor: str = ""
) -> Page[DeliveryRow]:
    """The deliveries that somebody looks after, newest first."""
    counted = (
        sa.select(sa.func.count()).where(DeliveryItem.delivery_id == Delivery.id).correlate(Delivery).scalar_subquery()
    )
    query = (
        sa.select(Delivery, Person.name, ChannelEndpoint.name, counted)
        .join(Person, Person.id == Delivery.recipient_id)
        .join(ChannelEndpoint, ChannelEndpoint.id == Delivery.endpoint_id)
        .where(policy.recipients_visible_to(actor))
    )
    if states:
        query = query.where(Delivery.state.in_(states))
    if channel is not None:
        query = query.where(Delivery.channel == channel)
    return _page(query, Delivery.id, cursor, lambda row: DeliveryRow(row[0], row[1], row[2], row[3]))


def attempts_of(delivery_id: int) -> Sequence[DeliveryAttempt]:
    """What was tried, and what was answered."""
    query = sa.select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery_id)
    return db.session.scalars(query.order_by(DeliveryAttempt.attempt)).all()


@dataclass(frozen=True, slots=True)
class Told:
    """One message to one person, and by which channels it also went."""

    item: InboxItem
    recipient: str
    ways: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a trail is narrowed by: how a message fared, by which channel, to whom; and where it goes on."""

    states: Sequence[DeliveryState] = ()
    channel: Channel | None = None
    who: str = ""
    cursor: str = ""


def trail_page(group_id: int, wanted: Narrowed, *, task_id: int | None = None) -> Page[Told]:
    """Who was told what about a group, or about one of its tasks, newest first."""
    query = _told().where(InboxItem.group_id == group_id)
    if task_id is not None:
        query = query.where(InboxItem.subject_kind == "task", InboxItem.subject_id == task_id)
    return _trail(query, wanted)


def installation_trail(actor: Actor, wanted: Narrowed) -> Page[Told]:
    """Who was told what that is no group's: of accounts, channels and the keeping of the installation; newest first."""
    query = _told().where(
        InboxItem.group_id.is_(None),
        InboxItem.subject_kind.in_(OF_THE_INSTALLATION),
        policy.recipients_visible_to(actor),
    )
    return _trail(query, wanted)


def _trail(query: sa.Select[Any], wanted: Narrowed) -> Page[Told]:
    states, channel, who, cursor = wanted.states, wanted.channel, wanted.who, wanted.cursor
    if who:
        query = query.where(Person.name.contains(who, autoescape=True))
    if states or channel is not None:
        ways = sa.select(DeliveryItem.item_id).join(Delivery).where(DeliveryItem.item_id == InboxItem.id, SAID)
        if states:
            ways = ways.where(Delivery.state.in_(states))
        if channel is not None:
            ways = ways.where(Delivery.channel == channel)
        query = query.where(ways.exists())
    page = _page(query, InboxItem.id, cursor, tuple)
    return Page(_with_ways(page.rows), page.next_cursor)


def told_about(subject_kind: str, subject_id: int, *, limit: int = 30) -> Sequence[Told]:
    """Who was told what about one thing, newest first."""
    query = _told().where(InboxItem.subject_kind == subject_kind, InboxItem.subject_id == subject_id)
    return _with_ways([tuple(row) for row in db.session.execute(query.order_by(InboxItem.id.desc()).limit(limit))])


def _told() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(InboxItem, Person.name).join(Person, Person.id == InboxItem.recipient_id)


def _with_ways(rows: Sequence[Any]) -> list[Told]:
    ids = [row[0].id for row in rows]
    ways: dict[int, list[Delivery]] = {}
    query = (
        sa.select(DeliveryItem.item_id, Delivery)
        .join(Delivery, Delivery.id == DeliveryItem.delivery_id)
        .where(DeliveryItem.item_id.in_(ids), SAID)
        .order_by(Delivery.id)
    )
    for item_id, delivery in db.session.execute(query):
        ways.setdefault(item_id, []).append(delivery)
    return [Told(row[0], row[1], ways.get(row[0].id, [])) for row in rows]


def _page(query: sa.Select[Any], key: Any, cursor: str, shape: Any) -> Page[Any]:
    keys = (Key(key, descending=True),)
    if cursor:
        query = query.where(after(keys, decode_cursor(cursor, (int,))))
    rows = db.session.execute(query.order_by(key.desc()).limit(PAGE_SIZE + 1)).all()
    shown = [shape(row) for row in rows[:PAGE_SIZE]]
    last = rows[PAGE_SIZE - 1][0].id if len(rows) > PAGE_SIZE else None
    return Page(shown, None if last is None else encode_cursor((last,)))
