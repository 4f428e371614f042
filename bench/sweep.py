"""The sweep: what it takes with many open tasks of which a tenth are due today, and what those who write notice of it.

Each measurement has a copy of the same district: the control, the sweep alone, the sweep while somebody writes.
"""

import json
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask_migrate import upgrade
from sqlalchemy.orm import configure_mappers

from bench.client import Visitor, hidden_fields
from bench.controls.reminding import seconds_to_write
from bench.databases import copied, environment_for, fresh_databases, settings_for
from bench.servers import ROOT, serving
from bench.world import HEAD, UNITS, insert, load, set_sequences
from tracker.accounts.gate import SESSION_KEY
from tracker.app import create_app
from tracker.kernel import clock
from tracker.kernel.calendar import working_days
from tracker.kernel.db import db, write_transaction
from tracker.organisation.models import MemberContact
from tracker.outbox.models import InboxItem
from tracker.reminders.models import Reminder
from tracker.reminders.rules import OPEN_BRAKE
from tracker.reminders.sweep import sweep
from tracker.tasks.models import Task

OPEN = int(os.environ.get("BENCH_OPEN", "1000000"))
DUE_SHARE = 10
"""One in so many open tasks is due today."""
SEEDED_AT_ONCE = 50_000
QUIET_WRITES = 200
RATIO_AIM, WRITE_AIM_MS, GROWTH_AIM = 3.0, 250.0, 1.2


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep took, in a process of its own, and what it wrote."""

    seconds: float
    peak_mb: float
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Written:
    """Milliseconds of single writes through the web."""

    times: list[float]

    def at(self, percent: int) -> float:
        """So many percent of them took no longer."""
        return sorted(self.times)[math.ceil(len(self.times) * percent / 100) - 1]


def report(engine: str) -> None:
    """Measure on one engine and print."""
    print(f"\n{engine}, sweep of {OPEN} open tasks, one in {DUE_SHARE} due today")
    with fresh_databases(engine) as address:
        small, _writes = _measure(address, OPEN // 10, writes=False)
        large, writes = _measure(address, OPEN, writes=True)
    grown = large.peak_mb / small.peak_mb
    print(f"  peak memory: {small.peak_mb:.0f} MB at {OPEN // 10}, {large.peak_mb:.0f} MB at {OPEN}", end="")
    print(f", {grown:.2f} × (aim {GROWTH_AIM}): {_met(grown <= GROWTH_AIM)}")
    if writes is None:
        return
    quiet, meanwhile = writes
    print(f"  web write, quiet: p50 {quiet.at(50):.0f} ms, p99 {quiet.at(99):.0f} ms ({len(quiet.times)} writes)")
    busy = meanwhile.at(99)
    print(f"  web write, meanwhile: p50 {meanwhile.at(50):.0f} ms, p99 {busy:.0f} ms ({len(meanwhile.times)} writes)")
    said = f"{busy / quiet.at(99):.2f} × quiet"
    if engine == "sqlite":
        said += f" (aim for the p99 under {WRITE_AIM_MS:.0f} ms): {_met(busy < WRITE_AIM_MS)}"
    print(f"  web write, p99: {said}")


def _measure(
    address: Callable[[str], str], tasks: int, *, writes: bool
) -> tuple[Swept, tuple[Written, Written] | None]:
    """The control, the sweep alone, and (where wanted) the sweep while somebody writes."""
    seeded = address(f"sweep{tasks}")
    now = _filled(seeded, tasks)
    plain = copied(seeded, f"control{tasks}")
    control = seconds_to_write(plain, group_id=1, day=clock.local_date(now), now=now)
    alone = copied(seeded, f"alone{tasks}")
    with Sweeper(alone, now) as sweeping:
        swept = sweeping.go()
    _same_rows(plain, alone)
    ratio, messages = swept.seconds / control, swept.counts["reminders"]
    print(f"  sweep of {tasks}: {swept.seconds:.2f} s for {messages} messages; the control {control:.2f} s", end="")
    print(f"; {ratio:.2f} × (aim {RATIO_AIM:.0f}): {_met(ratio <= RATIO_AIM)}")
    return swept, _meanwhile(seeded, now) if writes else None


def _filled(address: str, tasks: int) -> datetime:
    """A district with so many open tasks, and the moment at which it is swept: a forenoon on which offices work."""
    print(f"loading {tasks} open tasks …", file=sys.stderr, flush=True)
    app = create_app(settings_for(address))
    with app.app_context():
        upgrade()
        load(1, now=clock.now())
        day = working_days().on_or_before(clock.today())
        started = clock.today() - timedelta(days=400)
        contact = {"role": "deputy_in_charge", "starts_on": started}
        insert(
            MemberContact,
            [contact | {"id": UNITS + n, "member_unit_id": n, "person_id": UNITS + n} for n in range(1, UNITS + 1)],
        )
        _seed(tasks, day)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        db.session.remove()
        db.engine.dispose()
    return datetime.combine(day, hour(2), UTC)


def _seed(tasks: int, day: date) -> None:
    """Open tasks after the model of the one that is there, one in ten due on the day and the others later."""
    with write_transaction() as session:
        later = day + timedelta(days=60)
        session.execute(sa.update(Task).values(due_on=later, first_due_on=later, sort_on=later))
    days = [(n, day if n % DUE_SHARE == 0 else day + timedelta(days=60 + n)) for n in range(30 * DUE_SHARE)]
    dates = sa.values(sa.column("place", sa.Integer), sa.column("day", sa.Date), name="dates").data(days).cte()
    for first in range(2, tasks + 2, SEEDED_AT_ONCE):
        number = sa.select(sa.literal(first).label("n")).cte("numbers", recursive=True)
        last = min(first + SEEDED_AT_ONCE, tasks + 2) - 1
        number = number.union_all(sa.select(number.c.n + 1).where(number.c.n < last))
        lead = (number.c.n / sa.literal(DUE_SHARE)).cast(sa.Integer) % (UNITS - 1) + 1
        changed = {
            "id": number.c.n,
            "number": sa.cast(number.c.n, sa.String),
            "lead_unit_id": lead,
            # Somebody of the lead unit, its head or a deputy, as the world gives posts.
            "owner_id": lead + UNITS * (number.c.n / sa.literal(DUE_SHARE * UNITS)).cast(sa.Integer) % 2,
        } | dict.fromkeys(("due_on", "first_due_on", "sort_on"), dates.c.day)
        columns = list(Task.__table__.c)
        rows = (
            sa.select(*(changed.get(column.name, column) for column in columns))
            .select_from(number)
            .join(dates, dates.c.place == number.c.n % len(days))
            .join(Task, Task.id == 1)
        )
        with write_transaction() as session:
            session.execute(sa.insert(Task).from_select([column.name for column in columns], rows))
    set_sequences()


def _same_rows(*addresses: str) -> None:
    """The control is one only if it wrote what the sweep writes."""
    found = []
    for address in addresses:
        app = create_app(settings_for(address))
        with app.app_context():
            key = (Reminder.rung, Reminder.state, Reminder.audience, Reminder.recipient_id)
            reminders = sa.select(*key, sa.func.count(), sa.func.sum(Reminder.subject_id)).group_by(*key).order_by(*key)
            told = (InboxItem.recipient_id, InboxItem.kind)
            messages = sa.select(*told, sa.func.count(), sa.func.max(InboxItem.key)).group_by(*told).order_by(*told)
            found.append([[tuple(row) for row in db.session.execute(query)] for query in (reminders, messages)])
            db.session.remove()
            db.engine.dispose()
    if found[0] != found[1] or not found[0][1]:
        raise RuntimeError("the control and the sweep wrote different rows")


class Sweeper:
    """A process that is ready to sweep, and does so when it is told."""

    def __init__(self, address: str, now: datetime) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.sweep", now.isoformat()],
            cwd=ROOT,
            env={**os.environ, **environment_for(address)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        self._said()
        return self

    def __exit__(self, *_fault: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=20)

    def go(self) -> Swept:
        """Let it sweep, and wait until it has."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        swept = Swept(**json.loads(self._said()))
        if swept.counts["failed"]:
            raise RuntimeError("a part of the sweep failed")
        return swept

    def _said(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the sweeping process ended by itself")
        return line


def _meanwhile(address: str, now: datetime) -> tuple[Written, Written]:
    """Writes through the web while nothing else happens, and while it is swept."""
    cookie = _cookie(create_app(settings_for(address)))
    with serving("wsgi:app", environment_for(address)) as server, Sweeper(address, now) as sweeping:
        visitor = Visitor(server.port, cookie)
        for _warm in range(5):
            _write(visitor)
        quiet = Written([_write(visitor) for _ in range(QUIET_WRITES)])
        times: list[float] = []
        swept = threading.Event()
        fault: list[Exception] = []

        def keep_writing() -> None:
            try:
                while not swept.is_set():
                    times.append(_write(visitor))
            except Exception as error:  # noqa: BLE001 - raised again by whoever waits for this thread
                fault.append(error)

        writer = threading.Thread(target=keep_writing)
        writer.start()
        try:
            sweeping.go()
        finally:
            swept.set()
            writer.join()
    if fault:
        raise fault[0]
    return quiet, Written(times)


def _write(visitor: Visitor) -> float:
    """Write a new draft; only the sending of it is timed, not the opening of its form."""
    path = "/groups/1/drafts/new"
    fields = hidden_fields(visitor.get(path), path) | {
        "title": "补齐功能教室",
        "timing": "once",
        "lead_unit": str(HEAD),
    }
    began = time.perf_counter()
    visitor.post(path, fields)
    return (time.perf_counter() - began) * 1000


def _cookie(app: Flask) -> str:
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({SESSION_KEY: 'bench-office'})}"


def _peak_mb() -> float:
    """The most memory that this process ever had; what started it does not count."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _met(met: bool) -> str:
    return "met" if met else "not met"


def work(app: Flask, now: datetime) -> None:
    """The sweeping process: say that it is ready, wait, sweep, and say what it took."""
    with app.app_context():
        # A scheduler has run since long when a sweep is due; what its first statement costs is no part of one.
        configure_mappers()
        db.session.execute(sa.select(1))
        db.session.rollback()
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.perf_counter()
        counts = sweep(now=now, brake=OPEN_BRAKE)
        print(json.dumps(asdict(Swept(time.perf_counter() - began, _peak_mb(), counts))), flush=True)


if __name__ == "__main__":
    work(create_app(), datetime.fromisoformat(sys.argv[1]))
