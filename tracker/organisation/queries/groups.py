"""Groups, their seats and member units as their pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.organisation import policy
from tracker.organisation.models import (
    Appointment,
    LeadershipGroup,
    MemberContact,
    MemberUnit,
    Person,
    Post,
    Seat,
    Unit,
    on_day,
)
from tracker.organisation.queries.directory import heads_of
from tracker.organisation.queries.holders import sits_still
from tracker.organisation.rules import ContactRole, PostRank, SeatRole


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat with the people who sit there today; nobody where the post is empty (缺位)."""

    seat: Seat
    holders: Sequence[Person]

    @property
    def is_empty(self) -> bool:
        """Whether a seat of a post or person has nobody; a unit that sits is never empty."""
        return not self.holders and self.seat.unit_id is None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member unit with those who answer for it today; an empty list is a gap."""

    member: MemberUnit
    heads: Sequence[Person]
    deputies: Sequence[MemberContact]
    liaisons: Sequence[MemberContact]


def group_of_reader(actor: Actor, group_id: int) -> LeadershipGroup:
    """A group that somebody may know of."""
    group = db.session.scalar(
        sa.select(LeadershipGroup).where(LeadershipGroup.id == group_id, policy.groups_visible_to(actor))
    )
    if group is None:
        raise NotVisible
    return group


def groups_of_unit(actor: Actor, unit: Unit, *, day: date) -> Sequence[MemberUnit]:
    """The groups a unit is a member of, among those that somebody may know of."""
    return db.session.scalars(
        sa.select(MemberUnit)
        .join(LeadershipGroup)
        .where(MemberUnit.unit_id == unit.id, on_day(MemberUnit, day), policy.groups_visible_to(actor))
        .options(contains_eager(MemberUnit.group))
        .order_by(LeadershipGroup.name)
    ).all()


def seats(group: LeadershipGroup, *, day: date) -> tuple[list[SeatRow], list[Seat]]:
    """The seats in force, in their order by role, and those that ended (newest first)."""
    rows = db.session.scalars(
        sa.select(Seat)
        .where(Seat.group_id == group.id)
        .options(joinedload(Seat.post).joinedload(Post.unit), joinedload(Seat.person), joinedload(Seat.unit))
        .order_by(Seat.position, Seat.id)
    ).all()
    now_or_later = [seat for seat in rows if seat.ends_on is None or seat.ends_on >= day]
    past = [seat for seat in rows if seat.ends_on is not None and seat.ends_on < day]
    holders = holders_of_posts(now_or_later, day=day)
    order = list(SeatRole)
    current = [
        SeatRow(seat, [seat.person] if seat.person is not None else holders.get(seat.id, []))
        for seat in sorted(now_or_later, key=lambda seat: (order.index(seat.role), seat.position, seat.id))
    ]
    return current, sorted(past, key=lambda seat: (seat.ends_on, seat.id), reverse=True)


@cache
def _sitting() -> tuple[sa.Select[int, Person], ...]:
    """Who holds a seat's post, and who presides where a head's is empty: built once, as each letter asks it."""
    held_post = aliased(Post)
    by_post = sa.select(Seat.id, Person).join(Appointment, Appointment.post_id == Seat.post_id)
    presiding = (
        sa.select(Seat.id, Person)
        .join(Post, sa.and_(Post.id == Seat.post_id, Post.rank == PostRank.HEAD))
        .join(held_post, held_post.unit_id == Post.unit_id)
        .join(Appointment, sa.and_(Appointment.post_id == held_post.id, Appointment.presiding))
    )
    asked: Any = sa.bindparam("seats", expanding=True)
    today: Any = sa.bindparam("day")
    return tuple(
        query.join(Person, Person.id == Appointment.person_id)
        .where(Seat.id.in_(asked), on_day(Appointment, today), sits_still(Appointment.person_id))
        .order_by(Appointment.id)
        for query in (by_post, presiding)
    )


def holders_of_posts(rows: Sequence[Seat], *, day: date) -> dict[int, list[Person]]:
    """Who sits in seats of posts, by seat; for a head's empty post whoever presides there."""
    found: dict[int, list[Person]] = {}
    for query in _sitting():
        empty = [seat.id for seat in rows if seat.post_id is not None and seat.id not in found]
        if not empty:
            break
        for seat_id, person in db.session.execute(query, {"seats": empty, "day": day}):
            found.setdefault(seat_id, []).append(person)
    return found


