"""Each slot of each job runs once, whoever ticks, and missed ones are made up for."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.clock import NOW
from tracker.kernel.db import write_transaction
from tracker.kernel.jobs import Heartbeat, JobRun, RunState
from tracker.reminders import jobs
from tracker.reminders.jobs import JOBS, Job, latest_slot, tick


def _counting(monkeypatch: pytest.MonkeyPatch, *, fails: int = 0) -> list[datetime]:
    ran: list[datetime] = []

    def run(*, now: datetime) -> dict[str, int]:
        ran.append(now)
        if len(ran) <= fails:
            raise RuntimeError("broken")
        return {"done": 1}

    monkeypatch.setattr(jobs, "JOBS", (Job("count", JOBS[0].at, run),))
    return ran


def test_a_slot_runs_once(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = _counting(monkeypatch)
    tick(holder="a", now=NOW)
    tick(holder="b", now=NOW + timedelta(seconds=20))
    assert ran == [NOW]
    assert [row.slot for row in session.scalars(sa.select(JobRun))] == ["2026-03-18T08:00"]


def test_the_next_slot_runs_when_its_time_comes(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = _counting(monkeypatch)
    tick(holder="a", now=NOW)
    tick(holder="a", now=NOW + timedelta(hours=4))
    assert len(ran) == 2


def test_after_three_days_off_the_latest_slot_makes_up_for_all(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = _counting(monkeypatch)
    tick(holder="a", now=NOW)
    tick(holder="a", now=NOW + timedelta(days=3))
    assert len(ran) == 2


def test_a_slot_that_failed_is_run_again_and_its_error_stands_in_its_row(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = _counting(monkeypatch, fails=1)
    tick(holder="a", now=NOW)
    row = session.scalars(sa.select(JobRun)).one()
    assert (row.state, "broken" in row.error) == (RunState.FAILED, True)
    session.rollback()
    tick(holder="a", now=NOW + timedelta(seconds=20))
    assert len(ran) == 2
    assert session.scalars(sa.select(JobRun)).one().state is RunState.FINISHED


def test_a_slot_whose_process_died_is_taken_up_after_an_hour(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = _counting(monkeypatch)
    slot = latest_slot(JOBS[0], NOW)
    assert slot is not None
    with write_transaction():
        session.add(
            JobRun(
                job="count",
                slot=slot.strftime("%Y-%m-%dT%H:%M"),
                state=RunState.RUNNING,
                started_at=NOW,
                counts={},
                error="",
            )
        )
    tick(holder="a", now=NOW + timedelta(minutes=59))
    assert ran == []
    tick(holder="a", now=NOW + timedelta(minutes=61))
    assert len(ran) == 1


def test_every_tick_is_a_sign_of_life(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    _counting(monkeypatch)
    tick(holder="a", now=NOW)
    tick(holder="b", now=NOW + timedelta(seconds=20))
    beat = session.get_one(Heartbeat, "scheduler")
    assert (beat.holder, beat.at) == ("b", NOW + timedelta(seconds=20))
