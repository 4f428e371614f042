"""The schema that migrations build is the schema that the models describe, on both engines and in both directions."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from config import ROOT
from tests.cast import enter_cast
from tests.clock import NOW, TODAY
from tests.engines import Database, Sqlite, build_app
from tests.laws.contents import CHANGED, FILLED, changed, contents, ill_filled, meant
from tests.laws.filling import fill_every_table
from tests.laws.things import job_of, message_to, things_of
from tests.reminders.worlds import running_task
from tracker.audit.commands import record
from tracker.audit.sealing import seal_waiting
from tracker.audit.verification import Verification
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import Base, db, write_transaction
from tracker.reminders.sweep import sweep
from tracker.tasks.models import Milestone

SCRIPTS = ScriptDirectory(str(ROOT / "migrations"))
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]
VERIFYING = (("audit", "verify"), ("letters", "verify", "--all"))
EMPTY = "empty.sqlite3"
Schema = dict[str, dict[str, Any]]

_described: dict[tuple[str, ...], dict[str, Any]] = {}
"""Tables of SQLite as plain data, by name and by the SQL that made each: all that SQLite itself knows of a table."""


def described(engine: sa.Engine) -> Schema:
    """A schema as plain data: columns, keys, checks and indexes by table."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            return _read(connection)
        written = _written(connection)
        unknown = [table for table, text in written.items() if text not in _described]
        _described.update({written[table]: read for table, read in _read(connection, unknown).items()})
    return {table: _described[text] for table, text in written.items()}


def _written(connection: sa.Connection) -> dict[str, tuple[str, ...]]:
    """The SQL of each table and its indexes, below the table's name."""
    query = "SELECT tbl_name, coalesce(sql, name) FROM sqlite_master WHERE type IN ('table', 'index') ORDER BY rowid"
    found: dict[str, tuple[str, ...]] = {}
    for table, text in connection.exec_driver_sql(query):
        if table not in {"alembic_version", "sqlite_sequence"}:
            found[table] = (*found.get(table, (table,)), text)
    return found


def _read(connection: sa.Connection, names: Sequence[str] | None = None) -> Schema:
    """Tables, or those of these names, as plain data. All at once: one by one takes long."""
    if names == []:
        return {}
    inspector = sa.inspect(connection)
    found: dict[str, dict[Any, Any]] = {
        "columns": inspector.get_multi_columns(filter_names=names),
        "primary key": inspector.get_multi_pk_constraint(filter_names=names),
        "foreign keys": inspector.get_multi_foreign_keys(filter_names=names),
        "unique": inspector.get_multi_unique_constraints(filter_names=names),
        "checks": inspector.get_multi_check_constraints(filter_names=names),
        "indexes": inspector.get_multi_indexes(filter_names=names),
    }
    tables = [table for table in found["columns"] if table[1] != "alembic_version"]
    return {
        table[1]: described_table(connection.dialect, {kind: rows[table] for kind, rows in found.items()})
        for table in tables
    }


def described_table(dialect: sa.Dialect, found: dict[str, Any]) -> dict[str, Any]:
    """One table as plain data."""
    return {
        "columns": {
            column["name"]: (_plain(column["type"].compile(dialect)), column["nullable"], _plain(column["default"]))
            for column in found["columns"]
        },
        "primary key": found["primary key"]["constrained_columns"],
        "foreign keys": {
            key["name"]: (
                tuple(key["constrained_columns"]),
                key["referred_table"],
                tuple(key["referred_columns"]),
                tuple(sorted(key.get("options", {}).items())),
            )
            for key in found["foreign keys"]
        },
        "unique": {key["name"]: key["column_names"] for key in found["unique"]},
        "checks": {key["name"]: _plain(key["sqltext"]) for key in found["checks"]},
        "indexes": {
            index["name"]: (
                index["unique"],
                tuple(index["column_names"]),
                _plain((index.get("dialect_options") or {}).get(f"{dialect.name}_where")),
            )
            for index in found["indexes"]
            if not index.get("duplicates_constraint")
        },
    }


def _plain(text: object) -> str:
    return " ".join(str(text).split())


