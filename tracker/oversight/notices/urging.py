"""What a unit hears when it is urged."""

from datetime import datetime

from tracker.kernel.registry import Message
from tracker.kernel.text import _l
from tracker.outbox.commands import enqueue
from tracker.oversight.models import Urge
from tracker.tasks.notices import unit_desk

MESSAGES = {
    "task.urge": Message(_l("催办：%(title)s——%(sentence)s（%(by)s）"), "tasks.show", "task_id", "speakerphone"),
}


def tell_urged(urge: Urge, *, by_name: str, now: datetime) -> int:
    """Tell the urged unit's head, deputy in charge, liaison and owner; returns how many people were told."""
    task = urge.task
    return enqueue(
        "task.urge",
        unit_desk(task, urge.unit_id, now),
        subject=("task", task.id),
        params={"title": task.title, "sentence": urge.sentence, "by": by_name},
        key=f"urge:{urge.id}",
        now=now,
        group_id=task.group_id,
    )
