"""More time, asked for before the due date (延期); changed by those above (时限调整); explained after it (逾期说明)."""

from datetime import date, datetime
from typing import cast

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.rules import LEADERS, OFFICE
from tracker.tasks import notices, policy
from tracker.tasks.commands.crossings import write_what_passed
from tracker.tasks.commands.moving import (
    PaperRoad,
    change_due,
    claim,
    day_after,
    future_date,
    has_passed,
    is_late,
    on_paper,
    pull_parts_in,
    recorder_id,
    require_another,
    require_paper,
    touch,
    who_decides,
    words,
)
from tracker.tasks.commands.possible import (
    require_delay_unexplained,
    require_extension_open,
    require_time_adjustable,
)
from tracker.tasks.models import DelayExplanation, Extension, Task
from tracker.tasks.rules import (
    FREE_EXTENSIONS,
    LIVE,
    OPEN,
    WORK,
    DueDateCause,
    ExplanationState,
    RequestState,
    TaskState,
)


def ask_extension(
    task: Task, *, reason: str, new_due_on: date | None, version: int, by: Actor, now: datetime
) -> Extension:
    """Ask for more time, before the due date, with a reason and a new date."""
    require(policy.may_ask(by, task))
    reason = words(reason, "reason")
    due_on = future_date(new_due_on, "new_due_on", now=now)
    old_due_on = require_extension_open(task, now=now)
    if due_on <= old_due_on:
        raise Invalid({"new_due_on": _l("新的时限须晚于现在的时限。")})
    claim(task, version=version, states=WORK)
    asked = sa.select(sa.func.count()).where(Extension.task_id == task.id, Extension.state != RequestState.WITHDRAWN)
    before = db.session.scalar(asked) or 0
    extension = Extension(
        task_id=task.id,
        ordinal=before + 1,
        reason=reason,
        old_due_on=old_due_on,
        new_due_on=due_on,
        asked_by_id=by.person_id,
        asked_at=now,
        state=RequestState.PENDING,
    )
    extension.task = task
    db.session.add(extension)
    task.extension_pending = True
    notices.settle_deadlines(task, now=now)
    touch(task, by=by, now=now, act="task.ask_extension", new={"reason": reason, "due_on": due_on})
    roles = OFFICE if before < FREE_EXTENSIONS else LEADERS
    notices.tell_deciders("task.extension_asked", task, roles=roles, now=now)
    return extension


