"""Read the record of acts."""

from collections.abc import Sequence

import sqlalchemy as sa

from tracker.audit.models import AuditEntry
from tracker.kernel.db import db


def history(subject_kind: str, subject_id: int, *, limit: int = 500) -> Sequence[AuditEntry]:
    """Every act on a thing, oldest first."""
    return db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == subject_id)
        .order_by(AuditEntry.id)
        .limit(limit)
    ).all()
