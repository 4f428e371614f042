"""Suspend, resume, cancel."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.outbox.commands import settle
from tracker.tasks import notices, policy
from tracker.tasks.commands.moving import (
    PaperRoad,
    change_due,
    future_date,
    move,
    who_decides,
    words,
)
from tracker.tasks.models import Suspension, Task
from tracker.tasks.rules import ENDED, DueDateCause, Move, PartState, TaskState


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
    move(task, Move.SUSPEND, by=by, now=now, act="task.suspend", version=version, reason=reason)
    db.session.add(Suspension(task_id=task.id, reason=reason, starts_on=local_date(now)))
    settle(("task", task.id), now=now)
    notices.tell_lead("task.suspended", task, now=now)


def proposed_resume_date(task: Task, *, now: datetime) -> date | None:
    """The due date moved by the days suspended."""
    rest = _resting(task)
    if rest is None or task.due_on is None:
        return None
    return max(task.due_on + (local_date(now) - rest.starts_on), local_date(now) + timedelta(days=1))


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
    due_on = None
    if proposed is not None:
        due_on = future_date(new_due_on or proposed, "new_due_on", now=now)
    rest = _resting(task)
    move(task, Move.RESUME, by=by, now=now, act="task.resume", version=version, due_on=due_on)
    if rest is not None:
        rest.ends_on = local_date(now)
    if due_on is not None and due_on != task.due_on:
        change_due(task, due_on, cause=DueDateCause.RESUME, basis="", by=by, now=now)
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
    """Cancel a task (撤销) with its reason; a draft is left out by the office alone."""
    if task.state in {TaskState.DRAFT, TaskState.PROPOSED}:
        require(policy.may_manage(by, task.group_id))
    else:
        _require_decision(task, by, paper)
    reason = words(reason, "reason")
    open_children = db.session.scalar(
        sa.select(sa.func.count()).where(Task.parent_id == task.id, Task.state.not_in(ENDED))
    )
    if open_children:
        raise Stale(_l("还有 %(count)s 项分解的子任务没有结束，请先处理子任务。", count=open_children))
    was_out = task.issued_at is not None
    move(task, Move.CANCEL, by=by, now=now, act="task.cancel", version=version, reason=reason)
    task.extension_pending = False
    for part in task.parts:
        if part.state is not PartState.DONE:
            part.state = PartState.CANCELLED
    settle(("task", task.id), now=now)
    if was_out:
        notices.tell_lead("task.cancelled", task, now=now)


def _resting(task: Task) -> Suspension | None:
    return db.session.scalar(
        sa.select(Suspension)
        .where(Suspension.task_id == task.id, Suspension.ends_on.is_(None))
        .order_by(Suspension.id.desc())
        .limit(1)
    )


def _require_decision(task: Task, by: Actor, paper: PaperRoad | None) -> None:
    require(policy.may_decide(who_decides(by, paper), task))
    if paper is not None:
        require(policy.may_decide(by, task))