def decide_extension(
    extension: Extension,
    *,
    approve: bool,
    remark: str = "",
    new_due_on: date | None = None,
    version: int,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> None:
    """Grant or refuse more time. The first is the office's, every further one a leader's; the first date is kept.

    new_due_on grants another day than was asked for. Refused only after the deadline has passed, a task is due on
    the next working day (or new_due_on): the wait for a decision is not the unit's.
    """
    task = extension.task
    decider = who_decides(by, paper)
    require(policy.may_decide_extension(decider, extension))
    require_another(extension.asked_by_id, decider, by)
    require_paper(paper, policy.may_decide(by, task))
    remark = words(remark, "remark", required=not approve)
    due_on = _decided_date(extension, new_due_on, approve=approve, now=now)
    claim(task, states=OPEN)
    take(extension, version=version, states=[RequestState.PENDING])
    extension.state = RequestState.APPROVED if approve else RequestState.REFUSED
    extension.granted_due_on = due_on if approve else None
    extension.decided_by_id, extension.decided_at = decider.person_id, now
    extension.decided_as, extension.remark = decider.capacity(task.group_id), remark
    extension.recorded_by_id = recorder_id(by, paper)
    task.extension_pending = False
    old_due_on = task.due_on
    if due_on is not None:
        basis = extension.reason if approve else remark
        change_due(task, due_on, cause=DueDateCause.EXTENSION, basis=basis, by=by, now=now)
    touch(
        task,
        by=by,
        now=now,
        act="task.decide_extension",
        old={"due_on": old_due_on},
        new={
            "approved": approve,
            "remark": remark,
            "due_on": task.due_on,
            "decided_by": decider.name,
            **on_paper(paper, task.group_id),
        },
    )
    notices.settle_reminders(task, "extension", extension.id, now=now)
    notices.tell_lead("task.extension_decided", task, now=now)


def _decided_date(extension: Extension, new_due_on: date | None, *, approve: bool, now: datetime) -> date | None:
    """The due date that a decision sets; None where a refusal leaves the one that stands."""
    task = extension.task
    if not approve and not has_passed(task, task.due_on, local_date(now)):
        return None
    due_on = new_due_on or (extension.new_due_on if approve else day_after(now))
    if approve and task.due_on is not None and due_on <= task.due_on:
        raise Invalid({"new_due_on": _l("新的时限须晚于现在的时限。")})
    return future_date(due_on, "new_due_on", now=now)


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
    require_paper(paper, policy.may_decide(by, task))
    basis = words(basis, "basis")
    due_on = future_date(new_due_on, "new_due_on", now=now)
    require_time_adjustable(task, now=now)
    if due_on == task.due_on:
        raise Invalid({"new_due_on": _l("与现在的时限相同。")})
    claim(task, version=version, states=OPEN)
    old_due_on = task.due_on
    change_due(task, due_on, cause=DueDateCause.TIME_ADJUSTMENT, basis=basis, by=by, now=now)
    new = {"due_on": due_on, "basis": basis, **on_paper(paper, task.group_id)}
    touch(task, by=by, now=now, act="task.adjust_time", old={"due_on": old_due_on}, new=new)
    pull_parts_in(task, by=by, now=now)
    notices.tell_lead("task.time_adjusted", task, now=now)


def explain_delay(task: Task, *, text: str, version: int, by: Actor, now: datetime) -> DelayExplanation:
    """Say why a task is late (逾期说明); after the due date there is no extension any more."""
    require(policy.may_ask(by, task))
    text = words(text, "text")
    require_delay_unexplained(task, now=now)
    claim(task, version=version, states=OPEN)
    write_what_passed(task, now=now)
    explanation = DelayExplanation(
        task_id=task.id,
        unit_id=cast("int", task.lead_unit_id),
        due_on=cast("date", task.due_on),
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
    paper: PaperRoad | None = None,
) -> None:
    """Answer an explanation: noted, or to be made good by a new date (限期整改). The crossing stays either way."""
    task = explanation.task
    answerer = who_decides(by, paper)
    require(policy.may_verify(answerer, task))
    require_another(explanation.given_by_id, answerer, by)
    require_paper(paper, policy.may_decide(by, task))
    remark = words(remark, "remark", required=new_due_on is None)
    due_on = None if new_due_on is None else future_date(new_due_on, "new_due_on", now=now)
    claim(task, states=LIVE | {TaskState.COMPLETED} if due_on is None else OPEN)
    take(explanation, version=version, states=[ExplanationState.OPEN])
    old_due_on = task.due_on
    if due_on is not None:
        _make_good_by(task, due_on, basis=remark, by=by, now=now)
    explanation.state = ExplanationState.NOTED if due_on is None else ExplanationState.RECTIFY
    explanation.answered_by_id, explanation.answered_at = answerer.person_id, now
    explanation.answered_as, explanation.remark = answerer.capacity(task.group_id), remark
    explanation.new_due_on = due_on
    new = {"remark": remark, "due_on": task.due_on, **on_paper(paper, task.group_id)}
    touch(task, by=by, now=now, act="task.answer_explanation", old={"due_on": old_due_on}, new=new)
    notices.tell_lead("task.explanation_answered", task, now=now)


def set_rectification(task: Task, due_on: date, *, basis: str, by: Actor, now: datetime) -> None:
    """Set a new date for late work to be made good by (限期整改); the deadline that passed is put on record first.

    Whoever calls it puts the act itself on record.
    """
    require(policy.may_verify(by, task))
    claim(task, states=OPEN)
    _make_good_by(task, due_on, basis=basis, by=by, now=now)


def _make_good_by(task: Task, due_on: date, *, basis: str, by: Actor, now: datetime) -> None:
    if not is_late(task, local_date(now)):
        raise Stale(_l("任务没有逾期，不需要限期整改。"))
    write_what_passed(task, now=now)
    change_due(task, due_on, cause=DueDateCause.RECTIFICATION, basis=basis, by=by, now=now)
