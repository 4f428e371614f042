"""Who somebody is today: from a person to an Actor with seats, posts, contacts and duties."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale

from tracker.kernel.actor import Actor, ContactHeld, PostHeld, SeatHeld
from tracker.kernel.errors import NotVisible
from tracker.kernel.prepared import Prepared
from tracker.organisation.models import (
    Appointment,
    InstallationDuty,
    LeadershipGroup,
    MemberContact,
    MemberUnit,
    Person,
    Post,
    Seat,
    Unit,
    on_day,
)
from tracker.organisation.queries import sits_still
from tracker.organisation.rules import LABELS, WITHOUT_BUSINESS, PostRank, SeatRole


@dataclass(frozen=True, slots=True)
class _Posts:
    """What a person holds in units today, with the person's own name and duties."""

    name: str
    region_id: int
    duties: frozenset[str]
    held: tuple[PostHeld, ...]
    presided: frozenset[int]
    """Units without a head over which this person presides."""


def actor_of_person(person_id: int, *, day: date, account_id: int | None = None) -> Actor:
    """The person as somebody who acts, with what is theirs on a day: seats, posts, contacts and duties.

    Three queries, however large the installation. Who keeps the accounts or audits does no business: for so long seats
    and contacts rest, and a post is no more than membership of its unit. Raises NotVisible where there is no such
    person.
    """
    posts = _posts(person_id, day)
    units = {post.unit_id for post in posts.held}
    contacts, member_units = _memberships(person_id, units, day)
    seats, held = _seats(person_id, posts.held, posts.presided, day), posts.held
    if posts.duties & WITHOUT_BUSINESS:
        seats, contacts, held = (), (), tuple(replace(post, rank=str(PostRank.STAFF), presiding=False) for post in held)
    return Actor(
        account_id=account_id,
        person_id=person_id,
        name=posts.name,
        region_id=posts.region_id,
        seats=seats,
        posts=held,
        contacts=contacts,
        duties=posts.duties,
        member_units=member_units,
    )


_DAY: Any = sa.bindparam("day")
_PERSON: Any = sa.bindparam("person_id")

_POSTS = Prepared(
    lambda: (
        sa.select(
            Person.name,
            Person.region_id,
            InstallationDuty.duty,
            Appointment.id,
            Appointment.presiding,
            Post.id,
            Post.unit_id,
            Post.rank,
            Post.title,
            Unit.name,
        )
        .select_from(Person)
        .outerjoin(InstallationDuty, sa.and_(InstallationDuty.person_id == Person.id, on_day(InstallationDuty, _DAY)))
        .outerjoin(Appointment, sa.and_(Appointment.person_id == Person.id, on_day(Appointment, _DAY)))
        .outerjoin(Post, Post.id == Appointment.post_id)
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .where(Person.id == _PERSON)
        .order_by(Appointment.starts_on, Appointment.id)
    )
)


def _posts(person_id: int, day: date) -> _Posts:
    rows = _POSTS.rows(person_id=person_id, day=day)
    if not rows:
        raise NotVisible
    held: dict[int, PostHeld] = {}
    for _name, _region, _duty, appointment, presiding, post, unit, rank, title, unit_name in rows:
        if appointment is not None:
            effective = PostRank.HEAD if presiding else rank
            held[appointment] = PostHeld(post, unit, str(effective), f"{unit_name}{title}", presiding=presiding)
    duties = frozenset(str(row[2]) for row in rows if row[2] is not None)
    presided = frozenset(row[6] for row in rows if row[4])
    return _Posts(rows[0][0], rows[0][1], duties, tuple(held.values()), presided)


_SEATS = Prepared(
    lambda: (
        sa.select(
            Seat.id,
            Seat.group_id,
            Seat.role,
            sa.func.coalesce(Post.unit_id, Seat.unit_id),
            LeadershipGroup.short_name,
            LeadershipGroup.name,
        )
        .join(LeadershipGroup, LeadershipGroup.id == Seat.group_id)
        .outerjoin(Post, Post.id == Seat.post_id)
        .where(
            on_day(Seat, _DAY),
            sits_still(_PERSON),
            sa.or_(
                Seat.person_id == _PERSON,
                Seat.post_id.in_(sa.bindparam("posts", expanding=True)),
                Seat.unit_id.in_(sa.bindparam("headed", expanding=True)),
                sa.and_(Post.unit_id.in_(sa.bindparam("presided", expanding=True)), Post.rank == PostRank.HEAD),
            ),
        )
        .order_by(Seat.group_id, Seat.position, Seat.id)
    )
)


def _seats(person_id: int, posts: tuple[PostHeld, ...], presided: frozenset[int], day: date) -> tuple[SeatHeld, ...]:
    """Seats by name, by post, and of a unit that sits as a member through its head.

    Who presides over a unit sits where its head would. Where seats change by proposal, successors wait for the notice.
    """
    rows = _SEATS.rows(
        person_id=person_id,
        day=day,
        posts=[post.post_id for post in posts],
        headed=[post.unit_id for post in posts if post.rank == PostRank.HEAD],
        presided=sorted(presided),
    )
    return tuple(
        SeatHeld(seat, group, str(role), unit, f"{short or name}{_seat_label(role)}")
        for seat, group, role, unit, short, name in rows
    )


@cache
def _seat_label(role: SeatRole) -> str:
    """In Chinese whatever the reader's language: it goes into the record of acts beside names of posts."""
    with force_locale("zh"):
        return str(LABELS[role])


_MEMBERSHIPS = Prepared(
    lambda: (
        sa.select(MemberUnit.group_id, MemberUnit.unit_id, MemberContact.role)
        .outerjoin(
            MemberContact,
            sa.and_(
                MemberContact.member_unit_id == MemberUnit.id,
                MemberContact.person_id == _PERSON,
                on_day(MemberContact, _DAY),
            ),
        )
        .where(
            on_day(MemberUnit, _DAY),
            sa.or_(MemberUnit.unit_id.in_(sa.bindparam("units", expanding=True)), MemberContact.id.is_not(None)),
        )
        .order_by(MemberUnit.group_id, MemberUnit.unit_id)
    )
)


def _memberships(
    person_id: int, units: set[int], day: date
) -> tuple[tuple[ContactHeld, ...], frozenset[tuple[int, int]]]:
    """Deputy in charge and liaison, and the member units that the person belongs to."""
    rows = _MEMBERSHIPS.rows(person_id=person_id, day=day, units=sorted(units))
    contacts = tuple(ContactHeld(group, unit, str(role)) for group, unit, role in rows if role is not None)
    return contacts, frozenset((group, unit) for group, unit, _role in rows)
