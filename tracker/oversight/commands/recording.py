"""An act about a task, as it goes into the record of acts."""

from datetime import datetime

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.tasks.models import Task


def record_about(act: str, task: Task, *, by: Actor, now: datetime, **new: object) -> None:
    """Put an act on record under its task, so that the task's history shows it."""
    record(act, "task", task.id, by=by, now=now, group_id=task.group_id, unit_id=task.lead_unit_id, new=new)
