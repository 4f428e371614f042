"""The district, its people and its two groups, before the work begins."""

import re
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from tracker.accounts.commands import mark_as_demo, open_demo_account
from tracker.demo import people
from tracker.demo.stage import Stage
from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.organisation import commands as organisation
from tracker.organisation.models import LeadershipGroup, MemberUnit, Person, Region, Unit
from tracker.organisation.rules import ContactRole, DutyKind, PostRank, RegionLevel, SeatRole, UnitKind
from tracker.plans.commands import bring_in
from tracker.plans.documents import read_document
from tracker.plans.models import Plan
from tracker.plans.proposal import propose
from tracker.tasks.intake import confirm_document

PLAN = Path(__file__).with_name("plan.txt")
PLAN_NAME = "清澜区推进义务教育优质均衡发展实施方案.txt"
HEAD_TITLES = ("局长", "主任", "镇长", "校长")


def plan_text(today: date) -> str:
    """The story's own plan, with its dates set around today."""
    phases = {
        "phase1": _span(today - timedelta(days=150), today - timedelta(days=75)),
        "phase2": _span(today - timedelta(days=45), today + timedelta(days=400)),
        "phase3": f"{_month(today + timedelta(days=431))}以后",
    }

    def fill(found: re.Match[str]) -> str:
        token = found.group(1)
        if token in phases:
            return phases[token]
        if token.startswith("year"):
            return str(today.year + int(token.removeprefix("year") or 0))
        day = today + timedelta(days=int(token))
        return f"{day.year}年{day.month}月{day.day}日"

    return re.sub(r"<<(.+?)>>", fill, PLAN.read_text(encoding="utf-8"))


def _month(day: date) -> str:
    return f"{day.year}年{day.month}月"


def _span(start: date, end: date) -> str:
    return f"{_month(start)}—{_month(end)}"


def found_district(stage: Stage) -> tuple[Region, Actor]:
    """The district with its calendar and the three officers of the installation; returns the registrar as actor."""
    mark_as_demo(by=SYSTEM, now=stage.now)
    organisation.seed_calendar(by=SYSTEM, now=stage.now)
    region = organisation.add_region(
        code="990301", name="清澜区", level=RegionLevel.COUNTY, parent=None, by=SYSTEM, now=stage.now
    )
    officers = {}
    for duty, name in people.OFFICERS.items():
        officers[duty] = organisation.add_person(region, name=name, by=SYSTEM, now=stage.now)
        organisation.grant_duty(officers[duty], duty=DutyKind(duty), by=SYSTEM, now=stage.now)
    return region, stage.actor(officers["registrar"].id)


def bring_plan(stage: Stage, region: Region, registrar: Actor, *, today: date, root: Path) -> Plan:
    """Read the plan with the product's own reader and confirm what it found, as the registrar would."""
    read = read_document(plan_text(today).encode(), PLAN_NAME, field="document")
    document = bring_in(region, document=read, root=root, by=registrar, now=stage.now)
    choices = {**propose(document.findings), "staff": [dict(row) for row in people.OFFICE_STAFF]}
    for task in choices["tasks"]:
        task["take"] = task["kind"] == "task"
    return confirm_document(document, choices, by=registrar, now=stage.now)


def settle_people(stage: Stage, region: Region, group: LeadershipGroup) -> None:
    """Deputies and liaisons, heads of other units, the supervision office, schools and sections."""
    phones = (f"1390000{number:04d}" for number in count(1))
    for name, (deputy, liaison) in people.DEPUTIES_AND_LIAISONS.items():
        for role, (title, person_name) in zip(ContactRole, (deputy, liaison), strict=True):
            rank = PostRank.DEPUTY if role is ContactRole.DEPUTY_IN_CHARGE else PostRank.STAFF
            person = _enter(stage, stage.unit(name), person_name, title, rank, phone=next(phones))
            member = _member(group, stage.unit(name))
            organisation.set_contact(member, role=role, person=person, by=SYSTEM, now=stage.now)
    for name, (title, person_name) in people.HEADS.items():
        _enter(stage, stage.unit(name), person_name, title, PostRank.HEAD, phone=next(phones))
    _supervision(stage, group)
    bureau = stage.unit("区教育局")
    for name, principal in zip(people.SCHOOLS, people.PRINCIPALS, strict=True):
        school = organisation.add_unit(region, name=name, kind=UnitKind.SCHOOL, parent=bureau, by=SYSTEM, now=stage.now)
        _enter(stage, school, principal, "校长", PostRank.HEAD, phone=next(phones))
    for name in people.SECTIONS:
        organisation.add_unit(
            region, name=f"区教育局{name}", kind=UnitKind.SECTION, parent=bureau, by=SYSTEM, now=stage.now
        )
    for person, number in zip(_without_phone(region), phones, strict=False):
        organisation.set_phone(person, phone=number, version=person.version, by=SYSTEM, now=stage.now)


