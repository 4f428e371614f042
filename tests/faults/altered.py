"""Statements that are altered on their way to the database: what a product would do that compares otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
