"""What the office's desk shows: what came in, who has not signed for or reported, what it owes itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker.desk.rules import Arrival, last_full_period
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import LOCAL, local_date
from tracker.kernel.db import db
from tracker.organisation.models import Unit
from tracker.organisation.queries import seat_holders
from tracker.organisation.rules import OFFICE, OFFICE_DIRECTORS
from tracker.oversight.models import Urge
from tracker.oversight.queries import Callee, callees_of
from tracker.tasks.models import (
    Adjustment,
    DelayExplanation,
    Extension,
    ProgressReport,
    Submission,
    Task,
    TaskPart,
)
from tracker.tasks.policy import is_barred
from tracker.tasks.queries import Wait, of_the_group, waits_for_coordination
from tracker.tasks.rules import FREE_EXTENSIONS, LIVE, OPEN, Every, PartState, RequestState, TaskState

SHOWN = 60
"""So many unsigned tasks and arrivals are shown; the rest stands in the list of tasks."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One thing that came in."""

    kind: Arrival
    task_id: int
    title: str
    unit: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A task or part that nobody has signed for. late: the limit has passed."""

    task_id: int
    part_id: int | None
    title: str
    version: int
    days: int
    late: bool


@dataclass(slots=True)
class UnsignedUnit:
    """A unit that has not signed for something, with whom to call and the last call."""

    unit_id: int
    unit: str
    items: list[Unsigned] = field(default_factory=list)
    callees: Sequence[Callee] = ()
    called: Urge | None = None

    @property
    def days(self) -> int:
        """Working days that the oldest has waited."""
        return max(item.days for item in self.items)


@dataclass(frozen=True, slots=True)
class Owed:
    """What the office itself is late with. days: working days that it has waited."""

    kind: Wait
    task_id: int
    title: str
    unit: str
    days: int


@dataclass(frozen=True, slots=True)
class QuietTask:
    """A continuous task whose last reporting period ended without a report."""

    task_id: int
    title: str
    unit_id: int
    unit: str
    every: Every | None
    reported_at: datetime | None


def start_of(day: date) -> datetime:
    """The instant at which a day begins in China."""
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL)


def arrivals(group_id: int, *, since: date) -> list[Arrived]:
    """What came in since a day began, newest first: one query."""
    begin = start_of(since)
    sources: tuple[tuple[Arrival, Any, Any, Any, Any], ...] = (
        (Arrival.SUBMISSION, Submission, Submission.confirmed_at, Submission.statement, sa.true()),
        (Arrival.EXTENSION, Extension, Extension.asked_at, Extension.reason, sa.true()),
        (Arrival.ADJUSTMENT, Adjustment, Adjustment.asked_at, Adjustment.reason, sa.true()),
        (Arrival.EXPLANATION, DelayExplanation, DelayExplanation.given_at, DelayExplanation.text, sa.true()),
        (
            Arrival.COORDINATION,
            ProgressReport,
            ProgressReport.confirmed_at,
            ProgressReport.coordination,
            ProgressReport.coordination != "",
        ),
    )
    parts = [
        sa.select(sa.literal(kind.value), Task.id, Task.title, Unit.name, at.label("at"), text)
        .select_from(Task)
        .join(model, model.task_id == Task.id)
        .join(Unit, Unit.id == Task.lead_unit_id)
        .where(Task.group_id == group_id, of_the_group, at >= begin, also)
        for kind, model, at, text, also in sources
    ]
    rows = db.session.execute(sa.union_all(*parts).order_by(sa.desc("at")).limit(SHOWN))
    return [Arrived(Arrival(row[0]), *row[1:]) for row in rows]


def unsigned(group_id: int, *, today: date) -> list[UnsignedUnit]:
    """Who has not signed for what, by unit, the longest wait first; four queries."""
    tasks = (
        sa.select(
            Task.lead_unit_id.label("unit_id"),
            Unit.name,
            Task.id.label("task_id"),
            sa.cast(sa.null(), sa.Integer).label("part_id"),
            Task.title,
            Task.version,
            Task.issued_at.label("issued_at"),
            Task.accept_by,
        )
        .select_from(Task)
        .join(Unit, Unit.id == Task.lead_unit_id)
    )
    parts = (
        sa.select(
            TaskPart.unit_id,
            Unit.name,
            Task.id,
            TaskPart.id,
            Task.title,
            TaskPart.version,
            Task.issued_at,
            Task.accept_by,
        )
        .select_from(TaskPart)
        .join(Task, Task.id == TaskPart.task_id)
        .join(Unit, Unit.id == TaskPart.unit_id)
    )
    rows: Any = db.session.execute(
        sa.union_all(
            tasks.where(Task.group_id == group_id, of_the_group, Task.state == TaskState.ISSUED),
            parts.where(Task.group_id == group_id, Task.state.in_(sorted(OPEN)), TaskPart.state == PartState.ISSUED),
        )
        .order_by("issued_at", "task_id")
        .limit(SHOWN)
    )
    units: dict[int, UnsignedUnit] = {}
    for unit_id, name, task_id, part_id, title, version, issued_at, accept_by in rows:
        days = max(0, working_days().between(local_date(issued_at), today))
        late = accept_by is not None and accept_by < today
        row = units.setdefault(unit_id, UnsignedUnit(unit_id, name))
        row.items.append(Unsigned(task_id, part_id, title, version, days, late))
    _add_callees(group_id, units, today=today)
    return sorted(units.values(), key=lambda unit: (-unit.days, unit.unit))


def _add_callees(group_id: int, units: dict[int, UnsignedUnit], *, today: date) -> None:
    if not units:
        return
    for unit_id, people in callees_of(group_id, units, day=today).items():
        units[unit_id].callees = people
    tasks = {item.task_id for unit in units.values() for item in unit.items}
    latest = (
        sa.select(sa.func.max(Urge.id)).where(Urge.task_id.in_(tasks), Urge.unit_id.in_(units)).group_by(Urge.unit_id)
    )
    for urge in db.session.scalars(sa.select(Urge).where(Urge.id.in_(latest))):
        units[urge.unit_id].called = urge


def quiet_continuous(group_id: int, *, today: date) -> list[QuietTask]:
    """Continuous tasks that let a whole reporting period pass in silence."""
    missed = sa.or_(
        *(
            sa.and_(
                Task.cadence_every == every,
                Task.accepted_at < start_of(since),
                sa.or_(Task.reported_at.is_(None), Task.reported_at < start_of(since)),
            )
            for every in Every
            for since in [last_full_period(every, today)]
        )
    )
    rows = db.session.execute(
        sa.select(Task.id, Task.title, Unit.id, Unit.name, Task.cadence_every, Task.reported_at)
        .select_from(Task)
        .join(Unit, Unit.id == Task.lead_unit_id)
        .where(Task.group_id == group_id, of_the_group, Task.state == TaskState.ACTIVE, Task.continuous, missed)
        .order_by(Task.reported_at, Task.id)
        .limit(SHOWN)
    )
    return [QuietTask(*row) for row in rows]


def owed_by_office(group_id: int, *, today: date, slow: int) -> list[Owed]:
    """What the office has left waiting longer than so many working days, the longest first.

    Only what somebody of the office may do: not what its own house does, has a verifier of its own or is a leader's.
    """
    free, directing = (
        sa.or_(sa.false(), *(~is_barred(Task, person) for person in seat_holders(group_id, day=today, roles=roles)))
        for roles in (OFFICE, OFFICE_DIRECTORS)
    )
    before = start_of(working_days().shift(today, -slow))

    def row(kind: Wait, at: Any, thing: Any = Task, unit: Any = Task.lead_unit_id) -> sa.Select[Any]:
        found = sa.select(sa.literal(kind.value), Task.id, Task.title, Unit.name, at.label("at")).select_from(Task)
        if thing is not Task:
            found = found.join(thing, thing.task_id == Task.id)
        return found.join(Unit, Unit.id == unit).where(Task.group_id == group_id, of_the_group, at < before)

    waiting = (
        row(Wait.VERIFY, Task.submitted_at).where(Task.state == TaskState.SUBMITTED, Task.verifier_id.is_(None), free),
        row(Wait.DECIDE_EXTENSION, Extension.asked_at, Extension).where(
            Extension.state == RequestState.PENDING, Extension.ordinal <= FREE_EXTENSIONS, free
        ),
        row(Wait.DECIDE_ADJUSTMENT, Adjustment.asked_at, Adjustment).where(
            Adjustment.state == RequestState.PENDING, directing
        ),
        row(Wait.ANSWER_COORDINATION, ProgressReport.confirmed_at, ProgressReport, ProgressReport.unit_id).where(
            Task.state.in_(sorted(LIVE)), waits_for_coordination()
        ),
    )
    rows = db.session.execute(sa.union_all(*waiting).order_by("at").limit(SHOWN))
    return [
        Owed(Wait(kind), task_id, title, unit, working_days().between(local_date(at), today))
        for kind, task_id, title, unit, at in rows
    ]
