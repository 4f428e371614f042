"""The record of acts: who did what to which thing, as what, when; old and new. And the chain that seals it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.kernel.db import BigId, Model
from tracker.kernel.seals import MARK_LENGTH


class AuditEntry(Model):
    """One act. Codes and values, never sentences: those are rendered in the reader's language. Append-only."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.Index("ix_audit_entry_subject", "subject_kind", "subject_id", "id"),
        sa.Index("ix_audit_entry_group", "group_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    act: Mapped[str] = mapped_column(sa.String(60))
    subject_kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int]
    group_id: Mapped[int | None]
    account_id: Mapped[int | None]
    person_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(sa.String(60))
    actor_capacity: Mapped[str] = mapped_column(sa.String(200))
    old: Mapped[dict[str, Any]]
    new: Mapped[dict[str, Any]]
    request_id: Mapped[str] = mapped_column(sa.String(36), default="")
    mark: Mapped[str] = mapped_column(sa.String(MARK_LENGTH))
    """The keyed digest of all the other columns, made with the act itself."""


class AuditSeal(Model):
    """One batch of acts put into the chain, and the digest of the whole chain up to its end. Append-only."""

    __tablename__ = "audit_seal"
    __table_args__ = (
        sa.CheckConstraint("number > 0 AND first_sequence > 0", name="counted_from_one"),
        sa.CheckConstraint("last_sequence >= first_sequence", name="covers_an_act"),
    )

    number: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    first_sequence: Mapped[int] = mapped_column(BigId)
    last_sequence: Mapped[int] = mapped_column(BigId)
    last_id: Mapped[int] = mapped_column(BigId)
    """The highest id among the acts of this batch."""
    previous: Mapped[str] = mapped_column(sa.String(64))
    digest: Mapped[str] = mapped_column(sa.String(64))
    mark: Mapped[str] = mapped_column(sa.String(MARK_LENGTH))
    sealed_at: Mapped[datetime]


class AuditPlace(Model):
    """Where in the chain an act stands; written once, by the seal that takes it in. Append-only."""

    __tablename__ = "audit_place"

    sequence: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_entry.id"), unique=True)
    seal_number: Mapped[int] = mapped_column(sa.ForeignKey("audit_seal.number"))
    mark: Mapped[str] = mapped_column(sa.String(MARK_LENGTH))
    """The keyed digest of this place and of the act's mark: an exchange is seen at the very row."""
