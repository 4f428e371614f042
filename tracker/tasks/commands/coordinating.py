"""What a unit put up to the group for coordination is answered by the office, once."""

from datetime import datetime

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.tasks import notices, policy
from tracker.tasks.commands.moving import hold, touch, words
from tracker.tasks.models import CoordinationAnswer, ProgressReport
from tracker.tasks.rules import LIVE, ReportState


def check_coordination(report: ProgressReport, *, now: datetime) -> None:  # noqa: ARG001 - asked like every such check
    """Stale where a report puts nothing up, or was answered already."""
    if not report.coordination or report.state is not ReportState.CONFIRMED:
        raise Stale(_l("这份报告没有需协调的事项。"))
    if report.answer is not None:
        raise Stale(_l("这一需协调事项已经答复。"))


def answer_coordination(report: ProgressReport, *, text: str, by: Actor, now: datetime) -> CoordinationAnswer:
    """Say what becomes of it: settled, on the next meeting's agenda, or not the group's to settle. The unit is told."""
    task = report.task
    require(policy.may_answer_coordination(by, task))
    text = words(text, "text", limit=2000)
    hold(task, states=LIVE)
    check_coordination(report, now=now)
    answer = CoordinationAnswer(
        text=text, answered_by_id=by.person_id, answered_as=by.capacity(task.group_id), answered_at=now
    )
    answer.report = report
    db.session.add(answer)
    db.session.flush()
    new = {"coordination": report.coordination, "remark": text}
    touch(task, by=by, now=now, act="task.answer_coordination", new=new)
    notices.settle_reminders(task, "coordination", report.id, now=now)
    people = notices.unit_desk(task, report.unit_id, now)
    notices.tell("task.coordination_answered", task, people, now=now, key=f"report{report.id}")
    return answer
