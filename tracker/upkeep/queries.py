"""Read what the watchdog found."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

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
    """When the watchdog last looked, and whether that is too long ago; one that never looked is only new."""
    at = db.session.scalar(
        sa.select(sa.func.max(JobRun.finished_at)).where(JobRun.job == WATCH, JobRun.state == RunState.FINISHED)
    )
    return at, at is not None and now - at > WATCH_LATE
