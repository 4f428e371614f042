"""The scheduler's process: APScheduler only ticks; what is true stands in tables, and only whoever leads works."""

import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from types import FrameType

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.base import BaseTrigger
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from tracker.audit.sealing import seal_waiting
from tracker.kernel import clock, leases
from tracker.kernel.db import db, write_transaction
from tracker.kernel.jobs import sign_off
from tracker.kernel.leases import Term, TermOver
from tracker.kernel.logs import log
from tracker.kernel.processes import insist, own_name, try_once
from tracker.letters.sealing import seal_letters
from tracker.reminders.leading import Leadership
from tracker.reminders.queries.held import clock_doubted
from tracker.reminders.ticks import tick

TICK_SECONDS = 20.0
SEAL_SECONDS = 30.0
PDF_SEAL_SECONDS = 30.0

Work = Callable[[Term], object]


class Every(BaseTrigger):  # type: ignore[misc]
    """So many seconds after each time, whatever passed meanwhile.

    APScheduler's own counts up each time that was missed: a million and a half of them when the clock jumps by a year.
    """

    def __init__(self, seconds: float) -> None:
        self.interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """From now on."""
        return now + self.interval


def run_scheduler(app: Flask) -> None:
    """Tick until told to stop (TERM or Ctrl-C). Runs in a process of its own, never in a web worker.

    Of several, one leads and the others stand by.

    Raises:
        Stale: on SQLite, where another scheduler is alive.
    """
    scheduler = BlockingScheduler(
        timezone=clock.LOCAL,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    leadership, over = Leadership(own_name()), threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        over.set()
        # Ctrl-C comes twice: from the terminal, and from who started this process.
        if scheduler.running:
            scheduler.shutdown(wait=False)

    with app.app_context():
        insist(leadership.begin, over=over)
    works: tuple[tuple[Work, float], ...] = (
        (lambda term: tick(term, now=clock.now()), TICK_SECONDS),
        # On a thread of its own: acts are sealed within the minute, also while a long sweep runs.
        (lambda _term: seal_waiting(now=clock.now()), SEAL_SECONDS),
        # What carries its own date for good waits until that is known.
        (lambda _term: clock_doubted(clock.now()) or seal_letters(now=clock.now()), PDF_SEAL_SECONDS),
    )
    for work, seconds in works:
        scheduler.add_job(_beside, Every(seconds), args=(app, leadership, work), next_run_time=clock.machine_now())
    scheduler.add_listener(_note, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    keeper = threading.Thread(target=_keep, args=(app, leadership, over, scheduler), name="leadership", daemon=True)
    keeper.start()
    log.info("scheduler", state="started", holder=leadership.holder)
    if not over.is_set():
        scheduler.start()
    keeper.join(leases.RENEW_SECONDS)
    with app.app_context():
        try_once(partial(_leave, leadership))
    log.info("scheduler", state="stopped", holder=leadership.holder)


def _leave(leadership: Leadership) -> None:
    """So that the next one need not wait."""
    leadership.lay_down()
    with write_transaction():
        sign_off("scheduler", holder=leadership.holder)


def _beside(app: Flask, leadership: Leadership, work: Work) -> None:
    """Work, if this process leads."""
    term = leadership.current()
    if term is None:
        return
    with app.app_context():
        try:
            work(term)
        except TermOver:
            log.warning("scheduler", state="its term is over", holder=term.holder, epoch=term.epoch)
        finally:
            db.session.remove()


def _keep(app: Flask, leadership: Leadership, over: threading.Event, scheduler: BaseScheduler) -> None:
    """Renew the lead in time, or wait for it to fall free; and see to it that the clock goes on ticking."""
    while not over.wait(leases.RENEW_SECONDS):
        hasten(scheduler)
        with app.app_context():
            try:
                leadership.keep()
            except SQLAlchemyError:
                log.warning("scheduler", state="the lead could not be renewed", exc_info=True)
            finally:
                db.session.remove()


def hasten(scheduler: BaseScheduler) -> None:
    """Let what would wait for a clock that was set back to come round again be done now.

    APScheduler reckons by the machine's time of day, and after a jump back it would sleep for as long as that was.
    """
    for job in scheduler.get_jobs():
        if job.next_run_time > clock.machine_now() + job.trigger.interval + timedelta(seconds=1):
            job.modify(next_run_time=clock.machine_now())


def _note(event: JobEvent) -> None:
    """A tick that failed or was missed: the next one makes up for it."""
    log.warning("tick", code=event.code, error=repr(getattr(event, "exception", None)))
