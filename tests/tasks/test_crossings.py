"""Crossings (逾期记录): dated by the deadline, written once, never taken back, none for days before the product."""

from datetime import date

import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.tasks.stories import (
    DUE,
    act,
    active,
    active_part,
    cancelled,
    completed,
    crossings,
    day,
    draft,
    issued,
    returned,
    submitted,
    suspended,
)
from tracker.kernel.calendar import CalendarDay, forget_working_days
from tracker.kernel.db import db, write_transaction
from tracker.tasks import commands
from tracker.tasks.commands import NewPart, NewReport
from tracker.tasks.commands.crossings import write_crossing
from tracker.tasks.models import Crossing
from tracker.tasks.rules import CrossingKind

AFTER = day("2026-04-20")


def _sweep(cast: Cast, at: str) -> int:
    return act(commands.record_crossings, cast.group(), now=day(at))


def test_what_is_open_past_its_date_crosses_and_nothing_else(cast: Cast) -> None:
    late = [make(cast) for make in (issued, active, returned)]
    spared = [make(cast) for make in (draft, submitted, suspended, completed, cancelled)]
    assert _sweep(cast, "2026-04-17") == 0
    assert _sweep(cast, "2026-04-20") == 3
    assert [crossings(task) for task in late] == [[("task", DUE)]] * 3
    assert [crossings(task) for task in spared] == [[]] * 5


def test_a_crossing_is_dated_by_the_deadline_whenever_it_is_found(cast: Cast) -> None:
    task = active(cast)
    _sweep(cast, "2026-07-01")
    row = db.session.scalars(sa.select(Crossing)).one()
    assert (row.due_on, row.recorded_at, row.unit_id) == (DUE, day("2026-07-01"), task.lead_unit_id)


def test_sweeping_again_writes_nothing(cast: Cast) -> None:
    active(cast)
    assert [_sweep(cast, at) for at in ("2026-04-20", "2026-04-20", "2026-04-30")] == [1, 0, 0]


def test_parts_and_milestones_cross_by_their_own_dates(cast: Cast) -> None:
    part = active_part(
        cast,
        parts=[NewPart(cast.unit_ids["construction"], "资料", date(2026, 4, 1))],
        milestones=[("摸底", date(2026, 4, 2))],
    )
    assert _sweep(cast, "2026-04-02") == 1
    assert _sweep(cast, "2026-04-03") == 1
    assert crossings(part.task) == [("milestone", date(2026, 4, 2)), ("part", date(2026, 4, 1))]
    units = set(db.session.scalars(sa.select(Crossing.unit_id)))
    assert units == {part.unit_id, part.task.lead_unit_id}


def test_what_was_done_in_time_inside_a_task_does_not_cross_with_it(cast: Cast) -> None:
    part = active_part(
        cast,
        parts=[NewPart(cast.unit_ids["construction"], "资料", date(2026, 4, 1))],
        milestones=[("摸底", date(2026, 4, 1)), ("核定", date(2026, 4, 2))],
    )
    task, head = part.task, cast.actor("construction_head")
    act(commands.report_part, part, report=NewReport(text="已提供。"), by=head)
    act(commands.complete_part, part, by=head)
    act(commands.complete_milestone, task.milestones[0], version=task.version, by=cast.actor("finance_head"))
    act(commands.suspend_task, task, reason="暂缓。", by=cast.actor("leader"), now=day("2026-04-10"))
    assert crossings(task) == [("milestone", date(2026, 4, 2))]


def test_no_crossing_is_dated_before_the_group_used_the_product(cast: Cast) -> None:
    task = active(cast)
    with write_transaction():
        cast.group().uses_from = date(2026, 4, 18)
    assert _sweep(cast, "2026-04-30") == 0
    with write_transaction():
        write_crossing(CrossingKind.TASK, task.id, task, task.lead_unit_id, DUE, now=AFTER)
    assert crossings(task) == []
    with write_transaction():
        cast.group().uses_from = DUE
    assert _sweep(cast, "2026-04-30") == 1


def test_a_due_day_without_work_crosses_after_the_next_working_day(cast: Cast) -> None:
    with write_transaction() as session:
        session.add(CalendarDay(day=DUE, working=False, note="调休"))
    forget_working_days()
    task = active(cast)
    assert _sweep(cast, "2026-04-20") == 0
    assert _sweep(cast, "2026-04-21") == 1
    assert crossings(task) == [("task", DUE)]


def test_another_groups_tasks_are_left_alone(cast: Cast) -> None:
    active(cast)
    assert act(commands.record_crossings, cast.group("g2"), now=AFTER) == 0
    assert _sweep(cast, "2026-04-20") == 1


def test_a_crossing_written_by_somebody_faster_is_left_as_it_is(cast: Cast) -> None:
    task = active(cast)
    for now in (NOW, AFTER):
        with write_transaction():
            write_crossing(CrossingKind.TASK, task.id, task, task.lead_unit_id, DUE, now=now)
    assert db.session.scalars(sa.select(Crossing.recorded_at)).all() == [NOW]
