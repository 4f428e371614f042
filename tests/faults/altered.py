"""Statements that are altered on their way to the database: what a product would do that compares otherwise.

And what somebody else does meanwhile, on a connection of its own.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from tracker.kernel.db import db


@contextmanager
def altered(words: str, others: str) -> Iterator[None]:
    """In every statement let words be others; it fails where no statement has them."""
    seen: list[str] = []

    def alter(
        _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        if words in statement:
            seen.append(statement)
        return statement.replace(words, others), parameters

    event.listen(db.engine, "before_cursor_execute", alter, retval=True)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", alter)
    assert seen, f"no statement says {words}"


LOCKS = " FOR UPDATE"
WAITS_FOR_ME = sa.text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
)


def beside(app: Flask, act: Callable[[], object]) -> threading.Thread:
    """Something that is done on a connection of its own; begun when this returns."""

    def run() -> None:
        with app.app_context():
            act()
            db.session.remove()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def meanwhile(app: Flask, act: Callable[[], object]) -> threading.Thread:
    """The same on PostgreSQL, until it is done or waits for a row that the transaction of this thread holds."""
    thread = beside(app, act)
    wait_for_me(thread.is_alive)
    return thread


def wait_for_me(going_on: Callable[[], bool]) -> None:
    """Wait on PostgreSQL while something goes on, until it waits for what the transaction of this thread holds."""
    connection, end = db.session.connection(), time.monotonic() + 30
    while going_on() and not connection.scalar(WAITS_FOR_ME):
        assert time.monotonic() < end, "it neither ended nor waited"
        time.sleep(0.02)
