"""How the jobs of the clock stand, as lines for the shell."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import sqlalchemy as sa

from tracker.kernel import leases
from tracker.kernel.clock import LOCAL
from tracker.kernel.db import db
from tracker.kernel.installation import deliveries_held
from tracker.kernel.jobs import BackgroundJob, Heartbeat, JobRun
from tracker.kernel.leases import LeaderLease
from tracker.reminders.jobs import slot_name


def lines(slots: Mapping[str, datetime], *, now: datetime) -> Iterator[str]:
    """Who leads and in which term, signs of life, the latest slot of each job, and jobs that people asked for."""
    for lease in db.session.scalars(sa.select(LeaderLease).order_by(LeaderLease.name)):
        stands = lease.holder and lease.expires_at > leases.database_now()
        yield f"{lease.name}: {lease.holder if stands else '无人主持'}（第 {lease.epoch} 任）"
    for beat in db.session.scalars(sa.select(Heartbeat).order_by(Heartbeat.role)):
        seconds = int((now - beat.at).total_seconds())
        yield f"{beat.role}: {beat.holder}，{seconds} 秒前"
    for job, moment in slots.items():
        yield _slot_line(db.session.get(JobRun, (job, slot_name(moment))), job, slot_name(moment))
    counts = sa.select(BackgroundJob.state, sa.func.count()).group_by(BackgroundJob.state).order_by(BackgroundJob.state)
    yield "后台任务: " + ("  ".join(f"{state} {count}" for state, count in db.session.execute(counts)) or "-")
    if deliveries_held():
        yield "外发消息已停发，flask deliver release 恢复"


def _slot_line(run: JobRun | None, job: str, slot: str) -> str:
    if run is None:
        return f"{job} {slot}: 尚未运行"
    ended = run.finished_at.astimezone(LOCAL).strftime("%H:%M:%S") if run.finished_at else "-"
    counts = "  ".join(f"{name} {count}" for name, count in run.counts.items())
    return f"{job} {slot}: {run.state}，{run.cursor} 步，{ended}  {counts}{run.error}".rstrip()
