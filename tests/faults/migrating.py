"""A process dies in the middle of migrating a filled database: the old schema or the new one is there, nothing between.

`python -m tests.faults.migrating URL FOLDER --back 6 --kills 8` plays it on a migrated, empty database and prints what
it found as JSON. On SQLite everything is one transaction; on PostgreSQL each migration is one, so a schema of any
revision is whole.
"""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from tests.clock import NOW
from tests.faults import databases, world
from tests.faults.control import Nursery, install, nursery, with_app
from tests.laws.test_schema import REVISIONS, described, migrate, row_counts
from tests.outbox.world import allow

REVISION = "SELECT version_num FROM alembic_version"


@dataclass(frozen=True)
class Standing:
    """How a database stands: its revision, its schema as plain data, and how many rows its tables have."""

    revision: str
    schema: dict[str, Any]
    rows: dict[str, int]

    @classmethod
    def of(cls, url: str) -> "Standing":
        """Look, and let go."""
        engine = sa.create_engine(url, poolclass=NullPool)
        found = cls(str(databases.execute(url, REVISION)[0][0]), described(engine), row_counts(engine))
        engine.dispose()
        return found


def counting(act: Callable[[], None], *, die_at: int, note: Path) -> None:
    """Migrate, counting statements and commits, and die before one of them; note how many there were."""
    seen = 0

    def step(*_what: object) -> None:
        nonlocal seen
        seen += 1
        if seen == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(Engine, "before_cursor_execute", step)
    sa.event.listen(Engine, "commit", step)
    act()
    note.write_text(str(seen), encoding="ascii")


def go(revision: str, app: Flask, *, down: bool = False) -> None:
    """A role: go to a revision."""
    migrate(app, revision, down=down)


def upgrade(app: Flask, *, die_at: int, note: Path) -> None:
    """A role: upgrade to the end, or die."""
    counting(partial(migrate, app, "head"), die_at=die_at, note=note)


def clean(one: Nursery, url: str, revisions: Sequence[str]) -> dict[str, Standing]:
    """How the database stands at each revision on the way up when nobody dies."""
    found = {}
    for revision in revisions:
        if one.run(partial(go, revision)):
            raise RuntimeError(f"could not go to {revision}")
        found[revision] = Standing.of(url)
    return found


def wrong(found: Standing, whole: dict[str, Standing], first: str, last: str, *, one_step: bool) -> Iterator[str]:
    """What of a database is not as at its revision."""
    expected = whole.get(found.revision)
    if expected is None or (one_step and found.revision not in {first, last}):
        yield f"it stands at {found.revision}"
    elif found.schema != expected.schema:
        yield f"at {found.revision} its schema is another"
    elif found.rows != expected.rows:
        yield f"at {found.revision} its rows are others"


def prepare(one: Nursery, folder: Path, revision: str) -> None:
    """Fill the database, and go down to a revision."""
    days = world.working_days(NOW.date(), 3)
    ports = {"mail": 2525, "gateway": 2526}
    filled = partial(world.build, folder / "world", owners=10, tasks=20, days=days, late=(2, 6), **ports)
    install(one.clock)
    allow(one.app, *(f"127.0.0.1:{port}" for port in ports.values()))
    if one.run(with_app(filled)) or one.run(partial(go, revision, down=True)):
        raise RuntimeError("the database could not be prepared")


def play(one: Nursery, url: str, note: Path, path: Sequence[str], kills: int) -> dict[str, Any]:
    """Die at so many moments of the way up, and see what is left and whether another comes to the end."""
    faults, found_at, one_step = list[str](), set[str](), url.startswith("sqlite")
    whole = {path[0]: Standing.of(url), **clean(one, url, path[1:])}
    databases.put_back(url)
    if one.run(partial(upgrade, die_at=0, note=note)):
        raise RuntimeError("it could not be upgraded")
    moments = int(note.read_text())
    for number in range(kills):
        die_at = 1 + number * (moments - 1) // max(kills - 1, 1)
        databases.put_back(url)
        code = one.run(partial(upgrade, die_at=die_at, note=note))
        if code != -signal.SIGKILL:
            faults.append(f"step {die_at} of {moments}: nobody died ({code})")
        left = Standing.of(url)
        found_at.add(left.revision)
        faults += [f"step {die_at}: {fault}" for fault in wrong(left, whole, path[0], path[-1], one_step=one_step)]
        if one.run(partial(upgrade, die_at=0, note=note)) or Standing.of(url) != whole[path[-1]]:
            faults.append(f"step {die_at}: who came after did not come to the end")
    rows = sum(whole[path[-1]].rows.values())
    return {"faults": faults, "kills": kills, "statements": moments, "rows": rows, "revisions_found": len(found_at)}


def main(arguments: Sequence[str]) -> int:
    """Play it; prints what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--back", type=int, default=6)
    parser.add_argument("--kills", type=int, default=8)
    said = parser.parse_args(arguments)
    began, path = time.monotonic(), REVISIONS[-said.back - 1 :]
    one = nursery(said.url, said.folder)
    prepare(one, said.folder, path[0])
    databases.keep(said.url)
    try:
        found = play(one, said.url, said.folder / "counted", path, said.kills)
    finally:
        one.end_all()
        one.run(partial(go, "head"))
        databases.forget(said.url)
    print(json.dumps({**found, "seconds": round(time.monotonic() - began, 1)}))  # noqa: T201
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
