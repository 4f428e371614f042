"""Work under way: who it is given to, reports of progress, parts, milestones, sub-tasks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.files import NewFile
from tracker.kernel.pinyin import initials_of, pinyin_of
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import Person, Unit
from tracker.organisation.queries import units_by_person
from tracker.tasks import notices, policy
from tracker.tasks.commands.crossings import write_crossing
from tracker.tasks.commands.moving import (
    future_date,
    refresh_behind,
    refresh_milestone,
    set_due,
    touch,
    words,
)
from tracker.tasks.commands.receiving import record_part
from tracker.tasks.models import Evidence, Milestone, ProgressReport, Task, TaskPart
from tracker.tasks.rules import (
    FAR_FUTURE,
    MAX_TITLE,
    OPEN,
    CrossingKind,
    PartState,
    ReportState,
    TaskSource,
    TaskState,
)

QUOTA_BYTES = 2 * 1024**3
"""All evidence of one unit together."""


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
    take(task, version=version, states=OPEN)
    old = task.owner_id
    task.owner_id = person.id if person else None
    new_name = person.name if person else ""
    touch(task, by=by, now=now, act="task.assign", old={"owner_id": old}, new={"owner": new_name})
    if person is not None and person.id != by.person_id:
        notices.tell("task.given", task, [person.id], now=now)


def report_progress(task: Task, report: NewReport, *, version: int, by: Actor, now: datetime) -> ProgressReport:
    """Report on a task. Whoever may confirm reports at once; a liaison's or owner's report waits for confirmation."""
    require(policy.may_report(by, task))
    if task.state not in OPEN or task.state is TaskState.ISSUED:
        raise Stale(_l("任务签收之后、报请办结之前才能填报进展。"))
    confirmed = bool(policy.may_confirm(by, task))
    row = _new_report(task, report, unit_id=_lead(task), by=by, now=now, confirmed=confirmed)
    take(task, version=version, states=[TaskState.ACTIVE, TaskState.RETURNED])
    db.session.add(row)
    db.session.flush()
    keep_evidence(task, report.files, unit_id=row.unit_id, report_id=row.id, fact_on=report.fact_on, by=by, now=now)
    act = "task.report" if confirmed else "task.draft_report"
    touch(task, by=by, now=now, act=act, new=_said(row))
    if confirmed:
        _take_effect(task, row, now=now)
    else:
        notices.tell("task.draft_report", task, notices.confirmers(task, row.unit_id, now), now=now)
    return row


def confirm_report(row: ProgressReport, *, version: int, by: Actor, now: datetime) -> None:
    """Confirm what the liaison drafted; from then on it counts."""
    task = row.task
    require(policy.may_confirm(by, task))
    take(row, version=version, states=[ReportState.DRAFT])
    take(task, states=OPEN | {TaskState.SUBMITTED})
    row.state, row.confirmed_by_id, row.confirmed_at = ReportState.CONFIRMED, by.person_id, now
    touch(task, by=by, now=now, act="task.confirm_report", new=_said(row))
    _take_effect(task, row, now=now)


def report_part(part: TaskPart, report: NewReport, *, version: int, by: Actor, now: datetime) -> ProgressReport:
    """A cooperating unit reports on its part."""
    require(policy.may_report_part(by, part))
    row = _new_report(part.task, report, unit_id=part.unit_id, by=by, now=now, confirmed=True)
    row.part_id, row.percent = part.id, None
    take(part, version=version, states=[PartState.ACTIVE])
    part.reported_at = now
    db.session.add(row)
    db.session.flush()
    keep_evidence(
        part.task,
        report.files,
        unit_id=part.unit_id,
        report_id=row.id,
        part_id=part.id,
        fact_on=report.fact_on,
        by=by,
        now=now,
    )
    record_part("part.report", part, by=by, now=now, **_said(row))
    return row


def complete_part(part: TaskPart, *, version: int, by: Actor, now: datetime) -> None:
    """A cooperating unit's head or deputy says its part is done; a late one leaves its crossing."""
    if not policy.may_confirm_for(by, part.task.group_id, part.unit_id):
        require(policy.may_report_part(by, part))
        raise Invalid({"part": _l("配合事项须由配合单位主要负责人或者分管负责人确认完成。")})
    if part.reported_at is None:
        raise Invalid({"part": _l("请先填报配合进展，再确认完成。")})
    part.done_at = None
    take(part, version=version, states=[PartState.ACTIVE])
    roll = part.task.group.roll_due_dates
    late = part.due_on is not None and local_date(now) >= working_days().late_from(part.due_on, roll=roll)
    part.state, part.done_at, part.late = PartState.DONE, now, late
    if late and part.due_on is not None:
        write_crossing(CrossingKind.PART, part.id, part.task, part.unit_id, part.due_on, now=now)
    record_part("part.done", part, by=by, now=now, late=late)


