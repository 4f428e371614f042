"""Work by its deadline: tasks, the dated steps inside them, and the parts of cooperating units."""

import sqlalchemy as sa

from tracker.kernel.db import day_number
from tracker.reminders.subjects.rows import GROUP, THROUGH, Rows, Which, aside, row
from tracker.tasks.models import Milestone, Task, TaskPart
from tracker.tasks.queries.lights import followed_milestone
from tracker.tasks.rules import OPEN, PartState


def tasks(which: Which) -> Rows:
    """By the due date, whatever became of the milestones before it."""
    day = Task.sort_on
    return row(Task.id, Task.lead_unit_id, day_number(day), day, owner=Task.owner_id).where(
        sa.not_(Task.extension_pending),
        *which.of(Task.id, day, (Task.group_id, [GROUP]), (Task.state, sorted(OPEN))),
    )


def milestones(which: Which) -> Rows:
    """Each by its own date, so that none hides another or the due date."""
    day = Milestone.due_on
    title = Task.title + "·" + Milestone.name
    found = row(Milestone.id, Task.lead_unit_id, day_number(day), day, owner=Task.owner_id, title=title)
    found = (
        found.select_from(Milestone)
        .join(Task, Task.id == Milestone.task_id)
        .where(
            sa.not_(Task.extension_pending),
            followed_milestone,
            *which.of(Milestone.id, day, (Task.group_id, [GROUP]), (Task.state, sorted(OPEN))),
        )
    )
    # None comes before the first that is undone, and of those the tasks have an index.
    return found if which.numbered or not which.dated else found.where(Task.next_milestone_on <= THROUGH)


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
