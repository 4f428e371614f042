"""Asking the units' views on their letters (征求意见): the asking, each draft as it was shown, what was said."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.letters.models.letters import Letter, LetterBatch
from tracker.tasks.models import AnswerColumns, AskingColumns, OpinionColumns, of_answer, of_asking, of_opinion


class LetterConsultation(AskingColumns, Model):
    """A batch about which its units are asked before it goes out; silence past the date means no opinion."""

    __tablename__ = "letter_consultation"
    __table_args__ = of_asking()

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_batch.id"), index=True)

    batch: Mapped[LetterBatch] = relationship()
    asked: Mapped[list["AskedLetter"]] = relationship(back_populates="consultation", order_by="AskedLetter.id")


class AskedLetter(AnswerColumns, Model):
    """A unit's draft as the unit was asked about it, and its answer as a whole: drafted, given, or entered (代录)."""

    __tablename__ = "letter_asked"
    __table_args__ = (
        sa.UniqueConstraint("consultation_id", "letter_id"),
        *of_answer(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_consultation.id"))
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    """The letter as it would have been; the office may edit the draft afterwards."""

    consultation: Mapped[LetterConsultation] = relationship(back_populates="asked")
    letter: Mapped[Letter] = relationship()
    rows: Mapped[list["ClauseOpinion"]] = relationship(back_populates="asked", order_by="ClauseOpinion.position")


class ClauseOpinion(OpinionColumns, Model):
    """A clause in the words it was asked in (position 0: all that is no clause), the unit's opinion, its handling."""

    __tablename__ = "letter_opinion"
    __table_args__ = (
        sa.UniqueConstraint("asked_id", "position"),
        *of_opinion("said"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_asked.id"))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    said: Mapped[str] = mapped_column(sa.Text, default="")

    asked: Mapped[AskedLetter] = relationship(back_populates="rows")