def complete_milestone(milestone: Milestone, *, version: int, by: Actor, now: datetime) -> None:
    """A dated step inside a long task is done; ladder and light follow the next one."""
    task = milestone.task
    require(policy.may_confirm(by, task))
    if milestone.done_on is not None:
        raise Stale
    take(task, version=version, states=[TaskState.ACTIVE, TaskState.RETURNED])
    today = local_date(now)
    late = today >= working_days().late_from(milestone.due_on, roll=task.group.roll_due_dates)
    milestone.done_on = today
    if late:
        write_crossing(CrossingKind.MILESTONE, milestone.id, task, task.lead_unit_id, milestone.due_on, now=now)
    refresh_milestone(task)
    task.cycle += 1
    touch(task, by=by, now=now, act="task.milestone_done", new={"milestone": milestone.name, "late": late})


def split_task(
    task: Task,
    *,
    unit_id: int,
    title: str,
    content: str,
    due_on: date | None,
    version: int,
    by: Actor,
    now: datetime,
) -> Task:
    """Hand a piece of a task to a section or school of the unit (层层分解); the parent stays its own."""
    require(policy.may_assign(by, task))
    unit = db.session.get(Unit, unit_id)
    if unit is None or unit.parent_id != task.lead_unit_id or unit.ended_on is not None:
        raise Invalid({"unit_id": _l("只能分解给本单位的科室或者所属学校。")})
    due = future_date(due_on, "due_on", now=now)
    if task.due_on is not None and due > task.due_on:
        raise Invalid({"due_on": _l("子任务的时限不能晚于本任务时限。")})
    take(task, version=version, states=[TaskState.ACTIVE, TaskState.RETURNED])
    child = Task(
        group_id=task.group_id,
        source=TaskSource.SUBTASK,
        state=TaskState.ISSUED,
        parent_id=task.id,
        plan_id=task.plan_id,
        measure_id=task.measure_id,
        phase_id=task.phase_id,
        batch_id=task.batch_id,
        basis=task.title,
        title=words(title, "title", limit=MAX_TITLE),
        content=words(content, "content", required=False),
        lead_unit_id=unit.id,
        created_at=now,
        updated_at=now,
        issued_at=now,
        accept_by=working_days().shift(local_date(now), task.group.sign_for_days),
        sort_on=FAR_FUTURE,
    )
    child.group, child.lead_unit, child.parent = task.group, unit, task
    child.pinyin, child.initials = pinyin_of(child.title), initials_of(child.title)
    set_due(child, due)
    db.session.add(child)
    db.session.flush()
    touch(task, by=by, now=now, act="task.split", new={"unit": unit.name, "title": child.title, "due_on": due})
    touch(child, by=by, now=now, act="task.draft", new={"title": child.title, "due_on": due})
    notices.tell_lead("task.issued", child, now=now)
    return child


def keep_evidence(
    task: Task,
    files: Sequence[NewFile],
    *,
    unit_id: int,
    by: Actor,
    now: datetime,
    report_id: int | None = None,
    submission_id: int | None = None,
    part_id: int | None = None,
    fact_on: date | None = None,
) -> None:
    """File evidence under a report or a submission; the unit's quota is 2 GB in all."""
    if not files:
        return
    if fact_on is not None and fact_on > local_date(now):
        raise Invalid({"fact_on": _l("材料反映的日期不能晚于今天。")})
    used = db.session.scalar(sa.select(sa.func.sum(Evidence.size)).where(Evidence.unit_id == unit_id)) or 0
    if used + sum(file.size for file in files) > QUOTA_BYTES:
        raise Invalid({"files": _l("本单位的材料空间已满（2 GB），请联系领导小组办公室。")})
    db.session.add_all(
        Evidence(
            task_id=task.id,
            part_id=part_id,
            unit_id=unit_id,
            report_id=report_id,
            submission_id=submission_id,
            sha256=file.sha256,
            name=file.name,
            size=file.size,
            fact_on=fact_on,
            uploaded_by_id=by.person_id,
            uploaded_at=now,
        )
        for file in files
    )
    db.session.flush()


def _lead(task: Task) -> int:
    if task.lead_unit_id is None:
        raise Stale
    return task.lead_unit_id


def _new_report(
    task: Task, report: NewReport, *, unit_id: int, by: Actor, now: datetime, confirmed: bool
) -> ProgressReport:
    text = words(report.text, "text", required=not report.no_change, limit=2000)
    percent = report.percent if task.group.percent_enabled else None
    if percent is not None and not 0 <= percent <= 100:
        raise Invalid({"percent": _l("请填写 0 到 100 的整数。")})
    return ProgressReport(
        task_id=task.id,
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


def _take_effect(task: Task, row: ProgressReport, *, now: datetime) -> None:
    task.reported_at = now
    if row.percent is not None:
        task.percent = row.percent
        refresh_behind(task)
    if row.coordination:
        notices.tell_office("task.coordination", task, now=now)
