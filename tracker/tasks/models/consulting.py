"""Asking the units' views on drafts (征求意见): the consultation, who was asked, and what each said of each draft."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.organisation.models import LeadershipGroup, Person, Unit
from tracker.tasks.models.task import Task
from tracker.tasks.rules import ConsultationState, Handling, OpinionKind


class Consultation(Model):
    """Drafts about which the units concerned are asked before signing off; silence past the date means no opinion."""

    __tablename__ = "consultation"
    __table_args__ = (
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_by_id IS NOT NULL AND withdrawn_at IS NOT NULL AND remark <> '')",
            name="withdrawn",
        ),
        sa.Index("ix_consultation_group_state", "group_id", "state", "reply_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    title: Mapped[str] = mapped_column(sa.String(120))
    note: Mapped[str] = mapped_column(sa.Text, default="")
    reply_by: Mapped[date]
    """The last day on which an answer is given or changed."""
    state: Mapped[ConsultationState] = mapped_column(default=ConsultationState.OPEN)
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    withdrawn_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    remark: Mapped[str] = mapped_column(sa.Text, default="")
    """Why it was withdrawn."""
    version: Mapped[int] = mapped_column(default=1)

    group: Mapped[LeadershipGroup] = relationship()
    opened_by: Mapped[Person] = relationship(foreign_keys=[opened_by_id])
    withdrawn_by: Mapped[Person | None] = relationship(foreign_keys=[withdrawn_by_id])
    units: Mapped[list["ConsultedUnit"]] = relationship(back_populates="consultation", order_by="ConsultedUnit.id")


class ConsultedUnit(Model):
    """A unit that was asked, and its answer as a whole: drafted by a liaison, given by a head, or entered (代录)."""

    __tablename__ = "consulted_unit"
    __table_args__ = (
        sa.UniqueConstraint("consultation_id", "unit_id"),
        sa.CheckConstraint("(answered_by_id IS NULL) = (answered_at IS NULL)", name="answered"),
        sa.CheckConstraint("(drafted_by_id IS NULL) = (drafted_at IS NULL)", name="drafted"),
        sa.CheckConstraint("told_by = '' OR answered_at IS NOT NULL", name="told_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    drafted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    drafted_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    told_by: Mapped[str] = mapped_column(sa.String(200), default="")
    """Where the office entered the answer (代录): the paper, or with whom it spoke."""
    version: Mapped[int] = mapped_column(default=1)

    consultation: Mapped[Consultation] = relationship(back_populates="units")
    unit: Mapped[Unit] = relationship()
    drafted_by: Mapped[Person | None] = relationship(foreign_keys=[drafted_by_id])
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])
    rows: Mapped[list["ConsultedTask"]] = relationship(back_populates="asked", order_by="ConsultedTask.task_id")


class ConsultedTask(Model):
    """One draft as one unit was asked about it, what the unit said, and what the office made of that.

    The draft's words are kept as they were asked: it may be edited afterwards, and the unit sees no more of it.
    """

    __tablename__ = "consulted_task"
    __table_args__ = (
        sa.UniqueConstraint("consulted_unit_id", "task_id"),
        sa.CheckConstraint("opinion IS NULL OR (opinion = 'none') = (text = '')", name="opinion_has_text"),
        sa.CheckConstraint("handling IS NULL OR (opinion IS NOT NULL AND opinion <> 'none')", name="handled_opinion"),
        sa.CheckConstraint(
            "(handling IS NULL) = (handled_by_id IS NULL) AND (handling IS NULL) = (handled_at IS NULL)",
            name="handled_by",
        ),
        sa.CheckConstraint("handling IS NULL OR handling = 'adopted' OR reason <> ''", name="not_adopted_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consulted_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("consulted_unit.id"))
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    leads: Mapped[bool]
    title: Mapped[str] = mapped_column(sa.String(120))
    content: Mapped[str] = mapped_column(sa.Text, default="")
    part_content: Mapped[str] = mapped_column(sa.Text, default="")
    standard: Mapped[str] = mapped_column(sa.Text, default="")
    due_on: Mapped[date | None]
    deadline_text: Mapped[str] = mapped_column(sa.String(60), default="")
    continuous: Mapped[bool] = mapped_column(default=False)

    opinion: Mapped[OpinionKind | None]
    text: Mapped[str] = mapped_column(sa.Text, default="")
    handling: Mapped[Handling | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    handled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    handled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    asked: Mapped[ConsultedUnit] = relationship(back_populates="rows")
    task: Mapped[Task] = relationship()
    handled_by: Mapped[Person | None] = relationship(foreign_keys=[handled_by_id])
