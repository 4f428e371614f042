"""A tick: run the slots that fell due and were not run yet, each once, by whoever leads."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.kernel import clock, leases
from tracker.kernel.crashpoints import crashpoint
from tracker.kernel.db import affected, db, insert_if_new, write_transaction
from tracker.kernel.errors import Stale
from tracker.kernel.jobs import JobRun, RunState, beat
from tracker.kernel.leases import Term, TermOver, lease_of
from tracker.kernel.logs import log
from tracker.kernel.processes import is_dead
from tracker.kernel.text import _l
from tracker.reminders import commands
from tracker.reminders.jobs import Job, all_jobs, latest_slot, slot_name
from tracker.reminders.leading import LEASE

STUCK_AFTER = timedelta(hours=1)
"""So long a run by hand on another machine is believed to be under way."""


@dataclass(frozen=True, slots=True)
class Run:
    """One slot of one job at the hands of one process, in its term of leadership or (by hand) in none."""

    job: str
    slot: str
    holder: str
    term: Term | None = None

    @property
    def epoch(self) -> int:
        """The number of the term; 0 by hand."""
        return self.term.epoch if self.term is not None else 0

    @contextmanager
    def step(self) -> Iterator[Session]:
        """A write transaction that counts only while the slot is this process's.

        Raises:
            TermOver: the slot is another's now; nothing of the step is written.
        """
        with self.outer() as session:
            yield session
            if self.term is not None:
                beat("scheduler", holder=self.holder, now=clock.now())
            session.flush()
            crashpoint("tick.step.written")
            self._put(cursor=JobRun.cursor + 1)
        crashpoint("tick.step.committed")

    def outer(self) -> AbstractContextManager[Session]:
        """A write transaction of this term, or by hand of none."""
        return write_transaction() if self.term is None else self.term.step()

    def end(self, counts: Mapping[str, Any], error: str) -> None:
        """Say how the slot went."""
        state = RunState.FAILED if error else RunState.FINISHED
        with self.outer():
            self._put(state=state, finished_at=clock.now(), counts=dict(counts), error=error)

    def _put(self, **values: Any) -> None:
        mine = (
            JobRun.job == self.job,
            JobRun.slot == self.slot,
            JobRun.epoch == self.epoch,
            JobRun.holder == self.holder,
            JobRun.state == RunState.RUNNING,
        )
        if affected(sa.update(JobRun).where(*mine).values(**values)) != 1:
            raise TermOver


def tick(term: Term, *, now: datetime) -> list[str]:
    """Say that the scheduler lives, and run the jobs whose latest slot was not run yet; returns their names.

    A slot that failed, or whose process died in it or no longer leads, is run again. The clock is looked at in every
    tick and not only where a slot is due: after a clock jumped back, none is. While it is in doubt most jobs wait, and
    their latest slot makes up for it.

    Raises:
        TermOver: another scheduler leads.
    """
    with term.step():
        beat("scheduler", holder=term.holder, now=now)
        doubt = commands.watch_clock(now=now)
    if doubt is not None:
        log.warning("tick", state="held", cause=doubt.value)
    jobs = [job for job in all_jobs() if job.in_doubt or doubt is None]
    return [job.name for job in jobs if _run_latest(job, term, now=now)]


def _run_latest(job: Job, term: Term, *, now: datetime) -> bool:
    moment = latest_slot(job, now)
    if moment is None:
        return False
    run = Run(job.name, slot_name(moment), term.holder, term)
    if not _claim(run, now=now):
        return False
    return not _carry_out(job, run, now=now)


def run_by_hand(job: Job, slot: str, *, holder: str, now: datetime) -> tuple[Mapping[str, Any], str]:
    """Run a slot of a job whether or not it was run before; returns what it counted, and its fault if it had one.

    Raises:
        Stale: somebody is at it just now, or the clock cannot be right and the job waits for that.
    """
    run = Run(job.name, slot, holder)
    with run.outer():
        doubt = commands.watch_clock(now=now)
    if doubt is not None and not job.in_doubt:
        raise Stale(_l("系统时间可疑，这项任务暂停：请先校准服务器时间，或者由系统管理员确认时间正确。"))
    if not _claim(run, now=now, again=True):
        raise Stale(_l("这个时段正在由别的进程处理，请稍后再试。"))
    error = _carry_out(job, run, now=now)
    row = db.session.get_one(JobRun, (job.name, slot), populate_existing=True)
    return row.counts, error


def try_out(job: Job, *, now: datetime) -> Mapping[str, Any]:
    """What a job would do now; it is written step by step and taken back, so the count is true and nothing stays."""
    session = db.session()

    @contextmanager
    def step() -> Iterator[Session]:
        if not session.in_transaction():
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        with session.begin_nested():
            yield session

    try:
        return job.run(now=now, step=step)
    finally:
        session.rollback()


def _carry_out(job: Job, run: Run, *, now: datetime) -> str:
    crashpoint("tick.claimed")
    try:
        counts, error = dict(job.run(now=now, step=run.step)), ""
    except TermOver:
        raise
    except Exception as fault:  # noqa: BLE001 - one job's fault must not stop the others; it stands in its row
        log.exception("job", job=job.name, slot=run.slot)
        counts, error = {}, repr(fault)
    crashpoint("tick.done")
    run.end(counts, error)
    log.info("job", job=job.name, slot=run.slot, **counts)
    return error


def _claim(run: Run, *, now: datetime, again: bool = False) -> bool:
    """Take a slot that nobody has run, or (again) that nobody runs now: of two who try, one gets it."""
    fresh = {"state": RunState.RUNNING, "epoch": run.epoch, "holder": run.holder, "started_at": now}
    with run.outer() as session:
        row = session.get(JobRun, (run.job, run.slot), with_for_update=True)
        if row is None:
            values = {"job": run.job, "slot": run.slot, "counts": {}, "error": "", "cursor": 0, **fresh}
            insert = insert_if_new(JobRun).values(**values).returning(JobRun.job)
            return session.execute(insert).first() is not None
        open_again = row.state is RunState.FAILED or (again and row.state is RunState.FINISHED)
        if not open_again and not (row.state is RunState.RUNNING and _is_left(row, run, now=now)):
            return False
        row.state, row.epoch, row.holder, row.started_at = RunState.RUNNING, run.epoch, run.holder, now
        row.cursor, row.finished_at, row.error = 0, None, ""
        return True


def _is_left(row: JobRun, run: Run, *, now: datetime) -> bool:
    """Whether a slot that is said to run was left behind by a process that no longer is at it."""
    if row.epoch == 0:
        return is_dead(row.holder) or now - row.started_at > STUCK_AFTER
    if run.term is not None:
        # Whoever leads runs one slot after the other: neither an earlier term nor this one is at it.
        return True
    lease = lease_of(LEASE)
    leads = lease is not None and lease.epoch == row.epoch and lease.expires_at > leases.database_now()
    return not leads
