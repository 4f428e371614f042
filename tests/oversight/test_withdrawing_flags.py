"""A wrong flag is withdrawn with a reason until somebody has decided; a decided one is closed in its time."""

from typing import Any

import pytest

from tests.cast import NOW, Cast
from tests.oversight.flag_stories import AFTER, WAS_DUE, decided, flagged, flags_of, fresh, proposed, raise_on
from tests.tasks.stories import act, day, inbox, refuses
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.oversight import commands
from tracker.oversight.rules import DecisionKind, FlagState, ReviewOutcome


@pytest.mark.parametrize("name", ["supervisor", "leader", "deputy_leader"])
def test_a_wrong_flag_is_withdrawn_with_its_reason(cast: Cast, name: str) -> None:
    flag = flagged(cast)
    act(commands.withdraw_flag, flag, reason="时限已另行批准。", by=cast.actor(name))
    flag = fresh(flag)
    assert (flag.state, flag.withdrawn_by_id, flag.withdrawn_reason) == (
        FlagState.WITHDRAWN,
        cast.person_ids[name],
        "时限已另行批准。",
    )
    assert "flag.withdrawn" in inbox(cast, "finance_head")
    assert "flag.yellow" not in inbox(cast, "finance_head")


@pytest.mark.parametrize("name", ["office_director", "office_clerk", "finance_head", "g2_supervisor", "outsider"])
def test_nobody_else_withdraws(cast: Cast, name: str) -> None:
    flag = flagged(cast)
    with refuses(NotAllowed):
        commands.withdraw_flag(flag, reason="有误。", version=flag.version, by=cast.actor(name), now=NOW)
    act(commands.withdraw_flag, flag, reason="有误。", by=cast.actor("supervisor"))


def test_a_reason_is_given_and_the_page_is_fresh(cast: Cast) -> None:
    flag = flagged(cast)
    by = cast.actor("supervisor")
    with refuses(Invalid, "reason"):
        commands.withdraw_flag(flag, reason="", version=flag.version, by=by, now=NOW)
    with refuses(Stale):
        commands.withdraw_flag(flag, reason="有误。", version=flag.version + 1, by=by, now=NOW)
    act(commands.withdraw_flag, flag, reason="有误。", by=by)


def test_what_was_withdrawn_is_never_decided_nor_raised_anew(cast: Cast) -> None:
    flag = flagged(cast)
    proposed(cast, flag)
    act(commands.withdraw_flag, fresh(flag), reason="有误。", by=cast.actor("supervisor"), now=AFTER)
    flag = fresh(flag)
    with refuses(Stale):
        commands.decide_flag(
            flag,
            kind=DecisionKind.INTERVIEW,
            reason="理由",
            version=flag.version,
            by=cast.actor("leader"),
            now=AFTER,
        )
    assert raise_on(cast, flag.task_id, now=AFTER) == 0
    assert [one.due_on for one in flags_of(flag.task)] == [WAS_DUE]


def test_what_was_decided_is_not_withdrawn(cast: Cast) -> None:
    flag = decided(cast)
    with refuses(Stale):
        commands.withdraw_flag(flag, reason="有误。", version=flag.version, by=cast.actor("supervisor"), now=NOW)


def test_a_flag_is_closed_when_no_review_can_be_asked_for_any_more(cast: Cast) -> None:
    flag = decided(cast)
    by = cast.actor("supervisor")
    with refuses(Stale):
        commands.close_flag(flag, version=flag.version, by=by, now=day("2026-04-17"))
    act(commands.close_flag, flag, remark="已完成。", by=by, now=day("2026-04-18"))
    assert (fresh(flag).state, fresh(flag).closed_at) == (FlagState.CLOSED, day("2026-04-18"))


def test_where_nothing_follows_it_is_closed_at_once(cast: Cast) -> None:
    flag = decided(cast, DecisionKind.NO_ACTION)
    with refuses(NotAllowed):
        commands.close_flag(flag, version=flag.version, by=cast.actor("office_clerk"), now=NOW)
    act(commands.close_flag, flag, by=cast.actor("supervisor"))
    assert fresh(flag).state is FlagState.CLOSED


def test_a_review_that_waits_keeps_a_flag_open(cast: Cast) -> None:
    flag = decided(cast)
    by = cast.actor("supervisor")
    review = act(commands.ask_review, flag, grounds="情况有变。", by=cast.actor("finance_head"))
    with refuses(Stale):
        commands.close_flag(fresh(flag), version=fresh(flag).version, by=by, now=day("2026-06-01"))
    said: dict[str, Any] = {"outcome": ReviewOutcome.LIFTED, "remark": "理由成立。", "version": fresh(flag).version}
    act(commands.decide_review, review, by=cast.actor("leader"), **said)
    act(commands.close_flag, fresh(flag), by=by)
    assert fresh(flag).state is FlagState.CLOSED


def test_what_is_undecided_is_not_closed(cast: Cast) -> None:
    flag = flagged(cast)
    with refuses(Stale):
        commands.close_flag(flag, version=flag.version, by=cast.actor("supervisor"), now=AFTER)
