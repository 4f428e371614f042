"""On which day a rung is reached."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.kernel.calendar import WorkingDays
from tracker.reminders.rules import DEADLINE_LADDER, Audience, Hearer, hear, hear_who_may, rung_day, windows

HOLIDAYS = WorkingDays(
    {
        date(2026, 4, 6): False,
        date(2026, 5, 1): False,
        date(2026, 5, 4): False,
        date(2026, 5, 5): False,
        date(2026, 5, 9): True,
    },
    frozenset({2026}),
)
DAYS = st.dates(min_value=date(2026, 2, 1), max_value=date(2026, 12, 1))


def test_the_first_rung_of_lateness_is_the_first_working_day_after_the_due_date() -> None:
    assert rung_day(date(2026, 3, 18), 1, HOLIDAYS) == date(2026, 3, 19)
    assert rung_day(date(2026, 3, 20), 1, HOLIDAYS) == date(2026, 3, 23)


def test_a_due_date_on_a_sunday_lasts_to_monday_and_counts_back_from_friday() -> None:
    sunday = date(2026, 3, 22)
    assert rung_day(sunday, 0, HOLIDAYS) == date(2026, 3, 20)
    assert rung_day(sunday, -1, HOLIDAYS) == date(2026, 3, 19)
    assert rung_day(sunday, 1, HOLIDAYS) == date(2026, 3, 24)


def test_a_make_up_saturday_is_a_working_day() -> None:
    assert rung_day(date(2026, 5, 8), 1, HOLIDAYS) == date(2026, 5, 9)


def test_holidays_are_skipped_backwards() -> None:
    assert rung_day(date(2026, 5, 6), -1, HOLIDAYS) == date(2026, 4, 30)


@given(today=DAYS, due_on=DAYS)
def test_every_due_date_stands_on_the_highest_rung_it_has_reached(today: date, due_on: date) -> None:
    reached = [rung.offset for rung in DEADLINE_LADDER if rung_day(due_on, rung.offset, HOLIDAYS) <= today]
    standing = [w.rung.offset for w in windows(today, HOLIDAYS, DEADLINE_LADDER) if w.after < due_on <= w.through]
    assert standing == (reached[-1:] if due_on > today - timedelta(days=400) else [])


def test_who_hears_already_also_stands_in_for_an_empty_post_and_nobody_for_nobody() -> None:
    present = {Audience.UNIT_HEAD: [1], Audience.LIAISON: [], Audience.DEPUTY_IN_CHARGE: []}
    heard = hear([Audience.UNIT_HEAD, Audience.LIAISON, Audience.DEPUTY_IN_CHARGE], lambda who: present.get(who, []))
    assert [(one.person_id, one.audience, one.instead_of) for one in heard] == [
        (1, Audience.UNIT_HEAD, Audience.LIAISON)
    ]
    assert hear([Audience.LIAISON], lambda _who: []) == []


def _judges(able: set[int], *, appointed: tuple[int, ...] = ()) -> list[int]:
    office, supervisors, leaders = ([Hearer(n, Audience.OFFICE) for n in some] for some in ([1, 2], [2, 3], [4, 5]))
    named = [Hearer(n, Audience.SUPERVISOR) for n in appointed]
    heard = hear_who_may(office, able, in_line=[supervisors, leaders], appointed=named)
    return [hearer.person_id for hearer in heard]


def test_who_does_the_work_hears_nothing_of_judging_it_and_the_next_in_line_does() -> None:
    assert _judges({1, 2, 3, 4}) == [1, 2]
    assert _judges({2, 3, 4}) == [2, 3]
    assert _judges({3, 4}) == [3]
    assert _judges({1, 4, 5}) == [1, 4, 5]


def test_who_was_appointed_hears_of_judging_and_nobody_else_need_stand_in() -> None:
    assert _judges({1, 2, 3, 9}, appointed=(9,)) == [1, 2, 9]
    assert _judges({3, 9}, appointed=(9,)) == [9]
    assert _judges({3}, appointed=(9,)) == [3]


def test_where_nobody_may_judge_the_rung_s_people_hear_nevertheless() -> None:
    assert _judges(set(), appointed=(9,)) == [1, 2]
