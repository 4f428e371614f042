"""Whoever asked for a job is told how it ended."""

from datetime import datetime

from tracker.kernel.jobs import BackgroundJob
from tracker.outbox.commands import enqueue


def tell(job: BackgroundJob, end: str, *, now: datetime) -> None:
    """Tell that a job is finished or failed, once."""
    enqueue(
        f"{job.kind}.{end}",
        [job.asked_by_id],
        subject=("job", job.id),
        params=job.arguments,
        key=f"job:{job.id}:{end}",
        now=now,
        group_id=job.group_id,
    )