def seat_by_id(group: LeadershipGroup, seat_id: int) -> Seat:
    """A seat of a group."""
    row = db.session.scalar(sa.select(Seat).where(Seat.id == seat_id, Seat.group_id == group.id))
    if row is None:
        raise NotVisible
    return row


def members(group: LeadershipGroup, *, day: date) -> list[MemberRow]:
    """The member units of a group today, with heads, deputies in charge and liaisons."""
    rows = db.session.scalars(
        sa.select(MemberUnit)
        .join(Unit)
        .where(MemberUnit.group_id == group.id, on_day(MemberUnit, day))
        .options(contains_eager(MemberUnit.unit))
        .order_by(Unit.kind, Unit.pinyin, Unit.id)
    ).all()
    return _with_contacts(rows, day)


def member_row(member: MemberUnit, *, day: date) -> MemberRow:
    """One member unit with those who answer for it on a day."""
    return _with_contacts([member], day)[0]


def _with_contacts(rows: Sequence[MemberUnit], day: date) -> list[MemberRow]:
    heads = heads_of([row.unit_id for row in rows], day=day)
    contacts = db.session.scalars(
        sa.select(MemberContact)
        .where(MemberContact.member_unit_id.in_([row.id for row in rows]), on_day(MemberContact, day))
        .options(joinedload(MemberContact.person))
        .order_by(MemberContact.id)
    ).all()

    def of(row: MemberUnit, role: ContactRole) -> list[MemberContact]:
        return [contact for contact in contacts if contact.member_unit_id == row.id and contact.role == role]

    return [
        MemberRow(row, heads.get(row.unit_id, []), of(row, ContactRole.DEPUTY_IN_CHARGE), of(row, ContactRole.LIAISON))
        for row in rows
    ]


def member_by_id(group: LeadershipGroup, member_id: int) -> MemberUnit:
    """A member unit of a group, past ones too."""
    row = db.session.scalar(sa.select(MemberUnit).where(MemberUnit.id == member_id, MemberUnit.group_id == group.id))
    if row is None:
        raise NotVisible
    return row


def member_candidates(member: MemberUnit, *, day: date) -> list[tuple[int, str]]:
    """The people of a member unit and its sections who may become its deputy in charge or liaison."""
    rows = db.session.execute(
        sa.select(Person.id, Person.name, Post.title)
        .join(Appointment, Appointment.person_id == Person.id)
        .join(Post, Post.id == Appointment.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(
            sa.or_(Unit.id == member.unit_id, sa.and_(Unit.parent_id == member.unit_id, Unit.kind == "section")),
            on_day(Appointment, day),
        )
        .order_by(Post.rank, Person.id)
    )
    found: dict[int, str] = {}
    for person_id, name, title in rows:
        found.setdefault(person_id, f"{name} {title}")
    return list(found.items())


def contact_history(member: MemberUnit) -> Sequence[MemberContact]:
    """Everybody who is or was deputy in charge or liaison of a member unit, newest first."""
    return db.session.scalars(
        sa.select(MemberContact)
        .where(MemberContact.member_unit_id == member.id)
        .options(joinedload(MemberContact.person))
        .order_by(MemberContact.starts_on.desc(), MemberContact.id.desc())
    ).all()


def contact_of_member(member: MemberUnit, contact_id: int) -> MemberContact:
    """One deputy in charge or liaison of a member unit."""
    row = db.session.scalar(
        sa.select(MemberContact).where(MemberContact.id == contact_id, MemberContact.member_unit_id == member.id)
    )
    if row is None:
        raise NotVisible
    return row
