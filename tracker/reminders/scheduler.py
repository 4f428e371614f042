"""The scheduler's process: APScheduler only ticks; what is true stands in tables."""

import os
import signal
import socket
from collections.abc import Callable
from types import FrameType

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from tracker.audit.sealing import seal_waiting
from tracker.kernel import clock
from tracker.kernel.db import db
from tracker.kernel.logs import log
from tracker.letters.sealing import seal_letters
from tracker.reminders.jobs import tick

TICK_SECONDS = 20
SEAL_SECONDS = 30
PDF_SEAL_SECONDS = 30


def run_scheduler(app: Flask) -> None:
    """Tick until told to stop (TERM or Ctrl-C). Runs in a process of its own, never in a web worker."""
    scheduler = BlockingScheduler(
        timezone=clock.LOCAL,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    holder = f"{socket.gethostname()}:{os.getpid()}"

    def beside(work: Callable[[], object]) -> None:
        with app.app_context():
            try:
                work()
            finally:
                db.session.remove()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        scheduler.shutdown(wait=False)

    works: tuple[tuple[Callable[[], object], int], ...] = (
        (lambda: tick(holder=holder, now=clock.now()), TICK_SECONDS),
        # On a thread of its own: acts are sealed within the minute, also while a long sweep runs.
        (lambda: seal_waiting(now=clock.now()), SEAL_SECONDS),
        (lambda: seal_letters(now=clock.now()), PDF_SEAL_SECONDS),
    )
    for work, seconds in works:
        scheduler.add_job(beside, IntervalTrigger(seconds=seconds), args=(work,), next_run_time=clock.now())
    scheduler.add_listener(_note, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("scheduler", state="started", holder=holder)
    scheduler.start()
    log.info("scheduler", state="stopped", holder=holder)


def _note(event: JobEvent) -> None:
    """A tick that failed or was missed: the next one makes up for it."""
    log.warning("tick", code=event.code, error=repr(getattr(event, "exception", None)))
