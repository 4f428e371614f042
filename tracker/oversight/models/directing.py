"""What was asked of a unit at the review desk."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.organisation.models import Person
from tracker.oversight.rules import DirectionKind
from tracker.tasks.models import Task


class Direction(Model):
    """What was asked of a unit when an overdue task was reviewed: explain, make good by a date, or a note on file."""

    __tablename__ = "direction"
    __table_args__ = (sa.CheckConstraint("(kind = 'rectify') = (new_due_on IS NOT NULL)", name="rectify_has_date"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    kind: Mapped[DirectionKind]
    text: Mapped[str] = mapped_column(sa.Text)
    new_due_on: Mapped[date | None]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    by_as: Mapped[str] = mapped_column(sa.String(200), default="")
    at: Mapped[datetime]

    task: Mapped[Task] = relationship()
    by: Mapped[Person] = relationship()
