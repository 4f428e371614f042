"""The end of a task: drafted, handed in, checked by somebody else, passed or returned."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.files import NewFile
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.outbox.commands import settle
from tracker.tasks import notices, policy
from tracker.tasks.commands.crossings import has_crossed, write_what_passed
from tracker.tasks.commands.evidence import keep_evidence
from tracker.tasks.commands.moving import (
    PaperRoad,
    change_due,
    claim,
    future_date,
    is_late,
    move,
    on_paper,
    pull_parts_in,
    recorder_id,
    require_paper,
    shift_inner_dates,
    touch,
    who_decides,
    withdraw_requests,
    words,
)
from tracker.tasks.commands.possible import require_children_done
from tracker.tasks.models import Evidence, Submission, Task, Verification
from tracker.tasks.rules import (
    WORK,
    CrossingKind,
    DueDateCause,
    Move,
    Outcome,
    ReportState,
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
    claim(task, version=version, states=WORK)
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
    What passed a deadline once stays late, also when it was given a new date to make good by.
    A liaison's waiting draft is confirmed by it.
    """
    require(policy.may_confirm(by, task))
    statement = words(statement, "statement")
    waiting = _waiting(task)
    _require_evidence(task, files)
    require_children_done(task, now=now)
    write_what_passed(task, now=now)
    late_now = is_late(task, local_date(now))
    late = late_now or has_crossed(CrossingKind.TASK, task.id)
    move(task, Move.SUBMIT, by=by, now=now, act="task.submit", version=version, statement=statement, late=late)
    task.late = late
    submission = waiting or Submission(task_id=task.id, drafted_by_id=_person(by), drafted_at=now)
    submission.statement, submission.state = statement, ReportState.CONFIRMED
    submission.confirmed_by_id, submission.confirmed_at = _person(by), now
    submission.due_on, submission.late_days = task.due_on, _late_days(task, local_date(now)) if late_now else 0
    db.session.add(submission)
    db.session.flush()
    _keep(task, submission, files, fact_on, by=by, now=now)
    withdraw_requests(task)
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
    said = {"mode": mode, "remark": remark, **on_paper(paper, task.group_id)}
    move(task, Move.VERIFY, by=by, now=now, act="task.verify", version=version, **said)
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
    due_on = _date_to_make_good(task, new_due_on, now=now)
    handed_in_on = local_date(task.submitted_at) if task.submitted_at is not None else local_date(now)
    said = {"remark": remark, "mode": mode, "due_on": due_on, **on_paper(paper, task.group_id)}
    move(task, Move.RETURN, by=by, now=now, act="task.return", version=version, **said)
    shift_inner_dates(task, rested_from=handed_in_on, by=by, now=now)
    if due_on is not None:
        change_due(task, due_on, cause=DueDateCause.RETURN, basis=remark, by=by, now=now)
    pull_parts_in(task, by=by, now=now)
    verification = _verification(task, submission, Outcome.RETURNED, mode, remark, by=by, now=now, paper=paper)
    verification.new_due_on = due_on
    settle(("task", task.id), now=now)
    notices.tell_lead("task.returned", task, now=now)
    return verification


def _date_to_make_good(task: Task, new_due_on: date | None, *, now: datetime) -> date | None:
    """The date that a return sets: on or after the due date there must be a new one, and a return never shortens."""
    if task.due_on is None:
        return None
    must = local_date(now) >= task.due_on
    if not must and new_due_on is None:
        return None
    due_on = future_date(new_due_on, "new_due_on", now=now)
    if due_on <= local_date(now) or due_on < task.due_on:
        raise Invalid({"new_due_on": _l("新的时限须晚于今天，且不早于现在的时限。")})
    return due_on if due_on != task.due_on else None


def _judge(task: Task, version: int, by: Actor, paper: PaperRoad | None) -> Submission:
    require(policy.may_verify(who_decides(by, paper), task))
    require_paper(paper, policy.may_decide(by, task))
    if task.state is not TaskState.SUBMITTED or task.version != version:
        raise Stale
    handed_in = sa.select(Submission).where(Submission.task_id == task.id, Submission.state == ReportState.CONFIRMED)
    return db.session.scalars(handed_in.order_by(Submission.id.desc()).limit(1)).one()


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
    own = sa.select(Evidence.id).where(Evidence.task_id == task.id, Evidence.part_id.is_(None))
    if db.session.scalar(own.limit(1)) is None:
        raise Invalid({"files": _l("本任务要求附佐证材料，请上传后再报请办结。")})


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
