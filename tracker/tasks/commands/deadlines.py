"""More time, asked for before the due date (延期); changed by those above (时限调整); explained after it (逾期说明)."""

from datetime import date, datetime

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.tasks import notices, policy
from tracker.tasks.commands.crossings import write_crossing
from tracker.tasks.commands.moving import (
    PaperRoad,
    change_due,
    future_date,
    is_late,
    recorder_id,
    touch,
    who_decides,
    words,
)
from tracker.tasks.models import DelayExplanation, Extension, Task
from tracker.tasks.rules import (
    FREE_EXTENSIONS,
    OPEN,
    CrossingKind,
    DueDateCause,
    ExplanationState,
    RequestState,
    TaskState,
)


def ask_extension(
    task: Task, *, reason: str, new_due_on: date | None, version: int, by: Actor, now: datetime
) -> Extension:
    """Ask for more time, on or before the due date, with a reason and a new date."""
    require(policy.may_ask(by, task))
    reason = words(reason, "reason")
    due_on = future_date(new_due_on, "new_due_on", now=now)
    if task.due_on is None:
        raise Stale(_l("长期坚持的任务没有完成时限，不需要延期。"))
    if is_late(task, local_date(now)):
        raise Stale(_l("时限已过，不能再申请延期，请提交逾期说明。"))
    if due_on <= task.due_on:
        raise Invalid({"new_due_on": _l("新的时限须晚于现在的时限。")})
    if task.extension_pending:
        raise Stale(_l("上一次延期申请还没有决定。"))
    take(task, version=version, states=[TaskState.ACTIVE, TaskState.RETURNED])
    before = db.session.scalar(sa.select(sa.func.count()).where(Extension.task_id == task.id)) or 0
    extension = Extension(
        task_id=task.id,
        ordinal=before + 1,
        reason=reason,
        old_due_on=task.due_on,
        new_due_on=due_on,
        asked_by_id=by.person_id,
        asked_at=now,
        state=RequestState.PENDING,
    )
    extension.task = task
    db.session.add(extension)
    task.extension_pending = True
    touch(task, by=by, now=now, act="task.ask_extension", new={"reason": reason, "due_on": due_on})
    tell = notices.tell_office if before < FREE_EXTENSIONS else notices.tell_leaders
    tell("task.extension_asked", task, now=now)
    return extension


def decide_extension(
    extension: Extension,
    *,
    approve: bool,
    remark: str = "",
    version: int,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> None:
    """Grant or refuse more time. The first is the office's, every further one a leader's; the first date is kept."""
    task = extension.task
    decider = who_decides(by, paper)
    require(policy.may_decide_extension(decider, extension))
    if paper is not None:
        require(policy.may_decide(by, task))
    remark = words(remark, "remark", required=not approve)
    take(extension, version=version, states=[RequestState.PENDING])
    take(task, states=OPEN)
    extension.state = RequestState.APPROVED if approve else RequestState.REFUSED
    extension.decided_by_id, extension.decided_at = decider.person_id, now
    extension.decided_as, extension.remark = decider.capacity(task.group_id), remark
    extension.recorded_by_id = recorder_id(by, paper)
    task.extension_pending = False
    old_due_on = task.due_on
    if approve:
        change_due(task, extension.new_due_on, cause=DueDateCause.EXTENSION, basis=extension.reason, by=by, now=now)
    touch(
        task,
        by=by,
        now=now,
        act="task.decide_extension",
        old={"due_on": old_due_on},
        new={"approved": approve, "remark": remark, "due_on": task.due_on, "decided_by": decider.name},
    )
    notices.tell_lead("task.extension_decided", task, now=now)


def adjust_time(
    task: Task,
    *,
    new_due_on: date | None,
    basis: str,
    version: int | None = None,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> None:
    """Change a due date by decision from above, with its basis (时限调整). A deadline that passed stays passed."""
    require(policy.may_decide(who_decides(by, paper), task))
    if paper is not None:
        require(policy.may_decide(by, task))
    basis = words(basis, "basis")
    due_on = future_date(new_due_on, "new_due_on", now=now)
    if task.due_on is None:
        raise Stale(_l("长期坚持的任务没有完成时限。"))
    if is_late(task, local_date(now)):
        raise Stale(_l("时限已过，不能再调整，请通过限期整改设定新的时限。"))
    take(task, version=version, states=OPEN)
    old_due_on = task.due_on
    change_due(task, due_on, cause=DueDateCause.TIME_ADJUSTMENT, basis=basis, by=by, now=now)
    touch(
        task,
        by=by,
        now=now,
        act="task.adjust_time",
        old={"due_on": old_due_on},
        new={"due_on": due_on, "basis": basis},
    )
    notices.tell_lead("task.time_adjusted", task, now=now)


def explain_delay(task: Task, *, text: str, version: int, by: Actor, now: datetime) -> DelayExplanation:
    """Say why a task is late (逾期说明); after the due date there is no extension any more."""
    require(policy.may_ask(by, task))
    text = words(text, "text")
    if task.due_on is None or task.lead_unit_id is None or not is_late(task, local_date(now)):
        raise Stale(_l("任务没有逾期，不需要说明。"))
    take(task, version=version, states=OPEN)
    explanation = DelayExplanation(
        task_id=task.id,
        unit_id=task.lead_unit_id,
        due_on=task.due_on,
        text=text,
        given_by_id=by.person_id,
        given_at=now,
        state=ExplanationState.OPEN,
    )
    explanation.task = task
    db.session.add(explanation)
    touch(task, by=by, now=now, act="task.explain_delay", new={"text": text})
    notices.tell_verifiers("task.explained", task, now=now)
    return explanation


def answer_explanation(
    explanation: DelayExplanation,
    *,
    remark: str,
    new_due_on: date | None = None,
    version: int,
    by: Actor,
    now: datetime,
) -> None:
    """Answer an explanation: noted, or to be made good by a new date (限期整改). The crossing stays either way."""
    task = explanation.task
    require(policy.may_verify(by, task))
    remark = words(remark, "remark", required=new_due_on is None)
    due_on = None if new_due_on is None else future_date(new_due_on, "new_due_on", now=now)
    take(explanation, version=version, states=[ExplanationState.OPEN])
    explanation.state = ExplanationState.NOTED if due_on is None else ExplanationState.RECTIFY
    explanation.answered_by_id, explanation.answered_at = by.person_id, now
    explanation.answered_as, explanation.remark = by.capacity(task.group_id), remark
    explanation.new_due_on = due_on
    if due_on is not None:
        set_rectification(task, due_on, basis=remark, by=by, now=now)
    touch(task, by=by, now=now, act="task.answer_explanation", new={"remark": remark, "due_on": due_on})
    notices.tell_lead("task.explanation_answered", task, now=now)


def set_rectification(task: Task, due_on: date, *, basis: str, by: Actor, now: datetime) -> None:
    """Set a new date for late work to be made good by (限期整改); the deadline that passed is put on record first."""
    require(policy.may_verify(by, task))
    take(task, states=OPEN)
    if task.due_on is not None and is_late(task, local_date(now)):
        write_crossing(CrossingKind.TASK, task.id, task, task.lead_unit_id, task.due_on, now=now)
    change_due(task, due_on, cause=DueDateCause.RECTIFICATION, basis=basis, by=by, now=now)
