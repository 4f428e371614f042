"""A subject that cannot be dealt with steps aside for an hour, and administrators hear of it once."""

from datetime import datetime, timedelta

from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.organisation.queries import administrators
from tracker.reminders import notices
from tracker.reminders.models import Stumble
from tracker.reminders.rules import SubjectName

ASIDE = timedelta(hours=1)
MAX_ERROR = 300


def step_aside(kind: SubjectName, subject_id: int, *, group_id: int, error: str, now: datetime) -> None:
    """Note that a subject could not be dealt with, and let it be for an hour."""
    row = db.session.get(Stumble, (kind.value, subject_id))
    error = error[:MAX_ERROR]
    if row is None:
        row = Stumble(subject_kind=kind.value, subject_id=subject_id, group_id=group_id, times=0)
        db.session.add(row)
    row.error, row.at, row.until, row.times = error, now, now + ASIDE, row.times + 1
    notices.tell_stumbled(kind, subject_id, administrators(local_date(now)), now=now)
