"""Each slot of each job runs once, whoever leads, and missed ones are made up for."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW, Clock
from tests.reminders.worlds import running_task
from tracker.kernel import leases
from tracker.kernel.actor import SYSTEM
from tracker.kernel.clock import machine_now
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Stale
from tracker.kernel.jobs import Heartbeat, JobRun, RunState
from tracker.kernel.leases import Term, TermOver
from tracker.outbox.models import InboxItem
from tracker.reminders import commands, ticks
from tracker.reminders.jobs import JOBS, Job, all_jobs, latest_slot, slot_name
from tracker.reminders.leading import LEASE
from tracker.reminders.scheduler import Every, hasten
from tracker.reminders.ticks import run_by_hand, try_out

SLOT = "2026-03-18T08:00"
DATABASE = Clock()


@pytest.fixture
def term(session: Session) -> Term:
    """A scheduler that leads."""
    return _lead("a")


@pytest.fixture(autouse=True)
def _database_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's clock stands where the last tick found it."""
    DATABASE.set(NOW)
    monkeypatch.setattr(leases, "database_now", lambda: DATABASE.now)


def tick(term: Term, *, now: datetime) -> None:
    """A tick, on a machine whose clock and the database's are one."""
    DATABASE.set(now)
    ticks.tick(term, now=now)


def _lead(holder: str) -> Term:
    """Lead, whoever led before."""
    term = leases.acquire(LEASE, holder, succeeding=leases.lease_of(LEASE))
    assert term is not None
    return term


def _known(monkeypatch: pytest.MonkeyPatch, run: Callable[..., Mapping[str, Any]]) -> Job:
    job = Job("count", JOBS[0].at, run)
    monkeypatch.setattr(ticks, "all_jobs", lambda: (job,))
    return job


def _at_hand() -> Job:
    """The job that a test made known."""
    job: Job = vars(ticks)["all_jobs"]()[0]
    return job


def _counting(monkeypatch: pytest.MonkeyPatch, *, fails: int = 0) -> list[datetime]:
    ran: list[datetime] = []

    def run(*, now: datetime, step: object) -> dict[str, int]:
        ran.append(now)
        if len(ran) <= fails:
            raise RuntimeError("broken")
        return {"done": 1}

    _known(monkeypatch, run)
    return ran


def _left_running(session: Session, *, epoch: int, holder: str) -> None:
    with write_transaction():
        session.add(
            JobRun(
                job="count",
                slot=SLOT,
                state=RunState.RUNNING,
                started_at=NOW,
                counts={},
                epoch=epoch,
                holder=holder,
            )
        )


