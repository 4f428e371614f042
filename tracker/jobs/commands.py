"""What whoever asked for a job may do to it."""

from datetime import datetime

from tracker.kernel import jobs
from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible, Stale
from tracker.kernel.jobs import BackgroundJob
from tracker.kernel.text import _l


def cancel_job(job: BackgroundJob, *, by: Actor, now: datetime) -> None:
    """Cancel one's own job: at once, or at its next step where a worker is at it."""
    if job.asked_by_id != by.person_id:
        raise NotVisible
    if not jobs.call_off(job, now=now):
        raise Stale(_l("任务已经结束，不能取消。"))
    db.session.expire(job)
