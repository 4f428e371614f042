"""Asking the units' views on their letters (征求意见): the asking, each draft as it was shown, what was said."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.letters.models.letters import Letter, LetterBatch
from tracker.organisation.models import Person
from tracker.tasks.rules import ConsultationState, Handling, OpinionKind


class LetterConsultation(Model):
    """A batch about which its units are asked before it goes out; silence past the date means no opinion."""

    __tablename__ = "letter_consultation"
    __table_args__ = (
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_by_id IS NOT NULL AND withdrawn_at IS NOT NULL AND remark <> '')",
            name="withdrawn",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_batch.id"), index=True)
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

    batch: Mapped[LetterBatch] = relationship()
    opened_by: Mapped[Person] = relationship(foreign_keys=[opened_by_id])
    asked: Mapped[list["AskedLetter"]] = relationship(back_populates="consultation", order_by="AskedLetter.id")


class AskedLetter(Model):
    """A unit's draft as the unit was asked about it, and its answer as a whole: drafted, given, or entered (代录)."""

    __tablename__ = "letter_asked"
    __table_args__ = (
        sa.UniqueConstraint("consultation_id", "letter_id"),
        sa.CheckConstraint("(answered_by_id IS NULL) = (answered_at IS NULL)", name="answered"),
        sa.CheckConstraint("(drafted_by_id IS NULL) = (drafted_at IS NULL)", name="drafted"),
        sa.CheckConstraint("told_by = '' OR answered_at IS NOT NULL", name="told_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_consultation.id"))
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    """The letter as it would have been; the office may edit the draft afterwards."""
    drafted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    drafted_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    told_by: Mapped[str] = mapped_column(sa.String(200), default="")
    """Where the office entered the answer (代录): the paper, or with whom it spoke."""
    version: Mapped[int] = mapped_column(default=1)

    consultation: Mapped[LetterConsultation] = relationship(back_populates="asked")
    letter: Mapped[Letter] = relationship()
    drafted_by: Mapped[Person | None] = relationship(foreign_keys=[drafted_by_id])
    answered_by: Mapped[Person | None] = relationship(foreign_keys=[answered_by_id])
    rows: Mapped[list["ClauseOpinion"]] = relationship(back_populates="asked", order_by="ClauseOpinion.position")


class ClauseOpinion(Model):
    """A clause in the words it was asked in (position 0: all that is no clause), the unit's opinion, its handling."""

    __tablename__ = "letter_opinion"
    __table_args__ = (
        sa.UniqueConstraint("asked_id", "position"),
        sa.CheckConstraint("opinion IS NULL OR (opinion = 'none') = (said = '')", name="opinion_has_text"),
        sa.CheckConstraint("handling IS NULL OR (opinion IS NOT NULL AND opinion <> 'none')", name="handled_opinion"),
        sa.CheckConstraint(
            "(handling IS NULL) = (handled_by_id IS NULL) AND (handling IS NULL) = (handled_at IS NULL)",
            name="handled_by",
        ),
        sa.CheckConstraint("handling IS NULL OR handling = 'adopted' OR reason <> ''", name="not_adopted_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_asked.id"))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    opinion: Mapped[OpinionKind | None]
    said: Mapped[str] = mapped_column(sa.Text, default="")
    handling: Mapped[Handling | None]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    handled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    handled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    asked: Mapped[AskedLetter] = relationship(back_populates="rows")
    handled_by: Mapped[Person | None] = relationship(foreign_keys=[handled_by_id])
