"""Work by its deadline: tasks and the parts of cooperating units."""

from typing import Any

import sqlalchemy as sa

from tracker.kernel.db import day_number
from tracker.reminders.subjects.rows import GROUP, Rows, Which, aside, row
from tracker.tasks.models import Task, TaskPart
from tracker.tasks.rules import OPEN, PartState


def tasks(which: Which) -> Rows:
    """By the next milestone where there is one, else by the due date; each branch has an index of its own."""

    def branch(day: Any) -> sa.Select[*tuple[Any, ...]]:
        return row(Task.id, Task.lead_unit_id, day_number(day), day, owner=Task.owner_id).where(
            sa.not_(Task.extension_pending),
            *which.of(Task.id, day, (Task.group_id, [GROUP]), (Task.state, sorted(OPEN))),
        )

    return sa.union_all(
        branch(Task.sort_on).where(Task.next_milestone_on.is_(None)),
        branch(Task.next_milestone_on).where(Task.next_milestone_on.is_not(None)),
    )


def parts(which: Which) -> Rows:
    day = TaskPart.due_on
    above = sa.literal(0).label("above_unit_id")
    found = row(TaskPart.id, TaskPart.unit_id, day_number(day), day, above=above)
    return (
        found.select_from(TaskPart)
        .join(Task, Task.id == TaskPart.task_id)
        .where(
            aside(Task.group_id == GROUP),
            aside(Task.state.in_(sorted(OPEN))),
            sa.not_(Task.extension_pending),
            TaskPart.due_on.is_not(None),
            *which.of(TaskPart.id, day, (TaskPart.state, [PartState.ISSUED, PartState.ACTIVE])),
        )
    )
