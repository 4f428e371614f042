"""The disk is full, or the database may only be read, while scheduler and worker are at it; then all is well again.

`python -m tests.faults.hindered URL FOLDER full|short|read-only` plays it and prints what it found as JSON. To whoever
is root no file is read-only, and file systems are not for a container to mount anew. So on a full disk whoever writes
is refused by the engine itself, in its own transaction and with the code that it has for that: SQLite may take no page
more (SQLITE_FULL), PostgreSQL is asked to say disk_full. Where files are cut short, SQLite's processes may write none
past its first bytes (SQLITE_IOERR_WRITE). And SQLite's connections are told to refuse whoever writes.
"""

import json
import os
import re
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from psycopg import sql
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url

from tests.faults import databases
from tests.faults.control import Nursery, schedule, work
from tests.faults.cuts import CUT
from tests.faults.leaders import until
from tests.faults.storm import Play, play

NO_FURTHER = 8192
"""Bytes from the beginning of a file: past the head of SQLite's files nothing is written."""
MOST_PAGES = 4294967294
"""As many as SQLite knows, and what it allows by itself."""
WRITES = re.compile(r"\b(INSERT INTO|DELETE FROM|UPDATE \w+ (AS \w+ )?SET)\b")
SILENT = timedelta(minutes=4)
LOOK_SECONDS = 3
MOST_BUSY = 0.5
"""Of its time; they look around ten times as often as in earnest, and write down each time why they cannot."""


def full(under_way: Play) -> Iterator[None]:
    """Whoever writes finds no room."""
    note = _filled(under_way.folder)
    note.touch()
    yield
    note.unlink()


def short(under_way: Play) -> Iterator[None]:
    """Nobody who lives can write a file past its first bytes."""
    none = resource.RLIM_INFINITY
    for pid in under_way.nursery.living:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (NO_FURTHER, none))
    yield
    for pid in under_way.nursery.living:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (none, none))


def read_only(under_way: Play) -> Iterator[None]:
    """Whoever wants to write is refused by the database."""
    if under_way.url.startswith("sqlite"):
        note = _forbidden(under_way.folder)
        note.touch()
        yield
        note.unlink()
        return
    name = str(make_url(under_way.url).database)
    words = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}")
    for value in ("on", "off"):
        with databases.server(under_way.url) as connection:
            connection.execute(words.format(sql.Identifier(name), sql.SQL(value)))
            connection.execute(CUT, (name,))
        if value == "on":
            yield


def _forbidden(folder: Path) -> Path:
    return folder / "read-only"


def _filled(folder: Path) -> Path:
    return folder / "full"


def find_no_room(cursor: Any, statement: str, *_rest: object) -> None:
    """In the place of a statement that writes, let the engine refuse as it does on a full disk; for `do_execute`."""
    if not WRITES.search(statement):
        return
    if not isinstance(cursor, sqlite3.Cursor):
        cursor.execute("DO $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$")
        return
    # It cannot be made smaller than it is: a page more is one too many. Afterwards the connection may grow again.
    cursor.execute("PRAGMA max_page_count = 1")
    try:
        cursor.execute("CREATE TABLE no_room AS SELECT zeroblob(65536) AS filler")
    finally:
        cursor.execute(f"PRAGMA max_page_count = {MOST_PAGES}")


def let_fill(folder: Path) -> None:
    """Let whoever writes, of this process and of those forked from it, find no room while a note lies there."""

    def refuse(cursor: Any, statement: str, *_rest: object) -> None:
        if _filled(folder).exists():
            find_no_room(cursor, statement)

    for way in ("do_execute", "do_executemany"):
        event.listen(Engine, way, refuse)


