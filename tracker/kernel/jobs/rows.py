"""A job in the background: what is asked for, by whom, who is at it, how far it is, and what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.kernel.db import Model
from tracker.kernel.text import Labels, _l


class JobState(StrEnum):
    """How a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.WAITING, JobState.RUNNING)

LABELS = Labels(
    {
        JobState.WAITING: _l("等待处理"),
        JobState.RUNNING: _l("正在处理"),
        JobState.FINISHED: _l("已完成"),
        JobState.FAILED: _l("没有完成"),
        JobState.CANCELLED: _l("已取消"),
    }
)


class BackgroundJob(Model):
    """Work of more than two seconds, done by a worker's process. Who holds the token is at it until the lease ends."""

    __tablename__ = "background_job"
    __table_args__ = (
        sa.CheckConstraint("(state = 'running') = (token IS NOT NULL)", name="claimed"),
        sa.CheckConstraint("(token IS NULL) = (lease_until IS NULL)", name="lease"),
        sa.CheckConstraint("(state IN ('waiting', 'running')) = (ended_at IS NULL)", name="ended"),
        sa.CheckConstraint("(result_name IS NULL) = (result_sha256 IS NULL)", name="result"),
        sa.CheckConstraint("result_sha256 IS NULL OR state = 'finished'", name="result_of_finished"),
        sa.Index(
            "ix_background_job_open",
            "id",
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        ),
        sa.Index("ix_background_job_asked_by", "asked_by_id", "id"),
        sa.Index("ix_background_job_expires", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(30))
    arguments: Mapped[dict[str, Any]]
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    account_id: Mapped[int | None]
    group_id: Mapped[int | None]
    asked_at: Mapped[datetime]
    state: Mapped[JobState] = mapped_column(default=JobState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[str | None] = mapped_column(sa.String(32))
    holder: Mapped[str] = mapped_column(sa.String(100), default="")
    """The process that is or was at it, as host:pid."""
    lease_until: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    """How many steps there are; 0 while that is not known."""
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None]
    reason: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Why it failed: the sentence before translation, and the values of its places."""
    folder: Mapped[str] = mapped_column(sa.String(40))
    """Where its files lie until it expires; empty once they are thrown away."""
    result_name: Mapped[str | None] = mapped_column(sa.String(240))
    result_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    expires_at: Mapped[datetime | None]
