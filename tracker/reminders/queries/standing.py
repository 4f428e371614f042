"""Which subjects stand on a step today, and which of them were not told of it yet."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from tracker.kernel.db import db
from tracker.reminders.models import Reminder, Stumble
from tracker.reminders.recipients import Place
from tracker.reminders.rules import Audience, ReminderState, Window
from tracker.reminders.runs import Sweeping
from tracker.reminders.subjects import SubjectKind, Which


def same_cycle(kind: SubjectKind, subjects: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    """Reminders of the same subject and the same date."""
    return [
        Reminder.subject_kind == kind.name,
        Reminder.subject_id == subjects.c.subject_id,
        Reminder.ladder == kind.ladder,
        Reminder.cycle == subjects.c.cycle,
    ]


def standing(
    run: Sweeping, kind: SubjectKind, window: Window, *, ids: Sequence[int] | None = None
) -> sa.Select[*tuple[Any, ...]]:
    """The subjects for which a step is the highest reached; nothing from before the group's first day of use."""
    rows = kind.rows(run.group_id, Which.on(window, ids)).subquery()
    return sa.select(rows).where(rows.c.due_on >= run.uses_from)


def pending(
    run: Sweeping, kind: SubjectKind, window: Window, *, ids: Sequence[int] | None = None
) -> sa.Select[*tuple[Any, ...]]:
    """Those of them that nobody was told about at this step, and that have not just stepped aside."""
    rows = standing(run, kind, window, ids=ids).subquery()
    told = sa.exists().where(
        *same_cycle(kind, rows), Reminder.rung == window.rung.offset, Reminder.repeat == window.step.repeat
    )
    return sa.select(rows).where(~told, ~_aside(kind, rows, run))


def _aside(kind: SubjectKind, rows: sa.FromClause, run: Sweeping) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Stumble.subject_kind == kind.name, Stumble.subject_id == rows.c.subject_id, Stumble.until > run.now
    )


def pending_ids(run: Sweeping, kind: SubjectKind, window: Window, *, after: int, limit: int) -> Sequence[int]:
    """The numbers of those subjects, in their order, at most so many."""
    rows = pending(run, kind, window).subquery()
    query = sa.select(rows.c.subject_id).where(rows.c.subject_id > after)
    return db.session.scalars(query.order_by(rows.c.subject_id).limit(limit)).all()


def pending_by_place(run: Sweeping, kind: SubjectKind, window: Window) -> list[tuple[Place, int, int]]:
    """How many of them stand at each place, and how many have an owner: what a run would write."""
    rows = pending(run, kind, window).subquery()
    place = (rows.c.unit_id, rows.c.above_unit_id, rows.c.leader_seat_id)
    counts = sa.select(*place, sa.func.count(), sa.func.count(rows.c.owner_id)).group_by(*place)
    return [(Place(*row[:3]), row[3], row[4]) for row in db.session.execute(counts)]


def standing_dates(run: Sweeping, kind: SubjectKind, windows: Sequence[Window]) -> Sequence[date]:
    """The dates on which anything of a kind stands on any step."""
    rows = kind.rows(run.group_id, Which(dates=(windows[-1].after, windows[0].through))).subquery()
    query = sa.select(rows.c.due_on).where(rows.c.due_on >= run.uses_from).distinct()
    return db.session.scalars(query).all()


def new_owners(run: Sweeping, kind: SubjectKind, window: Window, *, after: int, limit: int) -> Sequence[int]:
    """Subjects told of at this step and given to somebody else since, who has heard nothing of the date."""
    rows = standing(run, kind, window).subquery()
    own = kind.own_people(rows, day=run.today).subquery()
    cycle = same_cycle(kind, rows)
    step = (Reminder.rung == window.rung.offset, Reminder.repeat == window.step.repeat)
    told = sa.exists().where(*cycle, *step, Reminder.state == ReminderState.ACTIVE)
    knows = sa.exists().where(*cycle, Reminder.recipient_id == own.c.person_id)
    query = (
        sa.select(rows.c.subject_id)
        .join(own, own.c.subject_id == rows.c.subject_id)
        .where(rows.c.subject_id > after, told, ~knows, ~_aside(kind, rows, run))
    )
    return db.session.scalars(query.order_by(rows.c.subject_id).limit(limit)).all()


def has_owner_rung(run: Sweeping, window: Window) -> bool:
    """Whether an owner would have heard by now."""
    return any(Audience.OWNER in rung.audience for rung in run.ladder.rungs if rung.offset <= window.rung.offset)
