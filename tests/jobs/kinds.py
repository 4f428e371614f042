"""Jobs of a kind that only tests know, and the turn of a worker."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.cast import NOW, Cast
from tracker.jobs.running import Shift, run_next_job
from tracker.kernel import jobs
from tracker.kernel.db import db, write_transaction
from tracker.kernel.jobs import BackgroundJob, Made, Work
from tracker.kernel.registry import JobKind, registry

Run = Callable[[Work], Made | None]


@contextmanager
def known(run: Run, *, check: Callable[..., object] = lambda actor, arguments: None, **said: Any) -> Iterator[None]:
    """Let there be the kind `test`, whose jobs run like this."""
    registry.add_job(JobKind("test", "试：%(title)s", "好了：%(title)s", "没成：%(title)s", run, check, **said))
    try:
        yield
    finally:
        del registry.jobs["test"], registry.messages["test.finished"], registry.messages["test.failed"]


def asked(cast: Cast, *, by: str = "office_clerk", title: str = "甲") -> BackgroundJob:
    """Somebody asks for a job."""
    with write_transaction():
        return jobs.ask("test", {"title": title}, by=cast.actor(by), now=NOW)


def turn(holder: str = "here:1", **said: Any) -> bool:
    """A worker takes a job, if there is one, and runs it."""
    return run_next_job(Shift(holder, **said))


def again(job: BackgroundJob) -> BackgroundJob:
    """A job as it stands now."""
    db.session.rollback()
    return db.session.get_one(BackgroundJob, job.id)


def writes(work: Work) -> Made:
    """A result of three steps."""
    for done in range(3):
        work.reached(done, 3)
    path = work.folder / "made"
    path.write_bytes(b"PK made")
    return Made(path, "结果.zip")


def nothing(_work: Work) -> None:
    """No result, and no trouble."""
