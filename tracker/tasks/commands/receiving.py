"""Signing for tasks (签收), by the unit or after a call, and asking for an adjustment instead."""

from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import Unit
from tracker.tasks import notices, policy
from tracker.tasks.commands.moving import (
    PaperRoad,
    change_due,
    future_date,
    move,
    recorder_id,
    touch,
    who_decides,
    words,
)
from tracker.tasks.models import Adjustment, Task, TaskPart
from tracker.tasks.rules import (
    ADJUSTMENT_DECISION_DAYS,
    AdjustmentKind,
    DueDateCause,
    Move,
    PartState,
    RequestState,
    TaskState,
)


def accept_task(task: Task, *, version: int, by: Actor, now: datetime, spoke_with: str = "") -> None:
    """Sign for a task (签收). The office signs for a unit only after a call, and says with whom it spoke (代签收)."""
    require(policy.may_accept(by, task))
    own = policy.may_draft_for(by, task.group_id, task.lead_unit_id)
    spoke = words(spoke_with, "spoke_with", required=not own, limit=200)
    if _pending_adjustment(task) is not None:
        raise Stale(_l("调整申请还没有决定，决定之后再签收。"))
    task.accepted_at = now
    act = "task.accept" if own else "task.accept_by_phone"
    move(task, Move.ACCEPT, by=by, now=now, act=act, version=version, spoke_with=spoke)


def accept_part(part: TaskPart, *, version: int, by: Actor, now: datetime, spoke_with: str = "") -> None:
    """Sign for a part, by the cooperating unit itself or by the office after a call."""
    require(policy.may_accept_part(by, part))
    own = policy.may_draft_for(by, part.task.group_id, part.unit_id)
    spoke = words(spoke_with, "spoke_with", required=not own, limit=200)
    part.accepted_at = now
    take(part, version=version, states=[PartState.ISSUED])
    part.state = PartState.ACTIVE
    act = "part.accept" if own else "part.accept_by_phone"
    record_part(act, part, by=by, now=now, spoke_with=spoke)


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
    if kind is AdjustmentKind.TIME:
        future_date(new_due_on, "new_due_on", now=now)
    if task.accept_by is not None and today > task.accept_by:
        raise Stale(_l("签收时限已过，不能再申请调整。"))
    if db.session.scalar(sa.select(Adjustment.id).where(Adjustment.task_id == task.id)) is not None:
        raise Stale(_l("每项任务只能申请调整一次。"))
    take(task, version=version, states=[TaskState.ISSUED])
    adjustment = Adjustment(
        task_id=task.id,
        kind=kind,
        reason=reason,
        asked_by_id=by.person_id,
        asked_at=now,
        decide_by=working_days().shift(today, ADJUSTMENT_DECISION_DAYS),
        new_due_on=new_due_on if kind is AdjustmentKind.TIME else None,
        state=RequestState.PENDING,
    )
    adjustment.task = task
    db.session.add(adjustment)
    touch(
        task, by=by, now=now, act="task.ask_adjustment", new={"kind": kind, "reason": reason, "new_due_on": new_due_on}
    )
    notices.tell_office("task.adjustment_asked", task, now=now)
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
    if paper is not None:
        require(policy.may_decide(by, task))
    remark = words(remark, "remark", required=not approve)
    take(adjustment, version=version, states=[RequestState.PENDING])
    take(task, states=[TaskState.ISSUED])
    adjustment.state = RequestState.APPROVED if approve else RequestState.REFUSED
    adjustment.decided_by_id, adjustment.decided_at = decider.person_id, now
    adjustment.decided_as, adjustment.remark = decider.capacity(task.group_id), remark
    adjustment.recorded_by_id = recorder_id(by, paper)
    old = {"lead_unit_id": task.lead_unit_id, "due_on": task.due_on, "standard": task.standard}
    if approve:
        _apply(adjustment, new_lead_unit_id, new_due_on, new_standard, by=by, now=now)
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
        },
    )
    notices.tell_lead("task.adjustment_decided", task, now=now)


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
        unit = db.session.get(Unit, new_lead_unit_id) if new_lead_unit_id is not None else None
        taken = {part.unit_id for part in task.parts} | {task.lead_unit_id}
        if unit is None or unit.region_id != task.group.region_id or unit.id in taken:
            raise Invalid({"new_lead_unit_id": _l("请选择另一个单位牵头。")})
        task.lead_unit_id, task.lead_unit, task.owner_id = unit.id, unit, None
    elif adjustment.kind is AdjustmentKind.TIME:
        due_on = future_date(new_due_on or adjustment.new_due_on, "new_due_on", now=now)
        change_due(task, due_on, cause=DueDateCause.ADJUSTMENT, basis=adjustment.reason, by=by, now=now)
    else:
        task.standard = words(new_standard, "new_standard")


def _pending_adjustment(task: Task) -> Adjustment | None:
    return db.session.scalar(
        sa.select(Adjustment).where(Adjustment.task_id == task.id, Adjustment.state == RequestState.PENDING)
    )


def record_part(act: str, part: TaskPart, *, by: Actor, now: datetime, **new: object) -> None:
    """Put an act on a part into the history of its task."""
    part.task.updated_at = now
    record(
        act,
        "task",
        part.task_id,
        by=by,
        now=now,
        group_id=part.task.group_id,
        unit_id=part.unit_id,
        new={"part_id": part.id, "unit": part.unit.name, **new},
    )
