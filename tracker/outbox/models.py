"""Messages to people. The in-app inbox is the record of truth: written in the transaction of the act itself."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.kernel.db import BigId, Model


class InboxItem(Model):
    """One message in one person's inbox; kind and params, rendered in the reader's language."""

    __tablename__ = "inbox_item"
    __table_args__ = (
        sa.UniqueConstraint("recipient_id", "key"),
        sa.Index(
            "ix_inbox_item_open",
            "recipient_id",
            "id",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        ),
        sa.Index("ix_inbox_item_recipient", "recipient_id", "id"),
        sa.Index("ix_inbox_item_group", "group_id", "id"),
        sa.Index("ix_inbox_item_subject", "subject_kind", "subject_id", "id"),
        sa.Index(
            "ix_inbox_item_outgoing",
            "created_at",
            sqlite_where=sa.text("read_at IS NULL AND channels <> ''"),
            postgresql_where=sa.text("read_at IS NULL AND channels <> ''"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recipient_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(sa.String(40))
    params: Mapped[dict[str, Any]]
    subject_kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int]
    group_id: Mapped[int | None]
    key: Mapped[str] = mapped_column(sa.String(120))
    """What makes the message unique for its reader, so that nothing is told twice."""
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    channels: Mapped[str] = mapped_column(sa.String(40), default="mail", server_default="mail")
    """By which channels it may also go out, comma-joined in the order of the enum; empty: the inbox alone."""
    urgency: Mapped[int] = mapped_column(sa.SmallInteger, default=0, server_default="0")
    """0 ordinary or before the date, 1 just late, 2 late, 3 long late, and decisions."""