@pytest.fixture
def empty_database(engine_name: str, request: pytest.FixtureRequest, memory: Path) -> Iterator[str]:
    """Address of a database without tables."""
    if engine_name == "sqlite":
        with tempfile.TemporaryDirectory(dir=memory) as folder:
            yield f"sqlite:///{folder}/{EMPTY}"
        return
    server = make_url(request.getfixturevalue("postgresql_server")).set(drivername="postgresql+psycopg")
    name = f"zeren_empty_{request.getfixturevalue('worker')}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def bare_app(empty_database: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database without tables."""
    app = build_app(empty_database, tmp_path)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def engine(empty_database: str) -> Iterator[sa.Engine]:
    """An engine on the same database."""
    engine = sa.create_engine(empty_database, poolclass=NullPool)
    yield engine
    engine.dispose()


def test_to_verify_an_empty_database_is_refused_with_what_to_do(bare_app: Flask) -> None:
    runner = bare_app.test_cli_runner()
    for asked in VERIFYING:
        refused = runner.invoke(args=asked)
        assert (asked, refused.exit_code, type(refused.exception)) == (asked, 1, SystemExit)
        assert refused.output.startswith("数据库是空的，程序需要"), asked
    migrate(bare_app, "head")
    assert {asked: runner.invoke(args=asked).exit_code for asked in VERIFYING} == dict.fromkeys(VERIFYING, 0)


def test_migrations_build_what_the_models_describe(database: Database, engine: sa.Engine) -> None:
    migrated = sa.create_engine(database.url, poolclass=NullPool)
    Base.metadata.create_all(engine)
    assert described(migrated) == described(engine)


def test_every_migration_goes_down_and_up_again_and_changes_no_more_than_it_says(
    bare_app: Flask, engine: sa.Engine
) -> None:
    schemas: list[dict[str, Any]] = [{}]
    for revision in REVISIONS:
        migrate(bare_app, revision)
        schemas.append(described(engine))
    with bare_app.app_context():
        with write_transaction():
            cast, files = enter_cast(), bare_app.extensions["settings"].files_dir
            things_of(cast, group="g1", unit="finance", head="finance_head", region="d1", files=files)
            message_to(cast.person_ids["finance_head"], 1)
            job_of(cast.person_ids["finance_head"])
            running_task(cast, due_on=TODAY + timedelta(days=5), milestones=[TODAY])
        sweep(now=NOW, pause=lambda _seconds: None)
        with write_transaction() as session:
            assert fill_every_table(session) == []
        db.session.remove()
        db.engine.dispose()
    filled = contents(engine, schemas[-1])
    assert [table for table, rows in filled.items() if not rows] == []
    for place in reversed(range(len(REVISIONS))):
        revision, (before, after) = REVISIONS[place], schemas[place : place + 2]
        lower = REVISIONS[place - 1] if place else "base"
        migrate(bare_app, lower, down=True)
        assert described(engine) == before, f"going down from {revision} left something behind"
        remaining = contents(engine, before)
        assert changed(filled, remaining) == meant(revision, down=True), f"going down from {revision}"
        migrate(bare_app, revision)
        assert changed(remaining, contents(engine, after)) == meant(revision), f"going up to {revision} again"
        assert list(ill_filled(engine, revision, before, after)) == [], f"going up to {revision} again"
        migrate(bare_app, lower, down=True)
        assert contents(engine, before) == remaining, f"going down from {revision} again"
        filled = remaining
    migrate(bare_app, "head")
    assert described(engine) == schemas[-1]
    assert {key.split()[0] for key in (*CHANGED, *FILLED)} <= set(REVISIONS)


