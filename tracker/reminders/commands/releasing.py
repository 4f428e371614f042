"""Carry out what was released: reminders that are still true go out, the others are cancelled."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.kernel.crashpoints import crashpoint
from tracker.kernel.db import affected, db
from tracker.reminders.commands.effects import make_up, take_effect
from tracker.reminders.commands.inboxes import into_inboxes
from tracker.reminders.models import HeldRun, Reminder
from tracker.reminders.queries.ladders import ladder_of
from tracker.reminders.rules import HoldState, ReminderState, Rung, Step, SubjectName
from tracker.reminders.subjects import KIND_OF, SubjectKind, Which, asked, table


def released_runs() -> Sequence[int]:
    """Held runs (by number) that were released and have not gone out yet."""
    query = sa.select(HeldRun.id).where(HeldRun.state == HoldState.RELEASED)
    return db.session.scalars(query.order_by(HeldRun.id)).all()


def release_chunk(run_id: int, *, size: int, now: datetime) -> int | None:
    """Let some of a released run go out; returns how many people were told, None when nothing is left."""
    first = db.session.execute(
        sa.select(Reminder.subject_kind, Reminder.rung, Reminder.repeat, Reminder.group_id)
        .where(*_held(run_id))
        .order_by(Reminder.id)
        .limit(1)
    ).one_or_none()
    if first is None:
        db.session.execute(sa.update(HeldRun).where(HeldRun.id == run_id).values(state=HoldState.DONE))
        return None
    kind, group_id = KIND_OF[SubjectName(first.subject_kind)], first.group_id
    same = (
        *_held(run_id),
        Reminder.subject_kind == first.subject_kind,
        Reminder.rung == first.rung,
        Reminder.repeat == first.repeat,
    )
    ids = db.session.scalars(
        sa.select(Reminder.subject_id).where(*same).distinct().order_by(Reminder.subject_id).limit(size)
    ).all()
    step = Step(_rung(group_id, kind, first.rung), first.repeat, first.rung)
    return _let_go(group_id, kind, step, ids, [*same, Reminder.subject_id.in_(ids)], run_id, now=now)


def _let_go(
    group_id: int, kind: SubjectKind, step: Step, ids: Sequence[int], rows: list[Any], run_id: int, *, now: datetime
) -> int:
    subjects = table(kind, Which(numbered=True))
    true = sa.exists().where(subjects.c.subject_id == Reminder.subject_id, subjects.c.cycle == Reminder.cycle)
    higher = aliased(Reminder)
    overtaken = sa.exists().where(
        higher.subject_kind == Reminder.subject_kind,
        higher.subject_id == Reminder.subject_id,
        higher.ladder == Reminder.ladder,
        higher.cycle == Reminder.cycle,
        higher.rung > Reminder.rung,
        higher.state == ReminderState.ACTIVE,
    )
    affected(sa.update(Reminder).where(*rows, ~true).values(state=ReminderState.CANCELLED), asked(group_id, ids=ids))
    affected(sa.update(Reminder).where(*rows, overtaken).values(state=ReminderState.SUPERSEDED))
    still = db.session.scalars(sa.select(Reminder.subject_id).where(*rows).distinct()).all()
    affected(sa.update(Reminder).where(*rows).values(state=ReminderState.ACTIVE))
    crashpoint("sweep.release.active")
    told = into_inboxes(group_id, kind, step, ids, now=now, held_run_id=run_id)
    if step.repeat == 0 and still:
        take_effect(group_id, kind, step.rung, still, now=now)
    if still:
        at = db.session.get_one(HeldRun, run_id).at
        make_up(group_id, kind, step, ladder_of(group_id, kind.ladder), still, at=at, now=now)
    crashpoint("sweep.release.told")
    return told


def _held(run_id: int) -> list[sa.ColumnElement[bool]]:
    return [Reminder.held_run_id == run_id, Reminder.state == ReminderState.HELD]


def _rung(group_id: int, kind: SubjectKind, offset: int) -> Rung:
    """The rung as the group has it now; where it has none of this day any more, it is only told."""
    return ladder_of(group_id, kind.ladder).rung(offset) or Rung(offset, ())
