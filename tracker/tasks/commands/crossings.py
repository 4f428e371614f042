"""Crossings (逾期记录): that a deadline passed undone, dated by the deadline, written once and never taken back."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import affected, bare, db, insert_if_new
from tracker.organisation.models import LeadershipGroup
from tracker.tasks.commands.moving import has_passed, open_parts
from tracker.tasks.models import Crossing, Milestone, Task, TaskPart
from tracker.tasks.rules import OPEN, CrossingKind, PartState

COLUMNS = ("kind", "subject_id", "task_id", "unit_id", "due_on", "recorded_at")


def write_crossing(
    kind: CrossingKind, subject_id: int, task: Task, unit_id: int | None, due_on: date, *, now: datetime
) -> None:
    """Write the crossing of one deadline: once, whoever comes first, and never for days before the product was used."""
    if due_on < task.group.uses_from:
        return
    db.session.execute(
        insert_if_new(Crossing).values(
            kind=kind, subject_id=subject_id, task_id=task.id, unit_id=unit_id, due_on=due_on, recorded_at=now
        )
    )


def write_what_passed(task: Task, *, now: datetime) -> None:
    """Put on record what has passed undone, before an act stops the days or moves the date that passed.

    The sweep may not have come by since; what it would have written must not be lost.
    """
    if task.state not in OPEN or task.extension_pending:
        return
    for kind, subject_id, unit_id, due_on in _owed(task):
        if due_on is not None and has_passed(task, due_on, local_date(now)):
            write_crossing(kind, subject_id, task, unit_id, due_on, now=now)


def has_crossed(kind: CrossingKind, subject_id: int) -> bool:
    """Whether a task, part or milestone ever passed a deadline undone."""
    found = sa.select(Crossing.id).where(Crossing.kind == kind, Crossing.subject_id == subject_id)
    return db.session.scalar(found.limit(1)) is not None


def _owed(task: Task) -> Iterator[tuple[CrossingKind, int, int | None, date | None]]:
    yield CrossingKind.TASK, task.id, task.lead_unit_id, task.due_on
    for part in open_parts(task):
        yield CrossingKind.PART, part.id, part.unit_id, part.due_on
    for milestone in task.milestones:
        if milestone.done_on is None:
            yield CrossingKind.MILESTONE, milestone.id, task.lead_unit_id, milestone.due_on


def record_crossings(group: LeadershipGroup, *, now: datetime) -> int:
    """Write the crossings of everything in a group that is late today and has none; returns how many.

    Set-based: one INSERT … SELECT a kind. Nothing due before the group began to use the product is written.
    """
    if group.ended_on is not None:
        return 0
    late_through = working_days().last_late_due_date(local_date(now), roll=group.roll_due_dates)
    values = {"in_group": group.id, "first_day": group.uses_from, "last_day": late_through, "at": now}
    return sum(affected(insert_if_new(bare(Crossing)).from_select(COLUMNS, rows), values) for rows in _uncrossed())


@cache
def _uncrossed() -> list[sa.Select[*tuple[Any, ...]]]:
    """What is to be written; built once, for the sweep asks it of every group whenever it looks."""
    found = []
    for kind, query in _late():
        late = query.subquery()
        known = sa.exists().where(
            Crossing.kind == kind, Crossing.subject_id == late.c.subject_id, Crossing.due_on == late.c.due_on
        )
        rows = sa.select(
            sa.literal(kind.value),
            late.c.subject_id,
            late.c.task_id,
            late.c.unit_id,
            late.c.due_on,
            sa.bindparam("at", type_=Crossing.__table__.c.recorded_at.type),
        ).where(~known)
        found.append(rows)
    return found


def _late() -> list[tuple[CrossingKind, sa.Select[*tuple[Any, ...]]]]:
    """The late tasks, parts and milestones of a group as (subject, task, unit, due date)."""
    running = sa.and_(Task.group_id == sa.bindparam("in_group"), Task.state.in_(OPEN), ~Task.extension_pending)
    first_day, last_day = sa.bindparam("first_day", type_=sa.Date()), sa.bindparam("last_day", type_=sa.Date())
    tasks = sa.select(
        Task.id.label("subject_id"), Task.id.label("task_id"), Task.lead_unit_id.label("unit_id"), Task.due_on
    ).where(running, Task.due_on.between(first_day, last_day))
    parts = (
        sa.select(
            TaskPart.id.label("subject_id"),
            TaskPart.task_id,
            TaskPart.unit_id,
            TaskPart.due_on,
        )
        .join(Task)
        .where(
            running,
            TaskPart.state.in_([PartState.ISSUED, PartState.ACTIVE]),
            TaskPart.due_on.between(first_day, last_day),
        )
    )
    milestones = (
        sa.select(
            Milestone.id.label("subject_id"),
            Milestone.task_id,
            Task.lead_unit_id.label("unit_id"),
            Milestone.due_on,
        )
        .join(Task)
        .where(running, Milestone.done_on.is_(None), Milestone.due_on.between(first_day, last_day))
    )
    return [
        (CrossingKind.TASK, tasks),
        (CrossingKind.PART, parts),
        (CrossingKind.MILESTONE, milestones),
    ]
