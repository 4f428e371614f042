"""What SQLite is told on each connection, and how several processes take turns at its one place to write."""

import time
from sqlite3 import SQLITE_BUSY, SQLITE_READONLY
from sqlite3 import Connection as SqliteConnection
from sqlite3 import OperationalError as SqliteError
from typing import Any

from sqlalchemy import event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection, Engine, ExceptionContext

PRIMARY_CODE = 0xFF
"""The part of SQLite's codes of errors that says of which kind an error is."""
BUSY_SECONDS = 10
"""So long somebody waits for a database on which others are at work."""
TURN_SECONDS = 0.004
"""So often whoever waits for the turn to write looks whether it is free. SQLite's own way of waiting looks ever more
seldom, up to every tenth of a second, and misses the moments that long work leaves between two writes."""

# Python's driver counts the rows of a statement only where it begins with INSERT, UPDATE or DELETE.
sqlite.dialect.cte_follows_insert = True


@event.listens_for(Engine, "connect")
def _prepare_connection(connection: Any, _record: object) -> None:
    """Take BEGIN away from the driver, whose own habit silently loses updates between processes."""
    if not isinstance(connection, SqliteConnection):
        return
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _be_patient(connection, BUSY_SECONDS)


@event.listens_for(Engine, "handle_error")
def _renew_what_may_only_read(context: ExceptionContext) -> None:
    """A connection opened while the disk could not be written stays so for good; the next user has another."""
    code = getattr(context.original_exception, "sqlite_errorcode", 0)
    if code & PRIMARY_CODE == SQLITE_READONLY and context.connection is not None:
        # When it is back in the pool, and not here: what is open in it is taken back first.
        context.connection.connection.invalidate(soft=True)


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if connection.get_execution_options().get("sqlite_begin") == "IMMEDIATE":
        _begin_writing(connection)
    else:
        connection.exec_driver_sql("BEGIN DEFERRED")


def _begin_writing(connection: Connection) -> None:
    """Wait for the turn to write, and begin; whoever waits in vain is told that the database is locked."""
    driver: Any = connection.connection.driver_connection
    until = time.monotonic() + BUSY_SECONDS
    _be_patient(driver, 0)
    try:
        while time.monotonic() < until:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except SqliteError as fault:
                if fault.sqlite_errorcode & PRIMARY_CODE != SQLITE_BUSY:
                    break
                time.sleep(TURN_SECONDS)
            else:
                return
        # Once more by way of SQLAlchemy, which gives a fault its name.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        _be_patient(driver, BUSY_SECONDS)


def _be_patient(driver: Any, seconds: int) -> None:
    driver.execute(f"PRAGMA busy_timeout={1000 * seconds}")
