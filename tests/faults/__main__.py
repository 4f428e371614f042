"""The long form: storms, crashes, frozen processes and restarts on both engines. Prints the table of results.

`make test-faults` plays it; FAULT_KILLS (200) changes how many are killed, FAULT_LIVES (100) how many lives are lived,
FAULT_ENGINES on what, FAULT_TESTS (T5,T17) which of them alone. It ends with 1 if any fault was found.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from tests.engines import Cluster, build_app, migrate
from tests.faults.stages import played

KILLS = int(os.environ.get("FAULT_KILLS", "200"))
LIVES = int(os.environ.get("FAULT_LIVES", "100"))
ENGINES = os.environ.get("FAULT_ENGINES", "postgresql,sqlite").split(",")
CHOSEN = set(filter(None, os.environ.get("FAULT_TESTS", "").split(",")))
STRIKES = 40
"""Of so many kills in a storm at least one strikes whoever is sending."""
LONG = max(1800, 30 * LIVES)

Stage = Callable[[str], tuple[str, Path]]


@contextmanager
def stages(engine: str) -> Iterator[Stage]:
    """Call the result with a name for a fresh database with the schema, and a folder; all are gone at the end."""
    with tempfile.TemporaryDirectory(prefix="zeren-faults-") as place:
        root = Path(place)
        if engine == "sqlite":
            yield lambda name: _migrated(f"sqlite:///{root / name / 'zeren.sqlite3'}", root / name)
            return
        server = root / "server"
        server.mkdir()
        root.chmod(0o755)
        cluster = Cluster(server)
        try:
            yield lambda name: _migrated(_created(cluster.url, name), root / name)
        finally:
            cluster.stop()


def _created(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    address = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return address.render_as_string(hide_password=False)


def _migrated(url: str, folder: Path) -> tuple[str, Path]:
    folder.mkdir(parents=True)
    migrate(build_app(url, folder))
    return url, folder


def acts(engine: str) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """What is played on an engine: the number in the list of tests, what it is, script and arguments."""
    several = engine == "postgresql"
    crowd = ("--schedulers", "2", "--workers", "4") if several else ("--schedulers", "1", "--workers", "1")
    yield "T1", "a process dies at each named place", "crashes", ()
    much = ("--days", "3", "--owners", "60", "--tasks", "120", "--late", "4")
    kills = ("--kills", str(KILLS), "--doubts", str(KILLS // STRIKES))
    yield "T2, T3", f"a storm of {KILLS} kills", "storm", (*kills, *much, *crowd)
    yield (
        "T7",
        "ladder and delivery lived at random, with deaths and clocks that jump",
        "machine",
        ("--lives", str(LIVES)),
    )
    if several:
        yield "T4", "a frozen leader wakes", "leaders", ("leader",)
        yield "T4", "a leader frozen outside any slot wakes", "leaders", ("leader-outside",)
        yield "T4", "a frozen sender wakes", "leaders", ("sender",)
        yield "T4", "a sender frozen before it begins wakes", "leaders", ("sender-claimed",)
        yield "T5", "all connections are cut, again and again", "cuts", ("cut", "--times", "10", "--days", "2", *crowd)
        yield "T5", "the server breaks off and begins again", "cuts", ("restart", "--times", "3", "--days", "2", *crowd)
        yield "T5", "30 seconds without connections", "cuts", ("refuse", "--seconds", "30", "--days", "2", *crowd)
        yield "T6", "three schedulers and eight web processes over 24 hours", "leaders", ("day",)
        yield "T6", "the same with all jobs of the product", "leaders", ("jobs",)
        yield "T8", "a leader without its fence is caught", "leaders", ("mutant",)
    else:
        one = "one scheduler over 24 hours, killed twice in each, and a second one refused"
        yield "T6", one, "leaders", ("alone",)

    yield "T20", "a completion and a sender that begins race", "races", ("1000",)
    yield "T17", "a process dies in the middle of a migration", "migrating", ("--kills", "20", "--down")
    yield "T19", "the database may only be read", "hindered", ("read-only",)
    yield "T19", "the disk is full", "hindered", ("full",)
    if not several:
        yield "T19", "files are cut short", "hindered", ("short",)


def row(engine: str, number: str, what: str, found: dict[str, Any]) -> str:
    """A line of the table."""
    wrong = found["faults"]
    good = any("was written 2 times" in fault for fault in wrong) if number == "T8" else not wrong
    hidden = {"faults", "fell", *(() if number == "T6" else ("refused",))}
    facts = "; ".join(f"{name} {value}" for name, value in found.items() if name not in hidden)
    return f"| {number} | {engine} | {what} | {'yes' if good else 'NO: ' + '; '.join(wrong[:3])} | {facts} |"


def main() -> int:
    """Play everything; the table goes to the output, what goes wrong meanwhile to the errors."""
    there = {number for engine in ENGINES for name, *_rest in acts(engine) for number in name.split(", ")}
    if unknown := CHOSEN - there:
        print(f"FAULT_TESTS: no {sorted(unknown)} among {sorted(there)}", file=sys.stderr)  # noqa: T201
        return 2
    print("| test | engine | what | as it ought to be | counted |\n|---|---|---|---|---|")  # noqa: T201
    failed = 0
    for engine in ENGINES:
        with stages(engine) as stage:
            for place, (number, what, script, arguments) in enumerate(acts(engine)):
                if CHOSEN and not CHOSEN & set(number.split(", ")):
                    continue
                url, folder = stage(f"act{place}")
                try:
                    line = row(engine, number, what, played(script, url, folder, *arguments, seconds=LONG))
                except (RuntimeError, TimeoutError) as fault:
                    print(fault, file=sys.stderr)  # noqa: T201
                    line = f"| {number} | {engine} | {what} | NO: it did not come to its end | |"
                failed += "| NO" in line
                print(line, flush=True)  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
