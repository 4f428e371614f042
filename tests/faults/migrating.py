"""A process dies in the middle of migrating a filled database: the old schema or the new one is there, nothing between.

`python -m tests.faults.migrating URL FOLDER --back 6 --kills 8` plays it on a migrated, empty database and prints what
it found as JSON; with --down processes die on the way down too. On SQLite everything is one transaction; on
PostgreSQL each migration is one, so a schema of any revision is whole. What tables hold is compared row by row.
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
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from tests.clock import NOW
from tests.faults import databases, world
from tests.faults.control import Nursery, install, nursery, with_app
from tests.laws.contents import Contents, changed, contents, meant
from tests.laws.test_schema import REVISIONS, described, migrate
from tests.outbox.world import allow

REVISION = "SELECT version_num FROM alembic_version"


@dataclass(frozen=True)
class Standing:
    """How a database stands: its revision, its schema as plain data, and what its tables hold."""

    revision: str
    schema: dict[str, Any]
    held: Contents

    @classmethod
    def of(cls, url: str) -> "Standing":
        """Look, and let go."""
        engine = sa.create_engine(url, poolclass=NullPool)
        schema = described(engine)
        found = cls(str(databases.execute(url, REVISION)[0][0]), schema, contents(engine, schema))
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


def walk(revision: str, app: Flask, *, down: bool, die_at: int, note: Path) -> None:
    """A role: go to a revision, or die."""
    counting(partial(migrate, app, revision, down=down), die_at=die_at, note=note)


def clean(one: Nursery, url: str, path: Sequence[str], *, down: bool) -> tuple[dict[str, Standing], list[str]]:
    """How the database stands at each revision of a way when nobody dies; and what a migration changed unsaid."""
    stands, faults = [Standing.of(url)], list[str]()
    for before, after in pairwise(path):
        if one.run(partial(go, after, down=down)):
            raise RuntimeError(f"could not go to {after}")
        stands.append(Standing.of(url))
        done = changed(stands[-2].held, stands[-1].held) - meant(before if down else after, down=down)
        faults += [f"from {before} to {after} {column} changed" for column in sorted(done)]
    return {stand.revision: stand for stand in stands}, faults


def wrong(found: Standing, whole: dict[str, Standing], first: str, last: str, *, one_step: bool) -> Iterator[str]:
    """What of a database is not as at its revision."""
    expected = whole.get(found.revision)
    if expected is None or (one_step and found.revision not in {first, last}):
        yield f"it stands at {found.revision}"
    elif found.schema != expected.schema:
        yield f"at {found.revision} its schema is another"
    elif found.held != expected.held:
        yield f"at {found.revision} it holds {sorted(changed(expected.held, found.held))} otherwise"


def prepare(one: Nursery, folder: Path, revision: str) -> None:
    """Fill the database, and go down to a revision."""
    days = world.working_days(NOW.date(), 3)
    ports = {"mail": 2525, "gateway": 2526}
    filled = partial(world.build, folder / "world", owners=10, tasks=20, days=days, late=(2, 6), **ports)
    install(one.clock)
    allow(one.app, *(f"127.0.0.1:{port}" for port in ports.values()))
    if one.run(with_app(filled)) or one.run(partial(go, revision, down=True)):
        raise RuntimeError("the database could not be prepared")


def play(one: Nursery, url: str, note: Path, path: Sequence[str], kills: int, *, down: bool) -> dict[str, Any]:
    """Die at so many moments of a way, and see what is left and whether another comes to the end."""
    one_step, go_on = url.startswith("sqlite"), partial(walk, path[-1], down=down, note=note)
    databases.keep(url)
    whole, faults = clean(one, url, path, down=down)
    found_at = set[str]()
    databases.put_back(url)
    if one.run(partial(go_on, die_at=0)):
        raise RuntimeError("nobody came to the end")
    moments = int(note.read_text())
    for number in range(kills):
        die_at = 1 + number * (moments - 1) // max(kills - 1, 1)
        where = f"step {die_at} to {path[-1]}"
        databases.put_back(url)
        code = one.run(partial(go_on, die_at=die_at))
        if code != -signal.SIGKILL:
            faults.append(f"{where}: nobody died ({code})")
        left = Standing.of(url)
        found_at.add(left.revision)
        faults += [f"{where}: {fault}" for fault in wrong(left, whole, path[0], path[-1], one_step=one_step)]
        if one.run(partial(go_on, die_at=0)) or Standing.of(url) != whole[path[-1]]:
            faults.append(f"{where}: who came after did not come to the end")
    rows = sum(map(len, whole[path[-1]].held.values()))
    return {"faults": faults, "kills": kills, "statements": moments, "rows": rows, "revisions_found": len(found_at)}


def main(arguments: Sequence[str]) -> int:
    """Play it; prints what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--back", type=int, default=6)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--down", action="store_true")
    said = parser.parse_args(arguments)
    began, path = time.monotonic(), REVISIONS[-said.back - 1 :]
    one = nursery(said.url, said.folder)
    prepare(one, said.folder, path[0])
    try:
        found = play(one, said.url, said.folder / "counted", path, said.kills, down=False)
        if said.down:
            back = play(one, said.url, said.folder / "counted", path[::-1], said.kills, down=True)
            found = {**found, **{f"{name}_down": value for name, value in back.items() if name != "faults"}}
            found["faults"] += back["faults"]
    finally:
        one.end_all()
        one.run(partial(go, "head"))
        databases.forget(said.url)
    print(json.dumps({**found, "seconds": round(time.monotonic() - began, 1)}))  # noqa: T201
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
