"""The sweep: finds what fell due since it last looked, in small transactions, so that others can write meanwhile."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import Step, db, write_transaction
from tracker.kernel.logs import log
from tracker.letters.commands import expire_letters
from tracker.organisation.models import LeadershipGroup
from tracker.reminders.commands import (
    SUBJECTS,
    SubjectKind,
    chunk_after,
    due_dates,
    remind_chunk,
    reminder_windows_are_open,
)
from tracker.reminders.rules import DEADLINE_LADDER, Window, windows
from tracker.tasks.commands import issue_due_periods, record_crossings

CHUNK = 2000
PAUSE_SECONDS = 0.02
SERIES_BATCH = 200


def sweep(
    *, now: datetime, step: Step = write_transaction, pause: Callable[[float], None] = time.sleep
) -> dict[str, int]:
    """Write crossings, issue recurring tasks, expire letters, and remind; returns how many of each.

    All of it is written in steps, which count only while whoever sweeps leads.

    Run twice, or after days off, it changes nothing but what is due. What fails for one group is logged
    and does not stop the others.
    """
    counts = {"crossings": 0, "issued": 0, "expired": 0, "reminders": 0, "failed": 0}
    counts["issued"] = _issue_periods(now=now, step=step)
    counts["expired"] = _expire_letters(now=now, step=step)
    for group_id in _groups_at_work(now=now):
        try:
            counts["crossings"] += _cross(group_id, now=now, step=step)
            counts["reminders"] += _remind(group_id, now=now, step=step, pause=pause)
        except sa.exc.SQLAlchemyError:
            log.exception("sweep", group=group_id)
            counts["failed"] += 1
    return counts


def _groups_at_work(*, now: datetime) -> Sequence[int]:
    today = local_date(now)
    query = sa.select(LeadershipGroup.id).where(
        LeadershipGroup.uses_from <= today,
        sa.or_(LeadershipGroup.ended_on.is_(None), LeadershipGroup.ended_on >= today),
    )
    found = db.session.scalars(query.order_by(LeadershipGroup.id)).all()
    db.session.rollback()
    return found


def _issue_periods(*, now: datetime, step: Step) -> int:
    issued = 0
    while True:
        with step():
            made = issue_due_periods(now=now, limit=SERIES_BATCH)
        issued += made
        if made < SERIES_BATCH:
            return issued


def _expire_letters(*, now: datetime, step: Step) -> int:
    with step():
        return expire_letters(by=SYSTEM, now=now)


def _cross(group_id: int, *, now: datetime, step: Step) -> int:
    with step() as session:
        return record_crossings(session.get_one(LeadershipGroup, group_id), now=now)


def _remind(group_id: int, *, now: datetime, step: Step, pause: Callable[[float], None]) -> int:
    if not reminder_windows_are_open(now=now):
        return 0
    group = db.session.get_one(LeadershipGroup, group_id)
    rungs = windows(local_date(now), working_days(), DEADLINE_LADDER, roll=group.roll_due_dates)
    # Most rungs are empty on most days: only for the others is the right to write taken.
    todo = [
        (kind, window)
        for kind, days in [(kind, due_dates(group, kind)) for kind in SUBJECTS]
        for window in rungs
        if any(window.after < day <= window.through for day in days)
    ]
    db.session.rollback()
    return sum(_remind_window(group_id, kind, window, now=now, step=step, pause=pause) for kind, window in todo)


def _remind_window(
    group_id: int, kind: SubjectKind, window: Window, *, now: datetime, step: Step, pause: Callable[[float], None]
) -> int:
    written, after = 0, 0
    while True:
        with step() as session:
            group = session.get_one(LeadershipGroup, group_id)
            ids = chunk_after(group, kind, window, after=after, size=CHUNK)
            if ids is None:
                return written
            written += remind_chunk(group, kind, window, ids, now=now)
        after = ids[1]
        # SQLite has one writer at a time: let those at the screen have their turn.
        pause(PAUSE_SECONDS)
