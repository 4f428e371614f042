"""A supervisor proposes what a leader decides, after the period; a leader turns down what is not to be."""

from typing import Any

import pytest

from tests.cast import NOW, Cast
from tests.oversight.flag_stories import AFTER, flagged, fresh, proposed, served
from tests.tasks.stories import act, inbox, refuses
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.oversight import commands, queries
from tracker.oversight.models import Flag
from tracker.oversight.rules import DecisionKind, FlagState, ProposalState
from tracker.tasks.commands import PaperRoad


def refused(cast: Cast, flag: Flag, why: type, *fields: str, by: str = "supervisor", **said: Any) -> None:
    """Proposing so is refused."""
    words: dict[str, Any] = {"kind": DecisionKind.INTERVIEW, "reason": "理由", "now": AFTER, **said}
    with refuses(why, *fields):
        commands.propose_decision(fresh(flag), version=fresh(flag).version, by=cast.actor(by), **words)


@pytest.mark.parametrize("kind", [DecisionKind.INTERVIEW, DecisionKind.CIRCULAR, DecisionKind.REFERRAL])
def test_a_supervisor_proposes(cast: Cast, kind: DecisionKind) -> None:
    flag = flagged(cast)
    made = proposed(cast, flag, kind)
    assert (made.kind, made.state, fresh(flag).state) == (kind, ProposalState.PENDING, FlagState.AWAITING)


def test_what_a_supervisor_decides_alone_is_not_proposed(cast: Cast) -> None:
    flag = flagged(cast)
    for kind in (DecisionKind.NO_ACTION, DecisionKind.URGE):
        refused(cast, flag, Invalid, "kind", kind=kind)
    refused(cast, flag, Invalid, "reason", reason="")
    assert proposed(cast, flag).id


@pytest.mark.parametrize("name", ["office_director", "leader", "deputy_leader", "finance_head", "outsider"])
def test_nobody_else_proposes(cast: Cast, name: str) -> None:
    flag = flagged(cast)
    refused(cast, flag, NotAllowed, by=name)
    assert proposed(cast, flag).id


def test_a_leader_stands_in_where_the_only_supervisor_served_in_the_unit(cast: Cast) -> None:
    flag = flagged(cast)
    refused(cast, flag, NotAllowed, by="leader")
    served(cast, "supervisor")
    refused(cast, flag, NotAllowed)
    assert proposed(cast, flag, by="leader").proposed_by_id == cast.person_ids["leader"]


def test_nothing_is_proposed_before_the_unit_was_heard(cast: Cast) -> None:
    flag = flagged(cast)
    refused(cast, flag, Stale, now=NOW)
    assert proposed(cast, flag).id


def test_one_proposal_at_a_time(cast: Cast) -> None:
    flag = flagged(cast)
    proposed(cast, flag)
    refused(cast, flag, Stale)
    [waiting] = [queries.open_proposal(fresh(flag))]
    assert waiting is not None
    act(commands.turn_down_proposal, waiting, remark="先督促。", version=fresh(flag).version, by=cast.actor("leader"))
    assert proposed(cast, flag, DecisionKind.CIRCULAR).id


def test_a_leader_turns_a_proposal_down_with_a_reason(cast: Cast) -> None:
    flag = flagged(cast)
    proposal = proposed(cast, flag)
    said: dict[str, Any] = {"version": fresh(flag).version, "now": AFTER}
    for name in ("supervisor", "deputy_leader", "office_secondee", "finance_head"):
        with refuses(NotAllowed):
            commands.turn_down_proposal(proposal, remark="不必。", by=cast.actor(name), **said)
    with refuses(Invalid, "remark"):
        commands.turn_down_proposal(proposal, remark="", by=cast.actor("leader"), **said)
    commands_paper = PaperRoad(signatory=cast.actor("leader"))
    act(
        commands.turn_down_proposal,
        proposal,
        remark="先督促。",
        by=cast.actor("office_secondee"),
        paper=commands_paper,
        **said,
    )
    db.session.refresh(proposal)
    assert (proposal.state, proposal.remark, proposal.answered_by_id) == (
        ProposalState.TURNED_DOWN,
        "先督促。",
        cast.person_ids["leader"],
    )
    assert fresh(flag).state is FlagState.AWAITING
    assert "flag.turned_down" in inbox(cast, "supervisor")


def test_nobody_proposes_or_turns_down_about_their_own_unit(cast: Cast) -> None:
    flag = flagged(cast, parts=("government",))
    proposal = proposed(cast, flag)
    with refuses(NotAllowed):
        commands.turn_down_proposal(
            proposal, remark="不必。", version=fresh(flag).version, by=cast.actor("leader"), now=AFTER
        )
    other = flagged(cast)
    waiting = proposed(cast, other)
    act(commands.turn_down_proposal, waiting, remark="不必。", version=fresh(other).version, by=cast.actor("leader"))
