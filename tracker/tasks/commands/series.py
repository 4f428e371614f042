"""Recurring tasks: one task per period, issued from the one before as each period begins."""

from datetime import date, datetime
from typing import cast

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
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


def catch_up_period(task: Task, *, day: date) -> None:
    """A recurring draft that lay over the end of its period goes out with the date that comes next."""
    if task.cadence_every is None or task.continuous or task.due_on is None or task.due_on >= day:
        return
    set_due(task, coming_due(task.cadence_every, day, month=task.cadence_month, day_of_month=task.cadence_day))


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


def _copy_rows(before: Task, task: Task) -> None:
    """Parts keep their distance from the due date, but none begins late; targets keep their own dates."""
    first, due_on, today = cast("date", before.first_due_on), cast("date", task.due_on), local_date(task.created_at)
    task.parts = [
        TaskPart(
            unit_id=part.unit_id,
            content=part.content,
            due_on=None if part.due_on is None else min(due_on, max(today, due_on + (part.due_on - first))),
        )
        for part in before.parts
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