def test_acts_from_before_marks_were_made_are_marked_as_just_that(bare_app: Flask, engine: sa.Engine) -> None:
    migrate(bare_app, "0003")
    columns: dict[str, Any] = {"at": sa.DateTime(timezone=True), "old": sa.JSON(), "new": sa.JSON()}
    numbers = ("id", "subject_id", "group_id", "account_id", "person_id")
    texts = ("act", "subject_kind", "actor_name", "actor_capacity", "request_id")
    table = sa.table("audit_entry", *(sa.column(name, columns.get(name)) for name in (*numbers, *texts, *columns)))
    values = (
        dict.fromkeys(texts, "责任 “a” \\ 𠮷")
        | dict.fromkeys(numbers)
        | {"subject_id": 5, "new": {"b": [1.5], "a": {}}}
    )
    at = NOW.replace(microsecond=1, tzinfo=None if engine.dialect.name == "sqlite" else UTC)
    with engine.begin() as connection:
        rows = [values | {"id": number, "at": at, "old": {"局": None}} for number in range(1, 4)]
        connection.execute(sa.insert(table), rows)
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT setval('audit_entry_id_seq', 3)")
    migrate(bare_app, "head")
    with bare_app.app_context():
        assert _verified() == ([], 3)
        with write_transaction():
            record("a.b", "x", 1, by=SYSTEM, now=NOW)
        assert seal_waiting(now=NOW) == 4
        assert _verified() == ([], 3)
        with engine.begin() as connection:
            connection.execute(sa.update(table).where(table.c.id == 2).values(subject_id=6))
        assert _verified() == (["row_altered"], 2)


def test_what_was_told_of_milestones_is_theirs_and_goes_back_to_their_tasks(bare_app: Flask, engine: sa.Engine) -> None:
    told = sa.text("SELECT subject_kind, subject_id, cycle, rung, recipient_id FROM reminder ORDER BY id")
    keys = sa.text("SELECT key FROM inbox_item WHERE kind LIKE 'reminder.%' ORDER BY id")

    def found() -> tuple[list[Any], list[str]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(told)], list(connection.scalars(keys))

    migrate(bare_app, "head")
    with bare_app.app_context():
        with write_transaction():
            cast = enter_cast()
            task = running_task(cast, due_on=TODAY + timedelta(days=5), milestones=[TODAY, TODAY - timedelta(days=1)])
            moved = running_task(cast, due_on=TODAY)
        sweep(now=NOW, pause=lambda _seconds: None)
        with write_transaction():
            moved.due_on = moved.sort_on = TODAY + timedelta(days=60)
            db.session.add(Milestone(task=moved, name="核定", due_on=TODAY))
            moved.next_milestone_on = TODAY
        sweep(now=NOW, pause=lambda _seconds: None)
        task_ids = {task.id, moved.id}
        db.session.remove()
        db.engine.dispose()
    now = found()
    assert {row[0] for row in now[0]} == {"task", "milestone"}
    migrate(bare_app, "0034", down=True)
    before = found()
    mine = [row for row in before[0] if row[1] == min(task_ids)]
    assert {row[0] for row in mine} == {"task"}
    assert len({row[2] for row in mine}) == 3
    assert len(before[0]) == len(now[0])
    begun = {key.rsplit(":", 1)[0] for key in before[1]}
    assert begun >= {f"reminder:task:{min(task_ids)}:{row[2]}" for row in mine}
    migrate(bare_app, "head")
    assert found() == now


def _verified() -> tuple[list[str], int]:
    walk = Verification()
    return [str(finding.fault) for finding in walk.findings()], walk.from_before


def test_both_engines_have_the_same_tables_and_columns(
    sqlite_database: Sqlite, postgresql_database: Any, tmp_path: Path
) -> None:
    shapes = []
    for database in (sqlite_database, postgresql_database):
        engine = sa.create_engine(database.url, poolclass=NullPool)
        shapes.append(
            {
                table: (
                    {name: nullable for name, (_type, nullable, _default) in found["columns"].items()},
                    set(found["checks"]),
                    set(found["unique"]),
                    set(found["indexes"]),
                    set(found["foreign keys"]),
                )
                for table, found in described(engine).items()
            }
        )
        engine.dispose()
    assert shapes[0] == shapes[1]


def test_every_constraint_has_a_name_that_a_migration_can_use() -> None:
    nameless = [
        f"{table.name}: {constraint}"
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if not constraint.name
    ]
    assert nameless == []


def migrate(app: Flask, revision: str, *, down: bool = False) -> None:
    """Go to a revision. The scripts are read once: to read thirty files for each step takes as long as the steps."""
    with app.app_context(), patch.object(ScriptDirectory, "from_config", return_value=SCRIPTS):
        config = app.extensions["migrate"].migrate.get_config()
        (command.downgrade if down else command.upgrade)(config, revision)
        file = Path(db.engine.url.database or "")
    # SQLite: a hundred copies that are set aside would fill the memory.
    for copy in file.parent.glob(f"{EMPTY}.at-*"):
        copy.unlink()
