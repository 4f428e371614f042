"""Filing evidence (佐证材料) under reports and submissions."""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid
from tracker.kernel.files import NewFile
from tracker.kernel.text import _l
from tracker.tasks.models import Evidence, Task

QUOTA_BYTES = 2 * 1024**3
"""All evidence of one unit together."""


def keep_evidence(
    task: Task,
    files: Sequence[NewFile],
    *,
    unit_id: int,
    by: Actor,
    now: datetime,
    report_id: int | None = None,
    submission_id: int | None = None,
    part_id: int | None = None,
    fact_on: date | None = None,
) -> None:
    """File evidence under a report or a submission; the unit's quota is 2 GB in all."""
    if not files:
        return
    if fact_on is not None and fact_on > local_date(now):
        raise Invalid({"fact_on": _l("材料反映的日期不能晚于今天。")})
    used = db.session.scalar(sa.select(sa.func.sum(Evidence.size)).where(Evidence.unit_id == unit_id)) or 0
    if used + sum(file.size for file in files) > QUOTA_BYTES:
        raise Invalid({"files": _l("本单位的材料空间已满（2 GB），请联系领导小组办公室。")})
    db.session.add_all(
        Evidence(
            task_id=task.id,
            part_id=part_id,
            unit_id=unit_id,
            report_id=report_id,
            submission_id=submission_id,
            sha256=file.sha256,
            name=file.name,
            size=file.size,
            fact_on=fact_on,
            uploaded_by_id=by.person_id,
            uploaded_at=now,
        )
        for file in files
    )
    db.session.flush()
