"""Work under way: who it is given to, reports of progress by lead and cooperating units, milestones."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.files import NewFile
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import Person
from tracker.organisation.queries import units_by_person
from tracker.tasks import notices, policy
from tracker.tasks.commands.crossings import write_crossing
from tracker.tasks.commands.evidence import keep_evidence
from tracker.tasks.commands.moving import (
    claim,
    has_passed,
    hold,
    record_part,
    refresh_behind,
    refresh_milestone,
    touch,
    words,
)
from tracker.tasks.models import Milestone, ProgressReport, Task, TaskPart
from tracker.tasks.rules import (
    OPEN,
    PART_WORK,
    WORK,
    CrossingKind,
    PartState,
    ReportState,
    TaskState,
)
from tracker.tasks.signals import task_went_on


@dataclass(frozen=True, slots=True)
class NewReport:
    """What a report says: a sentence, or “无变化”; percent only where the group has switched it on."""

    text: str = ""
    no_change: bool = False
    difficulty: str = ""
    coordination: str = ""
    percent: int | None = None
    files: Sequence[NewFile] = field(default=())
    fact_on: date | None = None


def assign_owner(task: Task, person: Person | None, *, version: int, by: Actor, now: datetime) -> None:
    """Give a task to a person of the lead unit (责任到人); None takes it back."""
    require(policy.may_assign(by, task))
    day = local_date(now)
    if person is not None and task.lead_unit_id not in units_by_person([person.id], day=day)[person.id]:
        raise Invalid({"owner_id": _l("责任人须是牵头单位的人员。")})
    claim(task, version=version, states=OPEN)
    old = task.owner_id
    task.owner_id = person.id if person else None
    new = {"owner_id": task.owner_id, "owner": person.name if person else ""}
    touch(task, by=by, now=now, act="task.assign", old={"owner_id": old}, new=new)
    if person is not None and person.id != by.person_id:
        notices.tell("task.given", task, [person.id], now=now)


def report_progress(task: Task, report: NewReport, *, version: int, by: Actor, now: datetime) -> ProgressReport:
    """Report on a task. Whoever may confirm reports at once; a liaison's or owner's report waits for confirmation."""
    require(policy.may_report(by, task))
    if task.state not in WORK:
        raise Stale(_l("任务签收之后、报请办结之前才能填报进展。"))
    confirmed = bool(policy.may_confirm(by, task))
    row = _new_report(task, report, unit_id=cast("int", task.lead_unit_id), by=by, now=now, confirmed=confirmed)
    claim(task, version=version, states=WORK)
    _file(row, report, by=by, now=now)
    act = "task.report" if confirmed else "task.draft_report"
    touch(task, by=by, now=now, act=act, new=_said(row))
    if confirmed:
        _take_effect(row, now=now)
    else:
        _ask_to_confirm(row, now=now)
    return row


def confirm_report(row: ProgressReport, *, version: int, by: Actor, now: datetime) -> None:
    """Confirm what the liaison drafted; from then on it counts."""
    require(policy.may_confirm_report(by, row))
    task, part = row.task, row.part
    if part is None:
        claim(task, states=OPEN | {TaskState.SUBMITTED})
    else:
        hold(task, states=PART_WORK)
    take(row, version=version, states=[ReportState.DRAFT])
    row.state, row.confirmed_by_id, row.confirmed_at = ReportState.CONFIRMED, by.person_id, now
    if part is None:
        touch(task, by=by, now=now, act="task.confirm_report", new=_said(row))
    else:
        record_part("part.confirm_report", part, by=by, now=now, **_said(row))
    _take_effect(row, now=now)


def report_part(part: TaskPart, report: NewReport, *, version: int, by: Actor, now: datetime) -> ProgressReport:
    """A cooperating unit reports on its part; here too the liaison drafts and a head confirms."""
    require(policy.may_report_part(by, part))
    task, confirmed = part.task, bool(policy.may_complete_part(by, part))
    row = _new_report(task, report, unit_id=part.unit_id, by=by, now=now, confirmed=confirmed)
    row.part, row.percent = part, None
    hold(task, states=PART_WORK)
    take(part, version=version, states=[PartState.ACTIVE])
    _file(row, report, by=by, now=now)
    record_part("part.report" if confirmed else "part.draft_report", part, by=by, now=now, **_said(row))
    if confirmed:
        _take_effect(row, now=now)
    else:
        _ask_to_confirm(row, now=now)
    return row


def complete_milestone(milestone: Milestone, *, version: int, by: Actor, now: datetime) -> None:
    """A dated step inside a long task is done: its ladder ends, and the light follows the next one."""
    task = milestone.task
    require(policy.may_confirm(by, task))
    if milestone.done_on is not None:
        raise Stale
    claim(task, version=version, states=WORK)
    today = local_date(now)
    late = has_passed(task, milestone.due_on, today) and not task.extension_pending
    milestone.done_on = today
    if late:
        write_crossing(CrossingKind.MILESTONE, milestone.id, task, task.lead_unit_id, milestone.due_on, now=now)
    refresh_milestone(task)
    task.cycle += 1
    notices.settle_reminders(task, "milestone", milestone.id, now=now)
    touch(task, by=by, now=now, act="task.milestone_done", new={"milestone": milestone.name, "late": late})
    task_went_on.send(task, now=now)


def _new_report(
    task: Task, report: NewReport, *, unit_id: int, by: Actor, now: datetime, confirmed: bool
) -> ProgressReport:
    text = words(report.text, "text", required=not report.no_change, limit=2000)
    percent = report.percent if task.group.percent_enabled else None
    if percent is not None and not 0 <= percent <= 100:
        raise Invalid({"percent": _l("请填写 0 到 100 的整数。")})
    return ProgressReport(
        task=task,
        unit_id=unit_id,
        text=text,
        difficulty=words(report.difficulty, "difficulty", required=False, limit=2000),
        coordination=words(report.coordination, "coordination", required=False, limit=2000),
        no_change=report.no_change and not text,
        percent=percent,
        state=ReportState.CONFIRMED if confirmed else ReportState.DRAFT,
        drafted_by_id=by.person_id,
        drafted_at=now,
        confirmed_by_id=by.person_id if confirmed else None,
        confirmed_at=now if confirmed else None,
    )


def _said(row: ProgressReport) -> dict[str, object]:
    said: dict[str, object] = {"text": row.text, "no_change": row.no_change}
    for name in ("difficulty", "coordination", "percent"):
        if getattr(row, name) not in (None, ""):
            said[name] = getattr(row, name)
    return said


def _file(row: ProgressReport, report: NewReport, *, by: Actor, now: datetime) -> None:
    db.session.add(row)
    db.session.flush()
    keep_evidence(
        row.task,
        report.files,
        unit_id=row.unit_id,
        report_id=row.id,
        part_id=row.part_id,
        fact_on=report.fact_on,
        by=by,
        now=now,
    )


def _ask_to_confirm(row: ProgressReport, *, now: datetime) -> None:
    people = notices.confirmers(row.task, row.unit_id, now)
    notices.tell("task.draft_report", row.task, people, now=now, key=f"report{row.id}")


def _take_effect(row: ProgressReport, *, now: datetime) -> None:
    (row.task if row.part is None else row.part).reported_at = now
    if row.percent is not None:
        row.task.percent = row.percent
        refresh_behind(row.task)
    if row.coordination:
        notices.tell_office("task.coordination", row.task, now=now, key=f"report{row.id}")
