"""Lights in SQL: the same rule as rules.light_of, for filters and counts over many tasks."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from tracker.tasks.models import Task
from tracker.tasks.rules import OPEN, DayMarks, Light, TaskState

Condition = sa.ColumnElement[bool]
Marks = Mapping[int, DayMarks]
"""What is late and near today, by group."""

of_the_group: Condition = Task.parent_id.is_(None)
"""A task of the group itself, and not a piece of one that its unit handed down to a section or school (层层分解).

The pieces are part of the task that they were split from: whatever counts or lists the tasks of a group, or chases
units in the name of its office, leaves them out, or one promise would be counted twice.
"""

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
