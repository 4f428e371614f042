"""Asking the units' views on drafts (征求意见): the consultation, who was asked, and what each said of each draft."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.organisation.models import LeadershipGroup, Unit
from tracker.tasks.models.task import Task
from tracker.tasks.models.views_asked import (
    AnswerColumns,
    AskingColumns,
    OpinionColumns,
    of_answer,
    of_asking,
    of_opinion,
)


class Consultation(AskingColumns, Model):
    """Drafts about which the units concerned are asked before signing off; silence past the date means no opinion."""

    __tablename__ = "consultation"
    __table_args__ = (
        *of_asking(),
        sa.Index("ix_consultation_group_state", "group_id", "state", "reply_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("leadership_group.id"))
    title: Mapped[str] = mapped_column(sa.String(120))

    group: Mapped[LeadershipGroup] = relationship()
    units: Mapped[list["ConsultedUnit"]] = relationship(back_populates="consultation", order_by="ConsultedUnit.id")


class ConsultedUnit(AnswerColumns, Model):
    """A unit that was asked, and its answer as a whole: drafted by a liaison, given by a head, or entered (代录)."""

    __tablename__ = "consulted_unit"
    __table_args__ = (
        sa.UniqueConstraint("consultation_id", "unit_id"),
        *of_answer(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("consultation.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)

    consultation: Mapped[Consultation] = relationship(back_populates="units")
    unit: Mapped[Unit] = relationship()
    rows: Mapped[list["ConsultedTask"]] = relationship(back_populates="asked", order_by="ConsultedTask.task_id")


class ConsultedTask(OpinionColumns, Model):
    """One draft as one unit was asked about it, what the unit said, and what the office made of that.

    The draft's words are kept as they were asked: it may be edited afterwards, and the unit sees no more of it.
    """

    __tablename__ = "consulted_task"
    __table_args__ = (
        sa.UniqueConstraint("consulted_unit_id", "task_id"),
        *of_opinion("text"),
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

    said: Mapped[str] = mapped_column("text", sa.Text, default="")

    asked: Mapped[ConsultedUnit] = relationship(back_populates="rows")
    task: Mapped[Task] = relationship()
