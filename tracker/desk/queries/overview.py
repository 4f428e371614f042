"""How a group stands: numbers, units by light, what to attend to. Grouped queries, never a walk through tasks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from tracker.desk.rules import NEAR_DAYS
from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.db import db
from tracker.organisation.queries import seat_holders, units_by_person
from tracker.organisation.queries.directory import heads_of
from tracker.organisation.rules import OFFICE, SeatRole
from tracker.oversight.queries import urge_counts
from tracker.tasks.models import Crossing, Task, TaskPart
from tracker.tasks.queries import (
    TaskFilter,
    TaskRow,
    UnitLights,
    Window,
    counts_by_unit,
    list_tasks,
    of_the_group,
    overdue_condition,
    reckoning,
)
from tracker.tasks.queries.filters import window_days
from tracker.tasks.rules import LIVE, OPEN, CrossingKind, Light, PartState, TaskState

WEEK = timedelta(days=7)
WORST = 6
"""So many of the tasks that are overdue longest stand on the overview."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is counted beside the lights.

    near: due within three working days; week: due this week and not at an end; crossed: newly late in seven days.
    """

    overdue: int
    near: int
    week: int
    issued: int
    unsigned_parts: int
    submitted: int
    drafts: int
    proposed: int
    crossed: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a group stands today."""

    units: list[UnitLights]
    numbers: Numbers

    @property
    def lights(self) -> dict[Light, int]:
        """Tasks by light over all units."""
        return {light: sum(unit.lights.get(light, 0) for unit in self.units) for light in Light}

    @property
    def total(self) -> int:
        """Everything signed off and not cancelled."""
        return sum(self.lights.values())

    @property
    def done(self) -> int:
        """Completed, on time or late."""
        lights = self.lights
        return lights[Light.DONE] + lights[Light.DONE_LATE]

    @property
    def done_percent(self) -> float:
        """Share of the tasks that are completed, in percent with one decimal, rounded down so that 100 means all."""
        return self.done * 1000 // self.total / 10 if self.total else 0.0

    @property
    def longest(self) -> int | None:
        """Working days of what is overdue longest."""
        return max((unit.longest for unit in self.units if unit.longest), default=None)


@dataclass(frozen=True, slots=True)
class Overdue:
    """An overdue task with how often its units were urged."""

    task: TaskRow
    urges: int


def standing(group_id: int, *, today: date) -> Standing:
    """A group's tasks by unit and light, with the numbers beside them: three queries."""
    return Standing(counts_by_unit(group_id, today=today), numbers(group_id, today=today))


def numbers(group_id: int, *, today: date) -> Numbers:
    """One query (and one for the day) of counts that each follow an index."""
    tasks = sa.select(sa.func.count()).select_from(Task).where(Task.group_id == group_id, of_the_group)
    parts = sa.select(sa.func.count()).select_from(TaskPart).join(Task, Task.id == TaskPart.task_id)
    crossings = sa.select(sa.func.count()).select_from(Crossing).join(Task, Task.id == Crossing.task_id)
    running = tasks.where(Task.state.in_(sorted(OPEN)), sa.not_(Task.extension_pending))
    counts = (
        tasks.where(overdue_condition(reckoning(today).marks)),
        running.where(Task.sort_on.between(today, working_days().shift(today, NEAR_DAYS))),
        tasks.where(Task.state.in_(sorted(LIVE)), Task.sort_on.between(*window_days(Window.WEEK, today))),
        tasks.where(Task.state == TaskState.ISSUED),
        parts.where(Task.group_id == group_id, Task.state.in_(sorted(OPEN)), TaskPart.state == PartState.ISSUED),
        tasks.where(Task.state == TaskState.SUBMITTED),
        tasks.where(Task.state == TaskState.DRAFT),
        tasks.where(Task.state == TaskState.PROPOSED),
        crossings.where(
            Crossing.kind == CrossingKind.TASK, Crossing.due_on >= today - WEEK, Task.group_id == group_id, of_the_group
        ),
    )
    return Numbers(*db.session.execute(sa.select(*(count.scalar_subquery() for count in counts))).one())


def heads_by_unit(unit_ids: Collection[int], *, today: date) -> dict[int, str]:
    """The name of who heads each unit; units whose post is empty are missing."""
    return {
        unit_id: "、".join(head.name for head in heads)
        for unit_id, heads in heads_of(sorted(unit_ids), day=today).items()
    }


def worst(actor: Actor, group_id: int, *, today: date, limit: int = WORST) -> list[Overdue]:
    """What is overdue longest, with how often it was urged: two queries."""
    rows = list_tasks(actor, TaskFilter(group_id=group_id, light=Light.RED), today=today, limit=limit).rows
    urges = urge_counts([row.id for row in rows]) if rows else {}
    return [Overdue(row, urges.get(row.id, 0)) for row in rows]


def to_appoint(group_id: int, *, today: date) -> list[tuple[int, str]]:
    """Submitted tasks that nobody of office or supervision may verify, so that a leader must appoint somebody.

    (id, title); barred is whoever belongs to the lead unit or a cooperating one.
    """
    people = seat_holders(group_id, day=today, roles=[*OFFICE, SeatRole.SUPERVISOR])
    barred = []
    for units in set(units_by_person(people, day=today).values()):
        own = sorted(units)
        takes_part = sa.exists().where(TaskPart.task_id == Task.id, TaskPart.unit_id.in_(own))
        barred.append(sa.or_(Task.lead_unit_id.in_(own), takes_part))
    rows = db.session.execute(
        sa.select(Task.id, Task.title)
        .where(
            Task.group_id == group_id,
            of_the_group,
            Task.state == TaskState.SUBMITTED,
            Task.verifier_id.is_(None),
            *barred,
        )
        .order_by(Task.submitted_at, Task.id)
        .limit(20)
    )
    return [(task_id, title) for task_id, title in rows]
