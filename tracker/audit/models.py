"""The record of acts: who did what to which thing, as what, when; old and new."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.kernel.db import BigId, Model


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
