"""Who may keep regions, units, people, groups and seats.

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
    Person,
    Post,
    Region,
    Unit,
    on_day,
)
from tracker.organisation.policy.seeing import has_duty, is_registrar, units_of
from tracker.organisation.rules import (
    DECIDING_RANKS,
    DECIDING_SEATS,
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


def _is_office_of(actor: Actor, unit: Unit, day: date) -> bool:
    """Whether a unit belongs to a group whose office somebody works in."""
    groups = _office_groups(actor)
    return bool(groups) and bool(db.session.scalar(sa.select(Unit.id).where(Unit.id == unit.id, units_of(groups, day))))


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
    found = sa.select(Unit.id).where(Unit.id.in_(units), units_of(_office_groups(actor), day)).limit(1)
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
