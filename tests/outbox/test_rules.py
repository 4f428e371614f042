"""Counting: waits, paces, hours; and that every state is left only by the moves there are."""

from datetime import UTC, datetime, timedelta

import pytest

from tracker.delivery.rules import (
    MOVES,
    DeliveryState,
    Hours,
    Pace,
    answered,
    next_opening,
    retry_after,
)
from tracker.kernel.calendar import WorkingDays

NOW = datetime(2026, 3, 18, 1, 30, tzinfo=UTC)
CALENDAR = WorkingDays({NOW.date() + timedelta(days=1): False})
"""The day after is a holiday."""


def test_what_is_sent_or_cancelled_stays_so() -> None:
    left = {state for sources, _target in MOVES.values() for state in sources}
    assert set(DeliveryState) - left == {DeliveryState.SENT, DeliveryState.CANCELLED}
    assert {target for _sources, target in MOVES.values()} == set(DeliveryState)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (5, 16), (9, 256), (10, 360), (99, 360)])
def test_waits_double_up_to_six_hours(attempts: int, minutes: int) -> None:
    assert retry_after(attempts, chance=0.5) == timedelta(minutes=minutes)
    assert retry_after(attempts, chance=0) < retry_after(attempts, chance=1)


def test_a_pace_lets_some_go_at_once_and_the_others_one_by_one() -> None:
    pace, free_at = Pace(12, 3), None
    went: list[float] = []
    now = NOW
    while len(went) < 6:
        moment = pace.free_moment(free_at, now)
        now = moment
        free_at = pace.after_one_more(free_at, now)
        went.append((now - NOW).total_seconds())
    assert went == [0, 0, 0, 5, 10, 15]


@pytest.mark.parametrize(
    ("hours", "open_hours"),
    [
        (Hours(9), range(9, 20)),
        (Hours(6), range(8, 20)),
        (Hours(9, quiet_from=12, quiet_until=14), [9, 10, 11, *range(14, 20)]),
        (Hours(9, quiet_from=18, quiet_until=10), range(10, 18)),
        (Hours(21), []),
    ],
)
def test_hours_are_the_readers_own_within_those_of_the_group(hours: Hours, open_hours: list[int]) -> None:
    assert [hour for hour in range(24) if hours.is_open(hour)] == list(open_hours)
    assert hours.reach_anybody() is bool(list(open_hours))


@pytest.mark.parametrize(
    ("hours", "open_hours"),
    [
        (Hours(9, quiet_from=12, quiet_until=14), [9, 10, 11, *range(14, 20)]),
        (Hours(21), [19]),
        (Hours(19, closes=18), [17]),
        (Hours(9, quiet_from=8, quiet_until=21), range(9, 20)),
        (Hours(17, quiet_from=17, quiet_until=10, closes=18), [17]),
    ],
)
def test_a_wish_that_a_group_has_overtaken_costs_no_message(hours: Hours, open_hours: list[int]) -> None:
    fitted = hours.within_the_group_s()
    assert [hour for hour in range(24) if fitted.is_open(hour)] == list(open_hours)


@pytest.mark.parametrize(
    ("hours", "opening"),
    [
        (Hours(9), NOW),
        (Hours(14), NOW.replace(hour=6, minute=0)),
        (Hours(9, quiet_from=9, quiet_until=10), NOW.replace(hour=2, minute=0)),
    ],
)
def test_the_next_opening_is_now_or_the_start_of_an_hour(hours: Hours, opening: datetime) -> None:
    assert next_opening(NOW, hours, CALENDAR) == opening


def test_the_next_opening_passes_over_days_on_which_offices_rest() -> None:
    evening = NOW.replace(hour=13)
    assert next_opening(evening, Hours(9), CALENDAR) == datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
    assert next_opening(NOW, Hours(22), CALENDAR) == NOW + timedelta(days=1)


def test_what_kept_a_message_is_said_in_words_and_the_others_answer_as_it_came() -> None:
    assert str(answered("timeout")) == "超时，没有答复"
    assert str(answered("endpoint_disabled")) == "渠道已停用，没有发出"
    assert str(answered("no_key")) == "保存的密码或地址无法解密"
    assert answered("550") == "550"
