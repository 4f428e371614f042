"""What was urged and asked for, and whom to call; for the review desk, the task page and the desks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.organisation.models import MemberContact, MemberUnit, Person, Unit, on_day
from tracker.organisation.queries.directory import heads_of
from tracker.organisation.rules import ContactRole, PostRank
from tracker.oversight import policy
from tracker.oversight.models import Direction, Urge
from tracker.oversight.rules import UrgeChannel
from tracker.tasks.models import Task
from tracker.tasks.policy import visible_to
from tracker.tasks.rules import OPEN, PartState

RECENT = 20
"""So many urges and directions of one task are shown."""


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody who answers for a unit, with a number to call (empty where none is known)."""

    name: str
    role: PostRank | ContactRole
    phone: str


@dataclass(frozen=True, slots=True)
class Urgeable:
    """A unit that somebody may urge about a task. free_on: from when on by message again (None: at once)."""

    unit_id: int
    name: str
    leads: bool
    free_on: date | None
    callees: Sequence[Callee]


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


def callees_of(group_id: int, unit_ids: Collection[int], *, day: date) -> dict[int, list[Callee]]:
    """Whom to call at some units: liaison first, then deputy in charge and head; two queries."""
    found: dict[int, list[Callee]] = {unit_id: [] for unit_id in unit_ids}
    contacts = db.session.execute(
        sa.select(MemberUnit.unit_id, MemberContact.role, Person.name, Person.phone)
        .join(MemberContact, MemberContact.member_unit_id == MemberUnit.id)
        .join(Person, Person.id == MemberContact.person_id)
        .where(
            MemberUnit.group_id == group_id,
            MemberUnit.unit_id.in_(unit_ids),
            on_day(MemberUnit, day),
            on_day(MemberContact, day),
        )
        .order_by(MemberContact.role.desc(), MemberContact.id)
    )
    for unit_id, role, name, phone in contacts:
        found[unit_id].append(Callee(name, role, phone))
    for unit_id, heads in heads_of(sorted(unit_ids), day=day).items():
        found[unit_id] += [Callee(head.name, PostRank.HEAD, head.phone) for head in heads]
    return found


def urgeable(actor: Actor, tasks: Sequence[Task], *, now: datetime) -> dict[int, list[Urgeable]]:
    """By task, the units that somebody may urge, the lead unit first; none where the days do not run.

    Numbers are for those who watch over the group: whoever leads a task urges the others by message, or calls the
    unit's own number.
    """
    meant = {task.id: _may_be_urged(actor, task) for task in tasks}
    units = {unit.id: unit for units in meant.values() for unit in units}
    if not units:
        return {task.id: [] for task in tasks}
    today = local_date(now)
    free = _free_on(tasks, now=now)
    callees: dict[tuple[int, int], list[Callee]] = {}
    for group_id in {task.group_id for task in tasks if policy.may_review(actor, task.group_id)}:
        for unit_id, people in callees_of(group_id, units, day=today).items():
            callees[group_id, unit_id] = people
    return {
        task.id: [
            Urgeable(
                unit.id,
                unit.name,
                unit.id == task.lead_unit_id,
                day if (day := free.get((task.id, unit.id))) and day > today else None,
                [*callees.get((task.group_id, unit.id), []), *_own_number(unit)],
            )
            for unit in meant[task.id]
        ]
        for task in tasks
    }


def _may_be_urged(actor: Actor, task: Task) -> list[Unit]:
    """The lead unit, and those whose part is not done, as far as somebody may urge them."""
    if task.state not in OPEN:
        return []
    parts = [part.unit for part in task.parts if part.state in {PartState.ISSUED, PartState.ACTIVE}]
    return [unit for unit in [task.lead_unit, *parts] if unit and policy.may_urge(actor, task, unit.id)]


def _own_number(unit: Unit) -> list[Callee]:
    return [Callee(unit.name, PostRank.STAFF, unit.phone)] if unit.phone else []


def _free_on(tasks: Sequence[Task], *, now: datetime) -> dict[tuple[int, int], date]:
    """By task and unit, the day from which a message may be sent again."""
    cooldown = {task.id: task.group.urge_cooldown_days for task in tasks}
    rows = db.session.execute(
        sa.select(Urge.task_id, Urge.unit_id, sa.func.max(Urge.at))
        .where(Urge.task_id.in_(cooldown), Urge.channel == UrgeChannel.MESSAGE, Urge.at <= now)
        .group_by(Urge.task_id, Urge.unit_id)
    )
    return {
        (task_id, unit_id): working_days().shift(local_date(at), cooldown[task_id]) for task_id, unit_id, at in rows
    }
