"""How rows of subjects are asked for: by date or by number, always with the same columns.

The statements are built once, because building one costs more than running it; what is asked for comes by name when
they run (`asked`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.reminders.rules import Window
from tracker.tasks.models import Task

Rows = sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]]
NONE: Any = sa.cast(sa.null(), sa.Integer)
GROUP: Any = sa.bindparam("of_group", type_=sa.Integer())
NUMBERS: Any = sa.bindparam("numbers", type_=sa.Integer(), expanding=True)
AFTER: Any = sa.bindparam("after_day", type_=sa.Date())
THROUGH: Any = sa.bindparam("through_day", type_=sa.Date())


def aside(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """A condition for which no index is used: where rows are named by their numbers, these are the way to them.

    PostgreSQL reckons that it holds for as many rows as ever; a condition that hides its column it takes for rare.
    """
    return condition.is_(sa.true())


@dataclass(frozen=True, slots=True)
class Which:
    """What is asked for: the subjects whose date lies between two days, those with some numbers, or both."""

    dated: bool = False
    numbered: bool = False

    def of(self, row_id: Any, day: Any, *more: tuple[Any, Sequence[Any]]) -> list[sa.ColumnElement[bool]]:
        """The conditions on a row's number, its date, and more columns with the values that they may have."""
        found = [column.in_(values) for column, values in more]
        if self.dated:
            found += [day > AFTER, day <= THROUGH]
        return [row_id.in_(NUMBERS), *map(aside, found)] if self.numbered else found


def asked(group_id: int, *, window: Window | None = None, ids: Sequence[int] = ()) -> dict[str, Any]:
    """The values for a statement of subjects: of which group, on which step, with which numbers."""
    days = {} if window is None else {AFTER.key: window.after, THROUGH.key: window.through}
    return {GROUP.key: group_id, NUMBERS.key: ids, **days}


@cache
def above_unit() -> Any:
    """The unit that handed a piece down. Made once: to alias a table as wide as this one takes a millisecond."""
    parent = aliased(Task)
    return sa.func.coalesce(
        sa.select(parent.lead_unit_id).where(parent.id == Task.parent_id).correlate(Task).scalar_subquery(), 0
    ).label("above_unit_id")


def row(
    subject_id: Any,
    unit_id: Any,
    cycle: Any,
    due_on: Any,
    *,
    owner: Any = NONE,
    above: Any = None,
    title: Any = Task.title,
) -> sa.Select[*tuple[Any, ...]]:
    """Columns of something that belongs to a task."""
    return sa.select(
        subject_id.label("subject_id"),
        Task.id.label("task_id"),
        unit_id.label("unit_id"),
        owner.label("owner_id"),
        sa.func.coalesce(Task.leader_seat_id, 0).label("leader_seat_id"),
        above_unit() if above is None else above,
        title.label("title"),
        cycle.label("cycle"),
        due_on.label("due_on"),
    )
