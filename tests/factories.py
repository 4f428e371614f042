"""Units, people and posts for tests, entered by the product's own commands."""

from datetime import date, datetime

from tests.clock import NOW
from tracker.kernel.actor import SYSTEM, Actor
from tracker.organisation import commands
from tracker.organisation.models import LeadershipGroup, MemberUnit, Person, Post, Region, Unit
from tracker.organisation.rules import ContactRole, PostRank, RegionLevel, UnitKind


def make_region(
    code: str = "990303", name: str = "云洲区", *, parent: Region | None = None, now: datetime = NOW
) -> Region:
    """A district of its own."""
    return commands.add_region(code=code, name=name, level=RegionLevel.COUNTY, parent=parent, by=SYSTEM, now=now)


def make_unit(
    region: Region,
    name: str,
    kind: UnitKind = UnitKind.DEPARTMENT,
    *,
    parent: Unit | None = None,
    hosted_by: Unit | None = None,
    short_names: tuple[str, ...] = (),
    now: datetime = NOW,
) -> Unit:
    """A unit of a region."""
    return commands.add_unit(
        region,
        name=name,
        kind=kind,
        parent=parent,
        hosted_by=hosted_by,
        short_names=short_names,
        by=SYSTEM,
        now=now,
    )


def make_post(unit: Unit, title: str = "局长", rank: PostRank = PostRank.HEAD, *, now: datetime = NOW) -> Post:
    """A post of a unit."""
    return commands.ensure_post(unit, title=title, rank=rank, by=SYSTEM, now=now)


def make_person(
    unit: Unit,
    name: str,
    title: str = "科员",
    rank: PostRank = PostRank.STAFF,
    *,
    phone: str = "",
    starts_on: date | None = None,
    by: Actor = SYSTEM,
    now: datetime = NOW,
) -> Person:
    """A person who holds a post in a unit."""
    person = commands.add_person(unit.region, name=name, phone=phone, by=by, now=now)
    post = commands.ensure_post(unit, title=title, rank=rank, by=by, now=now)
    commands.appoint(post, person=person, starts_on=starts_on, by=by, now=now)
    return person


def make_member(
    group: LeadershipGroup,
    unit: Unit,
    *,
    deputy: Person | None = None,
    liaison: Person | None = None,
    now: datetime = NOW,
) -> MemberUnit:
    """A member unit of a group with those who answer for it."""
    member = commands.add_member_unit(group, unit=unit, by=SYSTEM, now=now)
    for role, person in ((ContactRole.DEPUTY_IN_CHARGE, deputy), (ContactRole.LIAISON, liaison)):
        if person is not None:
            commands.set_contact(member, role=role, person=person, by=SYSTEM, now=now)
    return member
