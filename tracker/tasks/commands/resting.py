"""Suspend, resume, cancel."""

from datetime import date, datetime

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.verdict import require
from tracker.outbox.commands import settle
from tracker.tasks import notices, policy
from tracker.tasks.commands.crossings import write_what_passed
from tracker.tasks.commands.moving import (
    PaperRoad,
    change_due,
    future_date,
    move,
    on_paper,
    open_parts,
    pull_parts_in,
    require_paper,
    shift_inner_dates,
    who_decides,
    withdraw_requests,
    words,
)
from tracker.tasks.commands.possible import require_childless
from tracker.tasks.models import Suspension, Task
from tracker.tasks.rules import DueDateCause, Move, PartState, TaskState, resume_date


def suspend_task(
    task: Task,
    *,
    reason: str,
    version: int,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> None:
    """Let a task rest (暂停); the days it rests never make it late."""
    _require_decision(task, by, paper)
    reason = words(reason, "reason")
    write_what_passed(task, now=now)
    said = {"reason": reason, **on_paper(paper, task.group_id)}
    move(task, Move.SUSPEND, by=by, now=now, act="task.suspend", version=version, **said)
    db.session.add(Suspension(task_id=task.id, reason=reason, starts_on=local_date(now)))
    settle(("task", task.id), now=now)
    notices.tell_lead("task.suspended", task, now=now)


def proposed_resume_date(task: Task, *, now: datetime) -> date | None:
    """The due date moved by the days suspended."""
    rest = db.session.scalar(_rest_of(task))
    if rest is None or task.due_on is None:
        return None
    return resume_date(task.due_on, rest.starts_on, local_date(now))


def resume_task(
    task: Task,
    *,
    new_due_on: date | None,
    version: int,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> None:
    """Take up a suspended task where it was; its date moves by the days suspended unless another is set."""
    _require_decision(task, by, paper)
    proposed = proposed_resume_date(task, now=now)
    due_on = None if proposed is None else future_date(new_due_on or proposed, "new_due_on", now=now)
    old_due_on = task.due_on
    said = {"due_on": due_on, **on_paper(paper, task.group_id)}
    move(task, Move.RESUME, by=by, now=now, act="task.resume", version=version, **said)
    shift_inner_dates(task, rested_from=_end_rest(task, now=now), by=by, now=now)
    if due_on is not None and due_on != old_due_on:
        change_due(task, due_on, cause=DueDateCause.RESUME, basis="", by=by, now=now)
    pull_parts_in(task, by=by, now=now)
    if task.state is TaskState.ISSUED:
        task.accept_by = working_days().shift(local_date(now), task.group.sign_for_days)
    notices.tell_lead("task.resumed", task, now=now)


def cancel_task(
    task: Task,
    *,
    reason: str,
    version: int | None = None,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> None:
    """Cancel a task (撤销) with its reason; a draft is left out by the office or who would sign it off."""
    if task.state in {TaskState.DRAFT, TaskState.PROPOSED}:
        require(policy.may_leave_out(by, task.group_id))
    else:
        _require_decision(task, by, paper)
    reason = words(reason, "reason")
    require_childless(task, now=now)
    was_out, rested = task.issued_at is not None, task.state is TaskState.SUSPENDED
    write_what_passed(task, now=now)
    said = {"reason": reason, **on_paper(paper, task.group_id)}
    move(task, Move.CANCEL, by=by, now=now, act="task.cancel", version=version, **said)
    if rested:
        _end_rest(task, now=now)
    withdraw_requests(task)
    for part in open_parts(task):
        take(part, states=[PartState.ISSUED, PartState.ACTIVE])
        part.state = PartState.CANCELLED
    settle(("task", task.id), now=now)
    if was_out:
        notices.tell_lead("task.cancelled", task, now=now)
        for part in task.parts:
            notices.tell_part("task.cancelled", part, now=now)


def _end_rest(task: Task, *, now: datetime) -> date:
    """The rest ends today; returns the day on which it began."""
    rest = db.session.scalars(_rest_of(task)).one()
    rest.ends_on = local_date(now)
    return rest.starts_on


def _rest_of(task: Task) -> sa.Select[Suspension]:
    return sa.select(Suspension).where(Suspension.task_id == task.id, Suspension.ends_on.is_(None))


def _require_decision(task: Task, by: Actor, paper: PaperRoad | None) -> None:
    require(policy.may_decide(who_decides(by, paper), task))
    require_paper(paper, policy.may_decide(by, task))
