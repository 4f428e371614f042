"""What was entered once is written back by the driver, ten times faster than the commands that built it."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from flask import current_app
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tracker.kernel import clock
from tracker.kernel.db import db, write_transaction

T = TypeVar("T")
Story = TypeVar("Story", bound=Callable[..., Any])

Rows = dict[str, Any]
"""What every table holds, as the driver of the engine gives and takes it."""

_told: dict[tuple[str, str], tuple[Any, Rows]] = {}


def retold(tell: Callable[[], T]) -> T:
    """What a story leaves in an empty database, and what it returns: numbers and names, no rows.

    Told once for each engine; from then on what it left is written back.
    """
    with write_transaction() as session:
        key = session.connection().dialect.name, f"{tell.__module__}.{tell.__qualname__}"
        if key in _told:
            write_rows(_told[key][1])
    if key not in _told:
        found = tell()
        with write_transaction():
            _told[key] = found, all_rows()
    found, _rows = _told[key]
    return deepcopy(found)


@dataclass
class _Stage:
    """What has happened on the database of this test: stories alone, as long as nobody else has committed."""

    commits: int = 0
    settled: int = -1
    """The commits when the last story ended; any since then were somebody else's."""
    told: tuple[object, ...] = ()
    measured: bool = True
    seen: set[object] = field(default_factory=set)
    changes: dict[object, tuple[Callable[[], Any], Rows]] = field(default_factory=dict)


_stage = _Stage()


@event.listens_for(Engine, "commit")
def _count_commit(_connection: sa.Connection) -> None:
    _stage.commits += 1


def curtain(*, measured: bool | None = None) -> None:
    """Begin a new play: the cast stands on the stage and nothing has happened yet.

    measured: whether what this test does counts for coverage; what counts is told anew at least once where it counts.
    """
    _stage.told, _stage.settled = (), _stage.commits
    if measured is not None:
        _stage.measured, _stage.settled = measured, -1


def retold_story(tell: Story) -> Story:
    """Let a story that the same stories went before be written back from its third time on.

    It returns the one row that it is about, or plain values. It is told in full whenever anything else was committed
    before it, or it is given what cannot be written down.
    """

    @wraps(tell)
    def told(*args: Any, **kwargs: Any) -> Any:
        before, said = _stage.told, f"{args[1:]} {sorted(kwargs.items())}"
        if _stage.settled != _stage.commits or " object at 0x" in said:
            return tell(*args, **kwargs)
        around = db.engine.dialect.name, _stage.measured, clock.now(), hash(str(current_app.config))
        key = (*before, tell.__module__, tell.__qualname__, said, around)
        row = _written_back(key) if key in _stage.changes else _told_in_full(key, lambda: tell(*args, **kwargs))
        _stage.told, _stage.settled = key, _stage.commits
        return row

    return cast(Story, told)


def _written_back(key: object) -> Any:
    found, rows = _stage.changes[key]
    with write_transaction():
        write_rows(rows)
    db.session.expire_all()
    return found()


def _told_in_full(key: object, tell: Callable[[], Any]) -> Any:
    if key not in _stage.seen:
        _stage.seen.add(key)
        return tell()
    with write_transaction():
        before = all_rows()
    found = tell()
    with write_transaction():
        after = all_rows()
    _stage.changes[key] = _found_again(found), _changes(before, after)
    return found


def _found_again(found: Any) -> Callable[[], Any]:
    state = sa.inspect(found, raiseerr=False)
    if state is None:
        return lambda: deepcopy(found)
    return lambda: db.session.get_one(type(found), state.identity)


def _changes(before: Rows, after: Rows) -> Rows:
    """The rows that came, and those that are not what they were."""
    found: Rows = {}
    for table, rows in after.items():
        if isinstance(rows, bytes):
            old = set(before.get(table, b"").splitlines(keepends=True))
            changed = [line for line in rows.splitlines(keepends=True) if line not in old]
            found[table] = b"".join(changed)
        else:
            known = set(before.get(table, ()))
            found[table] = [row for row in rows if row not in known]
    return {table: rows for table, rows in found.items() if rows}


def all_rows() -> Rows:
    """What is in the tables now; belongs in a transaction."""
    connection = db.session.connection()
    cursor = connection.connection.cursor()
    read = _copied if connection.dialect.name == "postgresql" else _read
    found = {table.name: read(cursor, table.name) for table in db.metadata.sorted_tables}
    cursor.close()
    return {table: rows for table, rows in found.items() if rows}


def write_rows(tables: Rows) -> None:
    """Write it back, in place of older rows of the same number; belongs in a write transaction."""
    connection = db.session.connection()
    cursor = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        _take_out(cursor, tables)
        _copy_back(cursor, tables)
    else:
        _write_back(cursor, tables)
    cursor.close()


def _read(cursor: Any, table: str) -> Any:
    return cursor.execute(f'SELECT * FROM "{table}"').fetchall()


def _write_back(cursor: Any, tables: Rows) -> None:
    # Rows of one table may point at each other.
    cursor.execute("PRAGMA defer_foreign_keys = ON")
    for table, rows in tables.items():
        cursor.executemany(f'INSERT OR REPLACE INTO "{table}" VALUES ({", ".join("?" * len(rows[0]))})', rows)


def _copied(cursor: Any, table: str) -> bytes:
    with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
        return b"".join(bytes(part) for part in copy)


def _take_out(cursor: Any, tables: Rows) -> None:
    """Take out what is to be written anew. As a replica: without triggers and foreign keys, which have no say here."""
    cursor.execute("SET LOCAL session_replication_role = replica")
    for table, rows in tables.items():
        if next(iter(db.metadata.tables[table].c)).name == "id":
            numbers = [int(line.partition(b"\t")[0]) for line in rows.splitlines()]
            cursor.execute(f'DELETE FROM "{table}" WHERE id = ANY(%s)', (numbers,))


def _copy_back(cursor: Any, tables: Rows) -> None:
    for table, rows in tables.items():
        with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
            copy.write(rows)
    counted = [table for table in tables if "id" in db.metadata.tables[table].c]
    cursor.execute("; ".join(f"SELECT setval(pg_get_serial_sequence('{t}', 'id'), max(id)) FROM {t}" for t in counted))
