"""How jobs end: finished with a result, failed with a sentence, cancelled. Whoever asked is told in the same act."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tracker.jobs import notices
from tracker.kernel import jobs
from tracker.kernel.db import db
from tracker.kernel.jobs import BackgroundJob, Claim, JobState
from tracker.kernel.text import _l, noted


def finish(claim: Claim, result: Mapping[str, Any], *, kept_days: int, now: datetime) -> bool:
    """A job is finished, with the name and hash of its file if it made one; False where another worker has it now."""
    expires_at = now + timedelta(days=kept_days)
    if not jobs.end(claim, JobState.FINISHED, now=now, expires_at=expires_at, **result):
        return False
    _tell(claim.job_id, "finished", now=now)
    return True


def fail(claim: Claim, *, reason: object, now: datetime) -> bool:
    """A job came to nothing, for this reason; False where another worker has it now."""
    if not jobs.end(claim, JobState.FAILED, now=now, reason=noted(reason)):
        return False
    _tell(claim.job_id, "failed", now=now)
    return True


def end_cancelled(claim: Claim, *, now: datetime) -> bool:
    """A job that was being worked on has stopped, as was asked."""
    return jobs.end(claim, JobState.CANCELLED, now=now)


def give_up_lapsed(*, now: datetime) -> int:
    """Jobs whose worker died once too often are failed, for they may be what it died of; gives back how many."""
    lapsed = jobs.given_up()
    for job in lapsed:
        reason = _l("处理程序连续 %(times)s 次中断，已停止重试，请联系系统管理员。", times=job.attempts)
        assert job.token is not None
        fail(Claim(job.id, job.token), reason=reason, now=now)
    return len(lapsed)


def _tell(job_id: int, end: str, *, now: datetime) -> None:
    notices.tell(db.session.get_one(BackgroundJob, job_id, populate_existing=True), end, now=now)
