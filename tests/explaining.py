"""What the database means to do with the product's own statements, asked at the moment at which they run."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import event

from tracker.kernel.db import db

ASKS = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}
PLANNED = ("SELECT", "WITH", "UPDATE", "INSERT", "DELETE")


@contextmanager
def explained() -> Iterator[list[tuple[str, str]]]:
    """Every statement that is carried out meanwhile, with its plan for the values that it is given."""
    found: list[tuple[str, str]] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if not many and statement.startswith(PLANNED):
            with closing(connection.connection.cursor()) as own:
                own.execute(ASKS[connection.dialect.name] + statement, parameters)
                found.append((statement, "\n".join(str(row[-1]) for row in own.fetchall())))

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)


def reads_all_of(table: str, plan: str) -> bool:
    """Whether a plan goes through a table from one end to the other, or through one of its indexes."""
    lines = [line.split(" (")[0].strip(" ->") for line in plan.splitlines()]
    return any(line.startswith((f"SCAN {table}", f"Seq Scan on {table}")) for line in lines)
