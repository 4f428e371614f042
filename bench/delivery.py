"""Deliveries: how long a digest takes to plan and to write, and how many a second one worker sends and four do."""

import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from bench.databases import environment_for, fresh_databases
from bench.world import FIRST_FREE, UNITS, insert, load, set_sequences
from config import ROOT, Settings
from tests.outbox.servers import HOST, MailServer, make_authority
from tracker.accounts.models import Account
from tracker.app import create_app
from tracker.delivery import commands
from tracker.delivery.commands import EndpointFacts
from tracker.delivery.courier import Courier
from tracker.delivery.models import ChannelEndpoint, Delivery
from tracker.delivery.planning import plan_deliveries
from tracker.delivery.rendering import write_digest
from tracker.delivery.rules import DeliveryState, EndpointKind
from tracker.kernel.actor import SYSTEM
from tracker.kernel.clock import set_source
from tracker.kernel.db import db, write_transaction
from tracker.organisation.models import Appointment, Person, Post
from tracker.outbox.models import InboxItem

READERS = int(os.environ.get("BENCH_READERS", "1000"))
MESSAGES = 5
"""In one digest."""
WRITTEN = 100
LEADING = UNITS - 1
"""So many units lead tasks."""
READY = "ready\n"
NOON = datetime(2026, 3, 18, 4, tzinfo=UTC)
"""A working day, at an hour when messages go out."""


def report(engine: str) -> None:
    """Measure on one engine and print."""
    print(f"\n{engine}, {READERS} digests of {MESSAGES} messages, mail over TLS on loopback")
    set_source(lambda: NOON)
    try:
        with tempfile.TemporaryDirectory(prefix="zeren-bench-mail-") as folder, fresh_databases(engine) as address:
            for workers in (1,) if engine == "sqlite" else (1, 4):
                _report(address(f"delivery{workers}"), workers, Path(folder))
    finally:
        set_source(None)


def _report(address: str, workers: int, folder: Path) -> None:
    authority = make_authority(folder)
    with MailServer(authority) as server:
        environment = {
            **environment_for(address),
            "ZEREN_OUTBOUND": f"{HOST}:{server.port}",
            "ZEREN_OUTBOUND_CA": str(authority.ca),
        }
        app = create_app(Settings.from_environment(environment))
        with app.app_context():
            upgrade()
            load(MESSAGES * LEADING, now=NOON)
            _readers(server.port)
            planned = _timed(lambda: plan_deliveries(NOON))
            if workers == 1:
                print(f"  plan: {planned:.2f} s, {1000 * planned / READERS:.2f} ms a digest")
                print(f"  write: {1000 * _writing():.1f} ms a digest")
            db.session.remove()
            db.engine.dispose()
        seconds = _send(environment, workers)
        sent = len(server.receipts.rows)
        if sent != READERS:
            raise RuntimeError(f"{sent} of {READERS} were sent")
        print(f"  send, {workers} worker{'s' if workers > 1 else ''}: {sent / seconds:.0f} a second")


def _timed(work: object) -> float:
    begun = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - begun


def _writing() -> float:
    """Seconds to write one digest, from the rows to its words."""
    ids = db.session.scalars(sa.select(Delivery.id).order_by(Delivery.id).limit(WRITTEN)).all()
    begun = time.perf_counter()
    for delivery_id in ids:
        frozen = write_digest(delivery_id, now=NOON).frozen
        assert frozen is not None
        assert len(frozen.included) == MESSAGES, "a reader may not see what the message is about"
        db.session.rollback()
    return (time.perf_counter() - begun) / len(ids)


def _readers(port: int) -> None:
    """People in units, with accounts, addresses and unread messages about their units' tasks, and a mail server."""
    numbers = range(FIRST_FREE, FIRST_FREE + READERS)
    insert(
        Person,
        [
            {
                "id": n,
                "region_id": 1,
                "name": f"读者{n}",
                "phone": "",
                "email": f"reader{n}@example.gov.cn",
                "pinyin": f"dz{n}",
                "initials": f"d{n}",
                "version": 1,
            }
            for n in numbers
        ],
    )
    units = {n: (n - FIRST_FREE) % LEADING + 1 for n in numbers}
    insert(Post, [{"id": n, "unit_id": units[n], "rank": "deputy", "title": f"第{n}副局长"} for n in numbers])
    dated = {"starts_on": NOON.date() - timedelta(days=400), "ends_on": None, "instrument": "", "presiding": False}
    insert(Appointment, [{"id": n, "person_id": n, "post_id": n} | dated for n in numbers])
    plain = {"password_hash": "-", "must_change": False, "active": True, "language": "zh", "theme": "auto"}
    insert(
        Account,
        [
            plain | {"id": n, "person_id": n, "login": f"r{n}", "large_text": False, "created_at": NOON, "version": 1}
            for n in numbers
        ],
    )
    insert(
        InboxItem,
        [
            {
                "id": n * MESSAGES + k,
                "recipient_id": n,
                "kind": "task.issued",
                "params": {"title": f"落实事项{k}", "unit": "单位", "due_on": "2026-04-17"},
                "subject_kind": "task",
                # As bench.world gives tasks to units, in turn.
                "subject_id": k * LEADING + units[n],
                "group_id": 1,
                "key": f"k{k}",
                "created_at": NOON - timedelta(hours=1),
                "channels": "mail",
                "urgency": 0,
            }
            for n in numbers
            for k in range(MESSAGES)
        ],
    )
    set_sequences()
    with write_transaction():
        facts = EndpointFacts("邮件", host=HOST, port=port, encryption="starttls", sender="zeren@example.gov.cn")
        commands.add_endpoint(EndpointKind.MAIL, facts, group=None, by=SYSTEM, now=NOON)


def _send(environment: dict[str, str], workers: int) -> float:
    """Seconds until nothing waits any more, with so many processes that begin when all of them are ready."""
    command = [sys.executable, "-m", "bench.delivery"]
    running = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _worker in range(workers)
    ]
    for process in running:
        assert process.stdout is not None
        if process.stdout.readline() != READY:
            raise RuntimeError("a worker ended before it began")
    begun = time.monotonic()
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        if process.wait():
            raise RuntimeError("a worker fell")
    return time.monotonic() - begun


def work(app: Flask) -> None:
    """One worker's process: send until nothing waits that may go out; begins when it is told."""
    with app.app_context():
        db.session.execute(sa.select(1))
        db.session.rollback()
        courier = Courier(f"bench:{os.getpid()}", lambda: NOON)
        # The clock stands: what was put off, or whose endpoint is left alone, never comes to its turn.
        waits = (
            sa.select(sa.func.count())
            .select_from(Delivery)
            .join(ChannelEndpoint, ChannelEndpoint.id == Delivery.endpoint_id)
            .where(
                Delivery.state == DeliveryState.PENDING,
                Delivery.next_attempt_at <= NOON,
                sa.or_(ChannelEndpoint.blocked_until.is_(None), ChannelEndpoint.blocked_until <= NOON),
            )
        )
        sys.stdout.write(READY)
        sys.stdout.flush()
        sys.stdin.readline()
        while courier.work() or db.session.scalar(waits):
            db.session.rollback()


if __name__ == "__main__":
    set_source(lambda: NOON)
    work(create_app())
