"""Each guard is taken away in turn, and what it guards against happens and is seen; with the guard it does not.

The scenes are small: two who reach for the same thing, or one who comes back too late.
"""

import threading
import time

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.faults.altered import LOCKS, altered, beside, meanwhile
from tests.jobs.kinds import asked
from tracker.kernel import jobs, leases
from tracker.kernel.db import db, write_transaction
from tracker.kernel.jobs import BackgroundJob, JobRun, JobState, RunState, claiming
from tracker.kernel.leases import LeaderLease, Term, TermOver, acquire
from tracker.reminders import ticks

ROUNDS, WRITERS = 40, 3


def _count_up(app: Flask, mode: str, refused: list[int]) -> None:
    """Read a number and write it back one larger, many times; notes how often the database refused."""
    with app.app_context():
        session = db.session()
        for _round in range(ROUNDS):
            try:
                if mode == "guarded":
                    with write_transaction():
                        _one_more(session)
                else:
                    session.connection(execution_options={"sqlite_begin": mode})
                    _one_more(session)
                    session.commit()
            except sa.exc.OperationalError:
                session.rollback()
                refused.append(1)
        db.session.remove()


def _one_more(session: Session) -> None:
    row = session.get_one(JobRun, ("count", "up"), populate_existing=True, with_for_update=True)
    cursor = row.cursor
    time.sleep(0.001)
    row.cursor = cursor + 1


