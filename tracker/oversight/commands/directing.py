"""Say at the review desk what is asked of a unit."""

from datetime import date, datetime

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.verdict import require
from tracker.oversight import notices, policy
from tracker.oversight.commands.recording import record_about
from tracker.oversight.models import Direction
from tracker.oversight.rules import DirectionKind
from tracker.tasks.commands.deadlines import set_rectification
from tracker.tasks.commands.moving import claim, future_date, words
from tracker.tasks.models import Task
from tracker.tasks.rules import OPEN


def direct(
    task: Task,
    *,
    kind: DirectionKind,
    text: str,
    new_due_on: date | None = None,
    version: int,
    by: Actor,
    now: datetime,
) -> Direction:
    """Say at the review desk what is asked of the lead unit: explain, make good by a date (限期整改), or a note."""
    require(policy.may_direct(by, task))
    text = words(text, "text", limit=2000)
    due_on = future_date(new_due_on, "new_due_on", now=now) if kind is DirectionKind.RECTIFY else None
    claim(task, version=version, states=OPEN)
    direction = Direction(
        task_id=task.id,
        kind=kind,
        text=text,
        new_due_on=due_on,
        by_id=by.person_id,
        by_as=by.capacity(task.group_id),
        at=now,
    )
    direction.task = task
    db.session.add(direction)
    db.session.flush()
    if due_on is not None:
        set_rectification(task, due_on, basis=text, by=by, now=now)
    acts = {
        DirectionKind.EXPLAIN: "task.ask_explanation",
        DirectionKind.RECTIFY: "task.rectify",
        DirectionKind.NOTE: "task.note",
    }
    record_about(acts[kind], task, by=by, now=now, text=text, due_on=due_on)
    if kind is not DirectionKind.NOTE:
        notices.tell_directed(direction, by_name=by.name, now=now)
    return direction
