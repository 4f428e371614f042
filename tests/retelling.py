"""What was entered once is written back by the driver, ten times faster than the commands that built it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, TypeVar

from tracker.kernel.db import db, write_transaction

T = TypeVar("T")

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


def all_rows() -> Rows:
    """What is in the tables now; belongs in a transaction."""
    connection = db.session.connection()
    cursor = connection.connection.cursor()
    read = _copied if connection.dialect.name == "postgresql" else _read
    found = {table.name: read(cursor, table.name) for table in db.metadata.sorted_tables}
    cursor.close()
    return {table: rows for table, rows in found.items() if rows}


def write_rows(tables: Rows) -> None:
    """Write it back into an empty database; belongs in a write transaction."""
    connection = db.session.connection()
    cursor = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
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
        cursor.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(rows[0]))})', rows)


def _copied(cursor: Any, table: str) -> bytes:
    with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
        return b"".join(bytes(part) for part in copy)


def _copy_back(cursor: Any, tables: Rows) -> None:
    for table, rows in tables.items():
        with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
            copy.write(rows)
    counted = [table for table in tables if "id" in db.metadata.tables[table].c]
    cursor.execute("; ".join(f"SELECT setval(pg_get_serial_sequence('{t}', 'id'), max(id)) FROM {t}" for t in counted))
