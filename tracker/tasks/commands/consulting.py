"""Asking the units' views on drafts before signing off (征求意见): opened, withdrawn, and settled before proposing."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import LeadershipGroup
from tracker.tasks import notices, policy
from tracker.tasks.commands.moving import claim, future_date, require_at_work, touch, words
from tracker.tasks.commands.readiness import require_lead
from tracker.tasks.models import Consultation, ConsultedTask, ConsultedUnit, Task, TaskPart
from tracker.tasks.rules import ENDED, ConsultationState, OpinionKind, TaskState


def open_consultation(
    group: LeadershipGroup,
    tasks: Sequence[Task],
    *,
    title: str,
    reply_by: date | None,
    note: str = "",
    by: Actor,
    now: datetime,
) -> Consultation:
    """Ask every unit that leads or cooperates in these drafts for its views, until a day."""
    require(policy.may_manage(by, group.id))
    require_at_work(group)
    if not tasks:
        raise Invalid({"tasks": _l("请先勾选要征求意见的草稿。")})
    if any(task.group_id != group.id for task in tasks):
        raise Invalid({"tasks": _l("一次征求意见的草稿须属于同一个领导小组。")})
    for task in tasks:
        require_lead(task, "tasks")
    consultation = Consultation(
        group_id=group.id,
        title=one_line(title, "title", limit=120, required=True),
        note=words(note, "note", required=False, limit=1000),
        reply_by=future_date(reply_by, "reply_by", now=now),
        state=ConsultationState.OPEN,
        opened_by_id=by.person_id,
        opened_at=now,
    )
    drafts = sorted({task.id: task for task in tasks}.values(), key=lambda task: task.id)
    for task in drafts:
        claim(task, states=[TaskState.DRAFT])
    require_settled(drafts, "tasks", day=local_date(now))
    consultation.units = _asked(drafts)
    db.session.add(consultation)
    db.session.flush()
    for task in drafts:
        touch(task, by=by, now=now, act="task.consult", new={"consultation": consultation.title})
    _record("consultation.open", consultation, by=by, now=now, tasks=len(drafts), reply_by=consultation.reply_by)
    notices.tell_consulted("consultation.asked", consultation.units, now=now)
    return consultation


def _asked(drafts: Sequence[Task]) -> list[ConsultedUnit]:
    """Each unit with its rows, in the words of the drafts as they stand."""
    units: dict[int, ConsultedUnit] = {}
    for task in drafts:
        parts: list[TaskPart | None] = [None, *task.parts]
        for part in parts:
            unit_id = part.unit_id if part is not None else task.lead_unit_id
            row = ConsultedTask(
                task_id=task.id,
                leads=part is None,
                title=task.title,
                content=task.content,
                part_content=part.content if part is not None else "",
                standard=task.standard,
                due_on=part.due_on or task.due_on if part is not None else task.due_on,
                deadline_text=task.deadline_text,
                continuous=task.continuous,
            )
            units.setdefault(unit_id or 0, ConsultedUnit(unit_id=unit_id)).rows.append(row)
    return list(units.values())


def withdraw_consultation(consultation: Consultation, *, remark: str, version: int, by: Actor, now: datetime) -> None:
    """Call a consultation off before its date, and say why; what was answered stays on record."""
    require(policy.may_manage(by, consultation.group_id))
    remark = words(remark, "remark", limit=1000)
    tasks = {row.task_id: row.task for asked in consultation.units for row in asked.rows}
    drafts = hold_drafts(tasks)
    if not drafts or local_date(now) > consultation.reply_by:
        raise Stale(_l("征求意见已经结束，不能撤回。"))
    take(consultation, version=version, states=[ConsultationState.OPEN])
    consultation.state, consultation.remark = ConsultationState.WITHDRAWN, remark
    consultation.withdrawn_by_id, consultation.withdrawn_at = by.person_id, now
    for task_id in sorted(drafts):
        new = {"consultation": consultation.title, "remark": remark}
        touch(tasks[task_id], by=by, now=now, act="task.withdraw_consultation", new=new)
    _record("consultation.withdraw", consultation, by=by, now=now, remark=remark)
    notices.tell_consulted("consultation.withdrawn", consultation.units, now=now)


def hold_drafts(task_ids: Iterable[int]) -> set[int]:
    """Keep tasks as they are while what was said of them changes; gives back those that are still drafts.

    The tasks come before what belongs to them, in every command, so that two who race never wait for each other.
    """
    held = sa.select(Task.id, Task.state).where(Task.id.in_(sorted(task_ids))).order_by(Task.id).with_for_update()
    return {task_id for task_id, state in db.session.execute(held) if state is TaskState.DRAFT}


def require_settled(tasks: Sequence[Task], field: str, *, day: date) -> None:
    """Refuse drafts about which units are still being asked, or have said what nobody has handled yet."""
    ids = [task.id for task in tasks]
    running = _running(ids, day=day)
    if running is not None:
        title, asked, reply_by = running
        raise Invalid(
            {
                field: _l(
                    "“%(title)s”正在征求意见（%(asked)s，%(day)s 截止）：全部答复、截止之后或者撤回之后再办。",
                    title=title,
                    asked=asked,
                    day=reply_by,
                )
            }
        )
    said = db.session.scalar(
        sa.select(Task.title)
        .join(ConsultedTask, ConsultedTask.task_id == Task.id)
        .join(ConsultedUnit)
        .join(Consultation)
        .where(
            Task.id.in_(ids),
            Consultation.state == ConsultationState.OPEN,
            ConsultedUnit.answered_at.is_not(None),
            ConsultedTask.opinion != OpinionKind.NONE,
            ConsultedTask.handling.is_(None),
        )
        .order_by(Task.id)
        .limit(1)
    )
    if said is not None:
        raise Invalid({field: _l("“%(title)s”还有单位的意见没有处理，请先采纳或者说明不采纳的理由。", title=said)})


def _running(task_ids: Sequence[int], *, day: date) -> tuple[str, str, date] | None:
    """The first of these tasks whose consultation still runs: not all have answered and its date has not passed."""
    silent = (
        sa.select(ConsultedUnit.id)
        .join(ConsultedTask)
        .join(Task)
        .where(
            ConsultedUnit.consultation_id == Consultation.id,
            ConsultedUnit.answered_at.is_(None),
            Task.state.not_in(sorted(ENDED)),
        )
        .correlate(Consultation)
    )
    query = (
        sa.select(Task.title, Consultation.title, Consultation.reply_by)
        .select_from(Task)
        .join(ConsultedTask, ConsultedTask.task_id == Task.id)
        .join(ConsultedUnit)
        .join(Consultation)
        .where(
            Task.id.in_(task_ids),
            Consultation.state == ConsultationState.OPEN,
            Consultation.reply_by >= day,
            silent.exists(),
        )
    )
    row = db.session.execute(query.order_by(Task.id).limit(1)).first()
    return None if row is None else (row[0], row[1], row[2])


def _record(act: str, consultation: Consultation, *, by: Actor, now: datetime, **new: object) -> None:
    new = {"title": consultation.title, **new}
    record(act, "consultation", consultation.id, by=by, now=now, group_id=consultation.group_id, new=new)
