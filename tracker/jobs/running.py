"""What a worker does in one turn: claim a job and run it, or throw away what has expired."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from tracker.accounts.identity import actor_of_person
from tracker.delivery.courier import Courier
from tracker.jobs import ending
from tracker.kernel import clock, files, jobs
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import NO_ROOM_LEFT, OF_THE_DISK, Refusal
from tracker.kernel.jobs import BackgroundJob, Claim, Interrupted, Lost, Made, Work, WorkCancelled, folder_of
from tracker.kernel.logs import log
from tracker.kernel.registry import JobKind, registry
from tracker.kernel.sessions import AWAY
from tracker.kernel.text import _l
from tracker.kernel.uploads import files_root

CHUNK = 1024 * 1024
EXPIRED_AT_ONCE = 20


@dataclass(slots=True)
class Shift:
    """A worker at work: which process it is, whether it was told to stop, and what it holds just now."""

    holder: str
    stopping: Callable[[], bool] = bool
    claim: Claim | None = field(default=None)
    courier: Courier | None = field(default=None)
    tidied_on: date | None = field(default=None)


def run_next_job(shift: Shift) -> bool:
    """Claim the oldest job and run it to its end; False where there was none."""
    with write_transaction():
        ending.give_up_lapsed(now=clock.now())
        shift.claim = jobs.claim(holder=shift.holder)
    if shift.claim is None:
        return False
    try:
        _run(shift.claim, shift)
    finally:
        shift.claim = None
    return True


def _run(claim: Claim, shift: Shift) -> None:
    try:
        _carry_out(claim, shift)
    except Lost:
        log.warning("job", job_id=claim.job_id, state="lost")
    except Interrupted:
        with write_transaction():
            jobs.give_back(claim)
        log.info("job", job_id=claim.job_id, state="given back")
    except WorkCancelled:
        with write_transaction():
            ending.end_cancelled(claim, now=clock.now())
        log.info("job", job_id=claim.job_id, state="cancelled")
    except Refusal as refusal:
        _fail(claim, refusal.message)
    except AWAY:
        # The database is away, so nothing can be said of the job there; its lease ends and it is run again.
        raise
    except Exception as error:  # noqa: BLE001 - one job's fault must not end the worker; it stands in the log and on the job
        log.exception("job", job_id=claim.job_id)
        _fail(claim, _said_of(error))


def _said_of(error: Exception) -> object:
    """What people read of a fault: a disk that is full or shut they can have mended."""
    code = error.errno if isinstance(error, OSError) else None
    if code in NO_ROOM_LEFT:
        return _l("服务器的磁盘满了，没有做完。请告诉系统管理员，腾出空间后再办一次。")
    if code in OF_THE_DISK:
        return _l("服务器的文件夹暂时不能读写，没有做完。请告诉系统管理员，过后再办一次。")
    return _l("程序出错，已记入日志，请联系系统管理员。")


def _fail(claim: Claim, reason: object) -> None:
    with write_transaction():
        ending.fail(claim, reason=reason, now=clock.now())
    log.info("job", job_id=claim.job_id, state="failed")


def _carry_out(claim: Claim, shift: Shift) -> None:
    job = db.session.get_one(BackgroundJob, claim.job_id)
    kind = registry.jobs.get(job.kind)
    if kind is None:
        raise Refusal(_l("本版本不认识这类后台任务。"))
    actor = actor_of_person(job.asked_by_id, day=clock.today(), account_id=job.account_id)
    work = Work(claim, dict(job.arguments), actor, folder_of(job.folder), shift.stopping)
    kind.check(actor, work.arguments)
    work.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _hand_in(work, kind, kind.run(work))


def _hand_in(work: Work, kind: JobKind, made: Made | None) -> None:
    """The file is safe under its hash before the job says that it is finished."""
    result: dict[str, Any] = {}
    if made is not None:
        digest = digest_of(made.path)
        made.path.replace(work.folder / digest)
        result = {"result_name": made.name, "result_sha256": digest}
    with write_transaction():
        finished = ending.finish(work.claim, result, kept_days=kind.kept_days, now=clock.now())
    log.info("job", job_id=work.claim.job_id, kind=kind.name, state="finished" if finished else "lost")


def digest_of(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while data := stream.read(CHUNK):
            found.update(data)
    return found.hexdigest()


def throw_away_expired(_shift: Shift) -> bool:
    """Remove the files of jobs whose time is over; the rows stay."""
    now = clock.now()
    expired = sa.select(BackgroundJob).where(BackgroundJob.expires_at <= now, BackgroundJob.folder != "")
    found = db.session.scalars(expired.order_by(BackgroundJob.expires_at).limit(EXPIRED_AT_ONCE)).all()
    if not found or registry.clock_doubted(now, None):
        # By a clock that ran ahead everything would be over.
        return False
    ids = [job.id for job in found]
    for job in found:
        shutil.rmtree(folder_of(job.folder), ignore_errors=True)
    with write_transaction() as session:
        session.execute(sa.update(BackgroundJob).where(BackgroundJob.id.in_(ids)).values(folder=""))
    return False


def throw_away_halves(shift: Shift) -> bool:
    """Once a day, and at the start, remove what is left of uploads whose process was killed at least a day ago."""
    if shift.tidied_on != (today := clock.today()):
        files.throw_away_halves(files_root(), before=clock.now() - timedelta(days=1))
        shift.tidied_on = today
    return False


def deliver(shift: Shift) -> bool:
    """Send what is due by mail, robot and text message."""
    if shift.courier is None:
        shift.courier = Courier(shift.holder, clock.now, shift.stopping)
    try:
        return shift.courier.work()
    except (SQLAlchemyError, OSError):
        raise
    except Exception:  # noqa: BLE001 - a fault in one kind of work must not end the others; it stands in the log
        log.exception("deliveries")
        return False


TURNS: tuple[Callable[[Shift], bool], ...] = (run_next_job, deliver, throw_away_expired, throw_away_halves)
"""What a worker looks after, one after the other; each says whether there may be more of it at once."""
