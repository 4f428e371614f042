"""Found groups, set what they work by, and give their seats."""

from dataclasses import asdict, replace
from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import one_line, paragraphs
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation import policy
from tracker.organisation.commands.rows import DAY, end, insert, lies_within, require_begins_later, unique
from tracker.organisation.models import (
    Appointment,
    LeadershipGroup,
    Person,
    Post,
    Region,
    Seat,
    SeatChange,
    Unit,
    on_day,
)
from tracker.organisation.rules import OPEN_CHANGES, GroupSettings, SeatRole, Succession, settings_out_of_range

GROUP_TAKEN = _l("本行政区已有同名领导小组。")
ELSEWHERE = _l("所选单位或人员不在本行政区范围内。")
ARCHIVED = _l("该领导小组已经结束并归档。")


def found_group(
    region: Region,
    *,
    name: str,
    short_name: str = "",
    purpose: str = "",
    host_unit: Unit | None = None,
    goal_on: date | None = None,
    starts_on: date | None = None,
    uses_from: date | None = None,
    by: Actor,
    now: datetime,
) -> LeadershipGroup:
    """Found a leadership group of a region.

    uses_from is the first day for which reminders, crossings and flags are made; today unless said otherwise.
    """
    require(policy.may_found_group(by, region))
    _check_host(host_unit, region)
    starts = starts_on or local_date(now)
    group = LeadershipGroup(
        region=region,
        name=one_line(name, "name", limit=120, required=True),
        short_name=one_line(short_name, "short_name", limit=40),
        purpose=paragraphs(purpose, "purpose", limit=500),
        host_unit=host_unit,
        goal_on=goal_on,
        starts_on=starts,
        uses_from=uses_from or max(starts, local_date(now)),
    )
    insert(group, field="name", taken=GROUP_TAKEN)
    record("organisation.found_group", "group", group.id, by=by, now=now, group_id=group.id, new=_facts(group))
    return group


def change_group(
    group: LeadershipGroup,
    *,
    name: str,
    short_name: str,
    purpose: str,
    host_unit: Unit | None,
    goal_on: date | None,
    version: int,
    by: Actor,
    now: datetime,
) -> None:
    """Change a group's name, purpose, goal or the unit that hosts its office."""
    require(policy.may_change_group(by, group))
    check_open(group)
    _check_host(host_unit, group.region)
    take(group, version=version)
    old = _facts(group)
    with unique(field="name", taken=GROUP_TAKEN):
        group.name = one_line(name, "name", limit=120, required=True)
        group.short_name = one_line(short_name, "short_name", limit=40)
        group.purpose = paragraphs(purpose, "purpose", limit=500)
        group.host_unit, group.goal_on = host_unit, goal_on
    record(
        "organisation.change_group", "group", group.id, by=by, now=now, group_id=group.id, old=old, new=_facts(group)
    )


def change_group_settings(
    group: LeadershipGroup, *, settings: GroupSettings, version: int, by: Actor, now: datetime
) -> None:
    """Change what a group works by, such as the days to sign for.

    Where seats begin to change by proposal (报请调整), whoever sits on that day stays.
    """
    require(policy.may_change_group(by, group))
    check_open(group)
    wrong = settings_out_of_range(settings)
    if wrong:
        raise Invalid(
            {
                name: _l("请填写 %(low)s 到 %(high)s 之间的数。", low=low, high=high)
                for name, (low, high) in wrong.items()
            }
        )
    prefix = one_line(settings.notice_prefix, "notice_prefix", limit=20) or GroupSettings().notice_prefix
    take(group, version=version)
    new = asdict(replace(settings, notice_prefix=prefix))
    old = {name: getattr(group, name) for name in new}
    for name in new.keys() - {"succession"}:
        setattr(group, name, new[name])
    if settings.succession is not group.succession:
        group.proposals_from = local_date(now) if settings.succession is Succession.PROPOSAL else None
    record("organisation.change_group_settings", "group", group.id, by=by, now=now, group_id=group.id, old=old, new=new)


def end_group(group: LeadershipGroup, *, on: date | None = None, version: int, by: Actor, now: datetime) -> None:
    """A group has done its work: archived and closed, readable for good."""
    require(policy.may_change_group(by, group))
    check_open(group)
    take(group, version=version)
    group.ended_on = max(on or local_date(now), group.starts_on)
    record(
        "organisation.end_group", "group", group.id, by=by, now=now, group_id=group.id, new={"ended_on": group.ended_on}
    )


