"""Which message a unit gets when it is urged or asked for something."""

from datetime import datetime

from tracker.kernel.registry import Message
from tracker.kernel.text import _l
from tracker.outbox.commands import enqueue
from tracker.oversight.models import Direction, Urge
from tracker.tasks.notices import unit_desk

MESSAGES = {
    "task.urge": Message(_l("催办：%(title)s——%(sentence)s（%(by)s）"), "tasks.show", "task_id", "speakerphone"),
    "task.direct_explain": Message(
        _l("请作逾期说明：%(title)s——%(sentence)s（%(by)s）"), "tasks.show", "task_id", "message"
    ),
    "task.direct_rectify": Message(
        _l("限期整改：%(title)s——%(sentence)s（%(by)s）"), "tasks.show", "task_id", "alert-triangle"
    ),
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
