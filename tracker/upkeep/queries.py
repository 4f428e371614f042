"""Read what the watchdog found, and how far the numbers of rows have come."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCLASS

from tracker.kernel.db import db
from tracker.kernel.jobs import JobRun, RunState
from tracker.upkeep.checks import WATCH
from tracker.upkeep.models import Finding
from tracker.upkeep.rules import GRAVE

SHOWN = 200
WATCH_LATE = timedelta(minutes=25)


def findings() -> Sequence[Finding]:
    """The newest findings: the open ones first."""
    open_first = sa.case((Finding.cleared_at.is_(None), 0), else_=1)
    return db.session.scalars(sa.select(Finding).order_by(open_first, Finding.id.desc()).limit(SHOWN)).all()


def grave_findings() -> list[str]:
    """The codes of what does not work just now."""
    query = sa.select(Finding.code).where(Finding.cleared_at.is_(None), Finding.code.in_(GRAVE)).distinct()
    return sorted(str(code) for code in db.session.scalars(query))


def last_look(*, now: datetime) -> tuple[datetime | None, bool]:
    """When the watchdog last looked, and whether that is too long ago or in the future, where the clock was set back.

    One that never looked is only new.
    """
    at = db.session.scalar(
        sa.select(sa.func.max(JobRun.finished_at)).where(JobRun.job == WATCH, JobRun.state == RunState.FINISHED)
    )
    return at, at is not None and abs(now - at) > WATCH_LATE


def numbers_behind() -> list[tuple[str, int]]:
    """Sequences that would give out numbers which rows have already, each with the highest of those; PostgreSQL alone.

    So it is in a copy made with CREATE DATABASE ... TEMPLATE whose server broke off soon after, and where rows were
    loaded by hand.
    """
    found = []
    for table in db.metadata.sorted_tables:
        if (column := table.autoincrement_column) is None:
            continue
        sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
        given = sa.func.coalesce(sa.func.pg_sequence_last_value(sa.cast(sequence, REGCLASS)), 0)
        found.append(sa.select(sequence.label("sequence"), given.label("given"), sa.func.max(column).label("highest")))
    each = sa.union_all(*found).subquery()
    query = sa.select(each.c.sequence, each.c.highest).where(each.c.highest > each.c.given).order_by(each.c.sequence)
    return [(str(sequence), int(highest)) for sequence, highest in db.session.execute(query)]
