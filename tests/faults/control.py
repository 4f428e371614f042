"""Processes that are made to die: a clock that all of them share, children forked from a loaded application, kills.

The process that uses this has one thread and no connection to the database, so what it forks begins clean.
"""

import contextlib
import ctypes
import gc
import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from tests.clock import NOW
from tests.engines import build_app
from tests.faults.shared_clock import SharedClock
from tracker.delivery import courier
from tracker.delivery.senders import http
from tracker.jobs import worker
from tracker.kernel import clock as kernel_clock
from tracker.kernel import crashpoints, leases
from tracker.kernel.db import db
from tracker.kernel.errors import Stale
from tracker.reminders import scheduler

REFUSED = 3
ARMED = 9

Role = Callable[[Flask], object]


def install(clock: SharedClock) -> None:
    """Let the product ask a clock."""
    kernel_clock.set_source(clock)
    leases.database_now = clock


def hurry() -> None:
    """Let processes look around more often, as befits the faster clock."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    leases.RENEW_SECONDS = 1.0
    scheduler.TICK_SECONDS, scheduler.SEAL_SECONDS, scheduler.PDF_SEAL_SECONDS = 1.0, 2.0, 5.0
    worker.POLL_SECONDS, worker.BEAT_SECONDS = 0.1, 0.5
    courier.PLAN_EVERY = timedelta(seconds=5)
    # Seconds of the wall, of which a lease on a delivery has 15: a busy machine is no robot that keeps silent.
    http.SECONDS = 12.0


def schedule(app: Flask) -> None:
    """A scheduler, until it is told to stop."""
    scheduler.run_scheduler(app)


def work(app: Flask) -> None:
    """A worker, until it is told to stop."""
    worker.run_worker(app)


@dataclass
class Nursery:
    """An application that was loaded once, and the processes forked from it."""

    app: Flask
    clock: SharedClock
    living: dict[int, Role] = field(default_factory=dict)

    def start(self, role: Role, *, arm: str = "", mutate: Callable[[], None] | None = None) -> int:
        """Fork a process that plays a role; returns its pid."""
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            self._become(role, arm, mutate)
        self.living[pid] = role
        return pid

    def _become(self, role: Role, arm: str, mutate: Callable[[], None] | None) -> None:
        code = 1
        try:
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(1, signal.SIGKILL)
            install(self.clock)
            hurry()
            if mutate is not None:
                mutate()
            if arm:
                crashpoints.arm(arm)
            role(self.app)
            code = 0
        except Stale:
            code = REFUSED
        except BaseException:  # noqa: BLE001 - whatever it was, it must not go on as a copy of its parent
            traceback.print_exc()
        finally:
            os._exit(code)

    def wait(self, pid: int, *, seconds: float = 60) -> int:
        """How a process ended: its exit code, or minus the signal; raises TimeoutError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                self.living.pop(pid, None)
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        raise TimeoutError(f"process {pid} did not end")

    def kill(self, pid: int, number: signal.Signals = signal.SIGKILL) -> int:
        """End a process at once, and take note of its end."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        return self.wait(pid)

    def warm(self, role: Role) -> None:
        """Play a role in this process once, so that all who are forked from it begin with everything loaded."""
        install(self.clock)
        hurry()
        role(self.app)
        gc.collect()
        gc.freeze()

    def run(self, role: Role, **said: Any) -> int:
        """Play a role to its end."""
        return self.wait(self.start(role, **said))

    def collect(self) -> list[int]:
        """The codes of processes that ended by themselves."""
        ended = []
        for pid in list(self.living):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                del self.living[pid]
                ended.append(os.waitstatus_to_exitcode(status))
        return ended

    def end_all(self) -> None:
        """Nobody is left behind."""
        for pid in list(self.living):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
            self.kill(pid)


def nursery(url: str, folder: Path) -> Nursery:
    """Load the application for a database, and make nothing of it yet."""
    clock = SharedClock(folder / "clock")
    clock.move_to(NOW)
    app = build_app(url, folder)
    gc.collect()
    gc.freeze()
    return Nursery(app, clock)


def with_app(act: Callable[[], object]) -> Role:
    """A role that does one thing in the application's context."""

    def role(app: Flask) -> None:
        with app.app_context():
            try:
                act()
            finally:
                db.session.remove()
                db.engine.dispose()

    return role
