"""That a letter in force was taken back by the first party: who, why, and the scan where it was done on paper."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.kernel.seals import MARK_LENGTH
from tracker.letters.models.letters import Letter
from tracker.letters.rules import SigningMethod
from tracker.organisation.models import Person


class Withdrawal(Model):
    """The end of a letter that both had signed; why stands on the letter, as it does for one not yet in force."""

    __tablename__ = "letter_withdrawal"
    __table_args__ = (
        sa.CheckConstraint("(method = 'paper') = (recorded_by_id IS NOT NULL)", name="recorded"),
        sa.CheckConstraint("(recorded_by_id IS NULL) = (scan_sha256 IS NULL)", name="paper_has_scan"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    person_name: Mapped[str] = mapped_column(sa.String(60))
    withdrawn_as: Mapped[str] = mapped_column(sa.String(200))
    withdrawn_at: Mapped[datetime]
    method: Mapped[SigningMethod]
    recorded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    scan_sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    statement: Mapped[str] = mapped_column(sa.Text)
    mark: Mapped[str] = mapped_column(sa.String(MARK_LENGTH))
    """Keyed digest of the statement."""

    letter: Mapped[Letter] = relationship()
    recorded_by: Mapped[Person | None] = relationship(foreign_keys=[recorded_by_id])
