"""What a table of tasks on paper (任务分解表) says beyond a list: standards, leaders in charge, cooperating units."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.organisation.models import Person, Seat, Unit
from tracker.tasks.models import Target, Task, TaskPart
from tracker.tasks.queries.filters import TaskFilter
from tracker.tasks.queries.lists import TaskRow, all_rows

BREAKDOWN_ROWS = 400
"""So many rows go into one table on paper; a longer list is cut there, and the paper says so."""


@dataclass(frozen=True, slots=True)
class BreakdownRow:
    """A task as a row of the table."""

    task: TaskRow
    content: str
    standard: str
    leader: str
    targets: Sequence[Target]
    cooperating: Sequence[str]


def breakdown(actor: Actor, wanted: TaskFilter, *, today: date, limit: int = BREAKDOWN_ROWS) -> list[BreakdownRow]:
    """The tasks that somebody sees under a filter, in its order, with what the table needs: three queries more."""
    rows = list(all_rows(actor, wanted, today=today, limit=limit))
    ids = [row.id for row in rows]
    texts = {row.id: row for row in db.session.execute(_texts().where(Task.id.in_(ids)))}
    targets: defaultdict[int, list[Target]] = defaultdict(list)
    for target in db.session.scalars(sa.select(Target).where(Target.task_id.in_(ids)).order_by(Target.id)):
        targets[target.task_id].append(target)
    units: defaultdict[int, list[str]] = defaultdict(list)
    parts = sa.select(TaskPart.task_id, Unit.name).join(Unit, Unit.id == TaskPart.unit_id).order_by(TaskPart.id)
    for task_id, name in db.session.execute(parts.where(TaskPart.task_id.in_(ids))):
        units[task_id].append(name)
    return [
        BreakdownRow(
            row,
            texts[row.id].content,
            texts[row.id].standard,
            texts[row.id].name or texts[row.id].title or "",
            targets[row.id],
            units[row.id],
        )
        for row in rows
    ]


def _texts() -> sa.Select[int, str, str, str, str]:
    return (
        sa.select(Task.id, Task.content, Task.standard, Seat.title, Person.name)
        .outerjoin(Seat, Seat.id == Task.leader_seat_id)
        .outerjoin(Person, Person.id == Seat.person_id)
    )
