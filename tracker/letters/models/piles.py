"""Piles of scans (整叠扫描), and their pages filed to letters."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.kernel.jobs import BackgroundJob
from tracker.letters.models.letters import Letter, LetterBatch
from tracker.letters.rules import PageFault, PileState
from tracker.organisation.models import Person


class LetterPile(Model):
    """What was signed at a meeting, scanned at once. Nothing is recorded until the office confirms each letter."""

    __tablename__ = "letter_pile"
    __table_args__ = (sa.Index("ix_letter_pile_batch", "batch_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_batch.id"))
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("background_job.id"))
    state: Mapped[PileState] = mapped_column(default=PileState.READING)
    files: Mapped[list[dict[str, Any]]]
    """What was uploaded: name, hash and type of each file; the bytes are kept as any uploaded file's."""
    expected: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By letter, how many pages its print has; nothing where the server cannot make PDFs."""
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    batch: Mapped[LetterBatch] = relationship()
    job: Mapped[BackgroundJob | None] = relationship()
    uploaded_by: Mapped[Person] = relationship()
    pages: Mapped[list["PilePage"]] = relationship(back_populates="pile", order_by="PilePage.position")


class PilePage(Model):
    """A page of a pile: the letter that it belongs to, or why it belongs to none."""

    __tablename__ = "letter_pile_page"
    __table_args__ = (
        sa.UniqueConstraint("pile_id", "position"),
        sa.CheckConstraint("fault IS NOT NULL OR letter_id IS NOT NULL", name="filed_or_not"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pile_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_pile.id"))
    position: Mapped[int]
    letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letter.id"), index=True)
    """With a fault: the letter that the page seems to be of."""
    fault: Mapped[PageFault | None]
    by_hand: Mapped[bool] = mapped_column(default=False)
    picture_sha256: Mapped[str] = mapped_column(sa.String(64))

    pile: Mapped[LetterPile] = relationship(back_populates="pages")
    letter: Mapped[Letter | None] = relationship()
