"""The scheduler's process: APScheduler only ticks; what is true stands in tables."""

import os
import signal
import socket
from types import FrameType

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from tracker.kernel import clock
from tracker.kernel.db import db
from tracker.kernel.logs import log
from tracker.reminders.jobs import tick

TICK_SECONDS = 20


def run_scheduler(app: Flask) -> None:
    """Tick until told to stop (TERM or Ctrl-C). Runs in a process of its own, never in a web worker."""
    scheduler = BlockingScheduler(
        timezone=clock.LOCAL,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    holder = f"{socket.gethostname()}:{os.getpid()}"

    def once() -> None:
        with app.app_context():
            try:
                tick(holder=holder, now=clock.now())
            finally:
                db.session.remove()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        scheduler.shutdown(wait=False)

    scheduler.add_job(once, IntervalTrigger(seconds=TICK_SECONDS), next_run_time=clock.now())
    scheduler.add_listener(_note, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("scheduler", state="started", holder=holder)
    scheduler.start()
    log.info("scheduler", state="stopped", holder=holder)


def _note(event: JobEvent) -> None:
    """A tick that failed or was missed: the next one makes up for it."""
    log.warning("tick", code=event.code, error=repr(getattr(event, "exception", None)))
