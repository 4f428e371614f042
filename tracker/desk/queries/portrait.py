"""A unit's portrait (单位画像): what the facts say of its work over time; no points, no ranking, no persons."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.desk.queries.flags import decided_before
from tracker.kernel.calendar import WorkingDays, working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.organisation.models import LeadershipGroup
from tracker.oversight.models import Flag, Statement, SupervisionNotice, Urge
from tracker.oversight.rules import DecisionKind, FlagState, StatementState
from tracker.tasks.models import (
    Adjustment,
    Crossing,
    DelayExplanation,
    DueDateChange,
    Extension,
    Milestone,
    ProgressReport,
    Submission,
    Suspension,
    Target,
    Task,
    Verification,
)
from tracker.tasks.queries import counts_by_unit, of_the_group
from tracker.tasks.rules import (
    LIVE,
    Light,
    LightFacts,
    Outcome,
    ReportState,
    RequestState,
    TaskState,
    behind_from,
    day_marks,
    light_of,
    was_late,
)

MONTHS = 12
"""So many month ends are looked back on."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A submission: the day, how many working days late, and what a verification found on which day."""

    on: date
    late: bool
    due_on: date | None
    checked_on: date | None
    passed: bool


@dataclass(slots=True)
class Past:
    """All that happened to one task that its light on a past day depends on."""

    task: Task
    moves: list[tuple[date, date | None]] = field(default_factory=list)
    """When its due date was moved, and what it was before; oldest first."""
    handed_in: list[HandedIn] = field(default_factory=list)
    rests: list[tuple[date, date | None]] = field(default_factory=list)
    milestones: list[tuple[date, date | None]] = field(default_factory=list)
    waits: list[tuple[date, date | None]] = field(default_factory=list)
    """When its unit asked for more time or other terms, and until when that was undecided."""
    percents: list[tuple[date, int]] = field(default_factory=list)
    """What was reported of a quantity, oldest first."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Counts by light at the end of a day, derived from facts."""

    day: date
    lights: Mapping[Light, int]


@dataclass(frozen=True, slots=True)
class Portrait:
    """What the facts say of one unit in one group."""

    now: Mapping[Light, int]
    months: Sequence[Snapshot]
    since: date
    finished: int
    on_time: int
    early: int
    straight: int
    """Finished without ever being returned."""
    counts: Mapping[str, int]
    decisions: Mapping[DecisionKind, int]
    flags: Sequence[Flag]


def light_on(past: Past, group: LeadershipGroup, day: date, calendar: WorkingDays) -> Light | None:
    """The light of a task at the end of a day, by the one rule of lights; None before it was issued."""
    task = past.task
    if task.issued_at is None or local_date(task.issued_at) > day:
        return None
    state, late = _stood(past, day)
    due_on = _due_on(past, day)
    open_milestones = [due for due, done in past.milestones if done is None or done > day]
    facts = LightFacts(
        state,
        due_on,
        next_milestone_on=min(open_milestones, default=None),
        behind_on=_behind_on(past, day, start=local_date(task.issued_at), due_on=due_on),
        extension_pending=_waited(past, group, day, calendar),
        continuous=task.continuous,
        late=late,
    )
    return light_of(facts, day_marks(day, calendar, yellow_days=group.yellow_days, roll=group.roll_due_dates))


def _waited(past: Past, group: LeadershipGroup, day: date, calendar: WorkingDays) -> bool:
    """Whether a request that was made in time waited for a decision on a day."""
    for asked, until in past.waits:
        due_on = _due_on(past, asked)
        in_time = due_on is None or not was_late(due_on, asked, calendar, roll=group.roll_due_dates)
        if in_time and asked <= day and (until is None or until > day):
            return True
    return False


def _behind_on(past: Past, day: date, *, start: date, due_on: date | None) -> date | None:
    """From which day on what was last reported by a day lags behind the straight line."""
    percent = next((percent for on, percent in reversed(past.percents) if on <= day), None)
    return None if percent is None or due_on is None else behind_from(percent, start, due_on)


