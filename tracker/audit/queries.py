"""Read the record of acts."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from tracker.audit.models import AuditEntry
from tracker.kernel.clock import LOCAL
from tracker.kernel.db import db
from tracker.kernel.paging import PAGE_SIZE, Page, decode_cursor, encode_cursor


def history(subject_kind: str, subject_id: int, *, limit: int = 500) -> Sequence[AuditEntry]:
    """Every act on a thing, oldest first."""
    return db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == subject_id)
        .order_by(AuditEntry.id)
        .limit(limit)
    ).all()


def record_page(
    *, act: str = "", who: str = "", since: date | None = None, until: date | None = None, after: str = ""
) -> Page[AuditEntry]:
    """The record, newest first, by act, by the person's name, and by days (both included)."""
    query = sa.select(AuditEntry)
    if act:
        query = query.where(AuditEntry.act == act)
    if who:
        query = query.where(AuditEntry.actor_name.contains(who, autoescape=True))
    if since is not None:
        query = query.where(AuditEntry.at >= _midnight(since))
    if until is not None:
        query = query.where(AuditEntry.at < _midnight(until + timedelta(days=1)))
    if after:
        query = query.where(AuditEntry.id < decode_cursor(after, [int])[0])
    found = db.session.scalars(query.order_by(AuditEntry.id.desc()).limit(PAGE_SIZE + 1)).all()
    shown = found[:PAGE_SIZE]
    return Page(shown, encode_cursor([shown[-1].id]) if len(found) > PAGE_SIZE else None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)
