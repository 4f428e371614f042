"""Put on record what the watchdog found. Nobody's act: the clock's."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotAllowed
from tracker.kernel.text import _l
from tracker.upkeep import notices
from tracker.upkeep.models import Finding
from tracker.upkeep.rules import Found


def put_on_record(found: Sequence[Found], *, by: Actor, now: datetime) -> int:
    """Open what is found for the first time and tell the administrators once; clear what is found no more.

    Returns how many are new.
    """
    if by is not SYSTEM:
        raise NotAllowed(_l("巡检记录由系统自动产生。"))
    known = {
        (row.code, row.detail): row
        for row in db.session.scalars(sa.select(Finding).where(Finding.cleared_at.is_(None)).with_for_update())
    }
    fresh = []
    for one in found:
        row = known.pop((one.code, one.detail), None)
        if row is None:
            row = Finding(code=one.code, detail=one.detail, count=one.count, found_at=now, seen_at=now)
            db.session.add(row)
            fresh.append(row)
        row.count, row.seen_at = one.count, now
    for row in known.values():
        row.cleared_at = now
    db.session.flush()
    for row in fresh:
        notices.tell(row, now=now)
    return len(fresh)
