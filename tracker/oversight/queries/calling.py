"""Whom somebody may urge, and whom to call."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.organisation.models import MemberContact, MemberUnit, Person, Unit, on_day
from tracker.organisation.queries.directory import heads_of
from tracker.organisation.rules import ContactRole, PostRank
from tracker.oversight import policy
from tracker.oversight.models import Urge
from tracker.oversight.rules import UrgeChannel
from tracker.tasks.models import Task
from tracker.tasks.rules import OPEN, PartState


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
        .where(
            Urge.task_id.in_(cooldown),
            Urge.channel == UrgeChannel.MESSAGE,
            Urge.at <= now,
            Urge.rung.is_(None),
        )
        .group_by(Urge.task_id, Urge.unit_id)
    )
    return {
        (task_id, unit_id): working_days().shift(local_date(at), cooldown[task_id]) for task_id, unit_id, at in rows
    }
