"""The administrators are told of what the watchdog found, once for each finding."""

from datetime import datetime

from tracker.kernel.clock import local_date
from tracker.kernel.registry import Message
from tracker.kernel.text import _l
from tracker.organisation.queries import administrators
from tracker.outbox.commands import enqueue
from tracker.upkeep.models import Finding
from tracker.upkeep.rules import LABELS, Code

MESSAGES = {
    f"watch.{code}": Message(LABELS[code], "upkeep.findings", "finding", "alert-triangle")
    for code in Code
    if code is not Code.SLOT_MISSED
} | {
    f"watch.{Code.SLOT_MISSED}": Message(
        _l("定时任务没有按时完成，或者有一部分失败，请查看日志：%(detail)s"),
        "upkeep.findings",
        "finding",
        "alert-triangle",
    )
}


def tell(finding: Finding, *, now: datetime) -> None:
    """Tell whoever keeps the installation today."""
    enqueue(
        f"watch.{finding.code}",
        administrators(local_date(now)),
        subject=("finding", finding.id),
        params={"detail": finding.detail, "count": finding.count},
        key=f"watch:{finding.id}",
        now=now,
    )
