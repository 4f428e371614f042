"""The record of acts: how fast it is verified, in how much memory, and what its seal costs those who write."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from typing import Any
from unittest import mock

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from bench.databases import environment_for, fresh_databases, settings_for
from bench.servers import ROOT
from bench.world import insert, load
from tracker.app import create_app
from tracker.audit import commands
from tracker.audit.models import AuditEntry
from tracker.audit.rules import Purpose, act_bytes
from tracker.audit.sealing import seal_waiting
from tracker.kernel import clock, seals
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.tasks.models import Task

ROWS = [int(rows) for rows in os.environ.get("BENCH_ROWS", "100000,1000000").split(",")]
SECONDS = int(os.environ.get("BENCH_SECONDS", "8"))
WRITERS = (1, 8)
CONSTANT = "0" * 8 + "." + "0" * 64
VARIANTS = {
    "sealed": "marks, and a sealer at work each second",
    "constant mark": "the mark a constant, no sealer",
    "plain insert": "a constant, and ids given by the INSERT itself",
}


@dataclass(frozen=True, slots=True)
class Verified:
    """One run of `flask audit verify`, in a process of its own."""

    seconds: float
    processor: float
    """Seconds that the process itself was at work, which matters where others share the machine."""
    peak_mb: float


def report(engine: str) -> None:
    """Measure on one engine and print."""
    with fresh_databases(engine) as address:
        print(f"\n{engine}, the record of acts")
        start = _verify(_filled(address("record0"), 0))
        print(f"  audit verify of nothing: {start.seconds:.1f} s, peak {start.peak_mb:.0f} MB")
        for rows in ROWS:
            found = _verify(_filled(address(f"record{rows}"), rows))
            speeds = [rows / (found.seconds - start.seconds), rows / (found.processor - start.processor)]
            said = "{:.0f} rows per s, {:.0f} per s of processor".format(*speeds)
            print(f"  audit verify of {rows}: {found.seconds:.1f} s, peak {found.peak_mb:.0f} MB, {said}")
        if engine == "postgresql":
            _report_writes(address("writes"))


def _filled(address: str, rows: int) -> str:
    """A database with so many acts, recorded and sealed as the product does it."""
    print(f"loading {rows} acts …", file=sys.stderr, flush=True)
    app = create_app(settings_for(address))
    with app.app_context():
        upgrade()
        insert(AuditEntry, acts(rows))
        began = time.perf_counter()
        seal_waiting(now=clock.now())
        if rows:
            print(f"  sealing of {rows}: {rows / (time.perf_counter() - began):.0f} rows per s")
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        db.session.remove()
        db.engine.dispose()
    return address


def acts(count: int) -> Iterator[dict[str, Any]]:
    """Acts as they are recorded, with their marks."""
    now = clock.now()
    for n in range(1, count + 1):
        values = {
            "id": n,
            "at": now - timedelta(days=80 - n % 2),
            "act": ("task.sign_off", "task.accept")[n % 2],
            "subject_kind": "task",
            "subject_id": n // 2 + 1,
            "group_id": 1,
            "account_id": 60,
            "person_id": 60,
            "actor_name": "人员60",
            "actor_capacity": "办公室主任",
            "old": {},
            "new": {"state": "issued"},
            "request_id": "",
        }
        yield values | {"mark": seals.mark(Purpose.ACT, act_bytes(values))}


def _verify(address: str) -> Verified:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "audit", "verify"],
        cwd=ROOT,
        env={**os.environ, **environment_for(address)},
        stdout=subprocess.DEVNULL,
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError("the record does not verify")
    return Verified(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _report_writes(address: str) -> None:
    app = create_app(settings_for(address))
    with app.app_context():
        upgrade()
        load(1000, now=clock.now())
        seal_waiting(now=clock.now())
        db.session.remove()
        db.engine.dispose()
    print(f"  audited writes per second (a task's row and an act), {SECONDS} s each, no waiting for the disk")
    for variant, meaning in VARIANTS.items():
        figures = "".join(f"{_writes(app, variant, writers):>9.0f}" for writers in WRITERS)
        print(f"    {variant:<14} {figures}   {meaning}")


def _writes(app: Flask, variant: str, writers: int) -> float:
    """Writes per second of so many writers together."""
    works: list[Callable[[], int]] = [partial(_write, variant, writer) for writer in range(writers)]
    if variant == "sealed":
        works.append(_keep_sealing)
    return sum(_together(app, works)) / SECONDS


def _together(app: Flask, works: Sequence[Callable[[], int]]) -> list[int]:
    """Carry out works at once, each in a process forked from this one, which has the application already."""
    fork = get_context("fork")
    start, found = fork.Barrier(len(works)), fork.SimpleQueue()

    def run(work: Callable[[], int]) -> None:
        with app.app_context():
            start.wait(timeout=60)
            found.put(work())

    processes = [fork.Process(target=run, args=(work,)) for work in works]
    for process in processes:
        process.start()
    counts = [found.get() for _ in processes]
    for process in processes:
        process.join()
    return counts


def _write(variant: str, writer: int) -> int:
    with mock.patch.multiple(commands, **_instead(variant)):
        count, until = 0, time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            count += 1
            _act(writer, count)
    return count


def _instead(variant: str) -> dict[str, Any]:
    constant = mock.Mock(mark=lambda _purpose, _data: CONSTANT)
    if variant == "sealed":
        return {"BATCH": commands.BATCH}
    return {"seals": constant} | ({"_next_id": lambda: None} if variant == "plain insert" else {})


def _act(writer: int, number: int) -> None:
    now = clock.now()
    with write_transaction() as session:
        session.execute(sa.update(Task).where(Task.id == writer + 1).values(updated_at=now))
        commands.record("task.report", "task", writer + 1, by=SYSTEM, now=now, old={"n": number - 1}, new={"n": number})


def _keep_sealing() -> int:
    until = time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        time.sleep(1)
        seal_waiting(now=clock.now())
    return 0
