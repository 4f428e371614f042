"""Who holds what: the people, contacts and seats of units and groups on a day."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.kernel.prepared import Prepared
from tracker.organisation import policy
from tracker.organisation.models import (
    Appointment,
    InstallationDuty,
    LeadershipGroup,
    MemberContact,
    MemberUnit,
    Post,
    Seat,
    on_day,
)
from tracker.organisation.rules import BY_SUPERIOR, ContactRole, DutyKind, PostRank, SeatRole

_DAY: Any = sa.bindparam("day")


def _listed(name: str) -> Any:
    return sa.bindparam(name, expanding=True)


def effective_rank() -> sa.ColumnElement[str]:
    """Who presides over an empty head's post counts as its head."""
    return sa.case((Appointment.presiding, PostRank.HEAD.value), else_=sa.cast(Post.rank, sa.String))


def works_for(person: Any, unit: Any, day: Any) -> sa.ColumnElement[bool]:
    """Whether somebody holds a post of a unit, or is its contact in a group, on a day; columns of the caller's rows."""
    post = sa.select(Appointment.id).join(Post, Post.id == Appointment.post_id)
    contact = sa.select(MemberContact.id).join(MemberUnit, MemberUnit.id == MemberContact.member_unit_id)
    of_post = Appointment.person_id == person, Post.unit_id == unit, on_day(Appointment, day)
    of_contact = MemberContact.person_id == person, MemberUnit.unit_id == unit, on_day(MemberContact, day)
    return sa.or_(
        post.where(*of_post).correlate_except(Appointment, Post).exists(),
        contact.where(*of_contact).correlate_except(MemberContact, MemberUnit).exists(),
    )


def sits_still(person: Any) -> sa.ColumnElement[bool]:
    """Whether somebody who holds a seat's post today sits there, in a group whose seats change by proposal.

    There a successor to the post waits for the notice: seated is who held the post (or presided over its unit) on the
    day from which the seat counts, which is the first day of its row or of the group's going by proposal.
    """
    group, post = aliased(LeadershipGroup), aliased(Post)
    before, held = aliased(Appointment), aliased(Post)
    counted = sa.case((Seat.starts_on > group.proposals_from, Seat.starts_on), else_=group.proposals_from)
    was_there = (
        sa.select(before.id)
        .join(held, held.id == before.post_id)
        .join(post, post.id == Seat.post_id)
        .where(
            before.person_id == person,
            on_day(before, counted),
            sa.or_(held.id == post.id, sa.and_(before.presiding, held.unit_id == post.unit_id)),
        )
        .correlate_except(before, held, post)
        .exists()
    )
    awaits_notice = (
        sa.select(group.id)
        .where(group.id == Seat.group_id, group.proposals_from.is_not(None), ~was_there)
        .correlate_except(group)
        .exists()
    )
    return sa.or_(Seat.post_id.is_(None), Seat.role.in_(BY_SUPERIOR), ~awaits_notice)


def _ids(query: sa.Select[Any]) -> list[int]:
    return list(db.session.scalars(query))


_UNIT_PEOPLE = Prepared(
    lambda: (
        sa.select(Appointment.person_id)
        .join(Post)
        .where(
            Post.unit_id == sa.bindparam("unit_id"), on_day(Appointment, _DAY), effective_rank().in_(_listed("ranks"))
        )
        .distinct()
        .order_by(Appointment.person_id)
    )
)


def unit_people(unit_id: int, *, day: date, ranks: Collection[PostRank]) -> list[int]:
    """The people (by id) who hold posts of these ranks in a unit; a presiding deputy counts as head."""
    rows = _UNIT_PEOPLE.rows(unit_id=unit_id, day=day, ranks=[rank.value for rank in ranks])
    return [row[0] for row in rows]


_CONTACTS = Prepared(
    lambda: (
        sa.select(MemberContact.person_id)
        .join(MemberUnit)
        .where(
            MemberUnit.group_id == sa.bindparam("group_id"),
            MemberUnit.unit_id == sa.bindparam("unit_id"),
            on_day(MemberUnit, _DAY),
            on_day(MemberContact, _DAY),
            MemberContact.role.in_(_listed("roles")),
        )
        .distinct()
        .order_by(MemberContact.person_id)
    )
)


def contacts(group_id: int, unit_id: int, *, day: date, roles: Collection[ContactRole]) -> list[int]:
    """The deputies in charge and liaisons (person ids) of a member unit."""
    rows = _CONTACTS.rows(group_id=group_id, unit_id=unit_id, day=day, roles=list(roles))
    return [row[0] for row in rows]


