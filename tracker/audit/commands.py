"""Write to the record of acts, in the transaction of the act itself, and seal what was written."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from itertools import count
from typing import Any

import sqlalchemy as sa
from flask import g, has_request_context

from tracker.audit import queries
from tracker.audit.models import AuditEntry, AuditPlace, AuditSeal
from tracker.audit.rules import NOTHING_BEFORE, Head, Purpose, act_bytes, chain_digest, place_bytes, seal_bytes
from tracker.kernel import seals
from tracker.kernel.actor import Actor
from tracker.kernel.db import db, insert_if_new, is_writing, looked_up_once

BATCH = 2000
"""Acts that one seal takes in at most: on SQLite nobody else writes meanwhile."""


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return value


def record(
    act: str,
    subject_kind: str,
    subject_id: int,
    *,
    by: Actor,
    now: datetime,
    group_id: int | None = None,
    unit_id: int | None = None,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
) -> None:
    """Record an act with its old and new values. act is a code such as task.submit, listed by its feature.

    group_id and unit_id say in which seat or post the person acted.
    """
    values: dict[str, Any] = {
        "id": _next_id(),
        "at": now,
        "act": act,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "group_id": group_id,
        "account_id": by.account_id,
        "person_id": by.person_id,
        "actor_name": by.name,
        "actor_capacity": by.capacity(group_id, unit_id),
        "old": _plain(old or {}),
        "new": _plain(new or {}),
        "request_id": str(g.get("request_id", "")) if has_request_context() else "",
    }
    db.session.add(AuditEntry(**values, mark=seals.mark(Purpose.ACT, act_bytes(values))))


def _next_id() -> int:
    if not is_writing():
        # Nothing is remembered here from one act to the next, so the last must be written before ids are asked for.
        db.session.flush()
    return next(looked_up_once("ids of acts", _free_ids))


def _free_ids() -> Iterator[int]:
    """Ids for the acts of one transaction, asked for once and not once an act: the mark is over the id too.

    They are asked for on the connection, so that acts not yet written stay together for one INSERT.
    """
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        # Whoever writes holds the only write lock.
        yield from count(connection.scalar(sa.select(sa.func.coalesce(sa.func.max(AuditEntry.id), 0))) + 1)  # type: ignore[operator]
    size = 4
    while True:
        yield from connection.scalars(_TAKE_IDS, {"size": size}).all()
        size = min(size * 4, BATCH)


_TAKE_IDS = sa.text("SELECT nextval(pg_get_serial_sequence('audit_entry', 'id')) FROM generate_series(1, :size)")


def seal_batch(*, by: Actor, now: datetime, after_id: int = 0) -> AuditSeal | None:
    """Give the acts with ids above after_id that have none a place in the chain, oldest first, and seal them.

    None if no act waits, or if somebody else is sealing. Nobody who records an act ever waits for this. An act that
    was under way while later ones were sealed goes into the next batch.
    """
    # First the last seal, then the acts: what a rival seals in between is then missing here, never sealed twice.
    last = queries.last_seal()
    waiting = db.session.execute(queries.unsealed(after_id).limit(BATCH)).all()
    if not waiting:
        return None
    first = last.last_sequence + 1 if last else 1
    head = Head(
        number=last.number + 1 if last else 1,
        first_sequence=first,
        last_sequence=first + len(waiting) - 1,
        last_id=waiting[-1].id,
        previous=last.digest if last else NOTHING_BEFORE,
        sealed_at=now,
    )
    places = [(sequence, row.id, row.mark) for sequence, row in enumerate(waiting, first)]
    seal = _write_seal(head, chain_digest(head, places))
    if seal is None:
        return None
    db.session.execute(
        sa.insert(AuditPlace),
        [
            {
                "sequence": sequence,
                "entry_id": entry_id,
                "seal_number": head.number,
                "mark": seals.mark(Purpose.PLACE, place_bytes(sequence, entry_id, head.number, mark)),
            }
            for sequence, entry_id, mark in places
        ],
    )
    if last is not None and now < last.sealed_at:
        old, new = {"clock": last.sealed_at}, {"clock": now}
        record("audit.clock_back", "audit_seal", head.number, by=by, now=now, old=old, new=new)
    return seal


def _write_seal(head: Head, digest: str) -> AuditSeal | None:
    """Write the seal, unless somebody else has written one of this number."""
    mark = seals.mark(Purpose.SEAL, seal_bytes(head.number, head.last_sequence, digest, head.sealed_at))
    values = {name: getattr(head, name) for name in Head.__slots__} | {"digest": digest, "mark": mark}
    written = insert_if_new(AuditSeal).values(**values).returning(AuditSeal)
    return db.session.scalars(written).one_or_none()
