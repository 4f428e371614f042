"""Recurring tasks: one a period, each once, none for periods that have gone by."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TODAY, Cast
from tests.tasks.stories import DRAFT, act, acts_of, cancelled, day, draft, inbox, issue, issued
from tracker.kernel.db import db, write_transaction
from tracker.organisation.models import Appointment, Seat
from tracker.organisation.rules import SeatRole
from tracker.tasks import commands, queries
from tracker.tasks.commands import NewPart, NewReport, NewTarget
from tracker.tasks.models import Task
from tracker.tasks.queries import Shares, Stage, TaskFilter
from tracker.tasks.rules import Every, TaskSource, TaskState

MONTHLY: dict[str, Any] = {"due_on": None, "cadence_every": Every.MONTH, "cadence_day": 28}


def _sweep(at: str, *, limit: int = 200) -> int:
    with write_transaction():
        return commands.issue_due_periods(now=day(at), limit=limit)


def _periods() -> list[tuple[str | None, date | None]]:
    rows = db.session.execute(sa.select(Task.period, Task.due_on).order_by(Task.id))
    return [(period, due_on) for period, due_on in rows]


def test_each_period_gets_its_task_once(cast: Cast) -> None:
    first = issued(cast, **MONTHLY)
    assert [_sweep(at) for at in ("2026-03-31", "2026-04-01", "2026-04-01", "2026-04-30", "2026-05-02")] == [
        0,
        1,
        0,
        0,
        1,
    ]
    assert _periods() == [
        ("2026-03", date(2026, 3, 28)),
        ("2026-04", date(2026, 4, 28)),
        ("2026-05", date(2026, 5, 28)),
    ]
    second = db.session.scalars(sa.select(Task).where(Task.period == "2026-04")).one()
    assert (second.state, second.source, second.first_due_on) == (TaskState.ISSUED, TaskSource.SERIES, second.due_on)
    assert (second.title, second.lead_unit_id, second.batch_id) == (first.title, first.lead_unit_id, first.batch_id)
    assert second.accept_by == date(2026, 4, 6)
    assert acts_of(second) == ["task.issue_period"]
    assert inbox(cast, "finance_head").count("task.issued") == 3


def test_a_recurring_draft_that_lay_too_long_goes_out_with_the_date_that_comes_next(cast: Cast) -> None:
    task = draft(cast, **MONTHLY)
    issue(cast, task, now=day("2026-04-10"))
    assert (task.due_on, task.first_due_on, task.period) == (date(2026, 4, 28), date(2026, 4, 28), "2026-04")
    assert _sweep("2026-04-11") == 0


def test_after_days_off_only_the_period_that_runs_is_issued(cast: Cast) -> None:
    issued(cast, **MONTHLY)
    assert _sweep("2026-06-10") == 1
    assert [period for period, _due in _periods()] == ["2026-03", "2026-06"]


def test_a_period_whose_date_has_gone_by_is_not_issued_late(cast: Cast) -> None:
    issued(cast, **MONTHLY)
    assert [_sweep(at) for at in ("2026-04-29", "2026-04-30", "2026-05-01")] == [0, 0, 1]
    assert [period for period, _due in _periods()] == ["2026-03", "2026-05"]


@pytest.mark.parametrize(
    ("cadence", "at", "period", "due_on"),
    [
        ({"cadence_every": Every.QUARTER}, "2026-04-01", "2026-Q2", date(2026, 6, 30)),
        ({"cadence_every": Every.YEAR, "cadence_month": 8}, "2027-01-01", "2027", date(2027, 8, 31)),
    ],
)
def test_quarters_and_years_recur_too(cast: Cast, cadence: dict[str, Any], at: str, period: str, due_on: date) -> None:
    issued(cast, due_on=None, **cadence)
    assert _sweep(at) == 1
    assert _periods()[-1] == (period, due_on)


def test_parts_and_targets_come_along_with_their_distance(cast: Cast) -> None:
    units = [cast.unit_ids[name] for name in ("construction", "town", "water")]
    dates = (date(2026, 3, 20), None, date(2026, 3, 28))
    parts = [NewPart(unit, "资料", due_on) for unit, due_on in zip(units, dates, strict=True)]
    issued(cast, parts=parts, targets=[NewTarget("班额", "<=", 45, due_on=date(2026, 9, 1))], **MONTHLY)
    _sweep("2026-04-01")
    task = db.session.scalars(sa.select(Task).where(Task.period == "2026-04")).one()
    assert [part.due_on for part in task.parts] == [date(2026, 4, 20), None, date(2026, 4, 28)]
    assert [(target.value, target.due_on) for target in task.targets] == [(45, date(2026, 9, 1))]
    assert inbox(cast, "construction_head") == ["task.part_issued", "task.part_issued"]


def test_no_part_begins_late(cast: Cast) -> None:
    parts = [NewPart(cast.unit_ids["construction"], "资料", date(2026, 3, 20))]
    issued(cast, parts=parts, **MONTHLY)
    _sweep("2026-04-25")
    task = db.session.scalars(sa.select(Task).where(Task.period == "2026-04")).one()
    assert [part.due_on for part in task.parts] == [date(2026, 4, 25)]
    _sweep("2026-05-01")
    task = db.session.scalars(sa.select(Task).where(Task.period == "2026-05")).one()
    assert [part.due_on for part in task.parts] == [date(2026, 5, 20)], "what one period began late, the next does not"


def test_a_part_put_off_by_a_rest_keeps_its_distance_in_the_next_period(cast: Cast) -> None:
    task = issued(cast, parts=[NewPart(cast.unit_ids["construction"], "资料", date(2026, 3, 20))], **MONTHLY)
    act(commands.suspend_task, task, reason="等待文件", by=cast.actor("leader"))
    act(commands.resume_task, task, new_due_on=None, by=cast.actor("leader"), now=day("2026-03-23"))
    assert (task.due_on, [part.due_on for part in task.parts]) == (date(2026, 4, 2), [date(2026, 3, 25)])
    for at, part_due in (("2026-04-01", date(2026, 4, 20)), ("2026-05-01", date(2026, 5, 20))):
        _sweep(at)
        following = db.session.scalars(sa.select(Task).order_by(Task.id.desc()).limit(1)).one()
        assert [part.due_on for part in following.parts] == [part_due]


def test_the_parts_of_a_draft_that_lay_too_long_come_along_with_its_date(cast: Cast) -> None:
    parts = [NewPart(cast.unit_ids["construction"], "资料", date(2026, 3, 20)), NewPart(cast.unit_ids["town"])]
    task = draft(cast, parts=parts, **MONTHLY)
    issue(cast, task, now=day("2026-04-22"))
    assert (task.due_on, [part.due_on for part in task.parts]) == (date(2026, 4, 28), [date(2026, 4, 22), None])
    _sweep("2026-05-01")
    following = db.session.scalars(sa.select(Task).where(Task.period == "2026-05")).one()
    assert [part.due_on for part in following.parts] == [date(2026, 5, 20), None]


def test_owner_verifier_and_leader_go_on_while_they_are_in_place(cast: Cast) -> None:
    task = issued(cast, **MONTHLY)
    seat = db.session.scalars(sa.select(Seat).where(Seat.role == SeatRole.LEADER)).one()
    act(commands.assign_owner, task, person=cast.person("finance_staff"), by=cast.actor("finance_head"))
    act(commands.appoint_verifier, task, person=cast.person("water_head"), by=cast.actor("leader"))
    act(commands.set_leader_in_charge, task, seat=seat, by=cast.actor("office_clerk"))
    _sweep("2026-04-01")
    with write_transaction() as session:
        for name in ("finance_staff", "water_head"):
            for row in session.query(Appointment).filter_by(person_id=cast.person_ids[name]):
                row.ends_on = date(2026, 4, 2)
        session.get_one(Seat, seat.id).ends_on = date(2026, 4, 2)
    _sweep("2026-05-01")
    rows = db.session.execute(sa.select(Task.owner_id, Task.verifier_id, Task.leader_seat_id).order_by(Task.id)).all()
    stay = (cast.person_ids["finance_staff"], cast.person_ids["water_head"], seat.id)
    assert [tuple(row) for row in rows] == [stay, stay, (None, None, None)]


def test_cancelling_a_period_ends_the_series(cast: Cast) -> None:
    task = cancelled(cast, **MONTHLY)
    assert [_sweep(at) for at in ("2026-04-01", "2026-05-01")] == [0, 0]
    assert task.series is not None
    assert task.series.ends_on == date(2026, 4, 1)


def test_a_group_that_has_ended_issues_nothing_more(cast: Cast) -> None:
    issued(cast, **MONTHLY)
    with write_transaction():
        cast.group().ended_on = TODAY
    assert [_sweep(at) for at in ("2026-04-01", "2026-05-01")] == [0, 0]


def test_many_series_are_issued_in_portions(cast: Cast) -> None:
    for _ in range(3):
        issued(cast, **MONTHLY)
    assert [_sweep("2026-04-01", limit=2) for _ in range(3)] == [2, 1, 0]


def test_the_database_holds_one_task_a_period(cast: Cast) -> None:
    task = issued(cast, **MONTHLY)
    _sweep("2026-04-01")
    with pytest.raises(sa.exc.IntegrityError), write_transaction() as session:
        session.execute(sa.update(Task).where(Task.series_id == task.series_id).values(period="2026-04"))
    with write_transaction() as session:
        session.execute(sa.update(Task).where(Task.id == task.id).values(period="2026-02", updated_at=NOW))


def _apportioned(cast: Cast) -> list[Task]:
    """A monthly clause that binds three units, signed off in March."""
    units = [cast.unit_ids[name] for name in ("finance", "construction", "town")]
    with write_transaction():
        rows = commands.draft_apportioned(
            cast.group(),
            replace(DRAFT, **MONTHLY),
            unit_ids=units,
            summing_unit_id=None,
            by=cast.actor("office_clerk"),
            now=NOW,
        )
    issue(cast, *rows)
    return rows


def test_a_clause_that_binds_many_counts_each_unit_once_though_it_recurs(cast: Cast) -> None:
    first = _apportioned(cast)
    heading = first[0].apportionment_id
    assert heading is not None
    act(commands.accept_task, first[0], by=cast.actor("finance_head"))
    act(commands.report_progress, first[0], report=NewReport("已办一半。"), by=cast.actor("finance_head"))
    wanted = TaskFilter(apportionment_id=heading, state=Stage.ALL, running=True)
    clerk = cast.actor("office_clerk")
    assert queries.shares(heading) == Shares(3, 1, 0)
    assert {row.id for row in queries.list_tasks(clerk, wanted, today=TODAY).rows} == {task.id for task in first}
    _sweep("2026-04-01")
    second = db.session.scalars(sa.select(Task).where(Task.period == "2026-04").order_by(Task.id)).all()
    assert queries.shares(heading) == Shares(3, 0, 0)
    assert {row.id for row in queries.list_tasks(clerk, wanted, today=TODAY).rows} == {task.id for task in second}
    act(commands.cancel_task, second[0], reason="不再负责。", by=clerk)
    assert queries.shares(heading) == Shares(2, 0, 0)
    assert queries.recurs(heading)


def test_what_was_never_signed_off_stands_on_no_paper_of_a_batch(cast: Cast) -> None:
    first, other = draft(cast, **MONTHLY), draft(cast, lead="education")
    batch = issue(cast, first, other)
    act(commands.accept_task, other, by=cast.actor("education_head"))
    piece: dict[str, Any] = {
        "unit_id": cast.unit_ids["school_one"],
        "title": "学校部分",
        "content": "",
        "due_on": TODAY,
    }
    act(commands.split_task, other, **piece, by=cast.actor("education_head"))
    _sweep("2026-04-01")
    assert db.session.query(Task).filter_by(batch_id=batch.id).count() == 4
    ids = [first.id, other.id]
    assert [task.id for task in queries.batch_tasks(batch)] == ids
    assert [row.id for row in queries.batch_rows(batch)] == ids
    assert [row.tasks for row in queries.open_batches(batch.group_id)] == [2]
