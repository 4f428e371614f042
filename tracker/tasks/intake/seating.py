"""Found the groups of a plan or add to those on file: seats, member units, the office and its staff."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from tracker.kernel.db import db
from tracker.kernel.errors import Invalid
from tracker.organisation import commands, queries
from tracker.organisation.models import LeadershipGroup, Person, Post, Seat, Unit
from tracker.organisation.rules import LABELS, SeatRole, UnitKind
from tracker.plans.guesses import is_party_committee
from tracker.plans.refusals import NO_NAME, NO_UNIT, about
from tracker.plans.study import GroupStudy
from tracker.plans.study.names import lead_of, taken_seats, unit_list
from tracker.tasks.intake.desk import Desk, at
from tracker.tasks.intake.directory import appoint, holders_of, person_of, post_of, require_home

STAFF_POST = "工作人员"


def group_of(desk: Desk, row: Mapping[str, Any], found: GroupStudy, *, goal_on: date | None) -> LeadershipGroup:
    """The group of a plan: the one on file, or newly founded."""
    if found.group is not None:
        return found.group
    if not row["name"]:
        raise Invalid({"groups": NO_NAME})
    with at("groups", row["name"]):
        group = commands.found_group(
            desk.study.region,
            name=row["name"],
            host_unit=desk.units.get(row["office_unit"]),
            goal_on=goal_on,
            by=desk.by,
            now=desk.now,
        )
    desk.note("groups", group.id)
    return group


def enter_members(desk: Desk, group: LeadershipGroup, row: Mapping[str, Any], *, with_tasks: bool) -> None:
    """Make every unit a member that hosts the office, sits, or has work in the plan."""
    names = [row["office_unit"], *(post["unit"] for seat in taken_seats(row) for post in seat["posts"])]
    for task in desk.choices["tasks"] if with_tasks else ():
        if task["take"]:
            names += [lead_of(task, desk.choices), *unit_list(task["cooperating"])]
    members = set(queries.member_unit_ids(group.id, day=desk.day))
    for unit in _distinct(desk.units[name] for name in names if name):
        if unit.id in members or _sets_the_work(unit):
            continue
        with at("units", unit.name):
            member = commands.add_member_unit(group, unit=unit, by=desk.by, now=desk.now)
        desk.note("member_units", member.id)


def _sets_the_work(unit: Unit) -> bool:
    """Whether a unit sits through its leaders alone: government and party committee are no member units."""
    return unit.kind is UnitKind.GOVERNMENT or is_party_committee(unit.name)


def _distinct(units: Iterable[Unit]) -> list[Unit]:
    return list({unit.id: unit for unit in units}.values())


def enter_posts(desk: Desk, row: Mapping[str, Any]) -> None:
    """Enter the posts of a group's people, before any seat asks who holds what."""
    for seat in taken_seats(row):
        for post in seat["posts"]:
            if post["unit"] and post["post"]:
                known = post_of(desk, desk.units[post["unit"]], post["post"])
                if known is not None and seat["person"] and not _is_anothers(desk, known, seat["person"]):
                    appoint(desk, known, person_of(desk, seat["person"]))


def _is_anothers(desk: Desk, post: Post, name: str) -> bool:
    """Whether a head's post is held, on file, by somebody else than the paper says."""
    return any(
        held.unit_id == post.unit_id and held.title == post.title and held.in_paper == name
        for held in desk.study.holders
    )


def enter_seats(desk: Desk, group: LeadershipGroup, row: Mapping[str, Any], found: GroupStudy) -> None:
    """Give the seats that are ticked and not on file yet."""
    for place, seat in enumerate(row["seats"]):
        if not seat["take"] or place in found.known:
            continue
        title = "、".join(f"{post['unit']}{post['post']}" for post in seat["posts"])
        label = f"{LABELS[SeatRole(seat['role'])]} {seat['person'] or title}"
        with at("seats", label):
            given = commands.seat(
                group,
                role=SeatRole(seat["role"]),
                **_holder(desk, seat, label),
                title=title[:200],
                instrument=desk.instrument,
                by=desk.by,
                now=desk.now,
            )
        desk.note("seats", given.id)


def _holder(desk: Desk, seat: Mapping[str, Any], label: str) -> dict[str, Any]:
    """Who or what sits: the post that one person holds, else the person, else the post, else the unit."""
    named = next((post for post in seat["posts"] if post["unit"] and post["post"]), None)
    post = post_of(desk, desk.units[named["unit"]], named["post"]) if named else None
    if post is not None:
        holders = holders_of(desk, post)
        if not seat["person"] or _is_anothers(desk, post, seat["person"]) or holders == {_id_of(desk, seat["person"])}:
            return {"post": post}
    if seat["person"]:
        return {"person": person_of(desk, seat["person"])}
    unit = next((post["unit"] for post in seat["posts"] if post["unit"] and not post["post"]), None)
    if unit is None:
        raise Invalid({"seats": about(label, NO_UNIT)})
    return {"unit": desk.units[unit]}


def _id_of(desk: Desk, name: str) -> int:
    return person_of(desk, name).id


def enter_staff(desk: Desk, group: LeadershipGroup) -> None:
    """Name those who work in the group's office."""
    for row in desk.choices["staff"]:
        if not row["name"]:
            continue
        require_home(desk, row["name"], row["unit"])
        person = person_of(desk, row["name"], phone=row["phone"])
        if row["unit"]:
            post = post_of(desk, desk.units[row["unit"]], row["post"] or STAFF_POST)
            if post is not None:
                appoint(desk, post, person)
        if not _works_here(group, person):
            with at("staff", person.name):
                given = commands.seat(group, role=SeatRole.OFFICE_STAFF, person=person, by=desk.by, now=desk.now)
            desk.note("seats", given.id)


def _works_here(group: LeadershipGroup, person: Person) -> bool:
    seats = sa.select(Seat.id).where(
        Seat.group_id == group.id,
        Seat.person_id == person.id,
        Seat.role == SeatRole.OFFICE_STAFF,
        Seat.ends_on.is_(None),
    )
    return db.session.scalar(seats.limit(1)) is not None
