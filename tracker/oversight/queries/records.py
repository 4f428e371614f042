"""What was urged and asked for, about some tasks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.oversight.models import Direction, Urge
from tracker.oversight.rules import UrgeChannel
from tracker.tasks.models import Task
from tracker.tasks.policy import visible_to

RECENT = 20
"""So many urges and directions of one task are shown."""


@dataclass(slots=True)
class Record:
    """What oversight has on file about one task, newest first."""

    urges: list[Urge] = field(default_factory=list)
    directions: list[Direction] = field(default_factory=list)


def task_to_oversee(actor: Actor, task_id: int) -> Task:
    """A task that somebody sees; raises NotVisible for any other."""
    task = db.session.scalar(sa.select(Task).where(Task.id == task_id, visible_to(actor)))
    if task is None:
        raise NotVisible
    return task


def tasks_to_oversee(actor: Actor, ids: Sequence[int]) -> Sequence[Task]:
    """Those of some tasks that somebody sees, by due date."""
    seen = sa.select(Task).where(Task.id.in_(ids), visible_to(actor)).options(joinedload(Task.lead_unit))
    return db.session.scalars(seen.order_by(Task.sort_on, Task.id)).all()


def records_of(task_ids: Collection[int]) -> dict[int, Record]:
    """Urges and directions of some tasks: two queries."""
    found = {task_id: Record() for task_id in task_ids}
    urges = (
        sa.select(Urge)
        .where(Urge.task_id.in_(task_ids))
        .options(joinedload(Urge.unit), joinedload(Urge.by))
        .order_by(Urge.at.desc(), Urge.id.desc())
    )
    for urge in db.session.scalars(urges):
        found[urge.task_id].urges.append(urge)
    directions = (
        sa.select(Direction)
        .where(Direction.task_id.in_(task_ids))
        .options(joinedload(Direction.by))
        .order_by(Direction.at.desc(), Direction.id.desc())
    )
    for direction in db.session.scalars(directions):
        found[direction.task_id].directions.append(direction)
    return found


def urge_counts(task_ids: Collection[int]) -> dict[int, int]:
    """How often the units of some tasks were urged."""
    rows = db.session.execute(
        sa.select(Urge.task_id, sa.func.count()).where(Urge.task_id.in_(task_ids)).group_by(Urge.task_id)
    )
    return {row[0]: row[1] for row in rows}


def latest_urges(task_ids: Collection[int], unit_ids: Collection[int]) -> dict[int, Urge]:
    """The latest message to any of some units, by task: what the unit's own desk shows."""
    latest = (
        sa.select(sa.func.max(Urge.id))
        .where(Urge.task_id.in_(task_ids), Urge.unit_id.in_(unit_ids), Urge.channel == UrgeChannel.MESSAGE)
        .group_by(Urge.task_id)
    )
    rows = db.session.scalars(sa.select(Urge).where(Urge.id.in_(latest)).options(joinedload(Urge.by)))
    return {urge.task_id: urge for urge in rows}
