"""What a job's function is given: who asked, for what, and the steps in which it may write."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from tracker.kernel import clock
from tracker.kernel.actor import Actor
from tracker.kernel.db import db, write_transaction
from tracker.kernel.installation import settings
from tracker.kernel.jobs.claiming import Claim, prolong


class Lost(Exception):  # noqa: N818 - nobody's fault: another worker is at it
    """The lease had ended, and the job is another worker's now."""


class WorkCancelled(Exception):  # noqa: N818 - it was asked for
    """Whoever asked for the job asked to cancel it."""


class Interrupted(Exception):  # noqa: N818 - it was asked for
    """The worker was told to stop; the job waits for the next one."""


@dataclass(frozen=True, slots=True)
class Made:
    """A job's result: a file in the job's folder, and the name under which it is downloaded."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Work:
    """A job under way. Reads what it likes; writes in steps, which are short."""

    claim: Claim
    arguments: Mapping[str, Any]
    by: Actor
    """Who asked, with the rights of today."""
    folder: Path
    stopping: Callable[[], bool] = bool

    @contextmanager
    def step(self, **progress: int) -> Iterator[Session]:
        """A write transaction that counts only while the job is still this worker's; done and total are progress.

        Raises:
            Lost, WorkCancelled, Interrupted: the job goes no further here; nothing of the step is written.
        """
        if self.stopping():
            raise Interrupted
        with write_transaction() as session:
            cancelled = prolong(self.claim, **progress)
            if cancelled is None:
                raise Lost
            if cancelled:
                raise WorkCancelled
            yield session

    @staticmethod
    def now() -> datetime:
        """The present instant: a job runs for a while."""
        return clock.now()

    def reached(self, done: int, total: int) -> None:
        """Say how far the job is; what was read before is let go."""
        with self.step(done=done, total=total):
            pass
        db.session.expire_all()


def folder_of(name: str) -> Path:
    """Where the files of a job lie, beside the files that are kept for good."""
    return settings().files_dir / "jobs" / name
