"""Drafts: made from a plan, by hand or as a copy; and taking over work that was under way before."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid
from tracker.kernel.pinyin import initials_of, pinyin_of
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import LeadershipGroup, Unit
from tracker.plans.models import Measure, Phase, Plan
from tracker.tasks import notices, policy
from tracker.tasks.commands.moving import (
    LATEST_YEAR,
    change_due,
    future_date,
    move,
    refresh_milestone,
    set_due,
    start_of,
    touch,
    words,
)
from tracker.tasks.models import Apportionment, Milestone, Target, Task, TaskPart
from tracker.tasks.rules import (
    FAR_FUTURE,
    MAX_TITLE,
    DueDateCause,
    Every,
    Move,
    TaskSource,
    TaskState,
    period_due,
)


@dataclass(frozen=True, slots=True)
class NewPart:
    """A cooperating unit with what it owes and by when (its own, earlier date)."""

    unit_id: int
    content: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewTarget:
    """A numeric target."""

    quantity: str
    operator: str
    value: float
    unit: str = ""
    scope: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """All that a draft may say. A cadence makes it recurring or, if continuous, a rhythm of reports."""

    title: str
    content: str = ""
    standard: str = ""
    basis: str = ""
    number: str = ""
    lead_unit_id: int | None = None
    due_on: date | None = None
    deadline_text: str = ""
    continuous: bool = False
    cadence_every: Every | None = None
    cadence_month: int | None = None
    cadence_day: int | None = None
    evidence_required: bool = False
    plan_id: int | None = None
    measure_id: int | None = None
    phase_id: int | None = None
    parts: Sequence[NewPart] = field(default=())
    targets: Sequence[NewTarget] = field(default=())
    milestones: Sequence[tuple[str, date]] = field(default=())


def draft_task(
    group: LeadershipGroup,
    draft: TaskDraft,
    *,
    by: Actor,
    now: datetime,
    source: TaskSource = TaskSource.HAND,
    apportionment_id: int | None = None,
    act: str = "task.draft",
) -> Task:
    """Write down a task as a draft; nobody outside the office sees it until it is signed off."""
    if by is not SYSTEM:
        require(policy.may_manage(by, group.id))
    return write_draft(group, draft, by=by, now=now, source=source, apportionment_id=apportionment_id, act=act)


def write_draft(
    group: LeadershipGroup,
    draft: TaskDraft,
    *,
    by: Actor,
    now: datetime,
    source: TaskSource,
    apportionment_id: int | None = None,
    act: str = "task.draft",
) -> Task:
    """Write a draft for a command that has asked already whether it may: bringing in a plan."""
    task = Task(
        group_id=group.id,
        source=source,
        state=TaskState.DRAFT,
        apportionment_id=apportionment_id,
        created_at=now,
        updated_at=now,
        sort_on=FAR_FUTURE,
        title="",
    )
    task.group = group
    _fill(task, draft, now=now)
    db.session.add(task)
    db.session.flush()
    touch(task, by=by, now=now, act=act, new={"title": task.title, "due_on": task.due_on})
    return task


def edit_draft(task: Task, draft: TaskDraft, *, version: int, by: Actor, now: datetime) -> None:
    """Change a draft. Once signed off, a task changes only by the acts of its life."""
    require(policy.may_manage(by, task.group_id))
    take(task, version=version, states=[TaskState.DRAFT])
    old = {"title": task.title, "lead_unit_id": task.lead_unit_id, "due_on": task.due_on}
    _fill(task, draft, now=now)
    touch(
        task,
        by=by,
        now=now,
        act="task.edit",
        old=old,
        new={"title": task.title, "lead_unit_id": task.lead_unit_id, "due_on": task.due_on},
    )


def copy_task(task: Task, *, by: Actor, now: datetime) -> Task:
    """A new draft with everything of another task but its dates and history."""
    require(policy.may_manage(by, task.group_id))
    draft = TaskDraft(
        title=task.title,
        content=task.content,
        standard=task.standard,
        basis=task.basis,
        lead_unit_id=task.lead_unit_id,
        continuous=task.continuous,
        cadence_every=task.cadence_every,
        cadence_month=task.cadence_month,
        cadence_day=task.cadence_day,
        evidence_required=task.evidence_required,
        plan_id=task.plan_id,
        measure_id=task.measure_id,
        parts=[NewPart(part.unit_id, part.content) for part in task.parts],
        targets=[NewTarget(t.quantity, t.operator, t.value, t.unit, t.scope, t.due_on) for t in task.targets],
    )
    return draft_task(task.group, draft, by=by, now=now, source=TaskSource.COPY, act="task.copy")


def draft_apportioned(
    group: LeadershipGroup,
    draft: TaskDraft,
    *,
    unit_ids: Sequence[int],
    summing_unit_id: int | None,
    by: Actor,
    now: datetime,
) -> list[Task]:
    """One clause that binds many (分办): one draft per unit under one heading; one unit may sum up."""
    require(policy.may_manage(by, group.id))
    if len(set(unit_ids)) < 2:
        raise Invalid({"unit_ids": _l("分办至少要选两个单位。")})
    heading = Apportionment(
        group_id=group.id,
        title=words(draft.title, "title", limit=MAX_TITLE),
        summing_unit_id=summing_unit_id,
        created_at=now,
    )
    db.session.add(heading)
    db.session.flush()
    return [
        draft_task(group, replace(draft, lead_unit_id=unit_id), by=by, now=now, apportionment_id=heading.id)
        for unit_id in dict.fromkeys(unit_ids)
    ]


def take_over(task: Task, *, new_due_on: date | None, version: int | None = None, by: Actor, now: datetime) -> None:
    """Enter a draft whose date has passed as work under way (接续): original date kept, a new one set, nobody late."""
    require(policy.may_sign_off(by, task.group_id))
    if task.lead_unit_id is None:
        raise Invalid({"lead_unit_id": _l("请先确定牵头单位。")})
    if task.due_on is None or task.due_on >= local_date(now):
        raise Invalid({"new_due_on": _l("只有时限已过的草稿才能接续办理。")})
    due_on = future_date(new_due_on, "new_due_on", now=now)
    task.issued_at, task.accepted_at, task.carried_over = now, now, True
    move(task, Move.TAKE_OVER, by=by, now=now, act="task.take_over", version=version, due_on=due_on)
    change_due(task, due_on, cause=DueDateCause.TAKE_OVER, basis="", by=by, now=now)
    notices.tell_lead("task.issued", task, now=now)


def enter_done(task: Task, *, done_on: date, remark: str, version: int | None = None, by: Actor, now: datetime) -> None:
    """Enter a draft as done before the group began to use the product (存量已完成)."""
    require(policy.may_sign_off(by, task.group_id))
    if task.lead_unit_id is None:
        raise Invalid({"lead_unit_id": _l("请先确定牵头单位。")})
    if done_on > local_date(now):
        raise Invalid({"done_on": _l("完成日期不能晚于今天。")})
    if task.due_on is None and not task.continuous:
        set_due(task, done_on)
    remark = words(remark, "remark", required=False)
    task.issued_at, task.carried_over = now, True
    move(task, Move.ENTER_DONE, by=by, now=now, act="task.enter_done", version=version, done_on=done_on, remark=remark)
    task.completed_at = start_of(done_on)


def _fill(task: Task, draft: TaskDraft, *, now: datetime) -> None:
    task.title = words(draft.title, "title", limit=MAX_TITLE).replace("\n", " ")
    task.pinyin, task.initials = pinyin_of(task.title), initials_of(task.title)
    task.content = words(draft.content, "content", required=False)
    task.standard = words(draft.standard, "standard", required=False)
    task.basis = words(draft.basis, "basis", required=False, limit=300)
    task.number = words(draft.number, "number", required=False, limit=40)
    task.deadline_text = words(draft.deadline_text, "deadline_text", required=False, limit=60)
    task.lead_unit_id = _known_unit(draft.lead_unit_id, "lead_unit_id", task.group)
    task.evidence_required = draft.evidence_required
    _fill_source(task, draft)
    _fill_deadline(task, draft, now=now)
    _fill_rows(task, draft)


def _known_unit(unit_id: int | None, field_name: str, group: LeadershipGroup) -> int | None:
    if unit_id is None:
        return None
    unit = db.session.get(Unit, unit_id)
    if unit is None or unit.region_id != group.region_id or unit.ended_on is not None:
        raise Invalid({field_name: _l("请选择本行政区的单位。")})
    return unit_id


def _fill_source(task: Task, draft: TaskDraft) -> None:
    measure = db.session.get(Measure, draft.measure_id) if draft.measure_id is not None else None
    phase = db.session.get(Phase, draft.phase_id) if draft.phase_id is not None else None
    for asked, clause in ((draft.measure_id, measure), (draft.phase_id, phase)):
        if asked is not None and (clause is None or clause.plan_id != draft.plan_id):
            raise Invalid({"plan_id": _l("方案条款与所选方案不符。")})
    if draft.plan_id is not None:
        plan = db.session.get(Plan, draft.plan_id)
        if plan is None or plan.group_id != task.group.id:
            raise Invalid({"plan_id": _l("请选择本领导小组的方案。")})
    task.plan_id, task.measure_id, task.phase_id = draft.plan_id, draft.measure_id, draft.phase_id


def _fill_deadline(task: Task, draft: TaskDraft, *, now: datetime) -> None:
    if draft.due_on is not None and draft.continuous:
        raise Invalid({"due_on": _l("长期坚持的任务没有完成时限，请只选一种。")})
    if draft.due_on is not None and not 2000 <= draft.due_on.year <= LATEST_YEAR:
        raise Invalid({"due_on": _l("请核对年份。")})
    if draft.cadence_day is not None and not 1 <= draft.cadence_day <= 31:
        raise Invalid({"cadence_day": _l("请填写 1 到 31 日。")})
    most = 3 if draft.cadence_every is Every.QUARTER else 12
    if draft.cadence_month is not None and not 1 <= draft.cadence_month <= most:
        raise Invalid({"cadence_month": _l("请核对月份。")})
    task.continuous = draft.continuous
    task.cadence_every, task.cadence_month, task.cadence_day = (
        draft.cadence_every,
        draft.cadence_month,
        draft.cadence_day,
    )
    due_on = draft.due_on
    if due_on is None and draft.cadence_every is not None and not draft.continuous:
        due_on = period_due(
            draft.cadence_every, local_date(now), month=draft.cadence_month, day_of_month=draft.cadence_day
        )
    set_due(task, due_on)


def _fill_rows(task: Task, draft: TaskDraft) -> None:
    if task.lead_unit_id is not None and any(part.unit_id == task.lead_unit_id for part in draft.parts):
        raise Invalid({"parts": _l("牵头单位不能同时是配合单位。")})
    if len({part.unit_id for part in draft.parts}) != len(draft.parts):
        raise Invalid({"parts": _l("同一个配合单位只能出现一次。")})
    if draft.due_on is not None and any(p.due_on is not None and p.due_on > draft.due_on for p in draft.parts):
        raise Invalid({"parts": _l("配合事项的时限不能晚于任务时限。")})
    if task.id is not None:
        for model in (TaskPart, Target, Milestone):
            db.session.execute(sa.delete(model).where(model.task_id == task.id))
        db.session.expire(task, ["parts", "targets", "milestones"])
    task.parts = [
        TaskPart(
            unit_id=_known_unit(part.unit_id, "parts", task.group),
            content=words(part.content, "parts", required=False),
            due_on=part.due_on,
        )
        for part in draft.parts
    ]
    task.targets = [_target(target) for target in draft.targets]
    task.milestones = [
        Milestone(name=words(name, "milestones", limit=200), due_on=due) for name, due in draft.milestones
    ]
    if draft.due_on is not None and any(due > draft.due_on for _name, due in draft.milestones):
        raise Invalid({"milestones": _l("年度节点不能晚于任务时限。")})
    refresh_milestone(task)


def _target(target: NewTarget) -> Target:
    if target.operator not in {"<=", ">=", "=", "<", ">"}:
        raise Invalid({"targets": _l("请选择目标值的比较方式。")})
    if not -1e12 < target.value < 1e12:
        raise Invalid({"targets": _l("目标值须是数字。")})
    return Target(
        quantity=words(target.quantity, "targets", limit=100),
        operator=target.operator,
        value=target.value,
        unit=words(target.unit, "targets", required=False, limit=20),
        scope=words(target.scope, "targets", required=False, limit=60),
        due_on=target.due_on,
    )
