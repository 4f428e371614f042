"""The rules of flags are pure: facts in, a finding out; and their table is complete."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.kernel.calendar import WorkingDays
from tracker.oversight.rules import (
    FLAG_MOVES,
    FLAG_RULES,
    OVERDUE_RULES,
    THRESHOLD_WORDS,
    Card,
    DecisionKind,
    Facts,
    FlagColour,
    FlagMove,
    FlagRule,
    FlagState,
    Happening,
    InForce,
    ReviewOutcome,
    RuleSetting,
    decision_in_force,
    default_setting,
    is_heavier,
    last_day_to_ask_review,
    last_day_to_state,
    look_with,
    may_take,
    period_is_over,
    replay,
)

D = date(2026, 3, 18)
FROM = date(2025, 9, 1)


def happenings(*days: int) -> list[Happening]:
    """Happenings so many days after D, each for a due date of its own."""
    return [Happening(D + timedelta(days=n), D + timedelta(days=n), number) for number, n in enumerate(days, 1)]


def found(rule: FlagRule, facts: Facts, threshold: int | None = None) -> tuple[date, tuple[int, ...]] | None:
    """What a rule finds, as due date and the facts it rests on."""
    finding = FLAG_RULES[rule].look(facts, threshold or FLAG_RULES[rule].threshold, D)
    return None if finding is None else (finding.due_on, tuple(fact.ref for fact in finding.rests_on))


def test_every_rule_has_a_name_a_version_and_words() -> None:
    assert set(FLAG_RULES) == set(FlagRule) == set(THRESHOLD_WORDS)
    assert all(rule.version >= 1 and rule.least <= rule.threshold <= rule.most for rule in FLAG_RULES.values())
    assert {FLAG_RULES[rule].colour for rule in OVERDUE_RULES.values()} == set(FlagColour)
    assert all(FLAG_RULES[rule].colour is colour for colour, rule in OVERDUE_RULES.items())
    assert all(default_setting(rule).enabled for rule in FlagRule)


@pytest.mark.parametrize(("days", "threshold", "sees"), [(2, 3, False), (3, 3, True), (9, 3, True), (5, 0, False)])
def test_lateness_counts_in_working_days(days: int, threshold: int, sees: bool) -> None:
    finding = FLAG_RULES[FlagRule.OVERDUE_YELLOW].look(Facts(due_on=D, late_days=days), threshold, D)
    assert (finding is not None) is sees


def test_what_has_no_date_is_never_late() -> None:
    assert found(FlagRule.OVERDUE_RED, Facts(late_days=99)) is None


def test_the_second_return_is_seen_and_the_third_is_the_same_finding() -> None:
    assert found(FlagRule.RETURNED, Facts(returns=happenings(1))) is None
    two = found(FlagRule.RETURNED, Facts(returns=happenings(1, 2)))
    assert two == (D + timedelta(days=2), (1, 2))
    assert found(FlagRule.RETURNED, Facts(returns=happenings(1, 2, 3))) == two


def test_two_extensions_are_borne_and_the_third_is_seen() -> None:
    assert found(FlagRule.EXTENDED, Facts(extensions=happenings(1, 2))) is None
    assert found(FlagRule.EXTENDED, Facts(extensions=happenings(1, 2, 3))) == (D + timedelta(days=3), (1, 2, 3))


def test_each_missed_rectification_is_seen_for_its_own_date() -> None:
    assert found(FlagRule.RECTIFICATION, Facts()) is None
    assert found(FlagRule.RECTIFICATION, Facts(rectifications=happenings(1, 4))) == (D + timedelta(days=4), (2,))
    assert found(FlagRule.RECTIFICATION, Facts(rectifications=happenings(1)), 2) is None


def test_two_yellows_about_different_dates_make_a_red_and_each_counts_once() -> None:
    same = [Happening(D, D, 1), Happening(D + timedelta(days=3), D, 2)]
    assert found(FlagRule.TWO_YELLOWS, Facts(yellows=same)) is None
    two = happenings(1, 5)
    assert found(FlagRule.TWO_YELLOWS, Facts(yellows=two)) == (D + timedelta(days=5), (1, 2))
    assert found(FlagRule.TWO_YELLOWS, Facts(yellows=[*two, *happenings(9)[:1]], counted=frozenset({1, 2}))) is None


def test_a_setting_switches_tunes_and_holds_from_its_day_on() -> None:
    facts = Facts(returns=happenings(0, 2))

    def look(**said: object) -> object:
        setting = RuleSetting(**{"enabled": True, "threshold": 2, **said})  # type: ignore[arg-type]
        return look_with(FlagRule.RETURNED, setting, facts, uses_from=FROM, today=D)

    assert look() is not None
    assert look(enabled=False) is None
    assert look(threshold=3) is None
    assert look(since=D + timedelta(days=2)) is not None
    assert look(since=D + timedelta(days=3)) is None


def test_days_before_the_group_used_the_product_raise_nothing() -> None:
    facts = Facts(returns=happenings(0, 2))
    for uses_from, sees in ((D + timedelta(days=2), True), (D + timedelta(days=3), False)):
        setting = default_setting(FlagRule.RETURNED)
        assert (look_with(FlagRule.RETURNED, setting, facts, uses_from=uses_from, today=D) is not None) is sees


@given(st.lists(st.integers(0, 60), max_size=6).map(sorted), st.integers(2, 5), st.integers(2, 5))
def test_a_lower_threshold_never_sees_less(days: list[int], low: int, high: int) -> None:
    low, high = sorted((low, high))
    facts = Facts(returns=happenings(*days))
    rule = FLAG_RULES[FlagRule.RETURNED]
    if rule.look(facts, high, D) is not None:
        assert rule.look(facts, low, D) is not None


def found_by(rule: FlagRule, threshold: int, facts: Facts) -> list[tuple[date, date]]:
    """What a replay finds: due date and day."""
    setting = RuleSetting(enabled=True, threshold=threshold)
    return [(one.due_on, one.on) for one in replay(rule, setting, facts, uses_from=date(2026, 1, 1))]


def test_a_replay_finds_every_date_that_was_missed_not_only_the_newest() -> None:
    missed = [Happening(D, D - timedelta(days=1), 1), Happening(D + timedelta(days=9), D + timedelta(days=8), 2)]
    both = [(one.due_on, one.on) for one in missed]
    assert found_by(FlagRule.RECTIFICATION, 1, Facts(rectifications=missed)) == both
    assert found_by(FlagRule.RECTIFICATION, 2, Facts(rectifications=missed)) == both[1:]


def test_a_replay_lays_yellows_together_as_they_come_and_none_twice() -> None:
    yellows = [Happening(D + timedelta(days=n), D + timedelta(days=n - 5), n) for n in range(5)]
    reds = [(yellows[n].due_on, yellows[n].on) for n in (1, 3)]
    assert found_by(FlagRule.TWO_YELLOWS, 2, Facts(yellows=yellows)) == reds
    assert found_by(FlagRule.TWO_YELLOWS, 2, Facts(yellows=yellows, counted=frozenset({0}))) == [
        (yellows[n].due_on, yellows[n].on) for n in (2, 4)
    ]


HISTORIES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)), max_size=8).map(sorted)


@given(
    HISTORIES,
    st.integers(0, 30),
    st.integers(1, 3),
    st.sampled_from(sorted(set(FlagRule) - set(OVERDUE_RULES.values()))),
)
def test_what_came_later_changes_nothing_of_what_a_replay_found(
    drawn: list[tuple[int, int]], until: int, threshold: int, rule: FlagRule
) -> None:
    last = D + timedelta(days=until)
    rows = [Happening(D + timedelta(days=on), D - timedelta(days=due), n) for n, (on, due) in enumerate(drawn)]

    def told(some: list[Happening]) -> list[tuple[date, date]]:
        return found_by(rule, threshold, Facts(returns=some, extensions=some, rectifications=some, yellows=some))

    assert told([row for row in rows if row.on <= last]) == [row for row in told(rows) if row[1] <= last]


def test_the_period_is_counted_in_working_days_and_ends_when_it_was_used() -> None:
    last = last_day_to_state(D, WorkingDays())
    assert last == date(2026, 3, 25)
    assert not period_is_over(last, statement_by=last, used=False)
    assert period_is_over(last + timedelta(days=1), statement_by=last, used=False)
    assert period_is_over(D, statement_by=last, used=True)
    assert not period_is_over(date(2027, 1, 1), statement_by=None, used=True)
    assert last_day_to_ask_review(D) == date(2026, 4, 17)


def test_gravity_orders_decisions_and_cards() -> None:
    assert is_heavier(DecisionKind.REFERRAL, Card.NONE, DecisionKind.CIRCULAR, Card.RED)
    assert is_heavier(DecisionKind.INTERVIEW, Card.RED, DecisionKind.INTERVIEW, Card.YELLOW)
    assert not is_heavier(DecisionKind.URGE, Card.NONE, DecisionKind.INTERVIEW, Card.NONE)
    assert not is_heavier(DecisionKind.URGE, Card.NONE, DecisionKind.URGE, Card.NONE)


@pytest.mark.parametrize(
    ("outcome", "new_kind", "new_card", "stands"),
    [
        (None, None, None, InForce(DecisionKind.CIRCULAR, Card.RED)),
        (None, None, Card.NONE, InForce(DecisionKind.CIRCULAR, Card.RED)),
        (ReviewOutcome.UPHELD, None, Card.NONE, InForce(DecisionKind.CIRCULAR, Card.RED)),
        (ReviewOutcome.CHANGED, DecisionKind.CIRCULAR, Card.YELLOW, InForce(DecisionKind.CIRCULAR, Card.YELLOW)),
        (ReviewOutcome.CHANGED, DecisionKind.INTERVIEW, Card.NONE, InForce(DecisionKind.INTERVIEW, Card.NONE)),
        (ReviewOutcome.LIFTED, None, Card.NONE, None),
    ],
)
def test_what_stands_is_what_the_review_left(
    outcome: ReviewOutcome | None, new_kind: DecisionKind | None, new_card: Card | None, stands: InForce | None
) -> None:
    assert decision_in_force(DecisionKind.CIRCULAR, Card.RED, outcome, new_kind, new_card) == stands


def test_every_state_and_move() -> None:
    assert set(FLAG_MOVES) == set(FlagMove)
    allowed = {(move, state) for move in FlagMove for state in FlagState if may_take(move, state)}
    assert allowed == {
        (FlagMove.NOTIFY, FlagState.RAISED),
        (FlagMove.STATE, FlagState.AWAITING),
        (FlagMove.PROPOSE, FlagState.AWAITING),
        (FlagMove.TURN_DOWN, FlagState.AWAITING),
        (FlagMove.DECIDE, FlagState.AWAITING),
        (FlagMove.ASK_REVIEW, FlagState.DECIDED),
        (FlagMove.REVIEW, FlagState.DECIDED),
        (FlagMove.CLOSE, FlagState.DECIDED),
        (FlagMove.WITHDRAW, FlagState.RAISED),
        (FlagMove.WITHDRAW, FlagState.AWAITING),
    }
