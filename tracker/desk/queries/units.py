"""The desk of a unit: its tasks over all groups, its parts in others' tasks, and what was said to it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.organisation.models import LeadershipGroup
from tracker.oversight.models import Urge
from tracker.oversight.queries import latest_urges
from tracker.tasks.models import TaskPart
from tracker.tasks.queries import Reckoning, TaskRow, my_tasks
from tracker.tasks.rules import Light, PartState

PAGE = 20


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What the reader's unit owes to somebody else's task."""

    id: int
    unit_id: int
    due_on: date | None
    state: PartState
    version: int


@dataclass(frozen=True, slots=True)
class MyTask:
    """A task on a unit's desk. part: what the unit cooperates with; urge: the latest message to the unit."""

    row: TaskRow
    part: OwnPart | None
    urge: Urge | None
    group: str


@dataclass(frozen=True, slots=True)
class MyTasks:
    """A page of a unit's tasks."""

    rows: Sequence[MyTask]
    next_cursor: str | None


def unit_tasks(
    actor: Actor, *, today: date, light: Light | None = None, cursor: str = "", day: Reckoning | None = None
) -> MyTasks:
    """What the reader's units lead or take part in, over all groups, the most urgent first: four queries."""
    page = my_tasks(actor, today=today, cursor=cursor, limit=PAGE, light=light, day=day)
    ids = [row.id for row in page.rows]
    if not ids:
        return MyTasks([], None)
    parts = _own_parts(ids, sorted(actor.unit_ids))
    urges = latest_urges(ids, actor.unit_ids)
    groups = names_of_groups({row.group_id for row in page.rows})
    rows = [
        MyTask(
            row,
            None if row.lead_unit_id in actor.unit_ids else parts.get(row.id),
            urges.get(row.id),
            groups[row.group_id],
        )
        for row in page.rows
    ]
    return MyTasks(rows, page.next_cursor)


def _own_parts(task_ids: Sequence[int], unit_ids: Sequence[int]) -> dict[int, OwnPart]:
    rows = db.session.execute(
        sa.select(TaskPart.task_id, TaskPart.id, TaskPart.unit_id, TaskPart.due_on, TaskPart.state, TaskPart.version)
        .where(TaskPart.task_id.in_(task_ids), TaskPart.unit_id.in_(unit_ids))
        .order_by(TaskPart.id)
    )
    return {row[0]: OwnPart(*row[1:]) for row in rows}


def names_of_groups(group_ids: Collection[int]) -> dict[int, str]:
    """Short names of some groups."""
    rows = db.session.execute(
        sa.select(LeadershipGroup.id, LeadershipGroup.short_name, LeadershipGroup.name).where(
            LeadershipGroup.id.in_(group_ids)
        )
    )
    return {group_id: short or name for group_id, short, name in rows}
