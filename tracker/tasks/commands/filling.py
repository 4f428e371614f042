"""What a draft says, taken over onto the task field by field."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid
from tracker.kernel.pinyin import initials_of, pinyin_of
from tracker.kernel.text import _l
from tracker.organisation.models import LeadershipGroup, Unit
from tracker.plans.models import Measure, Phase, Plan
from tracker.tasks.commands.moving import refresh_milestone, sane_date, set_due, words
from tracker.tasks.models import Milestone, Target, Task, TaskPart
from tracker.tasks.rules import MAX_TITLE, Every, coming_due


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


def fill(task: Task, draft: TaskDraft, *, now: datetime) -> None:
    """Write onto a draft all that it says; raises Invalid on the field that cannot be taken."""
    task.title = one_line(draft.title, "title", limit=MAX_TITLE, required=True)
    task.pinyin, task.initials = pinyin_of(task.title), initials_of(task.title)
    task.content = words(draft.content, "content", required=False)
    task.standard = words(draft.standard, "standard", required=False)
    task.basis = words(draft.basis, "basis", required=False, limit=300)
    task.number = words(draft.number, "number", required=False, limit=40)
    task.deadline_text = words(draft.deadline_text, "deadline_text", required=False, limit=60)
    task.lead_unit_id = known_unit(draft.lead_unit_id, "lead_unit_id", task.group)
    task.evidence_required = draft.evidence_required
    _fill_source(task, draft)
    _fill_deadline(task, draft, now=now)
    _fill_rows(task, draft)


def known_unit(unit_id: int | None, field_name: str, group: LeadershipGroup) -> int | None:
    """A unit of the group's district that is still at work."""
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
    sane_date(draft.due_on, "due_on")
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
        due_on = coming_due(
            draft.cadence_every, local_date(now), month=draft.cadence_month, day_of_month=draft.cadence_day
        )
    set_due(task, due_on)


def _fill_rows(task: Task, draft: TaskDraft) -> None:
    if task.lead_unit_id is not None and any(part.unit_id == task.lead_unit_id for part in draft.parts):
        raise Invalid({"parts": _l("牵头单位不能同时是配合单位。")})
    if len({part.unit_id for part in draft.parts}) != len(draft.parts):
        raise Invalid({"parts": _l("同一个配合单位只能出现一次。")})
    if task.due_on is not None and any(p.due_on is not None and p.due_on > task.due_on for p in draft.parts):
        raise Invalid({"parts": _l("配合事项的时限不能晚于任务时限。")})
    if task.due_on is not None and any(due > task.due_on for _name, due in draft.milestones):
        raise Invalid({"milestones": _l("年度节点不能晚于任务时限。")})
    if task.id is not None:
        for model in (TaskPart, Target, Milestone):
            db.session.execute(sa.delete(model).where(model.task_id == task.id))
        db.session.expire(task, ["parts", "targets", "milestones"])
    task.parts = [
        TaskPart(
            unit_id=known_unit(part.unit_id, "parts", task.group),
            content=words(part.content, "parts", required=False),
            due_on=sane_date(part.due_on, "parts"),
        )
        for part in draft.parts
    ]
    task.targets = [_target(target) for target in draft.targets]
    task.milestones = [
        Milestone(name=words(name, "milestones", limit=200), due_on=sane_date(due, "milestones"))
        for name, due in draft.milestones
    ]
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
        due_on=sane_date(target.due_on, "targets"),
    )
