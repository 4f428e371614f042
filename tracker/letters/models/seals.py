"""The sealed PDF of a letter in force: which bytes, by which provider and certificate, since when."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.kernel.db import Model
from tracker.kernel.seals import MARK_LENGTH
from tracker.letters.models.letters import Letter


class LetterSeal(Model):
    """The PDF of a letter, sealed once after the last signature (电子印章); its bytes are what is served then."""

    __tablename__ = "letter_seal"

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"), unique=True)
    pdf_sha256: Mapped[str] = mapped_column(sa.ForeignKey("stored_file.sha256"))
    provider: Mapped[str] = mapped_column(sa.String(40))
    certificate_name: Mapped[str] = mapped_column(sa.String(200))
    certificate_sha256: Mapped[str] = mapped_column(sa.String(64))
    sealed_at: Mapped[datetime]
    mark: Mapped[str] = mapped_column(sa.String(MARK_LENGTH))
    """Keyed digest of the seal's statement."""

    letter: Mapped[Letter] = relationship()
