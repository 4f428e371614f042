"""Who may keep and who may see regions, units, people, groups and seats.

A duty reaches over the region of the person who has it and the regions below. The group office keeps what belongs
to its own group. Nobody gives themselves a seat or post that decides.
"""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.db import db
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
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
from tracker.organisation.rules import (
    DECIDING_RANKS,
    DECIDING_SEATS,
    LEADERS,
    OFFICE,
    OFFICE_DIRECTORS,
    DutyKind,
    SeatRole,
)

NOT_REGISTRAR = refused(_l("只有登记员可以维护行政区、单位和人员的基本资料。"))
NOT_OFFICE = refused(_l("只有本领导小组办公室或登记员可以维护。"))
NOT_DIRECTOR = refused(_l("只有领导小组办公室主任、副主任或登记员可以修改小组设置。"))
NOT_ADMINISTRATOR = refused(_l("只有系统管理员可以指定或解除安装职责。"))
NOT_ONESELF = refused(_l("不能由本人给自己任职或入席，请由他人办理。"))
ELSEWHERE = refused(_l("所选单位或人员不在本行政区范围内。"))
NOT_YOUR_PHONE = refused(_l("只有本人、登记员或本单位所在领导小组的办公室可以修改电话。"))

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


def _office_groups(actor: Actor) -> list[int]:
    return sorted(actor.groups_as(*OFFICE))


def _is_office_in(actor: Actor, region: Region) -> bool:
    groups = _office_groups(actor)
    return bool(groups) and bool(
        db.session.scalar(
            sa.select(LeadershipGroup.id)
            .where(LeadershipGroup.id.in_(groups), LeadershipGroup.region_id == region.id)
            .limit(1)
        )
    )


def _units_of(groups: Collection[int], day: date) -> sa.ColumnElement[bool]:
    """Units that belong to groups: members, the office's host, those with seats, and what is under these."""
    members = sa.select(MemberUnit.unit_id).where(MemberUnit.group_id.in_(groups), on_day(MemberUnit, day))
    hosts = sa.select(LeadershipGroup.host_unit_id).where(
        LeadershipGroup.id.in_(groups), LeadershipGroup.host_unit_id.is_not(None)
    )
    posts = sa.select(Post.unit_id).join(Seat).where(Seat.group_id.in_(groups), on_day(Seat, day))
    ids = members.union(hosts, posts)
    return sa.or_(Unit.id.in_(ids), Unit.parent_id.in_(ids), Unit.hosted_by_id.in_(ids))


def _is_office_of(actor: Actor, unit: Unit, day: date) -> bool:
    """Whether a unit belongs to a group whose office somebody works in."""
    groups = _office_groups(actor)
    return bool(groups) and bool(
        db.session.scalar(sa.select(Unit.id).where(Unit.id == unit.id, _units_of(groups, day)))
    )


def may_add_region(actor: Actor, parent: Region | None) -> Verdict:
    """A registrar adds regions below their own; the topmost come with the installation."""
    if actor is SYSTEM or (parent is not None and is_registrar(actor, parent)):
        return ALLOWED
    return NOT_REGISTRAR


def may_enter_regions(actor: Actor) -> Verdict:
    """Open the entry of regions at all; below which one is asked again."""
    return ALLOWED if DutyKind.REGISTRAR in actor.duties else NOT_REGISTRAR


def may_keep_region(actor: Actor, region: Region) -> Verdict:
    """Correct a region's name, or change and end the units in it."""
    return ALLOWED if is_registrar(actor, region) else NOT_REGISTRAR


def may_add_to(actor: Actor, region: Region) -> Verdict:
    """Enter a unit or a person: the registrar, or a group office of this very region (a plan names them)."""
    if is_registrar(actor, region) or _is_office_in(actor, region):
        return ALLOWED
    return NOT_OFFICE


def may_add_person(actor: Actor, region: Region) -> Verdict:
    """Enter a person: also the system administrator, who must be able to name the first registrar of a region."""
    if has_duty(actor, DutyKind.SYSTEM_ADMINISTRATOR, region):
        return ALLOWED
    return may_add_to(actor, region)


