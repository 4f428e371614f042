"""Splitting a task into sub-tasks for sections and schools (层层分解)."""

from datetime import date, datetime

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid
from tracker.kernel.pinyin import initials_of, pinyin_of
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import Unit
from tracker.tasks import notices, policy
from tracker.tasks.commands.moving import claim, future_date, set_due, touch, words
from tracker.tasks.commands.possible import require_dividable
from tracker.tasks.commands.readiness import require_verifiable
from tracker.tasks.models import Task
from tracker.tasks.rules import FAR_FUTURE, MAX_TITLE, WORK, TaskSource, TaskState


def split_task(
    task: Task,
    *,
    unit_id: int,
    title: str,
    content: str,
    standard: str = "",
    due_on: date | None,
    version: int,
    by: Actor,
    now: datetime,
) -> Task:
    """Hand a piece of a task to a section or school of the unit (层层分解); the parent stays its own."""
    require(policy.may_assign(by, task))
    require_dividable(task, now=now)
    unit = db.session.get(Unit, unit_id)
    if unit is None or unit.parent_id != task.lead_unit_id or unit.ended_on is not None:
        raise Invalid({"unit_id": _l("只能分解给本单位的科室或者所属学校。")})
    title, content = one_line(title, "title", limit=MAX_TITLE, required=True), words(content, "content", required=False)
    due = future_date(due_on, "due_on", now=now)
    if task.due_on is not None and due > task.due_on:
        raise Invalid({"due_on": _l("子任务的时限不能晚于本任务时限。")})
    claim(task, version=version, states=WORK)
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
        title=title,
        content=content,
        standard=words(standard, "standard", required=False),
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
    day = local_date(now)
    require_verifiable(child, "unit_id", policy.overseers(task.group_id, day=day), day=day)
    said = {"title": child.title, "due_on": due}
    touch(task, by=by, now=now, act="task.split", new={"task_id": child.id, "unit": unit.name, **said})
    touch(child, by=by, now=now, act="task.issue_subtask", new={"state": child.state, **said})
    notices.tell_lead("task.issued", child, now=now)
    return child
