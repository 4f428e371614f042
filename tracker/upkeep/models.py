"""What the watchdog found, from when to when."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.kernel.db import Model
from tracker.upkeep.rules import Code


class Finding(Model):
    """Something that was not as it should be; open until the watchdog no longer finds it."""

    __tablename__ = "watchdog_finding"
    __table_args__ = (
        sa.CheckConstraint("count > 0", name="count"),
        sa.Index(
            "uq_watchdog_finding_open",
            "code",
            "detail",
            unique=True,
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[Code]
    detail: Mapped[str] = mapped_column(sa.String(80), default="")
    """Of what: a job's name, a channel, a group; empty where there is only one."""
    count: Mapped[int]
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """When it was last found."""
    cleared_at: Mapped[datetime | None]
