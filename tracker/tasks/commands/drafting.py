"""Drafts: made from a plan, by hand, as a copy, or one for each of many units."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.db import db
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import LeadershipGroup, Unit
from tracker.tasks import policy
from tracker.tasks.commands.filling import NewPart, NewTarget, TaskDraft, fill, known_unit
from tracker.tasks.commands.moving import claim, require_at_work, touch
from tracker.tasks.models import Apportionment, Task
from tracker.tasks.rules import FAR_FUTURE, MAX_TITLE, TaskSource, TaskState


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
    require_at_work(group)
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
    fill(task, draft, now=now)
    db.session.add(task)
    db.session.flush()
    touch(task, by=by, now=now, act=act, new={"state": task.state, **_said(task)})
    return task


def edit_draft(task: Task, draft: TaskDraft, *, version: int, by: Actor, now: datetime) -> None:
    """Change a draft. Once signed off, a task changes only by the acts of its life."""
    require(policy.may_manage(by, task.group_id))
    claim(task, version=version, states=[TaskState.DRAFT])
    old = _said(task)
    fill(task, draft, now=now)
    touch(task, by=by, now=now, act="task.edit", old=old, new=_said(task))


def copy_task(task: Task, *, by: Actor, now: datetime) -> Task:
    """A new draft with everything of another task but its dates, its history and units that have ended since."""
    require(policy.may_manage(by, task.group_id))
    at_work = set(
        db.session.scalars(sa.select(Unit.id).where(Unit.id.in_(policy.involved_units(task)), Unit.ended_on.is_(None)))
    )
    draft = TaskDraft(
        title=task.title,
        content=task.content,
        standard=task.standard,
        basis=task.basis,
        lead_unit_id=task.lead_unit_id if task.lead_unit_id in at_work else None,
        continuous=task.continuous,
        cadence_every=task.cadence_every,
        cadence_month=task.cadence_month,
        cadence_day=task.cadence_day,
        evidence_required=task.evidence_required,
        plan_id=task.plan_id,
        measure_id=task.measure_id,
        phase_id=task.phase_id,
        parts=[NewPart(part.unit_id, part.content) for part in task.parts if part.unit_id in at_work],
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
    require_at_work(group)
    heading = Apportionment(
        group_id=group.id,
        title=one_line(draft.title, "title", limit=MAX_TITLE, required=True),
        summing_unit_id=known_unit(summing_unit_id, "summing_unit_id", group),
        created_at=now,
    )
    db.session.add(heading)
    db.session.flush()
    return [
        draft_task(group, replace(draft, lead_unit_id=unit_id), by=by, now=now, apportionment_id=heading.id)
        for unit_id in dict.fromkeys(unit_ids)
    ]


def _said(task: Task) -> dict[str, object]:
    return {"title": task.title, "lead_unit_id": task.lead_unit_id, "due_on": task.due_on}
