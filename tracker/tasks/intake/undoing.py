"""Undo a plan while nothing was issued from it: just what confirming made goes again."""

from datetime import datetime

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import Stale
from tracker.kernel.verdict import require
from tracker.organisation.commands import take_back
from tracker.plans import policy
from tracker.plans.commands import remove_plan
from tracker.plans.models import Plan
from tracker.plans.refusals import ISSUED, OTHERS
from tracker.tasks.models import ConsultedTask, Milestone, Target, Task, TaskPart
from tracker.tasks.rules import TaskState


def is_at_work(plan: Plan) -> bool:
    """Whether a task of a plan was issued, entered as done, lies with somebody to be signed off, or was asked about."""
    asked = sa.exists().where(ConsultedTask.task_id == Task.id)
    out = sa.or_(Task.issued_at.is_not(None), Task.state == TaskState.PROPOSED, asked)
    return db.session.scalar(sa.select(Task.id).where(Task.plan_id == plan.id, out).limit(1)) is not None


def undo_plan(plan: Plan, *, version: int | None = None, by: Actor, now: datetime) -> dict[str, list[int]]:
    """Take a plan back; gives back what was removed with it (ids by kind). Its document can be confirmed anew.

    Raises Stale once a task was put forward or issued. What others have come to refer to stays.
    """
    require(policy.may_undo(by, plan))
    if is_at_work(plan):
        raise Stale(ISSUED)
    made, group = dict(plan.made), plan.group
    ours = made.get("tasks", [])
    later = sa.select(Task.id).where(Task.plan_id == plan.id, Task.id.not_in(ours))
    if db.session.scalar(later.limit(1)) is not None:
        raise Stale(OTHERS)
    for model in (TaskPart, Target, Milestone):
        db.session.execute(sa.delete(model).where(model.task_id.in_(ours)).execution_options(synchronize_session=False))
    db.session.execute(sa.delete(Task).where(Task.id.in_(ours)).execution_options(synchronize_session=False))
    db.session.expire_all()
    remove_plan(plan, version=plan.version if version is None else version, by=by, now=now)
    return take_back(group, made=made, by=by, now=now)