def _due_on(past: Past, day: date) -> date | None:
    """The due date that was in force on a day."""
    return next((old for on, old in past.moves if on > day), past.task.due_on)


def _stood(past: Past, day: date) -> tuple[TaskState, bool]:
    """The state of a task at the end of a day, and whether what was handed in was late."""
    task = past.task
    if task.state is TaskState.CANCELLED and local_date(task.updated_at) <= day:
        return TaskState.CANCELLED, False
    if any(start <= day and (end is None or end > day) for start, end in past.rests):
        return TaskState.SUSPENDED, False
    before = [one for one in past.handed_in if one.on <= day]
    if not before:
        done = task.completed_at is not None and not past.handed_in and local_date(task.completed_at) <= day
        return (TaskState.COMPLETED, task.late) if done else (TaskState.ACTIVE, False)
    last = before[-1]
    if last.checked_on is None or last.checked_on > day:
        return TaskState.SUBMITTED, last.late
    return (TaskState.COMPLETED, last.late) if last.passed else (TaskState.RETURNED, False)


def portrait(group: LeadershipGroup, unit_id: int, *, today: date) -> Portrait:
    """One unit's portrait: a handful of indexed queries, however long its history."""
    pasts = _pasts(group.id, unit_id)
    calendar = working_days()
    ends = [day for day in _month_ends(today) if day >= group.uses_from]
    since = max(group.uses_from, _months_before(today, MONTHS))
    finished = [past for past in pasts if past.task.state is TaskState.COMPLETED and past.handed_in]
    lights = {unit.unit_id: unit.lights for unit in counts_by_unit(group.id, today=today)}
    return Portrait(
        now=dict.fromkeys(Light, 0) | lights.get(unit_id, {}),
        months=[Snapshot(day, _counts(pasts, group, day, calendar)) for day in ends],
        since=since,
        finished=len(finished),
        on_time=sum(not past.task.late for past in finished),
        early=sum(_was_early(past) for past in finished),
        straight=sum(len(past.handed_in) == 1 for past in finished),
        counts=_numbers(group.id, unit_id, [past.task.id for past in pasts]),
        decisions=decided_before(group.id, [unit_id])[unit_id].counts,
        flags=db.session.scalars(
            sa.select(Flag).where(Flag.group_id == group.id, Flag.unit_id == unit_id).order_by(Flag.id.desc()).limit(20)
        ).all(),
    )


def _was_early(past: Past) -> bool:
    last = past.handed_in[-1]
    return last.due_on is not None and last.on < last.due_on and not past.task.late


def _counts(pasts: Iterable[Past], group: LeadershipGroup, day: date, calendar: WorkingDays) -> dict[Light, int]:
    found = dict.fromkeys(Light, 0)
    for past in pasts:
        light = light_on(past, group, day, calendar)
        if light is not None:
            found[light] += 1
    return found


def _month_ends(today: date) -> list[date]:
    """The last days of the months before this one, oldest first."""
    ends = []
    day = today.replace(day=1) - timedelta(days=1)
    for _ in range(MONTHS):
        ends.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return ends[::-1]


def _months_before(today: date, months: int) -> date:
    day = today.replace(day=1)
    for _ in range(months):
        day = (day - timedelta(days=1)).replace(day=1)
    return day


