"""The watchdog: every ten minutes it looks for what got stuck, and tells the administrators."""

from collections.abc import Mapping
from datetime import datetime, time

from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import Step, db, write_transaction
from tracker.reminders.jobs import Job
from tracker.upkeep import checks, commands

EVERY_MINUTES = 10


def watch(*, now: datetime, step: Step = write_transaction) -> Mapping[str, int]:
    """Look, and put on record what was found; returns how many stand, and how many of them are new."""
    found = checks.look(now)
    db.session.rollback()
    with step():
        fresh = commands.put_on_record(found, by=SYSTEM, now=now)
    return {"found": len(found), "new": fresh}


JOBS = (
    Job(
        checks.WATCH,
        tuple(time(hour, minute) for hour in range(24) for minute in range(0, 60, EVERY_MINUTES)),
        watch,
        in_doubt=True,
    ),
)
