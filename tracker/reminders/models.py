"""Reminders: a rung of a ladder reached for one subject and one recipient."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.kernel.db import BigId, Model
from tracker.reminders.rules import ReminderState


class Reminder(Model):
    """One rung reached, for one person; the key makes telling twice impossible."""

    __tablename__ = "reminder"
    __table_args__ = (
        sa.UniqueConstraint(
            "subject_kind", "subject_id", "ladder", "cycle", "rung", "repeat", "recipient_id", name="uq_reminder_key"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_kind: Mapped[str] = mapped_column(sa.String(20))
    subject_id: Mapped[int]
    ladder: Mapped[str] = mapped_column(sa.String(20))
    cycle: Mapped[int]
    rung: Mapped[int]
    """The rung's offset in working days."""
    repeat: Mapped[int] = mapped_column(default=0)
    recipient_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    scheduled_for: Mapped[date]
    state: Mapped[ReminderState]
    created_at: Mapped[datetime]
