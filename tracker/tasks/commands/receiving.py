"""Signing for tasks (签收), by the unit or after a call, and asking for an adjustment instead."""

from datetime import date, datetime

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import Unit
from tracker.organisation.rules import OFFICE_DIRECTORS
from tracker.tasks import notices, policy
from tracker.tasks.commands.crossings import write_what_passed
from tracker.tasks.commands.filling import known_unit
from tracker.tasks.commands.moving import (
    PaperRoad,
    change_due,
    claim,
    day_after,
    future_date,
    has_passed,
    is_late,
    move,
    on_paper,
    pull_parts_in,
    recorder_id,
    require_another,
    require_paper,
    touch,
    who_decides,
    words,
)
from tracker.tasks.commands.possible import require_acceptable, require_adjustment_open
from tracker.tasks.commands.readiness import require_verifiable
from tracker.tasks.models import Adjustment, Task
from tracker.tasks.rules import (
    ADJUSTMENT_DECISION_DAYS,
    AdjustmentKind,
    DueDateCause,
    Move,
    RequestState,
    TaskState,
)


def accept_task(task: Task, *, version: int, by: Actor, now: datetime, spoke_with: str = "") -> None:
    """Sign for a task (签收). The office signs for a unit only after a call, and says with whom it spoke (代签收)."""
    require(policy.may_accept(by, task))
    own = policy.may_draft_for(by, task.group_id, task.lead_unit_id)
    spoke = words(spoke_with, "spoke_with", required=not own, limit=200)
    require_acceptable(task, now=now)
    act = "task.accept" if own else "task.accept_by_phone"
    move(task, Move.ACCEPT, by=by, now=now, act=act, version=version, spoke_with=spoke)


def ask_adjustment(
    task: Task,
    *,
    kind: AdjustmentKind,
    reason: str,
    new_due_on: date | None = None,
    version: int,
    by: Actor,
    now: datetime,
) -> Adjustment:
    """Ask, once and within the limit for signing, that duty, time or standard be adjusted."""
    require(policy.may_ask(by, task))
    today = local_date(now)
    reason = words(reason, "reason")
    if kind is not AdjustmentKind.TIME:
        new_due_on = None
    elif task.due_on is None:
        raise Invalid({"kind": _l("长期坚持的任务没有完成时限，不能申请调整时限。")})
    else:
        new_due_on = future_date(new_due_on, "new_due_on", now=now)
    require_adjustment_open(task, now=now)
    claim(task, version=version, states=[TaskState.ISSUED])
    adjustment = Adjustment(
        task_id=task.id,
        kind=kind,
        reason=reason,
        asked_by_id=by.person_id,
        asked_at=now,
        decide_by=working_days().shift(today, ADJUSTMENT_DECISION_DAYS),
        new_due_on=new_due_on,
        state=RequestState.PENDING,
    )
    adjustment.task = task
    db.session.add(adjustment)
    # Asked in time: while it waits for a decision nobody is late.
    task.extension_pending = not is_late(task, today)
    touch(
        task, by=by, now=now, act="task.ask_adjustment", new={"kind": kind, "reason": reason, "new_due_on": new_due_on}
    )
    notices.tell_deciders("task.adjustment_asked", task, roles=OFFICE_DIRECTORS, now=now)
    return adjustment


def decide_adjustment(
    adjustment: Adjustment,
    *,
    approve: bool,
    remark: str,
    new_lead_unit_id: int | None = None,
    new_due_on: date | None = None,
    new_standard: str = "",
    version: int,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> None:
    """Decide what a unit asked for before signing; then it stands."""
    task = adjustment.task
    decider = who_decides(by, paper)
    require(policy.may_decide_adjustment(decider, task))
    require_another(adjustment.asked_by_id, decider, by)
    require_paper(paper, policy.may_decide(by, task))
    remark = words(remark, "remark", required=not approve)
    claim(task, states=[TaskState.ISSUED])
    take(adjustment, version=version, states=[RequestState.PENDING])
    asking_unit, waited = task.lead_unit_id, task.extension_pending
    old = {"lead_unit_id": task.lead_unit_id, "due_on": task.due_on, "standard": task.standard}
    write_what_passed(task, now=now)
    if approve:
        _apply(adjustment, new_lead_unit_id, new_due_on, new_standard, by=by, now=now)
    task.extension_pending = False
    # Neither the wait for a decision nor what passed under another unit is held against who leads from now on.
    excused = waited or task.lead_unit_id != asking_unit
    if excused and has_passed(task, task.due_on, local_date(now)):
        day = future_date(new_due_on or day_after(now), "new_due_on", now=now)
        change_due(task, day, cause=DueDateCause.ADJUSTMENT, basis=remark, by=by, now=now)
    adjustment.state = RequestState.APPROVED if approve else RequestState.REFUSED
    adjustment.decided_by_id, adjustment.decided_at = decider.person_id, now
    adjustment.decided_as, adjustment.remark = decider.capacity(task.group_id), remark
    adjustment.recorded_by_id = recorder_id(by, paper)
    task.accept_by = working_days().shift(local_date(now), task.group.sign_for_days)
    touch(
        task,
        by=by,
        now=now,
        act="task.decide_adjustment",
        old=old,
        new={
            "approved": approve,
            "remark": remark,
            "lead_unit_id": task.lead_unit_id,
            "due_on": task.due_on,
            "standard": task.standard,
            "decided_by": decider.name,
            **on_paper(paper, task.group_id),
        },
    )
    pull_parts_in(task, by=by, now=now)
    notices.settle_reminders(task, "adjustment", adjustment.id, now=now)
    notices.tell("task.adjustment_decided", task, notices.unit_desk(task, asking_unit, now), now=now)
    if task.lead_unit_id != asking_unit:
        notices.tell_lead("task.issued", task, now=now)


def _apply(
    adjustment: Adjustment,
    new_lead_unit_id: int | None,
    new_due_on: date | None,
    new_standard: str,
    *,
    by: Actor,
    now: datetime,
) -> None:
    task = adjustment.task
    if adjustment.kind is AdjustmentKind.DUTY:
        _give_to(task, new_lead_unit_id, day=local_date(now))
    elif adjustment.kind is AdjustmentKind.TIME:
        due_on = future_date(new_due_on or adjustment.new_due_on, "new_due_on", now=now)
        change_due(task, due_on, cause=DueDateCause.ADJUSTMENT, basis=adjustment.reason, by=by, now=now)
    else:
        task.standard = words(new_standard, "new_standard")


def _give_to(task: Task, unit_id: int | None, *, day: date) -> None:
    """Another unit leads: not one that takes part already, and somebody must be able to verify it."""
    if unit_id is None or unit_id in policy.involved_units(task):
        raise Invalid({"new_lead_unit_id": _l("请选择另一个单位牵头。")})
    known_unit(unit_id, "new_lead_unit_id", task.group)
    task.lead_unit, task.owner_id = db.session.get_one(Unit, unit_id), None
    task.lead_unit_id = unit_id
    require_verifiable(task, "new_lead_unit_id", policy.overseers(task.group_id, day=day), day=day)
