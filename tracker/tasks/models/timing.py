"""What happens to dates: adjustments, extensions, changes of the due date, suspensions, crossings, explanations."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.organisation.models import Person, Unit
from tracker.tasks.models.task import Task
from tracker.tasks.rules import (
    AdjustmentKind,
    CrossingKind,
    DueDateCause,
    ExplanationState,
    RequestState,
)

DECIDED = "(state IN ('pending','withdrawn')) = (decided_by_id IS NULL)"
BY_ANOTHER = (
    "(decided_by_id IS NULL OR decided_by_id <> asked_by_id)"
    " AND (recorded_by_id IS NULL OR recorded_by_id <> asked_by_id)"
)


class Adjustment(Model):
    """What a unit asked to have changed before signing for a task; once per task, then the decision stands."""

    __tablename__ = "adjustment"
    __table_args__ = (
        sa.UniqueConstraint("task_id"),
        sa.CheckConstraint(DECIDED, name="decided"),
        sa.CheckConstraint(BY_ANOTHER, name="asker_never_decides"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))
    kind: Mapped[AdjustmentKind]
    reason: Mapped[str] = mapped_column(sa.Text)
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decide_by: Mapped[date]
    new_due_on: Mapped[date | None]
    state: Mapped[RequestState] = mapped_column(default=RequestState.PENDING)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_as: Mapped[str] = mapped_column(sa.String(200), default="")
    decided_at: Mapped[datetime | None]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    remark: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    task: Mapped[Task] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])


class Extension(Model):
    """More time, asked for before the due date with a reason and a new date (延期)."""

    __tablename__ = "extension"
    __table_args__ = (
        sa.CheckConstraint(DECIDED, name="decided"),
        sa.CheckConstraint(BY_ANOTHER, name="asker_never_decides"),
        sa.CheckConstraint("new_due_on > old_due_on", name="later"),
        sa.CheckConstraint("(state = 'approved') = (granted_due_on IS NOT NULL)", name="granted_date"),
        sa.Index(
            "uq_extension_ordinal",
            "task_id",
            "ordinal",
            unique=True,
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        ),
        sa.Index(
            "uq_extension_one_pending",
            "task_id",
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))
    ordinal: Mapped[int]
    """The how-manieth of the task; what was withdrawn does not count."""
    reason: Mapped[str] = mapped_column(sa.Text)
    old_due_on: Mapped[date]
    new_due_on: Mapped[date]
    """As asked for."""
    granted_due_on: Mapped[date | None]
    """As granted, which may be another day."""
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    state: Mapped[RequestState] = mapped_column(default=RequestState.PENDING)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_as: Mapped[str] = mapped_column(sa.String(200), default="")
    decided_at: Mapped[datetime | None]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    remark: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    task: Mapped[Task] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])


class DueDateChange(Model):
    """One move of a due date, with its cause and basis; append-only, so the first date is never lost."""

    __tablename__ = "due_date_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    cause: Mapped[DueDateCause]
    old_due_on: Mapped[date | None]
    new_due_on: Mapped[date]
    basis: Mapped[str] = mapped_column(sa.Text, default="")
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    task: Mapped[Task] = relationship()


class Suspension(Model):
    """Days in which a task rested (暂停); they never make it late."""

    __tablename__ = "suspension"
    __table_args__ = (sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Crossing(Model):
    """The fact that a deadline passed undone (逾期记录): dated by the deadline, never deleted, never turned back."""

    __tablename__ = "crossing"
    __table_args__ = (sa.UniqueConstraint("kind", "subject_id", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CrossingKind]
    subject_id: Mapped[int]
    """Id of the task, part or milestone."""
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    due_on: Mapped[date]
    recorded_at: Mapped[datetime]

    task: Mapped[Task] = relationship()


class DelayExplanation(Model):
    """Why a task is late (逾期说明), and the answer: noted, or a new date to make it good by (限期整改)."""

    __tablename__ = "delay_explanation"
    __table_args__ = (
        sa.CheckConstraint("(state = 'open') = (answered_by_id IS NULL)", name="answered"),
        sa.CheckConstraint("answered_by_id IS NULL OR answered_by_id <> given_by_id", name="asker_never_decides"),
        sa.CheckConstraint("(state = 'rectify') = (new_due_on IS NOT NULL)", name="rectify_has_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    due_on: Mapped[date]
    text: Mapped[str] = mapped_column(sa.Text)
    given_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    given_at: Mapped[datetime]
    state: Mapped[ExplanationState] = mapped_column(default=ExplanationState.OPEN)
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answered_as: Mapped[str] = mapped_column(sa.String(200), default="")
    answered_at: Mapped[datetime | None]
    new_due_on: Mapped[date | None]
    remark: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    task: Mapped[Task] = relationship()
    unit: Mapped[Unit] = relationship()
    given_by: Mapped[Person] = relationship(foreign_keys=[given_by_id])
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])
