"""Carry out what was released: reminders that are still true go out; no fact that a hold put off is lost.

What a higher rung has overtaken meanwhile is told no more, but its warning or draft is made up for. What is not true
just now (done, or an extension waits) is taken back as if it had never been written: nobody was told, and the ladder
finds it anew should it become true again.
"""

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
from tracker.reminders.rules import Effect, HoldState, ReminderState, Rung, Step, SubjectName
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
    at, ladder = db.session.get_one(HeldRun, run_id).at, ladder_of(group_id, kind.ladder)
    _take_back(group_id, kind, ids, rows, at)
    red = [rung.offset for rung in ladder.rungs if rung.effect is Effect.RED]
    warned = db.session.scalars(_subjects(*rows, _overtaken(red))).all()
    late = db.session.scalars(_subjects(*rows, _overtaken())).all()
    affected(sa.update(Reminder).where(*rows, _overtaken()).values(state=ReminderState.SUPERSEDED))
    still = db.session.scalars(_subjects(*rows)).all()
    affected(sa.update(Reminder).where(*rows).values(state=ReminderState.ACTIVE))
    crashpoint("sweep.release.active")
    told = into_inboxes(group_id, kind, step, ids, now=now, held_run_id=run_id)
    if step.repeat == 0 and still:
        take_effect(group_id, kind, step.rung, ladder, still, now=now)
    then = step.rung.effect if step.repeat == 0 else Effect.NONE
    unwarned = [subject_id for subject_id in late if subject_id not in set(warned)]
    for some, done in ((still, then), (unwarned, Effect.NONE), (warned, Effect.RED)):
        if some:
            make_up(group_id, kind, step, ladder, some, then=done, at=at, now=now)
    crashpoint("sweep.release.told")
    return told


def _take_back(group_id: int, kind: SubjectKind, ids: Sequence[int], rows: list[Any], at: datetime) -> None:
    """Let what is not true just now, and the lower rungs that went on record with it, be as if never written."""
    subjects = table(kind, Which(numbered=True))
    true = sa.exists().where(subjects.c.subject_id == Reminder.subject_id, subjects.c.cycle == Reminder.cycle)
    gone = db.session.scalars(_subjects(*rows, ~true), asked(group_id, ids=ids)).all()
    below = (Reminder.group_id == group_id, Reminder.created_at == at, Reminder.state == ReminderState.SUPERSEDED)
    mine = (Reminder.subject_kind == kind.name, Reminder.subject_id.in_(gone))
    affected(sa.delete(Reminder).where(*mine, sa.or_(sa.and_(*rows), sa.and_(*below))))


def _overtaken(rungs: Sequence[int] | None = None) -> sa.ColumnElement[bool]:
    """Whether a higher rung of the same cycle was told; rungs: one of these."""
    higher = aliased(Reminder)
    found = sa.exists().where(
        higher.subject_kind == Reminder.subject_kind,
        higher.subject_id == Reminder.subject_id,
        higher.ladder == Reminder.ladder,
        higher.cycle == Reminder.cycle,
        higher.rung > Reminder.rung,
        higher.state == ReminderState.ACTIVE,
    )
    return found if rungs is None else found.where(higher.rung.in_(rungs))


def _subjects(*which: Any) -> sa.Select[int]:
    return sa.select(Reminder.subject_id).where(*which).distinct()


def _held(run_id: int) -> list[sa.ColumnElement[bool]]:
    return [Reminder.held_run_id == run_id, Reminder.state == ReminderState.HELD]


def _rung(group_id: int, kind: SubjectKind, offset: int) -> Rung:
    """The rung as the group has it now; where it has none of this day any more, it is only told."""
    return ladder_of(group_id, kind.ladder).rung(offset) or Rung(offset, ())
