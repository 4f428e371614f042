"""Read the whole record in the order of the chain, a few thousand rows at a time, whatever somebody put into it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from tracker.audit.models import AuditEntry, AuditPlace, AuditSeal
from tracker.audit.rules import COLUMNS, Head
from tracker.kernel.db import db

CHUNK = 2000
"""Rows held at a time."""

Row = Mapping[str, Any]
Query = sa.Select[*tuple[Any, ...]]


@contextmanager
def one_moment() -> Iterator[sa.Connection]:
    """A connection that sees the database as it stands now, whatever is written while it reads."""
    on_postgresql = db.engine.dialect.name == "postgresql"
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True} if on_postgresql else {}
    with db.engine.connect().execution_options(**options) as connection:
        if on_postgresql:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        yield connection


class Ahead:
    """Places in the order of their sequence, of which the next is looked at before it is taken."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._head = next(rows, None)

    def up_to(self, sequence: int | None) -> Iterator[Row]:
        """Take the places up to a sequence; all that are left where none is given."""
        while (row := self._head) is not None and (sequence is None or row["sequence"] <= sequence):
            self._head = next(self._rows, None)
            yield row


_ACT = [AuditEntry.__table__.c[name] for name in COLUMNS]
_PLACE = (AuditPlace.sequence, AuditPlace.entry_id, AuditPlace.seal_number)
_MARK = AuditEntry.mark.label("act_mark")
_NUMBERS = ("number", "first_sequence", "last_sequence", "last_id")
_WITH_ACT = sa.orm.join(AuditPlace, AuditEntry, AuditEntry.id == AuditPlace.entry_id, isouter=True)
_UNSEALED = sa.orm.join(AuditEntry, AuditPlace, AuditEntry.id == AuditPlace.entry_id, isouter=True)


def seal_rows(connection: sa.Connection) -> Iterator[Row]:
    """The seals by number; unreadable, and then of its number alone, where a column is not of its kind."""
    query = sa.select(*AuditSeal.__table__.c)
    for row in _pages(connection, query, sa.select(AuditSeal.number), AuditSeal.number):
        readable = (
            all(isinstance(row.get(name), int) for name in _NUMBERS)
            and isinstance(row.get("sealed_at"), datetime)
            and all(isinstance(row.get(name), str) for name in ("previous", "digest", "mark"))
        )
        yield {**row, "unreadable": False} if readable else {**_NO_SEAL, "number": row["number"]}


_NO_SEAL = {"unreadable": True, "previous": "", "digest": ""} | dict.fromkeys(set(Head.__slots__) - {"previous"})


def placed_acts(connection: sa.Connection) -> Iterator[Row]:
    """The acts in the order of the chain, each with its place; act_mark is None where the act itself is gone."""
    place = [*_PLACE, AuditPlace.mark.label("place_mark")]
    query = sa.select(*place, _MARK, *_ACT).select_from(_WITH_ACT)
    bare = sa.select(*_PLACE, sa.literal("").label("place_mark"), sa.literal("").label("act_mark"))
    return _pages(connection, query, bare, AuditPlace.sequence)


def unsealed_acts(connection: sa.Connection) -> Iterator[Row]:
    """The acts that have no place in the chain, by id."""
    waiting = AuditPlace.entry_id.is_(None)
    query = sa.select(_MARK, *_ACT).select_from(_UNSEALED).where(waiting)
    bare = sa.select(AuditEntry.id, sa.literal("").label("act_mark")).select_from(_UNSEALED).where(waiting)
    return _pages(connection, query, bare, AuditEntry.id)


def _pages(connection: sa.Connection, query: Query, bare: Query, key: Any) -> Iterator[Row]:
    """The rows of a query by its key. Of one that cannot be read (a date that is none) comes the bare query's row."""
    after: int | None = None
    while True:
        beyond = sa.true() if after is None else key > after
        page, page_bare = (part.where(beyond).order_by(key).limit(CHUNK) for part in (query, bare))
        chunk = _chunk(connection, page, page_bare, key)
        yield from chunk
        if len(chunk) < CHUNK:
            return
        after = chunk[-1][key.key]


_UNREADABLE = (ValueError, RecursionError, sa.exc.DBAPIError)


def _chunk(connection: sa.Connection, query: Query, bare: Query, key: Any) -> Sequence[Row]:
    try:
        return _rows(connection, query)
    except _UNREADABLE:
        return [_one(connection, query.where(key == row[key.key]), row) for row in _rows(connection, bare)]


def _one(connection: sa.Connection, query: Query, bare: Row) -> Row:
    try:
        return _rows(connection, query)[0]
    except _UNREADABLE:
        return bare


def _rows(connection: sa.Connection, query: Query) -> Sequence[Row]:
    return cast("Sequence[Row]", connection.execute(query).mappings().all())
