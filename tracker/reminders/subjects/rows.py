"""How rows of subjects are asked for: by date or by number, always with the same columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.reminders.rules import Window
from tracker.tasks.models import Task

Rows = sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]]
NONE: Any = sa.cast(sa.null(), sa.Integer)


def aside(column: Any) -> Any:
    """A column for which no index is used: where rows are named by their numbers, these are the way to them."""
    return sa.func.coalesce(column, column)


@dataclass(frozen=True, slots=True)
class Which:
    """The subjects that are asked for: those whose date lies in a range, and perhaps only some by their numbers."""

    dates: tuple[date, date] | None = None
    ids: Sequence[int] | None = None

    @classmethod
    def on(cls, window: Window, ids: Sequence[int] | None = None) -> "Which":
        """Those that stand on a step today."""
        return cls((window.after, window.through), ids)

    def of(self, row_id: Any, day: Any, *more: tuple[Any, Sequence[Any]]) -> list[sa.ColumnElement[bool]]:
        """The conditions on a row's number, its date, and more columns with the values that they may have."""
        if self.ids is None:
            found = [column.in_(values) for column, values in more]
        else:
            found = [row_id.in_(self.ids), *(aside(column).in_(values) for column, values in more)]
        if self.dates is not None:
            day = day if self.ids is None else aside(day)
            found += [day > self.dates[0], day <= self.dates[1]]
        return found


@cache
def above_unit() -> Any:
    """The unit that handed a piece down. Made once: to alias a table as wide as this one takes a millisecond."""
    parent = aliased(Task)
    return sa.func.coalesce(
        sa.select(parent.lead_unit_id).where(parent.id == Task.parent_id).correlate(Task).scalar_subquery(), 0
    ).label("above_unit_id")


def row(
    subject_id: Any, unit_id: Any, cycle: Any, due_on: Any, *, owner: Any = NONE, leader: Any = None, above: Any = None
) -> sa.Select[*tuple[Any, ...]]:
    """Columns of something that belongs to a task."""
    return sa.select(
        subject_id.label("subject_id"),
        Task.id.label("task_id"),
        unit_id.label("unit_id"),
        owner.label("owner_id"),
        sa.func.coalesce(Task.leader_seat_id if leader is None else leader, 0).label("leader_seat_id"),
        above_unit() if above is None else above,
        Task.title.label("title"),
        cycle.label("cycle"),
        due_on.label("due_on"),
    )
