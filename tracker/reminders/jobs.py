"""Which jobs run at which local times."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from tracker.audit.sealing import seal_waiting
from tracker.kernel.clock import LOCAL
from tracker.kernel.db import Step, write_transaction
from tracker.kernel.registry import registry
from tracker.reminders.successions import succeed
from tracker.reminders.sweep import carry_out, sweep

LOOK_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Job:
    """Work and the local times at which it falls due. It looks at facts: the latest slot makes up for earlier ones.

    run is given `now` and `step`, the write transaction of whoever leads; all that it writes it writes in steps.
    """

    name: str
    at: tuple[time, ...]
    run: Callable[..., Mapping[str, Any]]
    own_steps: bool = False
    """It writes in transactions of its own, so it cannot be tried without writing."""
    in_doubt: bool = False
    """It runs though the clock cannot be right: it dates nothing that counts, and people outside hear nothing of it."""


def seal_record(*, now: datetime, step: Step = write_transaction) -> Mapping[str, int]:  # noqa: ARG001 - seals itself
    """Look once a day at the whole record of acts for what the seal of every half minute may have passed over."""
    return {"sealed": seal_waiting(now=now, everything=True)}


JOBS = (
    Job("sweep", (time(0, 10), time(8, 0), time(13, 0)), sweep),
    # What somebody released goes out within ten minutes.
    Job("release", tuple(time(hour, minute) for hour in range(24) for minute in range(5, 60, 10)), carry_out),
    # Posts change hands at any hour, and the successor hears of it the same day.
    Job("succeed", tuple(time(hour, 20) for hour in range(24)), succeed),
    Job("seal_record", (time(3, 30),), seal_record, own_steps=True, in_doubt=True),
)


def all_jobs() -> tuple[Job, ...]:
    """Every job of the clock, with those of features above."""
    return (*JOBS, *registry.slots)


def latest_slot(job: Job, now: datetime) -> datetime | None:
    """The last time at which a job fell due, looking back a week."""
    local = now.astimezone(LOCAL)
    days = range(LOOK_BACK.days + 1)
    moments = [
        datetime.combine(local.date() - timedelta(days=back), at, tzinfo=LOCAL) for back in days for at in job.at
    ]
    return max((moment for moment in moments if moment <= local), default=None)


def slot_name(moment: datetime) -> str:
    """How a slot is written: local day and minute."""
    return moment.astimezone(LOCAL).strftime("%Y-%m-%dT%H:%M")
