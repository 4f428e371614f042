"""The database goes away and comes back while schedulers and workers are at it, and whoever watches the web asks on.

`python -m tests.faults.cuts URL FOLDER cut|refuse|restart --times 3 …` plays it on PostgreSQL and prints what it found
as JSON; FOLDER is empty. For restarts it has a server of its own, and URL is left alone.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.engines import Cluster, build_app, migrate
from tests.faults import databases
from tests.faults.control import Role, schedule, work
from tests.faults.leaders import nap, until
from tests.faults.shared_clock import SPEED
from tests.faults.storm import PATIENCE, Play, play

MUST_RECOVER = 60
"""Seconds of the shared clock."""
BEATS = "SELECT count(*) FROM heartbeat WHERE role IN ('scheduler', 'worker') AND at > '{}'"
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"

Away = Callable[[], None]


def cut(url: str) -> None:
    """End every connection to a database, as its administrator may."""
    with databases.server(url) as connection:
        connection.execute(CUT, (make_url(url).database,))


def refuse(url: str, seconds: float) -> None:
    """End every connection, and take no new one for a while."""
    door = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    name = sql.Identifier(str(make_url(url).database))
    with databases.server(url) as connection:
        connection.execute(door.format(name, sql.SQL("false")))
        try:
            connection.execute(CUT, (make_url(url).database,))
            time.sleep(seconds)
        finally:
            connection.execute(door.format(name, sql.SQL("true")))


def restart(cluster: Cluster, seconds: float) -> None:
    """Break the server off, and let it find itself again."""
    cluster.halt()
    time.sleep(seconds)
    cluster.begin()


def ask(folder: Path, app: Flask) -> None:
    """Ask again and again how the database is; a line for each time that the answer changes."""
    visitor, before = app.test_client(), ""
    with (folder / "asked").open("a", encoding="ascii") as file:
        while True:
            answer = visitor.get("/healthz")
            said = str((answer.get_json() or {}).get("database"))
            said = f"bad {answer.status_code}" if said == "bad" else said
            if said != before:
                file.write(f"{said}\n")
                file.flush()
                before = said
            time.sleep(0.1)


def recovered(under_way: Play, since: datetime) -> float:
    """Wait for signs of life from schedulers and workers; returns after how many seconds of their clock they came.

    What the machine itself stood still meanwhile is not counted.
    """
    began, still, shown = time.monotonic(), 0.0, BEATS.format(since.isoformat())
    while int(str(databases.execute(under_way.url, shown)[0][0])) < 2:
        if time.monotonic() - began > PATIENCE:
            raise TimeoutError("nobody came back")
        under_way.mend()
        still += nap(0.1)
    return (time.monotonic() - began - still) * SPEED


def wrongly_asked(folder: Path) -> Iterator[str]:
    """What was wrong with what the web said meanwhile."""
    said = (folder / "asked").read_text(encoding="ascii").splitlines()
    if "bad 503" not in said:
        yield "nobody who asked the web noticed"
    if set(said) - {"ok", "bad 503"}:
        yield f"the web said {said}"


def suffer(under_way: Play, away: Away, crowd: Sequence[Role], times: int) -> dict[str, Any]:
    """Days on which the database goes away in the morning, just as everybody is at work."""
    slowest = 0.0
    for day in under_way.days:
        under_way.day(day)
        for role in () if under_way.nursery.living else crowd:
            under_way.nursery.start(role)
        for _time in range(times):
            time.sleep(under_way.chance.uniform(0.5, 2.5))
            # What was on its way when it began, or could not be written down before its lease ended.
            under_way.strike(*under_way.nursery.living)
            away()
            slowest = max(slowest, recovered(under_way, under_way.nursery.clock()))
        under_way.settle()
    asked = under_way.folder / "asked"
    until(lambda: asked.read_text(encoding="ascii").endswith("ok\n"), "the web does not see that all is well again")
    found = under_way.result()
    outages = times * len(under_way.days)
    found.update(outages=outages, recovered_seconds=round(slowest, 1))
    del found["kills"]
    found["faults"] += list(wrongly_asked(under_way.folder))
    if slowest > MUST_RECOVER:
        found["faults"].append(f"it took {slowest:.0f} s to recover")
    return found


@contextmanager
def own_server() -> Iterator[tuple[str, Cluster]]:
    """A server that keeps what was committed, and a database on it with the schema."""
    folder = Path(tempfile.mkdtemp(prefix="zeren-faults-"))
    cluster = Cluster(folder, durable=True)
    try:
        with psycopg.connect(cluster.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE zeren")
        address = make_url(cluster.url).set(drivername="postgresql+psycopg", database="zeren")
        url = address.render_as_string(hide_password=False)
        instance = Path(tempfile.mkdtemp(prefix="zeren-faults-"))
        migrate(build_app(url, instance))
        shutil.rmtree(instance)
        yield url, cluster
    finally:
        cluster.stop()


def main(arguments: Sequence[str]) -> int:
    """Play one way of going away; prints what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("scene", choices=("cut", "refuse", "restart"))
    for name, default in (("times", 1), ("days", 1), ("schedulers", 2), ("workers", 2), ("owners", 20), ("tasks", 30)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seconds", type=float, default=3)
    said = parser.parse_args(arguments)
    began = time.monotonic()
    crowd: list[Role] = [*[schedule] * said.schedulers, *[work] * said.workers, partial(ask, said.folder)]

    def suffered(url: str, away: Away) -> dict[str, Any]:
        with play(url, said.folder, owners=said.owners, tasks=said.tasks, days=said.days) as under_way:
            return suffer(under_way, away, crowd, said.times)

    if said.scene == "restart":
        with own_server() as (url, cluster):
            found = suffered(url, partial(restart, cluster, said.seconds))
    else:
        away = partial(cut, said.url) if said.scene == "cut" else partial(refuse, said.url, said.seconds)
        found = suffered(said.url, away)
    print(json.dumps({**found, "seconds": round(time.monotonic() - began, 1)}, ensure_ascii=False))  # noqa: T201
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
