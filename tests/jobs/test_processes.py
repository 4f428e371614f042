"""Real processes: killed, told to stop, one too many on SQLite; and two who reach for one job."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT
from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.engines import Database
from tests.jobs.kinds import again, asked
from tracker.jobs import queries, worker
from tracker.jobs.running import Shift
from tracker.jobs.worker import enrol, give_sign
from tracker.kernel import clock as kernel_clock
from tracker.kernel import jobs
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Stale
from tracker.kernel.jobs import LEASE, Heartbeat, JobState, beat, folder_of

PATIENCE = 60
Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def start(database: Database, app: Flask, tmp_path: Path) -> Iterator[Start]:
    """Start workers on the test's database; whatever still runs at the end is killed."""
    kernel_clock.set_source(None)
    instance: Path = app.extensions["settings"].instance_dir
    begun: list[subprocess.Popen[str]] = []

    def one() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.jobs.process", database.url, str(instance)]
        begun.append(subprocess.Popen(command, cwd=ROOT, text=True, stderr=subprocess.PIPE))
        return begun[-1]

    yield one
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
        db.session.rollback()


# A process takes seconds to start: each of these two stories goes on with the worker that it ended with.
def test_a_killed_worker_loses_nothing_and_one_that_is_told_to_stop_gives_its_job_back(
    cast: Cast, start: Start
) -> None:
    job = asked(cast)
    first = start()
    _until(lambda: again(job).done >= 2)
    first.kill()
    first.wait()
    assert again(job).state is JobState.RUNNING
    folder = folder_of(again(job).folder)
    (folder.parent / "hurry").touch()
    try:
        second = start()
        _until(lambda: again(job).state is JobState.FINISHED)
    finally:
        (folder.parent / "hurry").unlink()
    assert (again(job).attempts, again(job).result_name) == (2, "慢.zip")
    assert [path.name for path in folder.iterdir()] == [again(job).result_sha256]

    late = asked(cast, title="乙")
    _until(lambda: again(late).done >= 1)
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=PATIENCE) == 0
    assert (again(late).state, again(late).attempts) == (JobState.WAITING, 0)
    assert db.session.get(Heartbeat, "worker") is None


@pytest.mark.sqlite
def test_on_sqlite_a_second_worker_is_refused_and_one_that_finds_another_in_its_place_ends(
    cast: Cast, start: Start
) -> None:
    first = start()
    _until(lambda: queries.worker_lives(now=kernel_clock.now()))
    second = start()
    assert second.wait(timeout=PATIENCE) == 1
    assert "SQLite 上只能运行一个后台进程" in (second.stderr.read() if second.stderr else "")
    assert first.poll() is None

    with write_transaction():
        beat("worker", holder="other-host:1", now=kernel_clock.now())
    assert first.wait(timeout=PATIENCE) == 1
    assert "other-host:1 正在运行" in (first.stderr.read() if first.stderr else "")
    assert db.session.get_one(Heartbeat, "worker").holder == "other-host:1"


def test_of_two_workers_of_which_one_was_silent_the_later_stays(app: Flask, cast: Cast, clock: Clock) -> None:
    first, second = Shift("other-host:1"), Shift("third-host:1")
    enrol(first.holder)
    clock.advance(timedelta(seconds=31))
    enrol(second.holder)
    job = asked(cast)
    if db.session.get_bind().dialect.name == "postgresql":
        give_sign(first)
        assert db.session.get_one(Heartbeat, "worker").holder == first.holder
        return
    for act in (give_sign, partial(worker._turn, app)):
        with pytest.raises(Stale, match="third-host:1 正在运行"):
            act(first)
    assert again(job).state is JobState.WAITING
    give_sign(second)
    clock.advance(timedelta(seconds=30))
    give_sign(first)
    assert db.session.get_one(Heartbeat, "worker").holder == first.holder


@pytest.mark.sqlite
def test_signs_of_life_are_the_last_where_another_took_the_place(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol("other-host:1")
    over, displaced = threading.Event(), list[worker.Displaced]()
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.01)
    worker._give_signs(app, Shift("third-host:1"), over, displaced)
    assert (over.is_set(), len(displaced)) == (True, 1)


def test_one_more_worker_is_welcome_on_postgresql_alone(cast: Cast, clock: Clock) -> None:
    enrol("other-host:1")
    if db.session.get_bind().dialect.name == "postgresql":
        enrol("third-host:1")
        assert db.session.get_one(Heartbeat, "worker").holder == "third-host:1"
        return
    with pytest.raises(Stale, match="只能运行一个"):
        enrol("third-host:1")
    clock.advance(timedelta(seconds=31))
    enrol("third-host:1")
    assert db.session.get_one(Heartbeat, "worker").holder == "third-host:1"


def test_a_sign_of_life_prolongs_the_lease_of_what_is_held(cast: Cast, clock: Clock) -> None:
    job = asked(cast)
    with write_transaction():
        held = jobs.claim(holder="here:1")
    clock.advance(timedelta(seconds=40))
    give_sign(Shift("here:1", claim=held))
    assert again(job).lease_until == NOW + timedelta(seconds=40) + LEASE
    assert queries.worker_lives(now=clock.now + timedelta(seconds=59))
    assert not queries.worker_lives(now=clock.now + timedelta(seconds=60))


@pytest.mark.postgres
def test_two_who_reach_for_one_job_do_not_both_get_it(app: Flask, cast: Cast) -> None:
    wanted = [asked(cast, title=str(number)).id for number in range(20)]
    db.session.rollback()
    start, found = threading.Barrier(4), list[int]()

    def reach(number: int) -> None:
        with app.app_context():
            start.wait(timeout=20)
            while True:
                with write_transaction():
                    got = jobs.claim(holder=f"host:{number}")
                    time.sleep(0.002)
                if got is None:
                    break
                found.append(got.job_id)
            db.session.remove()

    threads = [threading.Thread(target=reach, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(found) == sorted(wanted)


@pytest.mark.postgres
def test_whoever_asks_while_a_job_is_held_passes_it_by(app: Flask, cast: Cast) -> None:
    first, second = asked(cast), asked(cast, title="乙")
    db.session.rollback()
    taken: list[int] = []

    def take() -> None:
        with app.app_context(), write_transaction():
            got = jobs.claim(holder="other:1")
            taken.append(got.job_id if got else 0)

    with write_transaction():
        held = jobs.claim(holder="here:1")
        thread = threading.Thread(target=take)
        thread.start()
        thread.join(timeout=20)
    assert held is not None
    assert (held.job_id, taken) == (first.id, [second.id])