def test_a_slot_runs_once(session: Session, term: Term, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = _counting(monkeypatch)
    tick(term, now=NOW)
    tick(_lead("b"), now=NOW + timedelta(seconds=20))
    assert ran == [NOW]
    row = session.scalars(sa.select(JobRun)).one()
    assert (row.slot, row.holder, row.epoch) == (SLOT, "a", term.epoch)


def test_the_next_slot_runs_when_its_time_comes(term: Term, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = _counting(monkeypatch)
    tick(term, now=NOW)
    tick(term, now=NOW + timedelta(hours=4))
    assert len(ran) == 2


def test_after_three_days_off_the_latest_slot_makes_up_for_all(term: Term, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = _counting(monkeypatch)
    tick(term, now=NOW)
    later = NOW + timedelta(days=3)
    tick(term, now=later)
    # So long a gap may as well be a wrong clock: an administrator says which.
    assert len(ran) == 1
    with write_transaction():
        commands.confirm_clock(reason="机房停电检修。", by=SYSTEM, now=later)
    tick(term, now=later)
    assert len(ran) == 2


def test_a_slot_that_failed_is_run_again_and_its_error_stands_in_its_row(
    session: Session, term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = _counting(monkeypatch, fails=1)
    tick(term, now=NOW)
    row = session.scalars(sa.select(JobRun)).one()
    assert (row.state, "broken" in row.error) == (RunState.FAILED, True)
    session.rollback()
    tick(term, now=NOW + timedelta(seconds=20))
    assert len(ran) == 2
    row = session.scalars(sa.select(JobRun)).one()
    assert (row.state, row.error) == (RunState.FINISHED, "")


def test_a_slot_of_a_former_leader_is_taken_up_at_once(
    session: Session, term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = _counting(monkeypatch)
    _left_running(session, epoch=term.epoch, holder="a")
    later = _lead("b")
    tick(later, now=NOW)
    assert ran == [NOW]
    assert session.scalars(sa.select(JobRun)).one().epoch == later.epoch


def test_a_slot_that_is_run_by_hand_elsewhere_is_left_alone_for_an_hour(
    session: Session, term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = _counting(monkeypatch)
    _left_running(session, epoch=0, holder="other-host:1")
    tick(term, now=NOW + timedelta(minutes=60))
    assert ran == []
    tick(term, now=NOW + timedelta(minutes=61))
    assert len(ran) == 1


def test_who_no_longer_leads_writes_nothing_and_the_slot_is_the_next_ones(
    session: Session, term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrote: list[str] = []

    def run(*, now: datetime, step: Callable[[], Any]) -> dict[str, int]:
        with step():
            wrote.append("first")
        if len(wrote) == 1:
            _lead("b")
        with step() as writing:
            writing.add(Heartbeat(role="probe", holder="x", at=now))
            wrote.append("second")
        return {}

    _known(monkeypatch, run)
    with pytest.raises(TermOver):
        tick(term, now=NOW)
    row = session.get_one(JobRun, ("count", SLOT))
    assert (row.state, row.cursor, session.get(Heartbeat, "probe")) == (RunState.RUNNING, 1, None)
    session.rollback()
    tick(_lead("c"), now=NOW)
    row = session.get_one(JobRun, ("count", SLOT), populate_existing=True)
    assert (row.state, row.cursor, row.holder) == (RunState.FINISHED, 2, "c")
    assert session.get_one(Heartbeat, "probe").holder == "x"


@pytest.mark.postgres
def test_a_term_that_ends_in_the_middle_of_a_step_takes_the_step_back(app: Flask, session: Session, term: Term) -> None:
    def overtaken() -> None:
        with term.step() as writing:
            writing.add(Heartbeat(role="probe", holder="x", at=NOW))
            writing.flush()
            with app.app_context():
                _lead("b")

    with pytest.raises(TermOver):
        overtaken()
    assert session.get(Heartbeat, "probe") is None


def test_every_tick_is_a_sign_of_life(session: Session, term: Term, monkeypatch: pytest.MonkeyPatch) -> None:
    _counting(monkeypatch)
    tick(term, now=NOW)
    tick(_lead("b"), now=NOW + timedelta(seconds=20))
    beat = session.get_one(Heartbeat, "scheduler")
    assert (beat.holder, beat.at) == ("b", NOW + timedelta(seconds=20))


def test_a_slot_runs_again_by_hand_though_it_was_done(
    session: Session, term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = _counting(monkeypatch)
    tick(term, now=NOW)
    assert run_by_hand(_at_hand(), SLOT, holder="shell:1", now=NOW) == ({"done": 1}, "")
    assert len(ran) == 2
    row = session.get_one(JobRun, ("count", SLOT))
    assert (row.holder, row.epoch, row.state) == ("shell:1", 0, RunState.FINISHED)


def test_a_slot_that_the_leader_is_at_is_not_run_by_hand(
    session: Session, term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = _counting(monkeypatch)
    _left_running(session, epoch=term.epoch, holder="a")
    with pytest.raises(Stale, match="正在由别的进程处理"):
        run_by_hand(_at_hand(), SLOT, holder="shell:1", now=NOW)
    monkeypatch.setattr(leases, "database_now", lambda: NOW + leases.TTL)
    run_by_hand(_at_hand(), SLOT, holder="shell:1", now=NOW)
    assert len(ran) == 1


def test_what_is_tried_out_is_counted_and_not_written(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=NOW.date(), owner="finance_staff")
    assert try_out(JOBS[0], now=NOW)["reminders"] == 2
    assert session.scalar(sa.select(sa.func.count()).select_from(InboxItem)) == 0
    with_result = JOBS[0].run(now=NOW)
    assert with_result["reminders"] == 2


def test_the_shell_runs_a_job_and_says_how_all_stand(app: Flask, cast: Cast, clock: Clock) -> None:
    runner = app.test_cli_runner()
    with write_transaction():
        running_task(cast, due_on=NOW.date(), owner="finance_staff")
    assert "reminders 2" in runner.invoke(args=["jobs", "run", "sweep", "--dry-run"]).output
    assert "不能试运行" in runner.invoke(args=["jobs", "run", "seal_record", "--dry-run"]).output
    assert "reminders 2" in runner.invoke(args=["jobs", "run", "sweep", "--slot", SLOT]).output
    said = runner.invoke(args=["jobs", "status"]).output
    assert f"sweep {SLOT}: finished" in said
    assert "succeed 2026-03-18T09:20: 尚未运行" in said


def test_while_the_clock_is_in_doubt_jobs_wait_also_by_hand_but_those_that_may_not(
    term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = _counting(monkeypatch)
    watch = replace(_at_hand(), name="watch", in_doubt=True)
    both = (_at_hand(), watch)
    monkeypatch.setattr(ticks, "all_jobs", lambda: both)
    tick(term, now=NOW)
    assert len(ran) == 2
    tick(term, now=NOW + timedelta(days=365))
    assert len(ran) == 3
    with pytest.raises(Stale, match="系统时间可疑"):
        run_by_hand(_at_hand(), SLOT, holder="shell:1", now=DATABASE.now)
    run_by_hand(watch, SLOT, holder="shell:1", now=DATABASE.now)
    assert len(ran) == 4


def test_what_may_run_in_doubt_is_known(app: Flask) -> None:
    assert [job.name for job in all_jobs() if job.in_doubt] == ["seal_record", "watch"]


def test_a_clock_that_the_scheduler_reckons_by_may_be_set_back() -> None:
    ahead = machine_now() + timedelta(days=1)
    keeper = BackgroundScheduler()
    jobs = [keeper.add_job(bool, Every(20), next_run_time=ahead) for _ in range(2)]
    keeper.start(paused=True)
    soon = machine_now() + timedelta(seconds=15)
    jobs[1].modify(next_run_time=soon)
    hasten(keeper)
    assert jobs[0].next_run_time <= machine_now()
    assert jobs[1].next_run_time == soon
    keeper.shutdown()


def test_a_year_that_a_clock_jumps_is_one_time_missed_and_not_a_million() -> None:
    keeper, later = BackgroundScheduler(), machine_now() + timedelta(days=365)
    job = keeper.add_job(bool, Every(20), next_run_time=machine_now())
    keeper.start(paused=True)
    assert len(job._get_run_times(later)) == 1
    keeper.shutdown()


def test_the_latest_slot_is_named_by_day_and_minute() -> None:
    moment = latest_slot(JOBS[0], NOW)
    assert moment is not None
    assert slot_name(moment) == SLOT


def test_a_run_by_hand_whose_process_died_on_this_machine_is_taken_up_at_once(
    session: Session, term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = _counting(monkeypatch)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    _left_running(session, epoch=0, holder=f"{os.uname().nodename}:{gone.pid}")
    tick(term, now=NOW)
    assert ran == [NOW]
