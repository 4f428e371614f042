"""Read the record of acts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from tracker.audit.models import AuditEntry, AuditPlace, AuditSeal
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


def last_seal() -> AuditSeal | None:
    """The newest seal."""
    return db.session.scalars(sa.select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1)).first()


def unsealed(after_id: int) -> sa.Select[int, str]:
    """Id and mark of the acts above an id that have no place in the chain yet, oldest first."""
    return (
        sa.select(AuditEntry.id, AuditEntry.mark)
        .outerjoin(AuditPlace, AuditPlace.entry_id == AuditEntry.id)
        .where(AuditPlace.entry_id.is_(None), AuditEntry.id > after_id)
        .order_by(AuditEntry.id)
    )


SETTLED = timedelta(days=1)
"""No transaction is under way for so long."""


def settled_id(now: datetime) -> int:
    """The id up to which no act can still be waiting for its seal."""
    settled = sa.select(AuditSeal.last_id).where(AuditSeal.sealed_at <= now - SETTLED)
    return db.session.scalar(settled.order_by(AuditSeal.number.desc()).limit(1)) or 0


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far the record is sealed, as the auditor's page shows it."""

    seal: AuditSeal | None
    unsealed: int


def chain_state(now: datetime) -> ChainState:
    """The newest seal and how many acts wait for the next."""
    waiting = unsealed(settled_id(now)).order_by(None).subquery()
    return ChainState(last_seal(), db.session.scalar(sa.select(sa.func.count()).select_from(waiting)) or 0)


def anchor_line(seal: AuditSeal) -> str:
    """What is kept elsewhere of a seal, as one line of JSON: it stands for the whole record up to there."""
    anchor = {
        "seal": seal.number,
        "rows": seal.last_sequence,
        "digest": seal.digest,
        "sealed_at": seal.sealed_at.isoformat(timespec="microseconds"),
        "mark": seal.mark,
    }
    return json.dumps(anchor)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)
