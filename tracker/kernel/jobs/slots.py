"""Which slot of which job of the clock was done, and who is alive."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.kernel.db import Model, db, insert_if_new


class RunState(StrEnum):
    """How a run of a job stands."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class JobRun(Model):
    """One slot (a day, an hour) of one job; the key makes a slot happen once however often it is asked for."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    slot: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    state: Mapped[RunState]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    counts: Mapped[dict[str, Any]]
    error: Mapped[str] = mapped_column(sa.Text, default="")
    epoch: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    """The term of leadership in which it runs or ran; 0: by hand, or before there were terms."""
    holder: Mapped[str] = mapped_column(sa.String(100), default="", server_default="")
    """The process that is or was at it, as host:pid."""
    cursor: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many steps of it are written."""


class Heartbeat(Model):
    """The last sign of life of a process that runs beside the web."""

    __tablename__ = "heartbeat"

    role: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(sa.String(100))
    at: Mapped[datetime]


def beat(role: str, *, holder: str, now: datetime) -> None:
    """Say that a process is alive; belongs in a write transaction of its own."""
    # Of two that start at once, the second finds the row of the first.
    db.session.execute(insert_if_new(Heartbeat).values(role=role, holder=holder, at=now))
    row = db.session.get_one(Heartbeat, role, populate_existing=True)
    row.holder, row.at = holder, now


def sign_off(role: str, *, holder: str) -> None:
    """A process that stopped leaves no sign of life behind; belongs in a write transaction of its own."""
    row = db.session.get(Heartbeat, role)
    if row is not None and row.holder == holder:
        db.session.delete(row)