def _counted(app: Flask, mode: str) -> tuple[int, int]:
    """What several who write at once counted up to, and how often they were refused."""
    row = {"job": "count", "slot": "up", "state": RunState.RUNNING, "started_at": NOW, "counts": {}, "error": ""}
    with write_transaction() as session:
        session.merge(JobRun(**row, cursor=0))
    refused: list[int] = []
    writers = [threading.Thread(target=_count_up, args=(app, mode, refused)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    db.session.rollback()
    return db.session.get_one(JobRun, ("count", "up"), populate_existing=True).cursor, len(refused)


def test_no_update_is_lost_between_writers(app: Flask, session: Session) -> None:
    assert _counted(app, "guarded") == (ROUNDS * WRITERS, 0)


@pytest.mark.sqlite
def test_without_begin_immediate_writers_are_refused(app: Flask, session: Session) -> None:
    counted, refused = _counted(app, "DEFERRED")
    assert refused > 0
    assert counted == ROUNDS * WRITERS - refused


def _late_comer(cast: Cast, clock: Clock) -> JobState:
    """A worker slept past its lease, another took the job and is at it, and the first says that it failed."""
    job = asked(cast)
    with write_transaction():
        first = jobs.claim(holder="a:1")
        assert first is not None
    later = clock.advance(jobs.LEASE)
    with write_transaction():
        assert jobs.claim(holder="b:1") is not None
    with write_transaction():
        jobs.end(first, JobState.FAILED, now=later)
    return db.session.get_one(BackgroundJob, job.id, populate_existing=True).state


def test_who_comes_too_late_changes_nothing(cast: Cast, one_clock: Clock) -> None:
    assert _late_comer(cast, one_clock) is JobState.RUNNING


def test_without_the_token_who_comes_too_late_ends_the_others_work(
    cast: Cast, one_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "_held", lambda claim: BackgroundJob.id == claim.job_id)
    assert _late_comer(cast, one_clock) is JobState.FAILED


def _taken_twice(monkeypatch: pytest.MonkeyPatch) -> int:
    """Two schedulers reach for the lead while the first one's lease stands; returns how many got it."""
    monkeypatch.setattr(leases, "database_now", lambda: NOW)
    return sum(acquire("scheduler", holder) is not None for holder in ("a:1", "b:1"))


def test_while_a_lease_stands_nobody_else_leads(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _taken_twice(monkeypatch) == 1


def test_without_looking_at_the_lease_two_would_lead(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    with altered("leader_lease.expires_at <= ", "leader_lease.expires_at <> "):
        assert _taken_twice(monkeypatch) == 2


def _stale_step() -> int:
    """A leader whose term is over writes; returns how much of it stands."""
    first = acquire("scheduler", "a:1")
    assert first is not None
    with write_transaction() as session:
        session.execute(sa.update(LeaderLease).values(epoch=LeaderLease.epoch + 1, holder="b:1"))
    try:
        with first.step() as session:
            row = {"job": "stale", "slot": "x", "state": RunState.RUNNING, "started_at": NOW, "counts": {}, "error": ""}
            session.add(JobRun(**row))
    except TermOver:
        pass
    found = db.session.scalar(sa.select(sa.func.count()).where(JobRun.job == "stale")) or 0
    db.session.rollback()
    return found


def test_the_number_of_the_term_fences_a_former_leader(session: Session) -> None:
    assert _stale_step() == 0


def test_without_the_number_of_the_term_a_former_leader_writes(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Term, "holds", lambda _term, **_how: True)
    assert _stale_step() == 1


def _stale_end(app: Flask) -> int:
    """A leader's term ends while it is in a step; returns how much of the step stands."""
    first = acquire("scheduler", "a:1")
    assert first is not None

    def succeed() -> None:
        with write_transaction() as session:
            session.execute(sa.update(LeaderLease).values(epoch=LeaderLease.epoch + 1, holder="b:1"))

    try:
        with first.step() as session:
            beside(app, succeed).join(timeout=30)
            row = {"job": "stale", "slot": "x", "state": RunState.RUNNING, "started_at": NOW, "counts": {}, "error": ""}
            session.add(JobRun(**row))
    except TermOver:
        pass
    return db.session.scalar(sa.select(sa.func.count()).where(JobRun.job == "stale")) or 0


@pytest.mark.postgres
def test_a_term_that_ends_in_a_step_takes_the_step_with_it(app: Flask, session: Session) -> None:
    assert _stale_end(app) == 0


@pytest.mark.postgres
def test_without_the_look_at_its_end_such_a_step_stands(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    holds = Term.holds
    monkeypatch.setattr(Term, "holds", lambda term, *, keep=False: keep or holds(term))
    assert _stale_end(app) == 1


def _waits_to_claim(app: Flask, cast: Cast) -> bool:
    """Whether somebody who claims a job waits while another is being claimed."""
    asked(cast)
    asked(cast, title="乙")
    claimed: list[jobs.Claim | None] = []

    def reach() -> None:
        with write_transaction():
            claimed.append(jobs.claim(holder="other:1"))

    with write_transaction():
        jobs.claim(holder="here:1")
        thread = meanwhile(app, reach)
        waits = thread.is_alive()
    thread.join(timeout=30)
    assert claimed[0] is not None
    return waits


@pytest.mark.postgres
def test_who_finds_a_row_held_passes_it_by(app: Flask, cast: Cast) -> None:
    assert not _waits_to_claim(app, cast)


@pytest.mark.postgres
def test_without_skip_locked_who_finds_a_row_held_waits(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = sa.Select.with_for_update
    monkeypatch.setattr(sa.Select, "with_for_update", lambda self, **_how: plain(self))
    assert _waits_to_claim(app, cast)


def _let_in_of_two(app: Flask) -> int:
    """Two run by hand, at once, a slot that was run before; returns how many believe that it is theirs."""
    done = {"state": RunState.FINISHED, "started_at": NOW, "counts": {}, "error": ""}
    with write_transaction() as session:
        session.add(JobRun(job="count", slot="up", **done))
    let_in, threads = list[bool](), list[threading.Thread]()

    def reach(holder: str) -> None:
        let_in.append(ticks._claim(ticks.Run("count", "up", holder), now=NOW, again=True))

    def another(_session: Session) -> None:
        threads.append(meanwhile(app, lambda: reach("b:1")))

    db.session.rollback()
    event.listen(db.session(), "before_commit", another)
    reach("a:1")
    event.remove(db.session(), "before_commit", another)
    threads[0].join(timeout=30)
    return sum(let_in)


@pytest.mark.postgres
def test_of_two_who_run_a_slot_by_hand_one_does(app: Flask, session: Session) -> None:
    assert _let_in_of_two(app) == 1


@pytest.mark.postgres
def test_without_a_locked_slot_both_would(app: Flask, session: Session) -> None:
    with altered(LOCKS, ""):
        assert _let_in_of_two(app) == 2
