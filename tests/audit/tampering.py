"""A sealed record, and hands that reach into the database past the application."""

from typing import Any

import sqlalchemy as sa

from tests.clock import NOW
from tracker.audit.commands import record
from tracker.audit.models import AuditEntry
from tracker.audit.sealing import seal_waiting
from tracker.audit.verification import Anchor, Finding, Verification
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import Base, db, write_transaction

ENTRY, PLACE, SEAL = (Base.metadata.tables[name] for name in ("audit_entry", "audit_place", "audit_seal"))


def enter(count: int, *, first: int = 1) -> list[int]:
    """Record so many acts in one transaction; their ids."""
    with write_transaction():
        for number in range(first, first + count):
            record(
                "plan.correct", "plan", number, by=SYSTEM, now=NOW, group_id=7, old={"title": "旧"}, new={"n": [number]}
            )
    found = db.session.scalars(sa.select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(count)).all()
    db.session.rollback()
    return sorted(found)


def sealed(*batches: int) -> list[int]:
    """Record and seal batch after batch; the ids of all the acts."""
    ids: list[int] = []
    for count in batches:
        ids += enter(count, first=len(ids) + 1)
        assert seal_waiting(now=NOW) == count
    return ids


def behind(*statements: Any) -> None:
    """Carry out statements as somebody with all rights on the database, whom no foreign key stops."""
    with db.engine.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        if on_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        if on_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]


def exchange(table: sa.Table, key: str, one: int, other: int, *columns: str) -> list[Any]:
    """Statements that let two rows exchange columns."""
    with db.engine.connect() as connection:
        rows = {
            row[key]: {name: row[name] for name in columns}
            for row in connection.execute(sa.select(table).where(table.c[key].in_([one, other]))).mappings()
        }
    # Nothing may stand twice in between.
    apart = {name: -rows[one][name] for name in columns if name in {key, "entry_id"}}
    return [
        *([sa.update(table).where(table.c[key] == one).values(apart)] if apart else []),
        sa.update(table).where(table.c[key] == other).values(rows[one]),
        sa.update(table).where(table.c[key] == apart.get(key, one)).values(rows[other]),
    ]


def verify(*anchors: Anchor) -> tuple[list[Finding], Verification]:
    """What a walk along the chain finds, and its counts."""
    db.session.rollback()
    walk = Verification(list(anchors))
    return list(walk.findings()), walk


def told(*anchors: Anchor) -> list[tuple[str, dict[str, Any]]]:
    """The findings as plain data."""
    return [(str(finding.fault), dict(finding.where)) for finding in verify(*anchors)[0]]
