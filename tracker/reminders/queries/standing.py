"""Which subjects stand on a step today, and which of them were not told of it yet.

The statements are built once; what they ask for comes by name when they run (`step_values`).
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa

from tracker.kernel.db import UtcDateTime, db
from tracker.reminders.models import Reminder, Stumble
from tracker.reminders.recipients import DAY, Place, owner_at_work
from tracker.reminders.rules import Audience, ReminderState, Window
from tracker.reminders.runs import Sweeping
from tracker.reminders.subjects import SubjectKind, Which, asked, own_people, table

FIRST_DAY: Any = sa.bindparam("first_day", type_=sa.Date())
OFFSET: Any = sa.bindparam("offset", type_=sa.Integer())
AGAIN: Any = sa.bindparam("again", type_=sa.Integer())
MOMENT: Any = sa.bindparam("moment", type_=UtcDateTime())
BEYOND: Any = sa.bindparam("beyond", type_=sa.Integer())
LIMIT: Any = sa.bindparam("at_most", type_=sa.Integer())


def step_values(run: Sweeping, window: Window, *, ids: Sequence[int] = ()) -> dict[str, Any]:
    """The values for a statement of what stands on a step."""
    step = {OFFSET.key: window.rung.offset, AGAIN.key: window.step.repeat}
    times = {FIRST_DAY.key: run.uses_from, MOMENT.key: run.now, DAY.key: run.today}
    return asked(run.group_id, window=window, ids=ids) | step | times


def same_cycle(kind: SubjectKind, subjects: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    """Reminders of the same subject and the same date."""
    return [
        Reminder.subject_kind == kind.name,
        Reminder.subject_id == subjects.c.subject_id,
        Reminder.ladder == kind.ladder,
        Reminder.cycle == subjects.c.cycle,
    ]


@cache
def standing(kind: SubjectKind, *, numbered: bool = False) -> sa.Subquery:
    """The subjects for which a step is the highest reached; nothing from before the group's first day of use."""
    rows = table(kind, Which(dated=True, numbered=numbered))
    return sa.select(rows).where(rows.c.due_on >= FIRST_DAY).subquery()


@cache
def pending(kind: SubjectKind, *, numbered: bool = False) -> sa.Subquery:
    """Those of them that nobody was told about at this step, and that have not just stepped aside."""
    rows = standing(kind, numbered=numbered)
    told = sa.exists().where(*same_cycle(kind, rows), Reminder.rung == OFFSET, Reminder.repeat == AGAIN)
    return sa.select(rows).where(~told, ~_aside(kind, rows)).subquery()


def _aside(kind: SubjectKind, rows: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        Stumble.subject_kind == kind.name, Stumble.subject_id == rows.c.subject_id, Stumble.until > MOMENT
    )


def pending_ids(run: Sweeping, kind: SubjectKind, window: Window, *, after: int, limit: int) -> Sequence[int]:
    """The numbers of those subjects, in their order, at most so many."""
    page = {BEYOND.key: after, LIMIT.key: limit}
    return db.session.scalars(_pending_ids(kind), step_values(run, window) | page).all()


@cache
def _pending_ids(kind: SubjectKind) -> sa.Select[int]:
    rows = pending(kind)
    # By the bare number SQLite, once it has counted, would walk all there are from one end to spare itself a sort.
    beyond = (rows.c.subject_id + 0) > BEYOND
    return sa.select(rows.c.subject_id).where(beyond).order_by(rows.c.subject_id + 0).limit(LIMIT)


def pending_by_place(run: Sweeping, kind: SubjectKind, window: Window) -> list[tuple[Place, int, int]]:
    """How many of them stand at each place, and how many have an owner: what a run would write."""
    found = db.session.execute(_pending_by_place(kind), step_values(run, window))
    return [(Place(*row[:3]), row[3], row[4]) for row in found]


@cache
def _pending_by_place(kind: SubjectKind) -> sa.Select[*tuple[Any, ...]]:
    rows = pending(kind)
    # Of the index that has units in their order SQLite would read a whole group, to spare itself the sorting of a few.
    place = (rows.c.unit_id + 0, rows.c.above_unit_id, rows.c.leader_seat_id)
    return sa.select(*place, sa.func.count(), sa.func.count(rows.c.owner_id)).group_by(*place)


def own_people_number(run: Sweeping, kind: SubjectKind, window: Window) -> int:
    """How many people are their own of these subjects, each counted for every subject."""
    return db.session.scalar(_own_people_number(kind), step_values(run, window)) or 0


@cache
def _own_people_number(kind: SubjectKind) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(own_people(kind, pending(kind)))


def standing_dates(run: Sweeping, kind: SubjectKind, windows: Sequence[Window]) -> Sequence[date]:
    """The dates on which anything of a kind stands on any step."""
    all_steps = Window(windows[0].step, windows[-1].after, windows[0].through)
    return db.session.scalars(_standing_dates(kind), step_values(run, all_steps)).all()


@cache
def _standing_dates(kind: SubjectKind) -> sa.Select[date]:
    return sa.select(standing(kind).c.due_on).distinct()


def new_owners(run: Sweeping, kind: SubjectKind, window: Window, *, after: int, limit: int) -> Sequence[int]:
    """Subjects told of at this step and given to somebody else since, who has heard nothing of the date.

    Only of kinds whose own people are owners (SubjectKind.own).
    """
    page = {BEYOND.key: after, LIMIT.key: limit}
    return db.session.scalars(_new_owners(kind), step_values(run, window) | page).all()


@cache
def _new_owners(kind: SubjectKind) -> sa.Select[int]:
    rows = standing(kind)
    cycle = same_cycle(kind, rows)
    step = (Reminder.rung == OFFSET, Reminder.repeat == AGAIN)
    told = sa.exists().where(*cycle, *step, Reminder.state == ReminderState.ACTIVE)
    knows = sa.exists().where(*cycle, Reminder.recipient_id == rows.c.owner_id)
    return (
        sa.select(rows.c.subject_id)
        .where(rows.c.subject_id > BEYOND, owner_at_work(rows), told, ~knows, ~_aside(kind, rows))
        .order_by(rows.c.subject_id)
        .limit(LIMIT)
    )


def has_owner_rung(run: Sweeping, window: Window) -> bool:
    """Whether an owner would have heard by now."""
    return any(Audience.OWNER in rung.audience for rung in run.ladder.rungs if rung.offset <= window.rung.offset)