def _holders() -> sa.Select[int]:
    seats = (Seat.group_id == sa.bindparam("group_id"), on_day(Seat, _DAY), Seat.role.in_(_listed("roles")))
    named = sa.select(Seat.person_id.label("id")).where(Seat.person_id.is_not(None), *seats)
    by_post = (
        sa.select(Appointment.person_id.label("id"))
        .join(Seat, Seat.post_id == Appointment.post_id)
        .where(on_day(Appointment, _DAY), sits_still(Appointment.person_id), *seats)
    )
    held_post = aliased(Post)
    presiding = (
        sa.select(Appointment.person_id.label("id"))
        .join(held_post, held_post.id == Appointment.post_id)
        .join(Post, sa.and_(Post.unit_id == held_post.unit_id, Post.rank == PostRank.HEAD))
        .join(Seat, Seat.post_id == Post.id)
        .where(Appointment.presiding, on_day(Appointment, _DAY), sits_still(Appointment.person_id), *seats)
    )
    by_unit = (
        sa.select(Appointment.person_id.label("id"))
        .join(Post)
        .join(Seat, Seat.unit_id == Post.unit_id)
        .where(on_day(Appointment, _DAY), effective_rank() == PostRank.HEAD.value, *seats)
    )
    found = sa.union(named, by_post, presiding, by_unit).subquery()
    return sa.select(found.c.id).order_by(found.c.id)


_HOLDERS = Prepared(_holders)


def seat_holders(group_id: int, *, day: date, roles: Collection[SeatRole]) -> list[int]:
    """The people (by id) who sit in a group in these roles: named, by post, or as head of a unit that sits."""
    return [row[0] for row in _HOLDERS.rows(group_id=group_id, day=day, roles=list(roles))]


def administrators(day: date) -> list[int]:
    """Who (by id) keeps the installation on a day."""
    return _ids(
        sa.select(InstallationDuty.person_id)
        .where(InstallationDuty.duty == DutyKind.SYSTEM_ADMINISTRATOR, on_day(InstallationDuty, day))
        .distinct()
        .order_by(InstallationDuty.person_id)
    )


def member_unit_ids(group_id: int, *, day: date) -> list[int]:
    """The units (by id) that are members of a group on a day."""
    return _ids(
        sa.select(MemberUnit.unit_id)
        .where(MemberUnit.group_id == group_id, on_day(MemberUnit, day))
        .order_by(MemberUnit.unit_id)
    )


def group_by_id(group_id: int) -> LeadershipGroup:
    """A group; raises NotVisible where there is none. Who may see it is the caller's question."""
    group = db.session.get(LeadershipGroup, group_id)
    if group is None:
        raise NotVisible
    return group


def visible_group_ids(actor: Actor) -> frozenset[int]:
    """The groups that a person may know of: by seat, by unit, or as registrar of the region."""
    return frozenset(_ids(sa.select(LeadershipGroup.id).where(policy.groups_visible_to(actor))))


def visible_groups(actor: Actor) -> Sequence[LeadershipGroup]:
    """The groups that a person may know of, those at work first."""
    return db.session.scalars(
        sa.select(LeadershipGroup)
        .where(policy.groups_visible_to(actor))
        .order_by(LeadershipGroup.ended_on.is_not(None), LeadershipGroup.name, LeadershipGroup.id)
    ).all()


_UNITS_OF_PEOPLE = Prepared(
    lambda: (
        sa.select(Appointment.person_id, Post.unit_id)
        .join(Post, Post.id == Appointment.post_id)
        .where(Appointment.person_id.in_(_listed("people")), on_day(Appointment, _DAY))
        .union(
            sa.select(MemberContact.person_id, MemberUnit.unit_id)
            .join(MemberUnit, MemberUnit.id == MemberContact.member_unit_id)
            .where(MemberContact.person_id.in_(_listed("people")), on_day(MemberContact, _DAY))
        )
    )
)


def units_by_person(people: Collection[int], *, day: date) -> dict[int, frozenset[int]]:
    """The units to which each of some people belongs on a day."""
    found: dict[int, set[int]] = {person: set() for person in people}
    for person_id, unit_id in _UNITS_OF_PEOPLE.rows(people=list(people), day=day):
        found[person_id].add(unit_id)
    return {person: frozenset(units) for person, units in found.items()}
