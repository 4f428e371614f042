"""What a unit hears when a reviewer asks something of it."""

from datetime import datetime

from tracker.kernel.registry import Message
from tracker.kernel.text import _l
from tracker.outbox.commands import enqueue
from tracker.oversight.models import Direction
from tracker.tasks.notices import unit_desk

MESSAGES = {
    "task.direct_explain": Message(
        _l("请作逾期说明：%(title)s——%(sentence)s（%(by)s）"), "tasks.show", "task_id", "message", late=True
    ),
    "task.direct_rectify": Message(
        _l("限期整改：%(title)s——%(sentence)s（%(by)s）"), "tasks.show", "task_id", "alert-triangle"
    ),
}


def tell_directed(direction: Direction, *, by_name: str, now: datetime) -> None:
    """Tell the lead unit what a reviewer asks of it."""
    task = direction.task
    enqueue(
        f"task.direct_{direction.kind.value}",
        unit_desk(task, task.lead_unit_id, now),
        subject=("task", task.id),
        params={"title": task.title, "sentence": direction.text, "by": by_name},
        key=f"direction:{direction.id}",
        now=now,
        group_id=task.group_id,
    )
