"""What happened to a unit's tasks, and the light that each had at the end of a past day, by the one rule of lights."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker.kernel.calendar import WorkingDays
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.organisation.models import LeadershipGroup
from tracker.tasks.models import (
    Adjustment,
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
from tracker.tasks.queries import of_the_group
from tracker.tasks.rules import (
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


def pasts_of(group_id: int, unit_id: int) -> list[Past]:
    """All tasks that a unit ever led in a group, with their pasts."""
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
