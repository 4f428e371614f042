"""The keys of what must be there once are taken away one at a time, on both engines, and the checker sees what follows.

Somebody who believes that nothing was written yet writes all of it again; with its key nothing comes of that.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import NOW, TODAY, Cast
from tests.engines import Database
from tests.faults.checker import faults, read_history
from tests.faults.model import ought
from tests.faults.world import LATE, working_before
from tests.outbox.world import allow, give_addresses, mail_facts
from tests.reminders.worlds import running_task
from tracker.delivery import commands as delivering
from tracker.delivery.planning import plan_deliveries
from tracker.delivery.rules import EndpointKind
from tracker.kernel import leases
from tracker.kernel.db import affected, db, take, write_transaction
from tracker.kernel.errors import Stale
from tracker.reminders.jobs import JOBS
from tracker.reminders.ticks import run_by_hand
from tracker.tasks.models import Task


@dataclass(frozen=True)
class Key:
    """A unique key: its table, and what the checker says where it is missing."""

    table: str
    said: str
    instead: Mapping[str, str] = field(default_factory=dict)
    """Columns in which what is written again differs, so that no other key stands in its way."""


ANOTHER = "(SELECT min(other.id) FROM delivery AS other WHERE other.id <> delivery_item.delivery_id)"
KEYS = {
    "uq_reminder_key": Key("reminder", "reminder written 2 times"),
    "uq_inbox_item_recipient_id_key": Key("inbox_item", "in an inbox 2 times"),
    "uq_flag_subject_kind_subject_id_due_on_rule": Key("flag", "left behind 2 times"),
    "uq_urge_rung": Key("urge", "left behind 2 times"),
    "uq_delivery_digest": Key("delivery", "2 digests for"),
    "uq_delivery_item_once": Key("delivery_item", "in 2 digests", {"delivery_id": ANOTHER}),
    "uq_supervision_notice_open_task": Key("supervision_notice", "'notice', 8", {"rung": "rung + 1"}),
    "uq_supervision_notice_rung_task": Key(
        "supervision_notice", "left behind 2 times", {"state": "'discarded'", "remark": "'重复。'"}
    ),
    "pk_job_run": Key("job_run", "was run 2 times"),
}
UNIQUE = r'CONSTRAINT "?{name}"? (UNIQUE|PRIMARY KEY) \([^)]*\)'


@pytest.fixture
def written(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A morning on which people are told, warned and urged, and their digests written."""
    monkeypatch.setattr(leases, "database_now", lambda: NOW)
    own = app.extensions["settings"]
    allow(app, "127.0.0.1:2525")
    with write_transaction():
        give_addresses(cast)
        by = cast.actor("administrator")
        delivering.add_endpoint(EndpointKind.MAIL, mail_facts(2525), group=None, by=by, now=NOW)
        for late in LATE:
            running_task(cast, due_on=working_before(TODAY, late))
    counts, error = run_by_hand(JOBS[0], "2026-03-18T08:00", holder="shell:1", now=NOW)
    assert counts["reminders"], error
    plan_deliveries(NOW)
    db.session.rollback()
    yield
    app.extensions["settings"] = own


@pytest.fixture
def drop(database: Database) -> Iterator[Callable[[str, str], None]]:
    """Takes a key of a table away; it is put back after the test."""
    again: list[str] = []

    def take_away(table: str, name: str) -> None:
        database.release()
        if database.name == "sqlite":
            _rebuild_without(database.url.removeprefix("sqlite:///"), table, name)
            return
        with write_transaction() as session:
            query = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"
            found = session.scalar(sa.text(query), {"name": name})
            if found is None:
                index = session.scalar(
                    sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = :name"), {"name": name}
                )
                again.append(str(index))
                session.execute(sa.text(f"DROP INDEX {name}"))
            else:
                again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {found}")
                session.execute(sa.text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))

    yield take_away
    # On SQLite the next test has the whole file anew.
    for statement in again:
        database.reset()
        with database.app.app_context(), write_transaction() as session:
            session.execute(sa.text(statement))


def _rebuild_without(file: str, table: str, name: str) -> None:
    """SQLite cannot drop a constraint: the table is made anew without it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?", (name,)).fetchone():
            connection.execute(f"DROP INDEX {name}")
            return
        query = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"
        (made,) = connection.execute(query, (table,)).fetchone()
        loose, times = re.subn(r",\s*" + UNIQUE.format(name=name), "", made)
        assert times == 1, made
        loose = re.sub(rf'CREATE TABLE "?{table}"?', "CREATE TABLE loose", loose, count=1)
        for statement in (
            "PRAGMA legacy_alter_table = ON",
            loose,
            f"INSERT INTO loose SELECT * FROM {table}",
            f"DROP TABLE {table}",
            f"ALTER TABLE loose RENAME TO {table}",
        ):
            connection.execute(statement)


def _write_again(key: Key) -> int:
    """Write every row once more, unless it is there; returns how many were new."""
    names = [column.name for column in db.metadata.tables[key.table].c if column.name != "id"]
    listed = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(key.instead.get(name, f'"{name}"') for name in names)
    again = f"INSERT INTO {key.table} ({listed}) SELECT {values} FROM {key.table} WHERE true ON CONFLICT DO NOTHING"
    with write_transaction():
        return affected(sa.text(again))


def _seen(database: Database, tmp_path: Path) -> list[str]:
    nothing = ought([], [], {}, addresses={}, names={})
    return faults(read_history(database.url, tmp_path), nothing)


@pytest.mark.parametrize("name", KEYS)
def test_what_has_its_key_is_not_written_again_and_without_it_is_and_the_checker_says_so(
    database: Database, written: None, drop: Callable[[str, str], None], tmp_path: Path, name: str
) -> None:
    assert _write_again(KEYS[name]) == 0
    assert not [fault for fault in _seen(database, tmp_path) if KEYS[name].said in fault]
    drop(KEYS[name].table, name)
    assert _write_again(KEYS[name]) > 0
    assert [fault for fault in _seen(database, tmp_path) if KEYS[name].said in fault]


def _acts_of_two(cast: Cast) -> int:
    """Two have the same page open and both act upon it; returns how many acts counted."""
    with write_transaction():
        task_id = running_task(cast, due_on=TODAY).id
    with write_transaction() as session:
        seen = session.get_one(Task, task_id).version
    counted = 0
    for _person in range(2):
        try:
            with write_transaction() as session:
                take(session.get_one(Task, task_id), version=seen)
            counted += 1
        except Stale:
            continue
    return counted


def test_of_two_who_act_upon_the_same_page_one_is_told_that_it_is_stale(cast: Cast) -> None:
    assert _acts_of_two(cast) == 1


def test_without_comparing_the_version_both_acts_count(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def loose(table: sa.Table, **_said: object) -> sa.Update:
        whatever_was_seen = sa.bindparam("seen").is_not(None)
        return sa.update(table).where(table.c.id == sa.bindparam("wanted_id"), whatever_was_seen).values(version=1)

    monkeypatch.setattr("tracker.kernel.db._claim", loose)
    assert _acts_of_two(cast) == 2
