"""How migrations run: on a connection of their own, all or nothing, and with a look back at what they did.

SQLite changes a table by building a new one and dropping the old. With foreign keys on, that drop empties every
table that refers to it; so here they are off, and afterwards no reference may dangle and no row may be missing. A
migration that means to add or remove rows names the tables in `changes_rows`.
"""

import logging
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from flask import current_app
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeDecorator

logger = logging.getLogger("zeren.migrations")

# Behind a long reader an ALTER would wait, and everybody behind the ALTER: give up soon, let them pass, try again.
_POSTGRES_OPTIONS = "-c lock_timeout=3000 -c statement_timeout=0"
_LOCK_TRIES = 5


class MigrationRefusedError(RuntimeError):
    """A migration would have lost data; nothing was changed."""


database = current_app.extensions["migrate"].db
target_metadata = database.metadata


def render_item(kind: str, item: Any, _autogen: object) -> str | Literal[False]:
    """Write our own column types into migrations as what they are in SQL: old migrations must outlive the code."""
    if kind == "type" and isinstance(item, TypeDecorator) and isinstance(item.impl_instance, sa.DateTime):
        return "sa.DateTime(timezone=True)"
    return False


def drop_empty_revision(_context: object, _revision: object, directives: list[Any]) -> None:
    """Write no migration file where nothing changed."""
    options = context.config.cmd_opts
    if getattr(options, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def configure(connection: sa.Connection, **extra: Any) -> None:
    """The settings that hold for both engines."""
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
        compare_server_default=True,
        process_revision_directives=drop_empty_revision,
        **extra,
    )


def row_counts(connection: sa.Connection) -> dict[str, int]:
    """How many rows each table holds, asked in one go: one by one takes longer than most migrations."""
    names = [name for name in sa.inspect(connection).get_table_names() if name != "alembic_version"]
    if not names:
        return {}
    counts = ", ".join(f'(SELECT count(*) FROM "{name}")' for name in names)  # noqa: S608 - names of our own tables
    return dict(zip(names, connection.exec_driver_sql(f"SELECT {counts}").one(), strict=True))


def refuse_losses(connection: sa.Connection, before: Mapping[str, int], allowed: set[str]) -> None:
    """Stop, and so undo everything, if a reference dangles or rows came or went unannounced."""
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if dangling:
        raise MigrationRefusedError(f"references that lead nowhere: {[tuple(row)[:3] for row in dangling[:5]]}")
    after = row_counts(connection)
    changed = {
        name: (count, after[name])
        for name, count in before.items()
        if name in after and after[name] != count and name not in allowed
    }
    if changed:
        raise MigrationRefusedError(f"rows came or went (table: before, after): {changed}")


def keep_copy(path: str, connection: sa.Connection) -> None:
    """Before a filled database is changed, set a copy of it aside."""
    current = context.get_context().get_current_revision()
    try:
        wanted = context.get_revision_argument()
    except KeyError:
        return  # a command that changes nothing, like check
    if current is None or wanted is None or current == wanted or not Path(path).is_file():
        return
    copy = f"{path}.at-{current}"
    with sqlite3.connect(copy) as target:
        connection.connection.driver_connection.backup(target)  # type: ignore[union-attr]
    target.close()
    logger.info("database copied to %s", copy)


def migrate_sqlite(url: sa.URL) -> None:
    """One transaction for everything, with the write lock from the start."""
    engine = sa.create_engine(url, poolclass=NullPool, connect_args={"timeout": 10})
    applied_rows: set[str] = set()

    def note_allowed(step: Any, **_: object) -> None:
        revision = step.up_revision
        applied_rows.update(getattr(revision.module, "changes_rows", ()))

    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        # Inside a transaction this pragma does nothing, so it goes to the driver before SQLAlchemy begins one.
        driver.execute("PRAGMA foreign_keys=OFF")
        configure(connection, transactional_ddl=True, on_version_apply=note_allowed)
        connection.rollback()
        keep_copy(url.database or "", connection)
        connection.rollback()
        connection.execution_options(sqlite_begin="IMMEDIATE")
        with connection.begin():
            before = row_counts(connection)
            context.run_migrations()
            refuse_losses(connection, before, applied_rows)


def migrate_postgresql(url: sa.URL) -> None:
    """Each migration in a transaction of its own; one that cannot get its lock is tried again."""
    engine = sa.create_engine(url, poolclass=NullPool, connect_args={"options": _POSTGRES_OPTIONS})
    for left in reversed(range(_LOCK_TRIES)):
        try:
            with engine.connect() as connection:
                configure(connection, transaction_per_migration=True)
                with context.begin_transaction():
                    context.run_migrations()
            return
        except sa.exc.OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != "55P03" or not left:
                raise
            logger.warning("a table is in use; trying again")
            time.sleep(1)


def migrate_offline(url: sa.URL) -> None:
    """Print the SQL instead of running it."""
    context.configure(url=url, target_metadata=target_metadata, literal_binds=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Choose by mode and engine."""
    url = database.engine.url
    if context.is_offline_mode():
        migrate_offline(url)
    elif url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        migrate_sqlite(url)
    else:
        migrate_postgresql(url)


main()
