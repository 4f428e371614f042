"""The desk of a unit: its tasks over all groups, its parts in others' tasks, and what was said to it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.organisation.models import LeadershipGroup
from tracker.oversight.models import Urge
from tracker.oversight.queries import latest_urges
from tracker.tasks.models import TaskPart
from tracker.tasks.queries import Reckoning, TaskRow, facts_of, my_tasks, reckoning
from tracker.tasks.rules import Light, PartState, part_facts

PAGE = 20


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What the reader's unit owes to somebody else's task, with its own light; days: as of a task."""

    id: int
    unit_id: int
    due_on: date | None
    state: PartState
    version: int
    light: Light
    overdue: bool
    days: int | None


@dataclass(frozen=True, slots=True)
class MyTask:
    """A task on a unit's desk. part: what the unit cooperates with; urge: the latest message to the unit."""

    row: TaskRow
    part: OwnPart | None
    urge: Urge | None
    group: str

    @property
    def shown(self) -> TaskRow | OwnPart:
        """What the unit answers for, and whose light and days it therefore sees."""
        return self.part or self.row


@dataclass(frozen=True, slots=True)
class MyTasks:
    """A page of a unit's tasks."""

    rows: Sequence[MyTask]
    next_cursor: str | None


def unit_tasks(
    actor: Actor, *, today: date, light: Light | None = None, cursor: str = "", day: Reckoning | None = None
) -> MyTasks:
    """What the reader's units lead or take part in, over all groups, the most urgent first: four queries."""
    day = day or reckoning(today)
    page = my_tasks(actor, today=today, cursor=cursor, limit=PAGE, light=light, day=day)
    ids = [row.id for row in page.rows]
    if not ids:
        return MyTasks([], None)
    parts = _own_parts(ids, sorted(actor.unit_ids), day)
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


def _own_parts(task_ids: Sequence[int], unit_ids: Sequence[int], day: Reckoning) -> dict[int, OwnPart]:
    """By task, the part that is shown of it: the one by whose light the list was narrowed and counted."""
    rows = db.session.scalars(
        sa.select(TaskPart)
        .where(TaskPart.task_id.in_(task_ids), TaskPart.unit_id.in_(unit_ids))
        .options(joinedload(TaskPart.task))
        .order_by(TaskPart.done_at.is_not(None), TaskPart.id)
    )
    found: dict[int, OwnPart] = {}
    for part in rows:
        facts = part_facts(part.state, part.due_on, late=part.late, of=facts_of(part.task))
        light, (overdue, days) = day.light(facts, part.task.group_id), day.count(facts, part.task.group_id)
        own = OwnPart(part.id, part.unit_id, facts.due_on, part.state, part.version, light, overdue, days)
        found.setdefault(part.task_id, own)
    return found


def names_of_groups(group_ids: Collection[int]) -> dict[int, str]:
    """Short names of some groups."""
    rows = db.session.execute(
        sa.select(LeadershipGroup.id, LeadershipGroup.short_name, LeadershipGroup.name).where(
            LeadershipGroup.id.in_(group_ids)
        )
    )
    return {group_id: short or name for group_id, short, name in rows}
