"""One of each thing of accountability, for the walk over all routes."""

from typing import Any

from tests.clock import NOW, TODAY
from tracker.kernel.db import db
from tracker.oversight.models import Flag
from tracker.oversight.rules import FlagColour, FlagRule, FlagState, FlagSubject
from tracker.tasks.models import Task

EVIDENCE: dict[str, Any] = {
    "rule": "overdue_yellow",
    "rule_version": 1,
    "threshold": 3,
    "rung": 3,
    "as_of": TODAY.isoformat(),
    "title": "落实学位保障",
    "unit": "单位",
    "state": "active",
    "light": "red",
    "due_on": "2026-03-09",
    "first_due_on": "2026-03-09",
    "milestone": False,
    "late_days": 7,
    "issued_on": None,
    "reported_on": None,
    "urges": 0,
    "explanations": 0,
    "returns": 0,
    "extensions": 0,
    "rests_on": [],
}


def of_flags(task: Task, unit_id: int, person_id: int, digest: str) -> dict[str, int | str]:
    """Flags about a late task."""
    del person_id, digest
    return {"flag_id": a_flag(task, unit_id, FlagRule.OVERDUE_YELLOW).id}


def a_flag(task: Task, unit_id: int, rule: FlagRule, **said: Any) -> Flag:
    """A flag about a late task of which its unit was told today."""
    row: dict[str, Any] = {"state": FlagState.AWAITING, "notified_at": NOW, "statement_by": TODAY, **said}
    flag = Flag(
        group_id=task.group_id,
        rule=rule,
        rule_version=1,
        colour=FlagColour.YELLOW,
        subject_kind=FlagSubject.TASK,
        subject_id=task.id,
        task_id=task.id,
        unit_id=unit_id,
        due_on=task.due_on,
        evidence=EVIDENCE,
        raised_at=NOW,
        **row,
    )
    db.session.add(flag)
    db.session.flush()
    return flag
