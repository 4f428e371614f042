"""Which jobs run at which local times, and the rows that say that a slot was done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from tracker.audit.sealing import seal_waiting
from tracker.kernel import clock
from tracker.kernel.clock import LOCAL
from tracker.kernel.db import db, write_transaction
from tracker.kernel.jobs import JobRun, RunState, beat
from tracker.kernel.logs import log
from tracker.reminders.successions import succeed
from tracker.reminders.sweep import sweep

LOOK_BACK = timedelta(days=7)
STUCK_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Job:
    """Work and the local times at which it falls due. It looks at facts: the latest slot makes up for earlier ones."""

    name: str
    at: tuple[time, ...]
    run: Callable[..., Mapping[str, Any]]


def seal_record(*, now: datetime) -> Mapping[str, int]:
    """Look once a day at the whole record of acts for what the seal of every half minute may have passed over."""
    return {"sealed": seal_waiting(now=now, everything=True)}


JOBS = (
    Job("sweep", (time(0, 10), time(8, 0), time(13, 0)), sweep),
    # Posts change hands at any hour, and the successor hears of it the same day.
    Job("succeed", tuple(time(hour, 20) for hour in range(24)), succeed),
    Job("seal_record", (time(3, 30),), seal_record),
)


def latest_slot(job: Job, now: datetime) -> datetime | None:
    """The last time at which a job fell due, looking back a week."""
    local = now.astimezone(LOCAL)
    days = range(LOOK_BACK.days + 1)
    moments = [
        datetime.combine(local.date() - timedelta(days=back), at, tzinfo=LOCAL) for back in days for at in job.at
    ]
    return max((moment for moment in moments if moment <= local), default=None)


def tick(*, holder: str, now: datetime) -> list[str]:
    """Say that the scheduler lives, and run the jobs whose latest slot was not run yet; returns their names.

    A slot belongs to whoever wrote its row first. One that failed, or whose process died in it, is run again.
    """
    with write_transaction():
        beat("scheduler", holder=holder, now=now)
    return [job.name for job in JOBS if _run_slot(job, now=now)]


def _run_slot(job: Job, *, now: datetime) -> bool:
    moment = latest_slot(job, now)
    if moment is None:
        return False
    slot = moment.strftime("%Y-%m-%dT%H:%M")
    if not _claim(job.name, slot, now=now):
        return False
    try:
        counts, error = dict(job.run(now=now)), ""
    except Exception as fault:  # noqa: BLE001 - one job's fault must not stop the others; it stands in its row
        log.exception("job", job=job.name, slot=slot)
        counts, error = {}, repr(fault)
    with write_transaction() as session:
        row = session.get_one(JobRun, (job.name, slot))
        row.state = RunState.FAILED if error else RunState.FINISHED
        row.finished_at, row.counts, row.error = clock.now(), counts, error
    log.info("job", job=job.name, slot=slot, **counts)
    return not error


def _claim(job: str, slot: str, *, now: datetime) -> bool:
    """Take a slot that nobody has run: of two schedulers, one gets it."""
    with write_transaction() as session:
        row = session.get(JobRun, (job, slot), with_for_update=True)
        if row is None:
            values = {"job": job, "slot": slot, "state": RunState.RUNNING, "started_at": now, "counts": {}, "error": ""}
            return _insert_once(values)
        again = row.state is RunState.FAILED or (
            row.state is RunState.RUNNING and now - row.started_at.astimezone(UTC) > STUCK_AFTER
        )
        if again:
            row.state, row.started_at = RunState.RUNNING, now
        return again


def _insert_once(values: Mapping[str, Any]) -> bool:
    dialect = db.session.get_bind().dialect.name
    insert = _INSERTS[dialect](JobRun).values(**values).on_conflict_do_nothing().returning(JobRun.job)
    return db.session.execute(insert).first() is not None


_INSERTS: Mapping[str, Any] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