def _pasts(group_id: int, unit_id: int) -> list[Past]:
    tasks = db.session.scalars(
        sa.select(Task)
        .where(Task.group_id == group_id, Task.lead_unit_id == unit_id, of_the_group, Task.issued_at.is_not(None))
        .order_by(Task.id)
    ).all()
    found = {task.id: Past(task) for task in tasks}
    for change in db.session.scalars(_about(DueDateChange, found).order_by(DueDateChange.id)):
        found[change.task_id].moves.append((local_date(change.at), change.old_due_on))
    handed = (
        sa.select(Submission, Verification.at, Verification.outcome)
        .outerjoin(Verification, Verification.submission_id == Submission.id)
        .where(Submission.task_id.in_(list(found)), Submission.state == ReportState.CONFIRMED)
        .order_by(Submission.id)
    )
    for one, at, outcome in db.session.execute(handed):
        checked_on = _day(at)
        row = HandedIn(
            _day(one.confirmed_at) or local_date(one.drafted_at),
            one.late_days > 0,
            one.due_on,
            checked_on,
            outcome is Outcome.PASSED,
        )
        found[one.task_id].handed_in.append(row)
    for rest in db.session.scalars(_about(Suspension, found)):
        found[rest.task_id].rests.append((rest.starts_on, rest.ends_on))
    for milestone in db.session.scalars(_about(Milestone, found)):
        found[milestone.task_id].milestones.append((milestone.due_on, milestone.done_on))
    for request in (Extension, Adjustment):
        for asked in db.session.scalars(_about(request, found)):
            past = found[asked.task_id]
            past.waits.append((local_date(asked.asked_at), _decided_on(asked, past)))
    for report in db.session.scalars(
        _about(ProgressReport, found)
        .where(ProgressReport.percent.is_not(None), ProgressReport.state == ReportState.CONFIRMED)
        .where(sa.exists().where(Target.task_id == ProgressReport.task_id))
        .order_by(ProgressReport.confirmed_at, ProgressReport.id)
    ):
        found[report.task_id].percents.append((local_date(report.confirmed_at), report.percent))
    return list(found.values())


def _decided_on(request: Extension | Adjustment, past: Past) -> date | None:
    """When a request was decided; one that fell away did so when the task was handed in without it."""
    if request.state is not RequestState.WITHDRAWN:
        return _day(request.decided_at)
    asked_on = local_date(request.asked_at)
    return next((one.on for one in past.handed_in if one.on >= asked_on), None)


def _day(instant: datetime | None) -> date | None:
    return None if instant is None else local_date(instant)


def _about(model: Any, found: Mapping[int, Past]) -> Any:
    return sa.select(model).where(model.task_id.in_(list(found)))


def _numbers(group_id: int, unit_id: int, task_ids: Sequence[int]) -> dict[str, int]:
    """How often things happened, each as one count."""
    of_tasks = Task.id.in_(list(task_ids))
    counted: dict[str, Any] = {
        "crossings": sa.select(sa.func.count()).where(
            Crossing.unit_id == unit_id, Crossing.task_id.in_(sa.select(Task.id).where(Task.group_id == group_id))
        ),
        "returns": sa.select(sa.func.count()).where(
            Verification.outcome == Outcome.RETURNED, Verification.task_id.in_(list(task_ids))
        ),
        "extensions": sa.select(sa.func.count()).where(
            Extension.state == RequestState.APPROVED, Extension.task_id.in_(list(task_ids))
        ),
        "explanations": sa.select(sa.func.count()).where(DelayExplanation.task_id.in_(list(task_ids))),
        "urges": sa.select(sa.func.count()).where(
            Urge.unit_id == unit_id, Urge.task_id.in_(sa.select(Task.id).where(Task.group_id == group_id))
        ),
        "notices": sa.select(sa.func.count()).where(
            SupervisionNotice.group_id == group_id,
            SupervisionNotice.unit_id == unit_id,
            SupervisionNotice.signed_at.is_not(None),
        ),
        "statements": sa.select(sa.func.count())
        .select_from(Statement)
        .join(Flag)
        .where(Flag.group_id == group_id, Flag.unit_id == unit_id, Statement.state == StatementState.GIVEN),
        "running": sa.select(sa.func.count()).where(of_tasks, Task.state.in_(sorted(LIVE))),
    }
    row = db.session.execute(sa.select(*(query.scalar_subquery().label(name) for name, query in counted.items()))).one()
    flags: dict[str, int] = defaultdict(int)
    states = sa.select(Flag.colour, Flag.state, sa.func.count()).where(
        Flag.group_id == group_id, Flag.unit_id == unit_id
    )
    for colour, state, number in db.session.execute(states.group_by(Flag.colour, Flag.state)):
        key = "withdrawn" if state is FlagState.WITHDRAWN else colour.value
        flags[key] += number
    return {**row._asdict(), "yellow": flags["yellow"], "red": flags["red"], "withdrawn": flags["withdrawn"]}