def may_keep_unit(actor: Actor, unit: Unit) -> Verdict:
    """Rename, move or end a unit."""
    return may_keep_region(actor, unit.region)


def may_name_unit(actor: Actor, unit: Unit) -> Verdict:
    """Add a short name by which papers call a unit."""
    return may_add_to(actor, unit.region)


def may_keep_person(actor: Actor, person: Person) -> Verdict:
    """Correct a person's name."""
    return may_keep_region(actor, person.region)


def may_set_phone(actor: Actor, person: Person, *, day: date) -> Verdict:
    """Change a telephone number: one's own, or as registrar, or as office of a group the person works for."""
    if actor.person_id == person.id or is_registrar(actor, person.region):
        return ALLOWED
    units = (
        sa.select(Post.unit_id).join(Appointment).where(Appointment.person_id == person.id, on_day(Appointment, day))
    )
    found = sa.select(Unit.id).where(Unit.id.in_(units), _units_of(_office_groups(actor), day)).limit(1)
    return ALLOWED if db.session.scalar(found) else NOT_YOUR_PHONE


def may_keep_posts(actor: Actor, unit: Unit, *, day: date) -> Verdict:
    """Set up posts of a unit and end appointments: the registrar, or the office of a group the unit belongs to."""
    if is_registrar(actor, unit.region) or _is_office_of(actor, unit, day):
        return ALLOWED
    return NOT_OFFICE


def may_appoint(actor: Actor, post: Post, person: Person, *, day: date, presiding: bool) -> Verdict:
    """Enter that somebody holds a post."""
    allowed = may_keep_posts(actor, post.unit, day=day)
    if not allowed:
        return allowed
    if person.region_id != post.unit.region_id and not is_registrar(actor, person.region):
        return ELSEWHERE
    if (presiding or post.rank in DECIDING_RANKS) and person.id == actor.person_id:
        return NOT_ONESELF
    return ALLOWED


def may_found_group(actor: Actor, region: Region) -> Verdict:
    """Found a leadership group."""
    return ALLOWED if is_registrar(actor, region) else refused(_l("只有登记员可以建立领导小组。"))


def may_keep_group(actor: Actor, group: LeadershipGroup) -> Verdict:
    """Keep seats, member units and contacts of a group."""
    if is_registrar(actor, group.region) or group.id in actor.groups_as(*OFFICE):
        return ALLOWED
    return NOT_OFFICE


def may_change_group(actor: Actor, group: LeadershipGroup) -> Verdict:
    """Change what a group works by, or archive it."""
    if is_registrar(actor, group.region) or group.id in actor.groups_as(*OFFICE_DIRECTORS):
        return ALLOWED
    return NOT_DIRECTOR


def may_seat(actor: Actor, group: LeadershipGroup, role: SeatRole, holders: Collection[int]) -> Verdict:
    """Give a seat; holders are the people (ids) who would sit there today."""
    allowed = may_keep_group(actor, group)
    if allowed and role in DECIDING_SEATS and actor.person_id in holders:
        return NOT_ONESELF
    return allowed


def may_grant_duty(actor: Actor, person: Person) -> Verdict:
    """Give somebody an installation duty."""
    if not has_duty(actor, DutyKind.SYSTEM_ADMINISTRATOR, person.region):
        return NOT_ADMINISTRATOR
    return NOT_ONESELF if person.id == actor.person_id else ALLOWED


def may_end_duty(actor: Actor, person: Person) -> Verdict:
    """End somebody's installation duty; one's own too."""
    return ALLOWED if has_duty(actor, DutyKind.SYSTEM_ADMINISTRATOR, person.region) else NOT_ADMINISTRATOR


def may_keep_calendar(actor: Actor) -> Verdict:
    """Correct the working-day calendar, which binds the whole installation."""
    if actor is SYSTEM or DutyKind.SYSTEM_ADMINISTRATOR in actor.duties or DutyKind.REGISTRAR in actor.duties:
        return ALLOWED
    return refused(_l("只有系统管理员或登记员可以维护工作日历。"))


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
        _units_of(sorted(actor.groups_as(*WATCHING)), day),
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
