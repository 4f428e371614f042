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
    __table_args__ = (sa.Index("ix_urge_task", "task_id", "unit_id", "at"),)

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

    task: Mapped[Task] = relationship()
    unit: Mapped[Unit] = relationship()
    by: Mapped[Person | None] = relationship()
