"""Tasks under way, for tests of what falls due."""

from collections.abc import Sequence
from datetime import date, datetime

from tests.cast import Cast
from tests.clock import NOW
from tracker.kernel import leases
from tracker.kernel.db import db
from tracker.reminders.leading import LEASE
from tracker.reminders.ticks import tick
from tracker.tasks.models import Milestone, Task, TaskPart
from tracker.tasks.rules import TaskSource, TaskState


def tick_once(now: datetime) -> Sequence[str]:
    """A tick of whoever leads now; returns the jobs that it ran."""
    term = leases.acquire(LEASE, "host:1", succeeding=leases.lease_of(LEASE))
    assert term is not None
    return tick(term, now=now)


def running_task(
    cast: Cast,
    *,
    due_on: date,
    unit: str = "finance",
    owner: str | None = None,
    title: str = "落实生均公用经费",
    parts: tuple[tuple[str, date], ...] = (),
    milestones: Sequence[date] = (),
    state: TaskState = TaskState.ACTIVE,
    now: datetime = NOW,
) -> Task:
    """A task that is out, as the sweep meets it."""
    task = Task(
        group_id=cast.group_ids["g1"],
        source=TaskSource.HAND,
        state=state,
        title=title,
        lead_unit_id=cast.unit_ids[unit],
        owner_id=cast.person_ids[owner] if owner else None,
        due_on=due_on,
        first_due_on=due_on,
        sort_on=due_on,
        created_at=now,
        updated_at=now,
        issued_at=now,
        accepted_at=now,
        parts=[
            TaskPart(unit_id=cast.unit_ids[name], due_on=due, accepted_at=now, state="active") for name, due in parts
        ],
        milestones=[Milestone(name=f"节点{n}", due_on=due) for n, due in enumerate(milestones, 1)],
        next_milestone_on=min(milestones, default=None),
    )
    db.session.add(task)
    db.session.flush()
    return task
