"""Recurring tasks: one task per period, issued from the one before as each period begins."""

from datetime import date, datetime, timedelta
from typing import cast

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l
from tracker.organisation.queries import units_by_person
from tracker.tasks import notices
from tracker.tasks.commands.moving import set_due, touch
from tracker.tasks.models import Target, Task, TaskPart, TaskSeries
from tracker.tasks.rules import (
    FAR_FUTURE,
    Every,
    TaskSource,
    TaskState,
    coming_due,
    next_period,
    period_due,
    period_key,
)

COPIED = (
    "group_id",
    "plan_id",
    "measure_id",
    "phase_id",
    "apportionment_id",
    "batch_id",
    "number",
    "title",
    "pinyin",
    "initials",
    "content",
    "standard",
    "basis",
    "lead_unit_id",
    "deadline_text",
    "cadence_every",
    "cadence_month",
    "cadence_day",
    "evidence_required",
)


def recurs(task: Task) -> bool:
    """Whether a task is one a period, rather than once or continuous."""
    return task.cadence_every is not None and not task.continuous


def catch_up_period(task: Task, *, day: date) -> None:
    """A recurring draft that lay over the end of its period goes out with the date that comes next, its parts too."""
    if not recurs(task) or task.due_on is None or task.due_on >= day:
        return
    due_on = _coming_due(task, day)
    moved = due_on - task.due_on
    set_due(task, due_on)
    for part in task.parts:
        part.first_due_on = None if part.due_on is None else part.due_on + moved
        part.due_on = _within(part.first_due_on, day, due_on)


def take_up_period(task: Task, new_due_on: date | None, *, day: date) -> date:
    """The date by which the running period of a recurring draft that is taken over is due; its parts come along.

    Without a new date it is the one that comes next. One beyond the period would leave the periods between without.
    """
    coming = _coming_due(task, day)
    due_on = new_due_on or coming
    if due_on >= next_period(cast("Every", task.cadence_every), coming):
        raise Invalid({"new_due_on": _l("按周期办理的任务接续本期，新的时限须在本期之内；不填即为本期的时限。")})
    for part in task.parts:
        part.due_on = _within(_planned(part, coming - cast("date", task.first_due_on)), day, due_on)
    return due_on


def _coming_due(task: Task, day: date) -> date:
    every = cast("Every", task.cadence_every)
    return coming_due(every, day, month=task.cadence_month, day_of_month=task.cadence_day)


def begin_series(task: Task) -> TaskSeries:
    """The first task of a recurring one was issued: from the next period on, the sweep issues the others."""
    every, due_on = cast("Every", task.cadence_every), cast("date", task.due_on)
    series = TaskSeries(
        group_id=task.group_id,
        every=every,
        month=task.cadence_month,
        day=task.cadence_day,
        ends_on=None,
        next_from=next_period(every, due_on),
    )
    db.session.add(series)
    db.session.flush()
    task.series_id, task.period = series.id, period_key(every, due_on)
    return series


def issue_due_periods(*, now: datetime, limit: int = 200) -> int:
    """Issue the tasks of all periods that have begun and have none yet; returns how many.

    Only the current period is issued: after days off, periods that ended meanwhile are skipped, not made red.
    """
    today = local_date(now)
    due = db.session.scalars(
        sa.select(TaskSeries)
        .where(TaskSeries.next_from <= today, sa.or_(TaskSeries.ends_on.is_(None), TaskSeries.ends_on >= today))
        .order_by(TaskSeries.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    return sum(_issue_period(series, now=now) for series in due)


def _issue_period(series: TaskSeries, *, now: datetime) -> int:
    today = local_date(now)
    series.next_from = next_period(series.every, today)
    before = db.session.scalar(sa.select(Task).where(Task.series_id == series.id).order_by(Task.id.desc()).limit(1))
    if before is None or before.group.ended_on is not None:
        series.ends_on = today
        return 0
    due_on = period_due(series.every, today, month=series.month, day_of_month=series.day)
    if before.state is TaskState.CANCELLED or due_on < today:
        # A cancelled period ends the series; one that is already over is not issued late.
        series.ends_on = today if before.state is TaskState.CANCELLED else series.ends_on
        return 0
    task = Task(
        source=TaskSource.SERIES,
        state=TaskState.ISSUED,
        series_id=series.id,
        period=period_key(series.every, today),
        created_at=now,
        updated_at=now,
        issued_at=now,
        accept_by=working_days().shift(today, before.group.sign_for_days),
        sort_on=FAR_FUTURE,
        **{name: getattr(before, name) for name in COPIED},
        **_still_there(before, day=today),
    )
    task.group, task.lead_unit = before.group, before.lead_unit
    set_due(task, due_on)
    _copy_rows(before, task)
    db.session.add(task)
    db.session.flush()
    new = {"state": task.state, "title": task.title, "period": task.period, "due_on": due_on}
    touch(task, by=SYSTEM, now=now, act="task.issue_period", new=new)
    notices.tell_lead("task.issued", task, now=now)
    for part in task.parts:
        notices.tell_part("task.part_issued", part, now=now)
    return 1


def _still_there(before: Task, *, day: date) -> dict[str, int | None]:
    """Owner, verifier and leader go on with the next period where they are still in place."""
    people = [person for person in (before.owner_id, before.verifier_id) if person is not None]
    units = units_by_person(people, day=day)
    owner, verifier, seat = before.owner_id, before.verifier_id, before.leader_seat
    return {
        "owner_id": owner if owner is not None and before.lead_unit_id in units[owner] else None,
        "verifier_id": verifier if verifier is not None and units[verifier] else None,
        "leader_seat_id": seat.id if seat is not None and (seat.ends_on is None or seat.ends_on >= day) else None,
    }


def _planned(part: TaskPart, moved: timedelta) -> date | None:
    """When a part is due in a period that is due so much later than its own was first to be."""
    return None if part.first_due_on is None else part.first_due_on + moved


def _within(planned: date | None, today: date, due_on: date) -> date | None:
    """A part's date: not after the task's, and nobody begins late."""
    return None if planned is None else min(due_on, max(today, planned))


def _copy_rows(before: Task, task: Task) -> None:
    """Parts keep the distance that was planned from the due date; targets keep their own dates."""
    due_on, today = cast("date", task.due_on), local_date(task.created_at)
    moved = due_on - cast("date", before.first_due_on)
    planned = [(part, _planned(part, moved)) for part in before.parts]
    task.parts = [
        TaskPart(unit_id=part.unit_id, content=part.content, first_due_on=first, due_on=_within(first, today, due_on))
        for part, first in planned
    ]
    task.targets = [
        Target(
            quantity=target.quantity,
            operator=target.operator,
            value=target.value,
            unit=target.unit,
            scope=target.scope,
            due_on=target.due_on,
        )
        for target in before.targets
    ]
