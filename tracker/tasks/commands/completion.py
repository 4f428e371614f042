"""The end of a task: drafted, handed in, checked by somebody else, passed or returned."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.files import NewFile
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.outbox.commands import settle
from tracker.tasks import notices, policy
from tracker.tasks.commands.crossings import write_crossing
from tracker.tasks.commands.moving import (
    PaperRoad,
    change_due,
    future_date,
    is_late,
    move,
    recorder_id,
    touch,
    who_decides,
    words,
)
from tracker.tasks.commands.progress import keep_evidence
from tracker.tasks.models import Evidence, Extension, Submission, Task, Verification
from tracker.tasks.rules import (
    ENDED,
    CrossingKind,
    DueDateCause,
    Move,
    Outcome,
    ReportState,
    RequestState,
    TaskState,
    VerificationMode,
    days_overdue,
)


def draft_submission(
    task: Task,
    *,
    statement: str,
    files: Sequence[NewFile] = (),
    fact_on: date | None = None,
    version: int,
    by: Actor,
    now: datetime,
) -> Submission:
    """Write down, for a head to confirm, that a task is done (the liaison's draft)."""
    require(policy.may_report(by, task))
    statement = words(statement, "statement")
    take(task, version=version, states=[TaskState.ACTIVE, TaskState.RETURNED])
    submission = _waiting(task)
    if submission is None:
        submission = Submission(task_id=task.id, state=ReportState.DRAFT, late_days=0)
        db.session.add(submission)
    submission.statement, submission.drafted_by_id, submission.drafted_at = statement, _person(by), now
    db.session.flush()
    _keep(task, submission, files, fact_on, by=by, now=now)
    touch(task, by=by, now=now, act="task.draft_submission", new={"statement": statement})
    notices.tell("task.draft_submission", task, notices.confirmers(task, _lead(task), now), now=now)
    return submission


def submit_completion(
    task: Task,
    *,
    statement: str,
    files: Sequence[NewFile] = (),
    fact_on: date | None = None,
    version: int,
    by: Actor,
    now: datetime,
) -> Submission:
    """Hand a task in for verification (报请办结).

    Lateness is fixed here, at the moment of submission, so a slow verifier cannot make the unit late.
    A liaison's waiting draft is confirmed by it.
    """
    require(policy.may_confirm(by, task))
    statement = words(statement, "statement")
    waiting = _waiting(task)
    _require_evidence(task, files)
    _require_children_done(task)
    day = local_date(now)
    # Asked for in time and undecided: the wait for a decision is not the unit's.
    late = is_late(task, day) and not task.extension_pending
    task.submitted_at = now
    move(task, Move.SUBMIT, by=by, now=now, act="task.submit", version=version, statement=statement, late=late)
    submission = waiting or Submission(task_id=task.id, drafted_by_id=_person(by), drafted_at=now)
    submission.statement, submission.state = statement, ReportState.CONFIRMED
    submission.confirmed_by_id, submission.confirmed_at = _person(by), now
    submission.due_on, submission.late_days = task.due_on, _late_days(task, day) if late else 0
    db.session.add(submission)
    db.session.flush()
    _keep(task, submission, files, fact_on, by=by, now=now)
    task.late = late
    if late and task.due_on is not None:
        write_crossing(CrossingKind.TASK, task.id, task, task.lead_unit_id, task.due_on, now=now)
    _close_pending_extension(task, by=by, now=now)
    settle(("task", task.id), now=now)
    notices.tell_verifiers("task.submitted", task, now=now)
    return submission


def verify_completion(
    task: Task,
    *,
    remark: str = "",
    mode: VerificationMode = VerificationMode.DESK,
    version: int,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> Verification:
    """Find that a task is done, at the desk or on site. The doer never verifies."""
    submission = _judge(task, version, by, paper)
    remark = words(remark, "remark", required=False)
    move(task, Move.VERIFY, by=by, now=now, act="task.verify", version=version, mode=mode, remark=remark)
    task.completed_at = now
    verification = _verification(task, submission, Outcome.PASSED, mode, remark, by=by, now=now, paper=paper)
    settle(("task", task.id), now=now)
    notices.tell_lead("task.completed", task, now=now)
    return verification


def return_for_rework(
    task: Task,
    *,
    remark: str,
    new_due_on: date | None = None,
    mode: VerificationMode = VerificationMode.DESK,
    version: int,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> Verification:
    """Send a task back with what is missing (退回重办).

    On or after the due date a new date must be set (proposed: five working days on), so that the days
    it lay with the verifier never count against the unit.
    """
    submission = _judge(task, version, by, paper)
    remark = words(remark, "remark")
    passed = task.due_on is not None and local_date(now) >= task.due_on
    due_on = None
    if passed or new_due_on is not None:
        due_on = future_date(new_due_on, "new_due_on", now=now)
    move(task, Move.RETURN, by=by, now=now, act="task.return", version=version, remark=remark, mode=mode, due_on=due_on)
    if due_on is not None and not task.continuous:
        change_due(task, due_on, cause=DueDateCause.RETURN, basis=remark, by=by, now=now)
    verification = _verification(task, submission, Outcome.RETURNED, mode, remark, by=by, now=now, paper=paper)
    verification.new_due_on = due_on
    settle(("task", task.id), now=now)
    notices.tell_lead("task.returned", task, now=now)
    return verification


def _judge(task: Task, version: int, by: Actor, paper: PaperRoad | None) -> Submission:
    require(policy.may_verify(who_decides(by, paper), task))
    if paper is not None:
        require(policy.may_decide(by, task))
    if task.state is not TaskState.SUBMITTED or task.version != version:
        raise Stale
    submission = db.session.scalar(
        sa.select(Submission)
        .where(Submission.task_id == task.id, Submission.state == ReportState.CONFIRMED)
        .order_by(Submission.id.desc())
        .limit(1)
    )
    if submission is None:
        raise Stale
    return submission


def _verification(
    task: Task,
    submission: Submission,
    outcome: Outcome,
    mode: VerificationMode,
    remark: str,
    *,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None,
) -> Verification:
    verifier = who_decides(by, paper)
    verification = Verification(
        submission_id=submission.id,
        task_id=task.id,
        drafted_by_id=submission.drafted_by_id,
        confirmed_by_id=cast("int", submission.confirmed_by_id),
        verifier_id=_person(verifier),
        verified_as=verifier.capacity(task.group_id),
        recorded_by_id=recorder_id(by, paper),
        at=now,
        outcome=outcome,
        mode=mode,
        remark=remark,
    )
    db.session.add(verification)
    db.session.flush()
    return verification


def _waiting(task: Task) -> Submission | None:
    return db.session.scalar(
        sa.select(Submission).where(Submission.task_id == task.id, Submission.state == ReportState.DRAFT)
    )


def _require_evidence(task: Task, files: Sequence[NewFile]) -> None:
    if not task.evidence_required or files:
        return
    since = [Evidence.task_id == task.id, Evidence.part_id.is_(None)]
    if db.session.scalar(sa.select(Evidence.id).where(*since).limit(1)) is None:
        raise Invalid({"files": _l("本任务要求附佐证材料，请上传后再报请办结。")})


def _require_children_done(task: Task) -> None:
    undone = db.session.scalar(sa.select(sa.func.count()).where(Task.parent_id == task.id, Task.state.not_in(ENDED)))
    if undone:
        raise Stale(_l("还有 %(count)s 项分解的子任务没有办结，不能报请办结。", count=undone))


def _close_pending_extension(task: Task, *, by: Actor, now: datetime) -> None:
    """A task handed in needs no more time: what was asked and not decided falls away."""
    if not task.extension_pending:
        return
    pending = db.session.scalar(
        sa.select(Extension).where(Extension.task_id == task.id, Extension.state == RequestState.PENDING)
    )
    if pending is not None:
        pending.state, pending.decided_by_id, pending.decided_at = RequestState.REFUSED, by.person_id, now
        pending.remark = str(_l("已报请办结，申请自动撤回。"))
    task.extension_pending = False


def _keep(
    task: Task,
    submission: Submission,
    files: Sequence[NewFile],
    fact_on: date | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    keep_evidence(task, files, unit_id=_lead(task), submission_id=submission.id, fact_on=fact_on, by=by, now=now)


def _late_days(task: Task, day: date) -> int:
    return days_overdue(cast("date", task.due_on), day, working_days(), roll=task.group.roll_due_dates)


def _lead(task: Task) -> int:
    return cast("int", task.lead_unit_id)


def _person(actor: Actor) -> int:
    return cast("int", actor.person_id)
