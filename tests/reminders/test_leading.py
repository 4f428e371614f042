"""One scheduler leads, others stand by; on SQLite there are no others."""

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.clock import NOW
from tracker.kernel import leases
from tracker.kernel.db import db
from tracker.kernel.errors import Stale
from tracker.kernel.leases import TTL, Term, acquire, lease_of, release, renew
from tracker.kernel.processes import own_name
from tracker.reminders import scheduler
from tracker.reminders.leading import LEASE, Leadership


class DatabaseClock:
    """What the database says it is, when told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def database_clock(session: Session, monkeypatch: pytest.MonkeyPatch) -> DatabaseClock:
    """A still clock of the database's."""
    clock = DatabaseClock()
    monkeypatch.setattr(leases, "database_now", clock)
    return clock


def _acquired(holder: str) -> Term:
    term = acquire(LEASE, holder)
    assert term is not None
    return term


def test_of_two_one_leads_until_its_lease_runs_out(database_clock: DatabaseClock) -> None:
    first = _acquired("a:1")
    assert acquire(LEASE, "b:1") is None
    database_clock.now += TTL - timedelta(seconds=1)
    assert acquire(LEASE, "b:1") is None
    database_clock.now += timedelta(seconds=1)
    second = _acquired("b:1")
    assert second.epoch == first.epoch + 1
    assert (renew(first), renew(second)) == (False, True)


def test_renewing_puts_off_the_end(database_clock: DatabaseClock) -> None:
    term = _acquired("a:1")
    database_clock.now += timedelta(seconds=20)
    assert renew(term)
    database_clock.now += timedelta(seconds=20)
    assert acquire(LEASE, "b:1") is None


def test_who_lays_the_lead_down_is_followed_at_once_and_writes_no_more(database_clock: DatabaseClock) -> None:
    term = _acquired("a:1")
    release(term)
    assert not term.holds()
    assert acquire(LEASE, "b:1") is not None


def test_of_many_who_reach_for_a_free_lead_one_gets_it(app: Flask, session: Session) -> None:
    start, found = threading.Barrier(4), list[Term | None]()

    def reach(number: int) -> None:
        with app.app_context():
            start.wait(timeout=20)
            found.append(acquire(LEASE, f"host:{number}"))
            db.session.remove()

    session.rollback()
    threads = [threading.Thread(target=reach, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(found) == 4
    assert len([term for term in found if term is not None]) == 1


def test_the_database_has_a_clock(session: Session) -> None:
    first, second = leases.database_now(), leases.database_now()
    assert first.tzinfo is not None
    assert timedelta() <= second - first < timedelta(seconds=10)


def test_a_second_scheduler_stands_by_or_on_sqlite_is_refused(
    session: Session, database_clock: DatabaseClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Leadership("other-host:1"), Leadership("third-host:1")
    first.begin()
    assert first.current() is not None
    if session.get_bind().dialect.name == "sqlite":
        with pytest.raises(Stale, match="other-host:1 正在运行"):
            second.begin()
        return
    second.begin()
    assert second.current() is None
    database_clock.now += TTL
    second.keep()
    assert second.current() is not None
    first.keep()
    assert first.current() is None


def test_one_that_was_killed_is_followed_at_once_on_its_machine(database_clock: DatabaseClock) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    host = own_name().rpartition(":")[0]
    dead = _acquired(f"{host}:{gone.pid}")
    after = Leadership(own_name())
    after.begin()
    term = after.current()
    assert term is not None
    assert term.epoch == dead.epoch + 1


def test_who_could_not_renew_in_time_believes_no_longer_that_it_leads(
    database_clock: DatabaseClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    leadership, passed = Leadership("a:1"), [0.0]
    monkeypatch.setattr("tracker.reminders.leading.time.monotonic", lambda: passed[0])
    leadership.begin()
    passed[0] = TTL.total_seconds() - 0.1
    assert leadership.current() is not None
    passed[0] = TTL.total_seconds()
    assert leadership.current() is None
    leadership.keep()
    assert leadership.current() is not None


def test_a_scheduler_that_stops_leaves_the_lead_free(session: Session, database_clock: DatabaseClock) -> None:
    leadership = Leadership("a:1")
    leadership.begin()
    leadership.lay_down()
    leadership.lay_down()
    lease = lease_of(LEASE)
    assert lease is not None
    assert (lease.holder, leadership.current()) == ("", None)
    session.rollback()
    assert acquire(LEASE, "b:1") is not None


def test_a_scheduler_that_is_told_twice_to_stop_stops_once_and_leaves_the_lead_free(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C reaches it from the terminal, and again from who started it."""
    handlers: dict[int, Any] = {}
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    started = threading.Event()
    monkeypatch.setattr(scheduler, "tick", lambda _term, **_at: started.set())
    for work in ("seal_waiting", "seal_letters"):
        monkeypatch.setattr(scheduler, work, lambda **_at: None)
    with ThreadPoolExecutor() as pool:
        run = pool.submit(scheduler.run_scheduler, app)
        assert started.wait(30)
        for _time in range(2):
            handlers[signal.SIGINT](signal.SIGINT, None)
        run.result(30)
    lease = lease_of(LEASE)
    assert lease is not None
    assert lease.holder == ""
