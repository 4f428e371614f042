"""The worker's process: turn after turn until told to stop; a thread beside it gives signs of life."""

import signal
import threading
from datetime import timedelta
from functools import partial
from types import FrameType

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from tracker.jobs.running import TURNS, Shift
from tracker.kernel import clock, jobs
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Refusal, Stale
from tracker.kernel.installation import settings
from tracker.kernel.jobs import Heartbeat, beat, sign_off
from tracker.kernel.logs import log
from tracker.kernel.processes import insist, is_dead, own_name, try_once
from tracker.kernel.text import _l

POLL_SECONDS = 1.0
BEAT_SECONDS = 10.0
FRESH = timedelta(seconds=30)
"""A worker on SQLite that gave a sign of life within this time is taken to be alive."""


class Displaced(Stale):
    """Another worker is alive on SQLite, where there can be one."""


def run_worker(app: Flask) -> None:
    """Do jobs until told to stop (TERM or Ctrl-C); the one under way goes back at its next step.

    Raises:
        Displaced: on SQLite, where another worker is alive: at the start, or after this one was silent for long.
    """
    over, displaced = threading.Event(), list[Displaced]()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        over.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    shift = Shift(own_name(), over.is_set)
    with app.app_context():
        insist(partial(enrol, shift.holder), over=over)
    log.info("worker", state="started", holder=shift.holder)
    beats = threading.Thread(target=_give_signs, args=(app, shift, over, displaced), name="signs of life", daemon=True)
    beats.start()
    try:
        while not over.is_set():
            if not _turn(app, shift):
                over.wait(POLL_SECONDS)
    except Displaced as refusal:
        over.set()
        displaced.append(refusal)
    beats.join(BEAT_SECONDS)
    with app.app_context():
        try_once(partial(_leave, shift))
    log.info("worker", state="stopped", holder=shift.holder)
    if displaced:
        raise displaced[0]


def _leave(shift: Shift) -> None:
    """So that the next one need not wait."""
    with write_transaction():
        sign_off("worker", holder=shift.holder)


def _turn(app: Flask, shift: Shift) -> bool:
    """Every kind of work once; whether any of it may have more.

    Raises:
        Displaced: on SQLite, where another worker took this one's place.
    """
    with app.app_context():
        try:
            _hold_place(shift.holder)
            db.session.rollback()
            # All of them, also where the first has more to do.
            return any([turn(shift) for turn in TURNS])  # noqa: C419 - as said
        except (SQLAlchemyError, OSError):
            # The database or the disk is away: what was under way is claimed again when its lease ends.
            log.exception("worker")
            return False
        finally:
            db.session.remove()


def _hold_place(holder: str) -> None:
    """On SQLite one worker is the most: whoever finds another one alive is told so.

    Raises:
        Displaced: another is alive.
    """
    if not settings().is_sqlite:
        return
    row = db.session.get(Heartbeat, "worker", populate_existing=True)
    if row is not None and row.holder != holder and not is_dead(row.holder) and clock.now() - row.at < FRESH:
        raise Displaced(
            _l("SQLite 上只能运行一个后台进程，%(holder)s 正在运行；需要多个请改用 PostgreSQL。", holder=row.holder)
        )


def enrol(holder: str) -> None:
    """Say that this worker is there.

    Jobs that a dead process of this machine still holds are freed at once, without waiting for their leases.

    Raises:
        Displaced: on SQLite, where another worker is alive.
    """
    now = clock.now()
    with write_transaction():
        _hold_place(holder)
        beat("worker", holder=holder, now=now)
        jobs.free_claims_of([name for name in jobs.holders() if is_dead(name)])


def _give_signs(app: Flask, shift: Shift, over: threading.Event, displaced: list[Displaced]) -> None:
    while not over.wait(BEAT_SECONDS):
        with app.app_context():
            try:
                give_sign(shift)
            except Displaced as refusal:
                displaced.append(refusal)
                over.set()
            except (SQLAlchemyError, Refusal):
                log.warning("worker", state="no sign of life could be given", exc_info=True)
            finally:
                db.session.remove()


def give_sign(shift: Shift) -> None:
    """This worker lives, and so does what it is at.

    Raises:
        Displaced: on SQLite, where another worker took its place while it was silent.
    """
    now, held = clock.now(), shift.claim
    with write_transaction():
        _hold_place(shift.holder)
        beat("worker", holder=shift.holder, now=now)
    if held is not None:
        with write_transaction():
            jobs.prolong(held)
