"""A sweep finds its rows by the indexes made for it, on SQLite also where nobody has gathered statistics.

What is looked at is what the product says to the database, with the values that it says it with.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW, TODAY
from tests.explaining import explained, reads_all_of
from tests.reminders.worlds import running_task
from tracker.kernel.calendar import working_days
from tracker.kernel.db import db, write_transaction
from tracker.kernel.jobs import JobRun, RunState
from tracker.reminders.commands import remind_chunk
from tracker.reminders.models import Reminder
from tracker.reminders.queries import standing
from tracker.reminders.recipients import Holders
from tracker.reminders.rules import (
    DEADLINE_LADDER,
    LadderKind,
    ReminderState,
    SubjectName,
    Window,
    default_ladder,
    windows,
)
from tracker.reminders.runs import Sweeping
from tracker.reminders.subjects import KIND_OF
from tracker.tasks.models import Milestone, Task
from tracker.upkeep import overlooked

MANY, FEW = 6000, 20
FAR = date(2027, 6, 1)
TABLES = ("task", "milestone", "reminder")

Plans = Sequence[tuple[str, str]]


def _window() -> Window:
    return windows(TODAY, working_days(), DEADLINE_LADDER)[3]


def _run(cast: Cast) -> Sweeping:
    group_id = cast.group_ids["g1"]
    ladder = default_ladder(LadderKind.DEADLINE)
    return Sweeping(group_id, date(2026, 1, 1), ladder, Holders(group_id, TODAY), NOW)


@pytest.fixture(params=[False, True], ids=["as it is", "analysed"])
def crowd(request: pytest.FixtureRequest, cast: Cast, session: Session) -> Session:
    """Thousands of tasks with a milestone each, of which a few stand on a rung, and reminders of other things."""
    near = _window().through
    with write_transaction() as writing:
        one = running_task(cast, due_on=FAR, owner="finance_staff", milestones=[FAR])
        facts = {attribute.key: getattr(one, attribute.key) for attribute in sa.inspect(Task).column_attrs}
        facts.pop("id")
        dates = [near if number < FEW else FAR for number in range(MANY)]
        # Of the milestones others stand there than of the tasks.
        steps = list(reversed(dates))
        rows = [
            {**facts, "due_on": due, "first_due_on": due, "sort_on": due, "next_milestone_on": step}
            for due, step in zip(dates, steps, strict=True)
        ]
        ids = writing.scalars(sa.insert(Task).returning(Task.id, sort_by_parameter_order=True), rows).all()
        made = [{"task_id": task_id, "name": "节点", "due_on": step} for task_id, step in zip(ids, steps, strict=True)]
        writing.execute(sa.insert(Milestone), made)
        said = {"group_id": one.group_id, "subject_kind": "letter", "ladder": "letter", "cycle": 1, "rung": 1}
        to_whom = {"recipient_id": one.owner_id, "state": ReminderState.ACTIVE, "scheduled_for": TODAY}
        told = [{**said, **to_whom, "subject_id": number, "created_at": NOW} for number in range(MANY)]
        writing.execute(sa.insert(Reminder), told)
        # PostgreSQL analyses by itself, at a moment of its own: there is no telling what it knows without.
        if request.param or writing.get_bind().dialect.name == "postgresql":
            writing.execute(sa.text("ANALYZE"))
    return session


def _looked(cast: Cast, name: SubjectName) -> tuple[Plans, Plans]:
    """How a sweep looks for what stands on a rung, page and plan; and how it writes a chunk of that."""
    run, kind, window = _run(cast), KIND_OF[name], _window()
    with explained() as looks:
        standing.standing_dates(run, kind, [window])
        standing.pending_by_place(run, kind, window)
        ids = standing.pending_ids(run, kind, window, after=0, limit=1000)
    assert len(ids) == FEW
    with write_transaction(), explained() as writes:
        assert remind_chunk(run, kind, window, ids) >= FEW
    return looks, writes


def _read_whole(plans: Plans) -> list[str]:
    return [f"{statement}\n{plan}" for statement, plan in plans if any(reads_all_of(name, plan) for name in TABLES)]


def _by_number(table: str) -> str:
    is_sqlite = db.engine.dialect.name == "sqlite"
    return f"SEARCH {table} USING INTEGER PRIMARY KEY" if is_sqlite else f"using pk_{table} on {table}"


def test_tasks_on_a_rung_are_found_by_their_date_and_those_of_a_chunk_by_their_numbers(
    cast: Cast, crowd: Session
) -> None:
    looks, writes = _looked(cast, SubjectName.TASK)
    assert [plan for _statement, plan in looks if "ix_task_group" not in plan] == []
    assert _by_number("task") in writes[0][1]
    assert "ix_task_group" not in writes[0][1]
    assert _read_whole([*looks, *writes]) == []


def test_milestones_are_found_by_the_first_that_is_undone_and_by_their_numbers(cast: Cast, crowd: Session) -> None:
    looks, writes = _looked(cast, SubjectName.MILESTONE)
    assert [plan for _statement, plan in looks if "ix_task_milestone" not in plan] == []
    assert [plan for _statement, plan in looks if "ix_milestone_task_id" not in plan] == []
    assert _by_number("milestone") in writes[0][1]
    assert _read_whole([*looks, *writes]) == []


def test_the_watchdog_finds_what_was_passed_over_as_the_sweep_does(cast: Cast, crowd: Session) -> None:
    began = NOW + timedelta(hours=1)
    with write_transaction() as session:
        ran = {"job": "sweep", "slot": "x", "state": RunState.FINISHED, "started_at": began, "finished_at": began}
        session.execute(sa.insert(JobRun).values(**ran, counts={}, error=""))
    with explained() as looks:
        (found,) = overlooked.steps(began)
    assert found.count == FEW
    assert _read_whole(looks) == []


def test_a_chunk_of_what_has_gone_meanwhile_writes_nothing(cast: Cast, session: Session) -> None:
    with write_transaction():
        assert remind_chunk(_run(cast), KIND_OF[SubjectName.TASK], _window(), [999_999]) == 0
