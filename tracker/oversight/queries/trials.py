"""A dry run (试运行): which flags the rules would have raised, had they been on since a day. It writes nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.organisation.models import LeadershipGroup, Unit
from tracker.oversight.models import Flag
from tracker.oversight.queries.flag_facts import extensions_of, missed_rectifications_of, returns_of
from tracker.oversight.rules import (
    FLAG_RULES,
    OVERDUE_RULES,
    Facts,
    FlagColour,
    FlagRule,
    FlagSubject,
    Happening,
    RuleSetting,
    look_with,
    reached_on,
    replay,
)
from tracker.tasks.models import Crossing, DueDateChange, Milestone, Submission, Suspension, Task, TaskPart
from tracker.tasks.queries.lights import of_the_group
from tracker.tasks.rules import CrossingKind, ReportState, TaskState, days_overdue


@dataclass(frozen=True, slots=True)
class Trial:
    """A flag that would have been raised on a day; raised: it was, in fact."""

    rule: FlagRule
    colour: FlagColour
    kind: FlagSubject
    subject_id: int
    task_id: int
    title: str
    unit: str
    due_on: date
    on: date
    raised: bool = False


@dataclass(frozen=True, slots=True)
class _Spell:
    """A time of being late: from a deadline that passed to the day on which it ended, or today."""

    kind: FlagSubject
    subject_id: int
    task_id: int
    due_on: date
    ended_on: date


def dry_run(
    group: LeadershipGroup, settings: Mapping[FlagRule, RuleSetting], *, since: date, today: date
) -> list[Trial]:
    """What some settings would have raised since a day, from what is on record, oldest first; read only.

    Days before the group used the product never count. Rules that are switched off are shown as if they were on.
    """
    since = max(since, group.uses_from)
    wanted = {rule: replace(setting, enabled=True, since=since) for rule, setting in settings.items()}
    names = _names(group.id)
    found: list[Trial] = []

    def add(rule: FlagRule, kind: FlagSubject, subject_id: int, task_id: int, finding: Any) -> None:
        title, unit = names[kind][subject_id]
        colour = FLAG_RULES[rule].colour
        on = working_days().on_or_after(finding.on)  # nothing is raised on a free day
        found.append(Trial(rule, colour, kind, subject_id, task_id, title, unit, finding.due_on, on))

    for spell in _spells(group, today=today):
        for rule in OVERDUE_RULES.values():
            finding = _overdue(group, spell, rule, wanted[rule], today=today)
            if finding is not None:
                add(rule, spell.kind, spell.subject_id, spell.task_id, finding)
    for rule, facts in _histories(group):
        for task_id, one in facts.items():
            for finding in replay(rule, wanted[rule], one, uses_from=group.uses_from):
                if task_id in names[FlagSubject.TASK]:
                    add(rule, FlagSubject.TASK, task_id, task_id, finding)
    _two_yellows(group, found, wanted[FlagRule.TWO_YELLOWS])
    raised = _raised(group.id)
    known = [replace(one, raised=(one.rule, one.kind, one.subject_id, one.due_on) in raised) for one in found]
    return sorted(known, key=lambda one: (one.on, one.task_id, one.rule))


def _overdue(group: LeadershipGroup, spell: _Spell, rule: FlagRule, setting: RuleSetting, *, today: date) -> Any:
    calendar, roll = working_days(), group.roll_due_dates
    days = days_overdue(spell.due_on, spell.ended_on, calendar, roll=roll)
    reached = reached_on(spell.due_on, setting.threshold, calendar, roll=roll)
    facts = Facts(due_on=spell.due_on, late_days=days)
    finding = look_with(rule, replace(setting, since=None), facts, uses_from=group.uses_from, today=today)
    if finding is None or (setting.since is not None and reached < setting.since):
        return None
    return replace(finding, on=reached)


def _two_yellows(group: LeadershipGroup, found: list[Trial], setting: RuleSetting) -> None:
    """Lay yellow warnings on one subject together day by day, as the rule does once they are flags."""
    by_subject: dict[tuple[FlagSubject, int], list[Trial]] = defaultdict(list)
    for one in sorted(found, key=lambda one: one.on):
        if one.colour is FlagColour.YELLOW:
            by_subject[one.kind, one.subject_id].append(one)
    rule, colour = FlagRule.TWO_YELLOWS, FlagColour.RED
    for yellows in by_subject.values():
        facts = Facts(yellows=[Happening(one.on, one.due_on, number) for number, one in enumerate(yellows)])
        for finding in replay(rule, setting, facts, uses_from=group.uses_from):
            found.append(replace(yellows[0], rule=rule, colour=colour, due_on=finding.due_on, on=finding.on))


def _histories(group: LeadershipGroup) -> list[tuple[FlagRule, dict[int, Facts]]]:
    tasks = sa.select(Task.id).where(Task.group_id == group.id, of_the_group, Task.issued_at.is_not(None))
    missed = missed_rectifications_of(tasks, roll=group.roll_due_dates)
    return [
        (FlagRule.RETURNED, {key: Facts(returns=rows) for key, rows in returns_of(tasks).items()}),
        (FlagRule.EXTENDED, {key: Facts(extensions=rows) for key, rows in extensions_of(tasks).items()}),
        (FlagRule.RECTIFICATION, {key: Facts(rectifications=rows) for key, rows in missed.items()}),
    ]


def _names(group_id: int) -> dict[FlagSubject, dict[int, tuple[str, str]]]:
    tasks = (
        sa.select(Task.id, Task.title, Unit.name)
        .join(Unit, Unit.id == Task.lead_unit_id)
        .where(Task.group_id == group_id, of_the_group, Task.issued_at.is_not(None))
    )
    parts = (
        sa.select(TaskPart.id, Task.title, Unit.name)
        .join(Task, Task.id == TaskPart.task_id)
        .join(Unit, Unit.id == TaskPart.unit_id)
        .where(Task.group_id == group_id, of_the_group)
    )
    return {
        FlagSubject.TASK: {row[0]: (row[1], row[2]) for row in db.session.execute(tasks)},
        FlagSubject.PART: {row[0]: (row[1], row[2]) for row in db.session.execute(parts)},
    }


def _raised(group_id: int) -> set[tuple[FlagRule, FlagSubject, int, date]]:
    rows = db.session.execute(
        sa.select(Flag.rule, Flag.subject_kind, Flag.subject_id, Flag.due_on).where(Flag.group_id == group_id)
    )
    return {(row[0], row[1], row[2], row[3]) for row in rows}


def _spells(group: LeadershipGroup, *, today: date) -> list[_Spell]:
    """Every deadline of a group that passed undone, with the day on which the lateness ended."""
    crossings = db.session.execute(
        sa.select(Crossing, Task)
        .join(Task, Task.id == Crossing.task_id)
        .where(Task.group_id == group.id, of_the_group, Crossing.due_on >= group.uses_from)
        .order_by(Crossing.due_on, Crossing.id)
    ).all()
    ends = _ends([task.id for _crossing, task in crossings])
    parts = _done(TaskPart, TaskPart.done_at, [row.subject_id for row, _ in crossings if row.kind is CrossingKind.PART])
    nodes = _done(
        Milestone, Milestone.done_on, [row.subject_id for row, _ in crossings if row.kind is CrossingKind.MILESTONE]
    )
    spells = []
    for crossing, task in crossings:
        part = crossing.kind is CrossingKind.PART
        if crossing.kind is CrossingKind.MILESTONE and crossing.due_on >= task.sort_on:
            # A moved due date came before it: the ladder follows that alone.
            continue
        days = [day for day in ends[task.id] if day > crossing.due_on]
        own = (parts if part else nodes).get(crossing.subject_id) if crossing.kind is not CrossingKind.TASK else None
        if task.state is TaskState.CANCELLED:
            days.append(local_date(task.updated_at))
        ended_on = min([*days, *([own] if own is not None else []), today])
        kind = FlagSubject.PART if part else FlagSubject.TASK
        subject_id = crossing.subject_id if part else task.id
        spells.append(_Spell(kind, subject_id, task.id, crossing.due_on, max(ended_on, crossing.due_on)))
    return spells


def _done(model: Any, column: Any, ids: Sequence[int]) -> dict[int, date]:
    rows = db.session.execute(sa.select(model.id, column).where(model.id.in_(ids), column.is_not(None)))
    return {row[0]: row[1] if type(row[1]) is date else local_date(row[1]) for row in rows}


def _ends(task_ids: Sequence[int]) -> dict[int, list[date]]:
    """By task, the days on which it was handed in, its date was moved, or it came to rest."""
    found: dict[int, list[date]] = {task_id: [] for task_id in task_ids}
    handed = sa.select(Submission.task_id, Submission.confirmed_at).where(
        Submission.task_id.in_(task_ids), Submission.state == ReportState.CONFIRMED
    )
    moved = sa.select(DueDateChange.task_id, DueDateChange.at).where(DueDateChange.task_id.in_(task_ids))
    for query in (handed, moved):
        for task_id, at in db.session.execute(query):
            if at is not None:
                found[task_id].append(local_date(at))
    rested = sa.select(Suspension.task_id, Suspension.starts_on).where(Suspension.task_id.in_(task_ids))
    for task_id, day in db.session.execute(rested):
        found[task_id].append(day)
    return found
