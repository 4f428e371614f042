"""Who sees which regions, units, people and groups.

A duty reaches over the region of the person who has it and the regions below.
"""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM, Actor
from tracker.organisation.models import (
    Appointment,
    LeadershipGroup,
    MemberContact,
    MemberUnit,
    Person,
    Post,
    Region,
    Seat,
    Unit,
    on_day,
)
from tracker.organisation.rules import LEADERS, OFFICE, DutyKind, SeatRole

WATCHING = frozenset({*LEADERS, *OFFICE, SeatRole.SUPERVISOR})
"""Seats that see everything of their group."""


def reaches(actor: Actor, region: Region) -> bool:
    """Whether a region is the actor's own or lies below it."""
    place: Region | None = region
    while place is not None:
        if place.id == actor.region_id:
            return True
        place = place.parent
    return False


def has_duty(actor: Actor, duty: DutyKind, region: Region) -> bool:
    """Whether a duty is held that covers a region; the product itself may do what a registrar may."""
    return actor is SYSTEM or (duty in actor.duties and reaches(actor, region))


def is_registrar(actor: Actor, region: Region) -> bool:
    """Whether somebody keeps the directory of a region."""
    return has_duty(actor, DutyKind.REGISTRAR, region)


def units_of(groups: Collection[int], day: date) -> sa.ColumnElement[bool]:
    """Units that belong to groups: members, the office's host, those with seats, and what is under these."""
    members = sa.select(MemberUnit.unit_id).where(MemberUnit.group_id.in_(groups), on_day(MemberUnit, day))
    hosts = sa.select(LeadershipGroup.host_unit_id).where(
        LeadershipGroup.id.in_(groups), LeadershipGroup.host_unit_id.is_not(None)
    )
    posts = sa.select(Post.unit_id).join(Seat).where(Seat.group_id.in_(groups), on_day(Seat, day))
    ids = members.union(hosts, posts)
    return sa.or_(Unit.id.in_(ids), Unit.parent_id.in_(ids), Unit.hosted_by_id.in_(ids))


def regions_below(region_id: int | None) -> sa.Select[tuple[int]]:
    """A region and all below it, as a query of ids."""
    tree = sa.select(Region.id).where(Region.id == region_id).cte(recursive=True)
    tree = tree.union(sa.select(Region.id).where(Region.parent_id == tree.c.id))
    return sa.select(tree.c.id)


def groups_visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Groups by seat, by unit, or as registrar."""
    if actor is SYSTEM:
        return sa.true()
    known = {seat.group_id for seat in actor.seats} | {group_id for group_id, _ in actor.member_units}
    mine = LeadershipGroup.id.in_(sorted(known))
    if DutyKind.REGISTRAR in actor.duties:
        return sa.or_(mine, LeadershipGroup.region_id.in_(regions_below(actor.region_id)))
    return mine


def keeps_directory(actor: Actor) -> bool:
    """Whether somebody sees every unit and person within reach."""
    return bool({DutyKind.REGISTRAR, DutyKind.SYSTEM_ADMINISTRATOR} & actor.duties)


def units_visible_to(actor: Actor, *, day: date) -> sa.ColumnElement[bool]:
    """Units by duty in the region, of the groups one watches over, and one's own with those under it."""
    if actor is SYSTEM:
        return sa.true()
    mine = sorted(actor.unit_ids)
    seen = [
        Unit.id.in_(mine),
        Unit.parent_id.in_(mine),
        units_of(sorted(actor.groups_as(*WATCHING)), day),
    ]
    if keeps_directory(actor):
        seen.append(Unit.region_id.in_(regions_below(actor.region_id)))
    return sa.or_(*seen)


def people_visible_to(actor: Actor, *, day: date) -> sa.ColumnElement[bool]:
    """Oneself, the people of the units one sees, those who sit in or answer to one's groups, and by duty."""
    if actor is SYSTEM:
        return sa.true()
    watched = sorted(actor.groups_as(*WATCHING))
    in_units = (
        sa.select(Appointment.person_id)
        .join(Post)
        .join(Unit)
        .where(on_day(Appointment, day), units_visible_to(actor, day=day))
    )
    seated = sa.select(Seat.person_id).where(Seat.group_id.in_(watched), Seat.person_id.is_not(None), on_day(Seat, day))
    seated_by_post = (
        sa.select(Appointment.person_id)
        .join(Seat, Seat.post_id == Appointment.post_id)
        .where(Seat.group_id.in_(watched), on_day(Seat, day), on_day(Appointment, day))
    )
    answering = (
        sa.select(MemberContact.person_id)
        .join(MemberUnit)
        .where(MemberUnit.group_id.in_(watched), on_day(MemberContact, day))
    )
    seen = [
        Person.id == actor.person_id,
        Person.id.in_(in_units),
        Person.id.in_(seated),
        Person.id.in_(seated_by_post),
        Person.id.in_(answering),
    ]
    if keeps_directory(actor):
        seen.append(Person.region_id.in_(regions_below(actor.region_id)))
    return sa.or_(*seen)


def may_see_phones(actor: Actor, group_id: int, region: Region) -> bool:
    """Whether a group's telephone numbers are shown whole: to those who watch over it, and the registrar."""
    return is_registrar(actor, region) or group_id in actor.groups_as(*WATCHING)
