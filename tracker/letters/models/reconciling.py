"""What became of a letter's clauses by the year's end (年终对账): drafted by the office, then confirmed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.kernel.seals import MARK_LENGTH
from tracker.letters.models.letters import Letter, LetterClause
from tracker.letters.rules import ClauseOutcome, SigningMethod
from tracker.organisation.models import Person


class Reconciliation(Model):
    """The reconciliation of a letter: a draft until the first party confirmed it, then never changed."""

    __tablename__ = "letter_reconciliation"
    __table_args__ = (
        sa.CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="confirmed"),
        sa.CheckConstraint("(confirmed_at IS NULL) = (method IS NULL)", name="confirmed_somehow"),
        sa.CheckConstraint("(confirmed_at IS NULL) = (mark IS NULL)", name="confirmed_under_mark"),
        sa.CheckConstraint("(method IS NOT NULL AND method = 'paper') = (recorded_by_id IS NOT NULL)", name="recorded"),
        sa.CheckConstraint("(recorded_by_id IS NULL) = (scan_sha256 IS NULL)", name="paper_has_scan"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"), unique=True)
    drafted_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    confirmed_name: Mapped[str] = mapped_column(sa.String(60), default="")
    confirmed_as: Mapped[str] = mapped_column(sa.String(200), default="")
    confirmed_at: Mapped[datetime | None]
    method: Mapped[SigningMethod | None]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    scan_sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    statement: Mapped[str] = mapped_column(sa.Text, default="")
    mark: Mapped[str | None] = mapped_column(sa.String(MARK_LENGTH))
    """Keyed digest of the statement of all outcomes."""
    version: Mapped[int] = mapped_column(default=1)

    letter: Mapped[Letter] = relationship()
    drafted_by: Mapped[Person] = relationship(foreign_keys=[drafted_by_id])
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by_id])
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])
    outcomes: Mapped[list["OutcomeOfClause"]] = relationship(
        back_populates="reconciliation", order_by="OutcomeOfClause.clause_id", cascade="all, delete-orphan"
    )


class OutcomeOfClause(Model):
    """What became of one clause, with a sentence."""

    __tablename__ = "letter_outcome"
    __table_args__ = (sa.UniqueConstraint("reconciliation_id", "clause_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reconciliation_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_reconciliation.id"))
    clause_id: Mapped[int] = mapped_column(sa.ForeignKey("letter_clause.id"), index=True)
    outcome: Mapped[ClauseOutcome]
    remark: Mapped[str] = mapped_column(sa.String(500))

    reconciliation: Mapped[Reconciliation] = relationship(back_populates="outcomes")
    clause: Mapped[LetterClause] = relationship()