def let_forbid(folder: Path) -> None:
    """Let SQLite's connections, of this process and of those forked from it, refuse to write while a note lies there.

    One that was refused stays so for good, as SQLite does with those that it opens on a disk that may only be read.
    """

    @event.listens_for(Engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        if isinstance(connection, sqlite3.Connection) and _forbidden(folder).exists():
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(Engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.dialect.name == "sqlite" and _forbidden(folder).exists():
            connection.exec_driver_sql("PRAGMA query_only = ON")


def busy(pids: Collection[int]) -> dict[int, float]:
    """How many seconds of the processor each process has had."""
    tick = os.sysconf("SC_CLK_TCK")
    fields = {pid: Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split() for pid in pids}
    return {pid: (int(row[11]) + int(row[12])) / tick for pid, row in fields.items()}


def ask(note: Path, app: Flask) -> None:
    """A role: what the web says of the installation."""
    answer = app.test_client().get("/healthz")
    said = answer.get_json()
    note.write_text(json.dumps({"status": answer.status_code, **said}), encoding="utf-8")


def health(one: Nursery, note: Path) -> dict[str, Any]:
    """Ask once."""
    if one.run(partial(ask, note)):
        raise RuntimeError("whoever asked fell")
    found: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
    return found


def suffer(under_way: Play, hinder: Callable[[Play], Iterator[None]]) -> dict[str, Any]:
    """A day as it should be, one that begins with the hindrance, and how it goes on when that is gone."""
    one, note = under_way.nursery, under_way.folder / "health"
    under_way.day(under_way.days[0])
    for role in (schedule, work):
        one.start(role)
    under_way.settle()
    until((under_way.servers.folder / "receipts" / "mail").exists, "no mail came")
    before = _reminders(under_way)
    with contextmanager(hinder)(under_way):
        under_way.strike(*one.living)
        under_way.day(under_way.days[1])
        time.sleep(1)
        began, worked = time.monotonic(), busy(one.living)
        time.sleep(LOOK_SECONDS)
        looked = busy(one.living)
        most = MOST_BUSY * (time.monotonic() - began)
        spun = [took for pid, took in looked.items() if took - worked[pid] > most]
        one.clock.move_to(one.clock() + SILENT)
        meanwhile = health(one, note)
        wrong = ["it went on as if nothing were"] if _reminders(under_way) != before else []
        wrong += [f"a process fell with {code}" for code in one.collect()]
        wrong += [f"a process was busy for {took} s and did nothing" for took in spun]
    if (meanwhile["status"], meanwhile["scheduler"], meanwhile["worker"]) != (503, "bad", "bad"):
        wrong.append(f"meanwhile the web said {meanwhile}")
    began = time.monotonic()
    under_way.settle()
    took = time.monotonic() - began
    until(lambda: health(one, note)["worker"] == "ok", "the worker gives no sign of life")
    after = health(one, note)
    if (after["database"], after["scheduler"], after["worker"]) != ("ok", "ok", "ok"):
        wrong.append(f"afterwards the web said {after}")
    found = under_way.result()
    if under_way.url.startswith("sqlite"):
        wrong += [str(row[0]) for row in databases.execute(under_way.url, "PRAGMA integrity_check") if row[0] != "ok"]
    facts = {name: found[name] for name in ("reminders", "deliveries", "receipts", "uncertain")}
    return {"faults": [*found["faults"], *wrong], **facts, "settled_seconds": round(took, 1)}


def _reminders(under_way: Play) -> list[tuple[object, ...]]:
    return databases.execute(under_way.url, "SELECT count(*) FROM reminder")


SCENES: dict[str, Callable[[Play], Iterator[None]]] = {"full": full, "short": short, "read-only": read_only}


def main(arguments: Sequence[str]) -> int:
    """Play one hindrance; prints what came of it."""
    url, folder, name = arguments
    began = time.monotonic()
    let_forbid(Path(folder))
    let_fill(Path(folder))
    with play(url, Path(folder), owners=6, tasks=12, days=2) as under_way:
        found = suffer(under_way, SCENES[name])
    print(json.dumps({**found, "seconds": round(time.monotonic() - began, 1)}, ensure_ascii=False))  # noqa: T201
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
