"""Taking over work that was under way before (接续): a draft whose date has passed goes on, or was done before."""

from datetime import date, datetime

from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.tasks import notices, policy
from tracker.tasks.commands.consulting import require_settled
from tracker.tasks.commands.moving import (
    PaperRoad,
    change_due,
    future_date,
    move,
    on_paper,
    require_paper,
    sane_date,
    set_due,
    start_of,
    who_decides,
    words,
)
from tracker.tasks.commands.readiness import require_inner_dates, require_lead, require_verifiable
from tracker.tasks.commands.series import begin_series, recurs, take_up_period
from tracker.tasks.models import Task
from tracker.tasks.rules import DueDateCause, Move


def take_over(task: Task, *, new_due_on: date | None, version: int | None = None, by: Actor, now: datetime) -> None:
    """Enter a draft whose date has passed as work under way (接续): original date kept, a new one set, nobody late.

    One that recurs is taken over as the period that runs, and goes on recurring.
    """
    require(policy.may_sign_off(by, task.group_id))
    day = local_date(now)
    require_lead(task, "lead_unit_id")
    if task.due_on is None or task.due_on >= day:
        raise Invalid({"new_due_on": _l("只有时限已过的草稿才能接续办理。")})
    wanted = take_up_period(task, new_due_on, day=day) if recurs(task) else new_due_on
    due_on = future_date(wanted, "new_due_on", now=now)
    require_inner_dates(task, "new_due_on", day=day)
    require_verifiable(task, "lead_unit_id", policy.overseers(task.group_id, day=day), day=day)
    move(task, Move.TAKE_OVER, by=by, now=now, act="task.take_over", version=version, due_on=due_on)
    require_settled([task], "new_due_on", day=day)
    task.carried_over = True
    change_due(task, due_on, cause=DueDateCause.TAKE_OVER, basis="", by=by, now=now)
    if recurs(task):
        begin_series(task)
    notices.tell_lead("task.issued", task, now=now)
    for part in task.parts:
        notices.tell_part("task.part_issued", part, now=now)


def enter_done(
    task: Task,
    *,
    done_on: date,
    remark: str,
    version: int | None = None,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> None:
    """Enter a draft as done before (存量已完成); what is still to come is issued and verified instead."""
    signer = who_decides(by, paper)
    require(policy.may_enter_done(signer, task))
    require_paper(paper, policy.may_decide(by, task))
    day = local_date(now)
    require_lead(task, "lead_unit_id")
    if task.continuous or (task.due_on is not None and task.due_on >= day):
        raise Invalid({"done_on": _l("时限未到或者长期坚持的任务应当签发办理，不能记为存量已完成。")})
    sane_date(done_on, "done_on")
    if done_on > day:
        raise Invalid({"done_on": _l("完成日期不能晚于今天。")})
    remark = words(remark, "remark", required=False)
    move(
        task,
        Move.ENTER_DONE,
        by=by,
        now=now,
        act="task.enter_done",
        version=version,
        done_on=done_on,
        remark=remark,
        **on_paper(paper, task.group_id),
    )
    if task.due_on is None:
        set_due(task, done_on)
    task.completed_at, task.carried_over = start_of(done_on), True
