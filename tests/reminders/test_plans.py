"""A sweep finds its rows by the indexes made for it, also where nobody has gathered statistics."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW, TODAY
from tracker.kernel.calendar import working_days
from tracker.kernel.db import db, write_transaction
from tracker.reminders.commands import remind_chunk
from tracker.reminders.queries.standing import pending, step_values
from tracker.reminders.recipients import Holders
from tracker.reminders.rules import DEADLINE_LADDER, LadderKind, SubjectName, default_ladder, windows
from tracker.reminders.runs import Sweeping
from tracker.reminders.subjects import KIND_OF


def _plan(cast: Cast, kind: SubjectName, ids: list[int] | None) -> str:
    group_id = cast.group_ids["g1"]
    ladder = default_ladder(LadderKind.DEADLINE)
    run = Sweeping(group_id, date(2026, 1, 1), ladder, Holders(group_id, TODAY), NOW)
    window = windows(TODAY, working_days(), DEADLINE_LADDER)[3]
    rows: Any = pending(KIND_OF[kind], numbered=ids is not None)
    query: Any = sa.select(rows.c.subject_id)
    if ids is None:
        query = query.where(rows.c.subject_id > 5).order_by(rows.c.subject_id).limit(1000)
    query = query.params(step_values(run, window, ids=ids or ()))
    text = str(query.compile(db.engine, compile_kwargs={"literal_binds": True})).replace(":", "\\:")
    return "\n".join(row[3] for row in db.session.execute(sa.text(f"EXPLAIN QUERY PLAN {text}")))


@pytest.mark.sqlite
def test_a_chunk_goes_to_its_tasks_by_their_numbers(cast: Cast, session: Session) -> None:
    plan = _plan(cast, SubjectName.TASK, list(range(1, 500)))
    assert plan.count("SEARCH task USING INTEGER PRIMARY KEY") == 1
    assert "ix_task" not in plan
    assert "SCAN" not in plan


@pytest.mark.sqlite
def test_what_stands_on_a_rung_is_found_by_its_date(cast: Cast, session: Session) -> None:
    plan = _plan(cast, SubjectName.TASK, None)
    assert "SEARCH task USING INDEX ix_task_group" in plan
    assert "SCAN task" not in plan
    assert "sqlite_autoindex_reminder" in plan


@pytest.mark.sqlite
def test_milestones_are_found_by_the_first_that_is_undone_and_by_their_numbers(cast: Cast, session: Session) -> None:
    plan = _plan(cast, SubjectName.MILESTONE, None)
    assert "SEARCH task USING INDEX ix_task_milestone" in plan
    assert "SEARCH milestone USING INDEX ix_milestone_task_id" in plan
    assert "sqlite_autoindex_reminder" in plan
    chunk = _plan(cast, SubjectName.MILESTONE, list(range(1, 500)))
    assert "SEARCH milestone USING INTEGER PRIMARY KEY" in chunk
    assert "SEARCH task USING INTEGER PRIMARY KEY" in chunk
    assert "SCAN" not in plan + chunk


def test_a_chunk_of_what_has_gone_meanwhile_writes_nothing(cast: Cast, session: Session) -> None:
    group_id = cast.group_ids["g1"]
    ladder = default_ladder(LadderKind.DEADLINE)
    with write_transaction():
        run = Sweeping(group_id, date(2026, 1, 1), ladder, Holders(group_id, TODAY), NOW)
        window = windows(TODAY, working_days(), DEADLINE_LADDER)[3]
        assert remind_chunk(run, KIND_OF[SubjectName.TASK], window, [999_999]) == 0
