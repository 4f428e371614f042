"""Jobs as their pages show them, and whether anybody is there to do them."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.kernel.jobs import BackgroundJob, Heartbeat, JobState

WORKER_LATE = timedelta(seconds=60)


def own_job(actor: Actor, job_id: int) -> BackgroundJob:
    """A job that somebody asked for; raises NotVisible for anybody else's."""
    job = db.session.scalar(
        sa.select(BackgroundJob).where(BackgroundJob.id == job_id, BackgroundJob.asked_by_id == actor.person_id)
    )
    if job is None:
        raise NotVisible
    return job


def jobs_before(job: BackgroundJob) -> int:
    """How many jobs stand before a waiting one."""
    before = sa.select(sa.func.count()).where(
        BackgroundJob.id < job.id, BackgroundJob.state.in_((JobState.WAITING, JobState.RUNNING))
    )
    return db.session.scalar(before) or 0


def worker_lives(*, now: datetime) -> bool:
    """Whether a worker's process gave a sign of life lately."""
    row = db.session.get(Heartbeat, "worker")
    return row is not None and abs(now - row.at) < WORKER_LATE