def seat(
    group: LeadershipGroup,
    *,
    role: SeatRole,
    post: Post | None = None,
    person: Person | None = None,
    unit: Unit | None = None,
    title: str = "",
    position: int | None = None,
    starts_on: date | None = None,
    instrument: str = "",
    by: Actor,
    now: datetime,
) -> Seat:
    """Give a seat in a group to a post (whoever holds it), to a person, or, for a member, to a whole unit."""
    day = starts_on or local_date(now)
    require(policy.may_seat(by, group, role, _sitting(post, person, day)))
    check_open(group)
    _check_holder(group, role, post, person, unit)
    title = one_line(title, "title", limit=200)
    instrument = one_line(instrument, "instrument", limit=100)
    row = Seat(
        group=group,
        role=role,
        post=post,
        person=person,
        unit=unit,
        title=title,
        position=_next_position(group) if position is None else position,
        starts_on=day,
        instrument=instrument,
    )
    db.session.add(row)
    db.session.flush()
    record("organisation.seat", "group", group.id, by=by, now=now, group_id=group.id, new=_seat_facts(row))
    return row


def end_seat(row: Seat, *, last_day: date | None = None, by: Actor, now: datetime) -> date:
    """A seat ends; its last day is yesterday unless said otherwise, so that its rights end at once. Returns that day.

    Not while a proposal about it is under way; and a row that anything names, a proposal, a task that its leader
    watches over or a letter, stays for at least its first day.
    """
    require(policy.may_keep_group(by, row.group))
    last = last_day or local_date(now) - DAY
    proposals = set(db.session.scalars(sa.select(SeatChange.state).where(SeatChange.seat_id == row.id)))
    if not proposals.isdisjoint(OPEN_CHANGES):
        raise Stale(_l("该席位正在报请调整，请先撤回报请或者办结。"))
    return finish_seat(row, last_day=last, by=by, now=now)


def finish_seat(row: Seat, *, last_day: date, by: Actor, now: datetime) -> date:
    """End the row of a seat, whoever decided that."""
    group_id, old = row.group_id, _seat_facts(row)
    ended = end(row, last_day=last_day)
    new = {"ends_on": ended}
    record("organisation.end_seat", "group", group_id, by=by, now=now, group_id=group_id, old=old, new=new)
    return ended


def change_holder(
    row: Seat,
    *,
    post: Post | None = None,
    person: Person | None = None,
    unit: Unit | None = None,
    title: str = "",
    starts_on: date | None = None,
    instrument: str = "",
    by: Actor,
    now: datetime,
) -> Seat:
    """A seat passes to another post, person or unit: one row ends the day before, another begins in its place.

    Not where the seat changes by proposal: there a notice passes it on.
    """
    require(policy.may_change_holder(by, row))
    day = starts_on or local_date(now)
    group, role, position = row.group, row.role, row.position
    require_begins_later(row, day, today=local_date(now))
    end_seat(row, last_day=day - DAY, by=by, now=now)
    return seat(
        group,
        role=role,
        post=post,
        person=person,
        unit=unit,
        title=title,
        position=position,
        starts_on=day,
        instrument=instrument,
        by=by,
        now=now,
    )


def check_open(group: LeadershipGroup) -> None:
    if group.ended_on is not None:
        raise Stale(ARCHIVED)


def _check_host(unit: Unit | None, region: Region) -> None:
    if unit is not None and not lies_within(unit.region, region):
        raise Invalid({"host_unit_id": ELSEWHERE})


def _check_holder(
    group: LeadershipGroup, role: SeatRole, post: Post | None, person: Person | None, unit: Unit | None
) -> None:
    if [post, person, unit].count(None) != 2:
        raise Invalid({"holder": _l("请选择一个职务、一名人员或一个单位。")})
    if unit is not None and role != SeatRole.MEMBER:
        raise Invalid({"holder": _l("只有“成员”可以由单位担任。")})
    home = post.unit if post is not None else person or unit
    if home is not None and not lies_within(home.region, group.region):
        raise Invalid({"holder": ELSEWHERE})


def _sitting(post: Post | None, person: Person | None, day: date) -> set[int]:
    if person is not None:
        return {person.id}
    if post is None:
        return set()
    return set(
        db.session.scalars(
            sa.select(Appointment.person_id).where(Appointment.post_id == post.id, on_day(Appointment, day))
        )
    )


def _next_position(group: LeadershipGroup) -> int:
    last = db.session.scalar(sa.select(sa.func.max(Seat.position)).where(Seat.group_id == group.id))
    return (last or 0) + 1


def _facts(group: LeadershipGroup) -> dict[str, object]:
    return {
        "name": group.name,
        "short_name": group.short_name,
        "purpose": group.purpose,
        "host_unit_id": group.host_unit_id,
        "goal_on": group.goal_on,
    }


def _seat_facts(row: Seat) -> dict[str, object]:
    return {
        "seat_id": row.id,
        "role": row.role,
        "post_id": row.post_id,
        "person_id": row.person_id,
        "unit_id": row.unit_id,
        "starts_on": row.starts_on,
        "instrument": row.instrument,
    }
