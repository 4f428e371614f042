"""A unit was urged."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.organisation.models import Person, Unit
from tracker.oversight.rules import UrgeChannel
from tracker.tasks.models import Task


class Urge(Model):
    """A unit was urged (催办) about a task or its part, by message or by phone."""

    __tablename__ = "urge"
    __table_args__ = (
        sa.Index("ix_urge_task", "task_id", "unit_id", "at"),
        sa.CheckConstraint("(rung IS NULL) = (cycle IS NULL)", name="by_ladder"),
        sa.CheckConstraint("rung IS NULL OR by_id IS NULL", name="ladder_is_nobody"),
        sa.Index(
            "uq_urge_rung",
            "task_id",
            "unit_id",
            "cycle",
            "rung",
            unique=True,
            sqlite_where=sa.text("rung IS NOT NULL"),
            postgresql_where=sa.text("rung IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))
    part_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task_part.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    channel: Mapped[UrgeChannel]
    sentence: Mapped[str] = mapped_column(sa.String(500), default="")
    answer: Mapped[str] = mapped_column(sa.String(500), default="")
    """What the other side said on the phone."""
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    by_as: Mapped[str] = mapped_column(sa.String(200), default="")
    at: Mapped[datetime]
    rung: Mapped[int | None]
    """The rung of the ladder that urged by itself (系统自动催办); none: somebody did."""
    cycle: Mapped[int | None]

    task: Mapped[Task] = relationship()
    unit: Mapped[Unit] = relationship()
    by: Mapped[Person | None] = relationship()
