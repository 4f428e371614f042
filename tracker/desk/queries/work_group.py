"""What each unit should be reminded of in the work group's chat, by unit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import sqlalchemy as sa

from tracker.kernel.calendar import working_days
from tracker.kernel.db import db
from tracker.organisation.models import Unit
from tracker.tasks.models import Task, TaskPart
from tracker.tasks.queries import of_the_group, overdue_condition, reckoning
from tracker.tasks.rules import OPEN, PartState, TaskState

LIMIT = 200


class About(StrEnum):
    """Why a unit is reminded of something."""

    LATE = "late"
    WEEK = "week"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Matter:
    """One line: what about, which task, by when, how many working days late. part: the unit cooperates."""

    about: About
    title: str
    due_on: date | None
    days: int
    part: bool


@dataclass(slots=True)
class UnitMatters:
    """Everything that one unit is reminded of."""

    unit: str
    matters: list[Matter] = field(default_factory=list)


def matters_by_unit(group_id: int, *, today: date) -> Sequence[UnitMatters]:
    """What is late, due within a week of working days, or not signed for, by unit: two queries."""
    day = reckoning(today)
    until = working_days().shift(today, 5)
    late = overdue_condition(day.marks)
    about = sa.case(
        (Task.state == TaskState.ISSUED, About.UNSIGNED.value), (late, About.LATE.value), else_=About.WEEK.value
    )
    tasks = (
        sa.select(Task.lead_unit_id, Unit.name, about, Task.title, Task.due_on.label("due_on"), sa.literal(0))
        .select_from(Task)
        .join(Unit, Unit.id == Task.lead_unit_id)
        .where(
            Task.group_id == group_id,
            of_the_group,
            Task.state.in_(sorted(OPEN)),
            sa.or_(Task.state == TaskState.ISSUED, Task.sort_on <= until),
            sa.not_(Task.extension_pending),
        )
        .order_by(Task.sort_on, Task.id)
        .limit(LIMIT)
    )
    through = day.marks[group_id].late_through
    part_about = sa.case(
        (TaskPart.state == PartState.ISSUED, About.UNSIGNED.value),
        (TaskPart.due_on <= through, About.LATE.value),
        else_=About.WEEK.value,
    )
    parts = (
        sa.select(TaskPart.unit_id, Unit.name, part_about, Task.title, TaskPart.due_on.label("due_on"), sa.literal(1))
        .select_from(TaskPart)
        .join(Task, Task.id == TaskPart.task_id)
        .join(Unit, Unit.id == TaskPart.unit_id)
        .where(
            Task.group_id == group_id,
            of_the_group,
            Task.state.in_(sorted(OPEN)),
            sa.not_(Task.extension_pending),
            TaskPart.state.in_([PartState.ISSUED, PartState.ACTIVE]),
            sa.or_(TaskPart.state == PartState.ISSUED, TaskPart.due_on <= until),
            sa.not_(Task.extension_pending),
        )
        .order_by(TaskPart.due_on, TaskPart.id)
        .limit(LIMIT)
    )
    units: dict[int, UnitMatters] = {}
    for query in (tasks, parts):
        for unit_id, unit, why, title, due_on, part in db.session.execute(query):
            days = day.days.late(due_on, roll=day.groups[group_id].roll) if why == About.LATE else 0
            found = units.setdefault(unit_id, UnitMatters(unit))
            found.matters.append(Matter(About(why), title, due_on, days, bool(part)))
    return list(units.values())
