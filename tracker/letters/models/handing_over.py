"""What a successor takes over (交接确认): open work, promises and dates, with two signatures; no new promise."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.kernel.seals import MARK_LENGTH
from tracker.letters.models.letters import Letter, Signatory
from tracker.letters.rules import HandoverLine, HandoverState, SigningMethod
from tracker.organisation.models import Person

WAITS = "state = 'open'"


class Handover(Model):
    """A handover of a letter from whoever answered for it to the successor in the post; its text never changes."""

    __tablename__ = "letter_handover"
    __table_args__ = (
        sa.CheckConstraint("predecessor_id <> successor_id", name="two_persons"),
        sa.CheckConstraint("due_on >= took_up_on", name="dates"),
        sa.Index("ix_letter_handover_letter", "letter_id"),
        sa.Index(
            "uq_letter_handover_one_open",
            "signatory_id",
            unique=True,
            sqlite_where=sa.text(WAITS),
            postgresql_where=sa.text(WAITS),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"))
    signatory_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_signatory.id"))
    predecessor_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    successor_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    predecessor_name: Mapped[str] = mapped_column(sa.String(60))
    successor_name: Mapped[str] = mapped_column(sa.String(60))
    took_up_on: Mapped[date]
    """The day from which the successor answers for the letter."""
    due_on: Mapped[date]
    state: Mapped[HandoverState] = mapped_column(default=HandoverState.OPEN)
    text: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    sm3: Mapped[str] = mapped_column(sa.String(64))
    mark: Mapped[str] = mapped_column(sa.String(MARK_LENGTH))
    """Keyed digest of the text's statement."""
    opened_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    letter: Mapped[Letter] = relationship()
    signatory: Mapped[Signatory] = relationship()
    signatures: Mapped[list["HandoverSignature"]] = relationship(
        back_populates="handover", order_by="HandoverSignature.id"
    )


class HandoverSignature(Model):
    """A line of a handover, signed: the successor's here or on paper, the predecessor's on paper."""

    __tablename__ = "letter_handover_signature"
    __table_args__ = (
        sa.UniqueConstraint("handover_id", "line"),
        sa.CheckConstraint("(method = 'paper') = (recorded_by_id IS NOT NULL)", name="recorded"),
        sa.CheckConstraint("(method = 'paper') = (scan_sha256 IS NOT NULL)", name="paper_has_scan"),
        sa.CheckConstraint("line = 'successor' OR method = 'paper'", name="predecessor_on_paper"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    handover_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_handover.id"))
    line: Mapped[HandoverLine]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    person_name: Mapped[str] = mapped_column(sa.String(60))
    method: Mapped[SigningMethod]
    nonce: Mapped[str] = mapped_column(sa.String(64), unique=True)
    signed_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    scan_sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    statement: Mapped[str] = mapped_column(sa.Text)
    mark: Mapped[str] = mapped_column(sa.String(MARK_LENGTH))

    handover: Mapped[Handover] = relationship(back_populates="signatures")
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])