def _supervision(stage: Stage, group: LeadershipGroup) -> None:
    unit = stage.unit(people.SUPERVISION)
    for title, name in people.SUPERVISORS:
        rank = PostRank.HEAD if title == "主任" else PostRank.STAFF
        person = _enter(stage, unit, name, title, rank)
        organisation.seat(group, role=SeatRole.SUPERVISOR, person=person, by=SYSTEM, now=stage.now)


def found_renovation(stage: Stage, region: Region) -> LeadershipGroup:
    """The second group: old neighbourhoods, hosted in the housing bureau."""
    told = people.RENOVATION
    host = stage.unit("区住建局")
    group = organisation.found_group(
        region,
        name=str(told["name"]),
        short_name=str(told["short_name"]),
        host_unit=host,
        by=SYSTEM,
        now=stage.now,
    )
    first = db.session.scalars(sa.select(LeadershipGroup).order_by(LeadershipGroup.id)).first()
    for name in told["members"]:
        member = organisation.add_member_unit(group, unit=stage.unit(name), by=SYSTEM, now=stage.now)
        if first is not None:
            for contact in _member(first, stage.unit(name)).contacts:
                organisation.set_contact(member, role=contact.role, person=contact.person, by=SYSTEM, now=stage.now)
    leader = db.session.scalars(sa.select(Person).where(Person.name == "闻思齐")).one()
    director = db.session.scalars(sa.select(Person).where(Person.name == "滕野")).one()
    name, unit, title = told["staff"]
    clerk = _enter(stage, stage.unit(unit), name, title, PostRank.STAFF)
    office, title, name = told["supervisor"]
    watch = organisation.add_unit(
        region, name=f"清澜区人民政府{office}", kind=UnitKind.SUPERVISION, by=SYSTEM, now=stage.now
    )
    supervisor = _enter(stage, watch, name, title, PostRank.HEAD)
    for role, person in (
        (SeatRole.LEADER, leader),
        (SeatRole.OFFICE_DIRECTOR, director),
        (SeatRole.OFFICE_STAFF, clerk),
        (SeatRole.SUPERVISOR, supervisor),
    ):
        organisation.seat(group, role=role, person=person, by=SYSTEM, now=stage.now)
    return group


def open_accounts(stage: Stage) -> int:
    """Everybody who does something in the story can be entered."""
    everybody = db.session.scalars(sa.select(Person).order_by(Person.id)).all()
    for person in everybody:
        open_demo_account(person, by=SYSTEM, now=stage.now)
    return len(everybody)


def _enter(stage: Stage, unit: Unit, name: str, title: str, rank: PostRank, *, phone: str = "") -> Person:
    person = organisation.add_person(unit.region, name=name, phone=phone, by=SYSTEM, now=stage.now)
    post = organisation.ensure_post(unit, title=title, rank=rank, by=SYSTEM, now=stage.now)
    organisation.appoint(post, person=person, by=SYSTEM, now=stage.now)
    return person


def _member(group: LeadershipGroup, unit: Unit) -> MemberUnit:
    query = sa.select(MemberUnit).where(MemberUnit.group_id == group.id, MemberUnit.unit_id == unit.id)
    return db.session.scalars(query).one()


def _without_phone(region: Region) -> list[Person]:
    query = sa.select(Person).where(Person.region_id == region.id, Person.phone == "").order_by(Person.id)
    return list(db.session.scalars(query))


def first_day(now: datetime) -> date:
    """The day on which the story's plan was brought in."""
    return local_date(now) - timedelta(days=149)
