"""Lights in SQL: the same rule as rules.light_of, for filters and counts over many tasks."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from tracker.tasks.models import Milestone, Task, TaskPart
from tracker.tasks.rules import OPEN, DayMarks, Light, PartState, TaskState

Condition = sa.ColumnElement[bool]
Marks = Mapping[int, DayMarks]
"""What is late and near today, by group."""

of_the_group: Condition = Task.parent_id.is_(None)
"""A task of the group itself, and not a piece of one that its unit handed down to a section or school (层层分解).

The pieces are part of the task that they were split from: whatever counts or lists the tasks of a group, or chases
units in the name of its office, leaves them out, or one promise would be counted twice.
"""

followed_milestone: Condition = sa.and_(Milestone.done_on.is_(None), Milestone.due_on < Task.sort_on)
"""A milestone with a ladder of its own. One that a moved due date has come before, or that falls on it, has none:
what is asked for then is the whole."""

SHINING = OPEN | {TaskState.SUBMITTED}
"""States whose light depends on the day."""

STATES_OF_LIGHT: Mapping[Light, frozenset[TaskState]] = {
    Light.RED: OPEN,
    Light.YELLOW: SHINING,
    Light.GREEN: SHINING,
    Light.DONE: frozenset({TaskState.COMPLETED}),
    Light.DONE_LATE: frozenset({TaskState.COMPLETED}),
    Light.GREY: frozenset(TaskState) - {TaskState.COMPLETED},
}
"""The states in which a light can occur at all; narrows a search before the light itself is looked at."""


def codes(states: Iterable[TaskState]) -> list[str]:
    """States as the database holds them, in a steady order."""
    return sorted(state.value for state in states)


def by_marks(marks: Marks, clause: Callable[[DayMarks], Condition]) -> Condition:
    """A condition on the day, each group by its own marks; groups with equal marks share one."""
    groups: dict[DayMarks, list[int]] = defaultdict(list)
    for group_id, mark in marks.items():
        groups[mark].append(group_id)
    if len(groups) == 1:
        return clause(next(iter(groups)))
    return sa.or_(sa.false(), *(sa.and_(Task.group_id.in_(sorted(ids)), clause(mark)) for mark, ids in groups.items()))


def overdue_condition(marks: Marks, state: Any = Task.state) -> Condition:
    """What is overdue: open, past its date, no extension waiting. sort_on is the due date that the indexes know."""
    return sa.and_(
        state.in_(codes(OPEN)),
        sa.not_(Task.continuous),
        by_marks(marks, lambda mark: Task.sort_on <= mark.late_through),
        sa.not_(Task.extension_pending),
    )


def milestone_overdue(marks: Marks, state: Any = Task.state) -> Condition:
    """Tasks of which a milestone passed undone, whatever their own date; nothing while a request waits."""
    passed = by_marks(
        marks,
        lambda mark: sa.exists().where(
            Milestone.task_id == Task.id, followed_milestone, Milestone.due_on <= mark.late_through
        ),
    )
    return sa.and_(state.in_(codes(OPEN)), sa.not_(Task.extension_pending), passed)


def light_expression(marks: Marks, state: Any = Task.state) -> sa.ColumnElement[str]:
    """The light of a task as SQL, as rules.light_of has it. state: the column, or an expression that stands for it."""
    late = by_marks(marks, lambda mark: Task.sort_on <= mark.late_through)
    near = by_marks(
        marks,
        lambda mark: sa.or_(
            Task.sort_on <= mark.yellow_through,
            Task.next_milestone_on <= mark.yellow_through,
            Task.behind_on <= mark.today,
        ),
    )
    return sa.case(
        (state == TaskState.COMPLETED.value, sa.case((Task.late, Light.DONE_LATE.value), else_=Light.DONE.value)),
        (sa.or_(state.not_in(codes(SHINING)), Task.continuous), Light.GREY.value),
        (state == TaskState.SUBMITTED.value, sa.case((Task.late, Light.YELLOW.value), else_=Light.GREEN.value)),
        (sa.and_(late, sa.not_(Task.extension_pending)), Light.RED.value),
        (near, Light.YELLOW.value),
        else_=Light.GREEN.value,
    )


def light_condition(light: Light, marks: Marks, state: Any = Task.state) -> Condition:
    """The tasks that show a light."""
    if light is Light.RED:
        return overdue_condition(marks, state)
    return sa.and_(state.in_(codes(STATES_OF_LIGHT[light])), light_expression(marks, state) == light.value)


def part_light_expression(marks: Marks, state: Any = Task.state) -> sa.ColumnElement[str]:
    """The light of a part beside its task as SQL, as rules.part_facts has it."""
    due = sa.func.coalesce(TaskPart.due_on, Task.due_on)
    no_date = sa.and_(Task.continuous, TaskPart.due_on.is_(None))
    done = sa.or_(TaskPart.state == PartState.DONE, state == TaskState.COMPLETED.value)
    grey = sa.or_(state.not_in(codes(SHINING)), no_date)
    late = sa.and_(by_marks(marks, lambda mark: due <= mark.late_through), sa.not_(Task.extension_pending))
    return sa.case(
        (TaskPart.state == PartState.CANCELLED, Light.GREY.value),
        (done, sa.case((TaskPart.late, Light.DONE_LATE.value), else_=Light.DONE.value)),
        (grey, Light.GREY.value),
        (state == TaskState.SUBMITTED.value, sa.case((TaskPart.late, Light.YELLOW.value), else_=Light.GREEN.value)),
        (late, Light.RED.value),
        (by_marks(marks, lambda mark: due <= mark.yellow_through), Light.YELLOW.value),
        else_=Light.GREEN.value,
    )


def of_own_part(column: Any, units: Sequence[int], *, else_: Any) -> Any:
    """What units look at in a task: the task's own where they lead it or have no part in it, else that of their part.

    Of several parts the first, but one that is still to be done before those that are done.
    """
    part = (
        sa.select(column)
        .where(TaskPart.task_id == Task.id, TaskPart.unit_id.in_(units))
        .order_by(TaskPart.done_at.is_not(None), TaskPart.id)
        .limit(1)
        .correlate(Task)
        .scalar_subquery()
    )
    return sa.case((Task.lead_unit_id.in_(units), else_), else_=sa.func.coalesce(part, else_))


def own_light_expression(marks: Marks, units: Sequence[int], state: Any = Task.state) -> Any:
    """The light of what some units owe to a task: their part where they only cooperate, else the task."""
    return of_own_part(part_light_expression(marks, state), units, else_=light_expression(marks, state))


def own_light_condition(light: Light | None, marks: Marks, units: Sequence[int], state: Any = Task.state) -> Condition:
    """The tasks that show units a light; None: those in which something is left for them to do."""
    shown: sa.ColumnElement[str] = own_light_expression(marks, units, state)
    if light is None:
        return shown.not_in([Light.DONE.value, Light.DONE_LATE.value])
    return sa.and_(state.in_(codes(STATES_OF_LIGHT[light])), shown == light.value)
