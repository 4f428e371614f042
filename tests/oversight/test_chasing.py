"""Nothing that waits for a decision goes unnoticed: supervisors and leaders are told in the group's working days."""

from datetime import datetime
from typing import Any

from tests.cast import NOW, TODAY, Cast
from tests.oversight.flag_stories import decided, flagged, fresh, ready
from tests.tasks.stories import act, day, inbox
from tracker.kernel.db import db, write_transaction
from tracker.oversight import commands
from tracker.oversight.models import Flag
from tracker.oversight.rules import DecisionKind, FlagState


def chase(cast: Cast, *, now: datetime) -> int:
    """What the sweep asks for."""
    with write_transaction():
        return commands.chase_undecided(cast.group_ids["g1"], now=now)


def test_who_may_act_is_told_after_five_working_days_and_again_after_five(cast: Cast) -> None:
    flag = flagged(cast)
    assert chase(cast, now=day("2026-04-01")) == 0
    assert chase(cast, now=day("2026-04-02")) == 1
    for name in ("supervisor", "leader"):
        assert inbox(cast, name).count("flag.undecided") == 1
    assert "flag.undecided" not in inbox(cast, "finance_head")
    assert chase(cast, now=day("2026-04-02")) == 0
    assert chase(cast, now=day("2026-04-08")) == 0
    assert chase(cast, now=day("2026-04-09")) == 1
    assert inbox(cast, "supervisor").count("flag.undecided") == 2
    act(
        commands.decide_flag,
        fresh(flag),
        kind=DecisionKind.URGE,
        reason="督促。",
        by=cast.actor("supervisor"),
        now=day("2026-04-10"),
    )
    assert chase(cast, now=day("2026-05-20")) == 0


def test_the_clock_runs_from_the_day_on_which_the_unit_had_said_all(cast: Cast) -> None:
    ready(cast)
    assert chase(cast, now=day("2026-03-24")) == 0
    assert chase(cast, now=day("2026-03-25")) == 1


def test_a_flag_of_which_nobody_could_be_told_is_brought_up_too(cast: Cast) -> None:
    flag = flagged(cast)
    with write_transaction():
        row = db.session.get_one(Flag, flag.id)
        row.state, row.notified_at, row.statement_by = FlagState.RAISED, None, None
    assert chase(cast, now=day("2026-03-24")) == 0
    assert chase(cast, now=day("2026-03-25")) == 1


def test_a_review_that_waits_is_brought_up(cast: Cast) -> None:
    flag = decided(cast)
    act(commands.ask_review, flag, grounds="情况有变。", by=cast.actor("finance_head"))
    assert chase(cast, now=day("2026-03-24")) == 0
    assert chase(cast, now=day("2026-03-25")) == 1


def test_nobody_is_chased_on_days_off_or_in_a_group_that_has_ended(cast: Cast) -> None:
    flagged(cast)
    assert chase(cast, now=day("2026-04-04")) == 0
    with write_transaction():
        cast.group().ended_on = TODAY
    assert chase(cast, now=day("2026-04-07")) == 0
    with write_transaction():
        cast.group().ended_on = None
    assert chase(cast, now=day("2026-04-07")) == 1


def test_a_group_says_how_many_days(cast: Cast) -> None:
    flagged(cast)
    with write_transaction():
        days: dict[str, Any] = {"statement_days": 5, "review_days": 30, "decide_within_days": 1, "uses_cards": False}
        commands.set_accountability(cast.group(), **days, version=1, by=cast.actor("leader"), now=NOW)
    assert chase(cast, now=day("2026-03-26")) == 0
    assert chase(cast, now=day("2026-03-27")) == 1
