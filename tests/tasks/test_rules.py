"""The pure rules: lights, lateness, periods, proposed dates."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.kernel.calendar import WorkingDays
from tracker.tasks.rules import (
    MOVES,
    DayMarks,
    Every,
    Light,
    LightFacts,
    Move,
    TaskState,
    behind_from,
    can,
    coming_due,
    day_marks,
    days_overdue,
    first_of_period,
    is_overdue,
    last_day_of_month,
    light_of,
    next_period,
    period_due,
    period_key,
    rectification_date,
    report_owed_on,
    resume_date,
    was_late,
)

TODAY = date(2026, 3, 18)
PLAIN = WorkingDays()
MARKS = DayMarks(TODAY, late_through=TODAY - timedelta(days=1), yellow_through=date(2026, 3, 27))
FACTS = LightFacts(TaskState.ACTIVE, date(2026, 4, 17))

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
CALENDARS = st.builds(WorkingDays, st.dictionaries(DAYS, st.booleans(), max_size=40))


def test_a_move_can_start_only_where_the_table_says() -> None:
    assert can(Move.SUBMIT, TaskState.ACTIVE)
    assert not can(Move.SUBMIT, TaskState.ISSUED)
    assert all(can(Move.CANCEL, state) for state in MOVES[Move.CANCEL][0])


@pytest.mark.parametrize(
    ("facts", "light"),
    [
        (FACTS, Light.GREEN),
        (replace(FACTS, due_on=date(2026, 3, 27)), Light.YELLOW),
        (replace(FACTS, due_on=date(2026, 3, 28)), Light.GREEN),
        (replace(FACTS, due_on=TODAY), Light.YELLOW),
        (replace(FACTS, due_on=TODAY - timedelta(days=1)), Light.RED),
        (replace(FACTS, due_on=TODAY - timedelta(days=1), extension_pending=True), Light.YELLOW),
        (replace(FACTS, next_milestone_on=TODAY - timedelta(days=40)), Light.YELLOW),
        (replace(FACTS, next_milestone_on=date(2026, 3, 28)), Light.GREEN),
        (replace(FACTS, behind_on=TODAY), Light.YELLOW),
        (replace(FACTS, behind_on=TODAY + timedelta(days=1)), Light.GREEN),
        (replace(FACTS, due_on=None), Light.GREEN),
        (replace(FACTS, due_on=None, continuous=True), Light.GREY),
        (replace(FACTS, state=TaskState.ISSUED, due_on=TODAY - timedelta(days=9)), Light.RED),
        (replace(FACTS, state=TaskState.RETURNED, due_on=TODAY - timedelta(days=9)), Light.RED),
        (replace(FACTS, state=TaskState.SUBMITTED, due_on=TODAY - timedelta(days=9)), Light.GREEN),
        (replace(FACTS, state=TaskState.SUBMITTED, late=True), Light.YELLOW),
        (replace(FACTS, state=TaskState.COMPLETED), Light.DONE),
        (replace(FACTS, state=TaskState.COMPLETED, late=True), Light.DONE_LATE),
        *(
            (replace(FACTS, state=state, due_on=TODAY - timedelta(days=9)), Light.GREY)
            for state in (TaskState.DRAFT, TaskState.PROPOSED, TaskState.SUSPENDED, TaskState.CANCELLED)
        ),
    ],
)
def test_the_light_follows_from_facts_and_the_day(facts: LightFacts, light: Light) -> None:
    assert light_of(facts, MARKS) is light


def test_only_open_tasks_are_overdue() -> None:
    passed = TODAY - timedelta(days=3)
    overdue = {state for state in TaskState if is_overdue(LightFacts(state, passed), MARKS)}
    assert overdue == {TaskState.ISSUED, TaskState.ACTIVE, TaskState.RETURNED}
    assert not is_overdue(LightFacts(TaskState.ACTIVE, None), MARKS)


@given(DAYS, DAYS, CALENDARS, st.booleans())
def test_late_by_the_marks_is_late_by_the_date(due_on: date, today: date, calendar: WorkingDays, roll: bool) -> None:
    marks = day_marks(today, calendar, yellow_days=7, roll=roll)
    assert (due_on <= marks.late_through) == was_late(due_on, today, calendar, roll=roll)


@given(DAYS, CALENDARS, st.integers(0, 20))
def test_yellow_reaches_so_many_working_days_ahead(today: date, calendar: WorkingDays, days: int) -> None:
    marks = day_marks(today, calendar, yellow_days=days, roll=True)
    assert calendar.between(today, marks.yellow_through) == days


def test_a_due_day_without_work_lasts_to_the_next_working_day() -> None:
    saturday = date(2026, 3, 21)
    assert not was_late(saturday, date(2026, 3, 23), PLAIN)
    assert was_late(saturday, date(2026, 3, 24), PLAIN)
    assert was_late(saturday, date(2026, 3, 22), PLAIN, roll=False)


@given(DAYS, st.integers(1, 60), CALENDARS, st.booleans())
def test_what_is_late_is_so_by_at_least_a_day(due_on: date, later: int, calendar: WorkingDays, roll: bool) -> None:
    assert days_overdue(due_on, due_on + timedelta(days=later), calendar, roll=roll) >= 1


def test_days_overdue_are_working_days() -> None:
    assert days_overdue(date(2026, 3, 13), date(2026, 3, 18), PLAIN) == 3
    assert days_overdue(date(2026, 3, 14), date(2026, 3, 18), PLAIN) == 2
    assert days_overdue(date(2026, 3, 14), date(2026, 3, 18), PLAIN, roll=False) == 3


@given(st.integers(0, 100), DAYS, st.integers(1, 900))
def test_the_straight_line_runs_ten_points_ahead_from_that_day(percent: int, start: date, length: int) -> None:
    due_on = start + timedelta(days=length)
    day = behind_from(percent, start, due_on)
    if percent > 90:
        assert day is None
        return
    assert day is not None
    assert 100 * (day - start).days >= (percent + 10) * length
    assert 100 * ((day - start).days - 1) < (percent + 10) * length


def test_no_straight_line_leads_back() -> None:
    assert behind_from(10, TODAY, TODAY) is None


@pytest.mark.parametrize(
    ("every", "key", "first", "following"),
    [
        (Every.MONTH, "2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        (Every.QUARTER, "2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        (Every.YEAR, "2026", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_day_falls_into_its_period(every: Every, key: str, first: date, following: date) -> None:
    day = date(2026, 12, 9)
    assert (period_key(every, day), first_of_period(every, day), next_period(every, day)) == (key, first, following)


@given(st.sampled_from(Every), DAYS)
def test_periods_follow_each_other_without_a_gap(every: Every, day: date) -> None:
    following = next_period(every, day)
    assert first_of_period(every, day) <= day < following
    assert period_key(every, following) != period_key(every, day)
    assert period_key(every, following - timedelta(days=1)) == period_key(every, day)


@pytest.mark.parametrize(
    ("every", "month", "day_of_month", "due"),
    [
        (Every.MONTH, None, 28, date(2026, 2, 28)),
        (Every.MONTH, None, 31, date(2026, 2, 28)),
        (Every.MONTH, None, None, date(2026, 2, 28)),
        (Every.QUARTER, None, None, date(2026, 3, 31)),
        (Every.QUARTER, 1, 15, date(2026, 1, 15)),
        (Every.YEAR, 8, None, date(2026, 8, 31)),
        (Every.YEAR, None, None, date(2026, 12, 31)),
    ],
)
def test_a_period_is_due_on_its_day(every: Every, month: int | None, day_of_month: int | None, due: date) -> None:
    assert period_due(every, date(2026, 2, 5), month=month, day_of_month=day_of_month) == due


def test_the_date_that_comes_next_is_this_periods_or_the_next_ones() -> None:
    def coming(day: date) -> date:
        return coming_due(Every.MONTH, day, month=None, day_of_month=28)

    assert coming(date(2026, 3, 28)) == date(2026, 3, 28)
    assert coming(date(2026, 3, 29)) == date(2026, 4, 28)


def test_the_last_day_of_december_is_known() -> None:
    assert last_day_of_month(2026, 12) == date(2026, 12, 31)


def test_a_continuous_task_owes_a_report_until_there_is_one_in_the_period() -> None:
    def owed(reported_on: date | None) -> date | None:
        return report_owed_on(Every.MONTH, TODAY, month=None, day_of_month=25, reported_on=reported_on)

    assert owed(None) == date(2026, 3, 25)
    assert owed(date(2026, 2, 28)) == date(2026, 3, 25)
    assert owed(date(2026, 3, 1)) is None


def test_making_good_is_proposed_for_five_working_days_on() -> None:
    assert rectification_date(TODAY, PLAIN) == date(2026, 3, 25)


def test_resuming_moves_the_date_by_the_rest_and_never_before_tomorrow() -> None:
    assert resume_date(date(2026, 4, 17), date(2026, 3, 10), TODAY) == date(2026, 4, 25)
    assert resume_date(date(2026, 3, 1), date(2026, 3, 10), TODAY) == date(2026, 3, 19)
