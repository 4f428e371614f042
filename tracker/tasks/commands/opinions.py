"""What units say of drafts when asked (征求意见), and what the office makes of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.tasks import notices, policy
from tracker.tasks.commands.consulting import hold_drafts
from tracker.tasks.commands.moving import hold, require_at_work
from tracker.tasks.commands.saying import Opinion, checked_opinion, checked_reason, handle, say
from tracker.tasks.models import Consultation, ConsultedTask, ConsultedUnit
from tracker.tasks.rules import ConsultationState, Handling, TaskState


def answer_consultation(
    asked: ConsultedUnit,
    *,
    opinions: Mapping[int, Opinion],
    told_by: str = "",
    version: int,
    by: Actor,
    now: datetime,
) -> None:
    """Say for a unit what it thinks of each draft (by row); a liaison's answer waits for the head to confirm it.

    It may be changed until the date. The office enters an answer only with where it has it from (代录).
    """
    require(policy.may_answer(by, asked))
    own = policy.may_draft_for(by, asked.consultation.group_id, asked.unit_id)
    told_by = one_line("" if own else told_by, "told_by", limit=200, required=not own)
    gives = policy.gives_answer(by, asked)
    open_ids = hold_drafts(row.task_id for row in asked.rows)
    _hold_open(asked.consultation, day=local_date(now))
    rows = [row for row in _rows_anew(asked) if row.task_id in open_ids]
    if not rows:
        raise Stale(_l("这些任务已经送审，不能再答复或者修改答复。"))
    said = {row.id: checked_opinion(row, opinions) for row in rows}
    take(asked, version=version)
    if not gives and asked.answered_at is not None:
        raise Stale(_l("负责人已经答复，修改由负责人进行。"))
    before = {row.id: (row.opinion, row.said) if asked.answered_at is not None else None for row in rows}
    for row in rows:
        say(row, *said[row.id])
    if not gives:
        asked.drafted_by_id, asked.drafted_at = by.person_id, now
        _record_unit("consultation.draft_answer", asked, by=by, now=now)
        notices.tell_drafted(asked, now=now)
        return
    asked.answered_by_id, asked.answered_at, asked.told_by = by.person_id, now, told_by
    act = "task.answer_consultation" if own else "task.enter_answer"
    for row in rows:
        if before[row.id] != said[row.id]:
            _record_row(act, row, by=by, now=now, opinion=row.opinion, words=row.said, told_by=told_by)
    _record_unit("consultation.answer", asked, by=by, now=now, told_by=told_by)


def handle_opinion(
    row: ConsultedTask, *, handling: Handling, reason: str = "", version: int, by: Actor, now: datetime
) -> None:
    """Adopt an opinion, or not and why. The draft itself is edited as drafts are."""
    require(policy.may_manage(by, row.asked.consultation.group_id))
    reason = checked_reason(handling, reason)
    hold(row.task, states=[TaskState.DRAFT])
    _hold_open(row.asked.consultation)
    handle(row, handling=handling, reason=reason, version=version, by=by, now=now)
    _record_row("task.handle_opinion", row, by=by, now=now, handling=handling, why=reason)
    notices.tell_handled(row, now=now)


def _hold_open(consultation: Consultation, *, day: date | None = None) -> None:
    """Keep a consultation from being withdrawn meanwhile; Stale if it was, or on a day past its date."""
    require_at_work(consultation.group)
    held = sa.select(Consultation.state).where(Consultation.id == consultation.id).with_for_update()
    if db.session.scalar(held) is ConsultationState.WITHDRAWN:
        raise Stale(_l("办公室已经撤回这次征求意见。"))
    if day is not None and day > consultation.reply_by:
        raise Stale(_l("答复期限已过，未答复的视为无意见。"))


def _rows_anew(asked: ConsultedUnit) -> Sequence[ConsultedTask]:
    """The rows as they stand now that nobody else can change them."""
    query = sa.select(ConsultedTask).where(ConsultedTask.consulted_unit_id == asked.id).order_by(ConsultedTask.task_id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def _record_row(act: str, row: ConsultedTask, *, by: Actor, now: datetime, **new: object) -> None:
    """Put an act into the history of the task. Opinions in full are read on the pages of those concerned."""
    asked, row.task.updated_at = row.asked, now
    group_id, unit = asked.consultation.group_id, asked.unit
    new = {"unit": unit.name, **new}
    record(act, "task", row.task_id, by=by, now=now, group_id=group_id, unit_id=unit.id, new=new)


def _record_unit(act: str, asked: ConsultedUnit, *, by: Actor, now: datetime, **new: object) -> None:
    new = {"title": asked.consultation.title, "unit": asked.unit.name, **new}
    group_id = asked.consultation.group_id
    record(act, "consulted_unit", asked.id, by=by, now=now, group_id=group_id, unit_id=asked.unit_id, new=new)
