"""People decide what follows from a flag: after the period, never on their own unit, never who proposed it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from tests.cast import NOW, Cast
from tests.oversight.flag_stories import allow_cards, also_supervises, flagged, fresh, proposed, ready, tell
from tests.tasks.stories import a_file, act, day, inbox, refuses
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.organisation.models import Seat
from tracker.organisation.rules import SeatRole
from tracker.oversight import commands, policy, queries
from tracker.oversight.models import Flag, FlagDecision, FlagEvent
from tracker.oversight.rules import Card, DecisionKind, FlagMove, FlagState, ProposalState, ReviewOutcome
from tracker.tasks.commands import PaperRoad
from tracker.tasks.models import Task

ClientAs = Callable[[str], FlaskClient]
LAST, AFTER = day("2026-03-25"), day("2026-03-26")
"""The last day on which the unit may state its case, and the first on which somebody may decide."""


def decide(cast: Cast, flag: Flag, kind: DecisionKind, *, by: str, now: datetime = AFTER, **said: Any) -> FlagDecision:
    """Decide, with a reason."""
    return act(commands.decide_flag, flag, kind=kind, reason="情况属实。", by=cast.actor(by), now=now, **said)


def refused(
    cast: Cast, flag: Flag, kind: DecisionKind, *, by: str, now: datetime = AFTER, why: type = NotAllowed, **said: Any
) -> None:
    """Deciding so is refused, and nothing changes."""
    flag = fresh(flag)
    fields = ("kind",) if why is Invalid and "card" not in said else ("card",) if why is Invalid else ()
    words: dict[str, Any] = {"reason": "情况属实。", "version": flag.version, **said}
    with refuses(why, *fields):
        commands.decide_flag(flag, kind=kind, by=cast.actor(by), now=now, **words)


@pytest.mark.parametrize("kind", [DecisionKind.NO_ACTION, DecisionKind.URGE])
def test_a_supervisor_decides_lightly_after_the_period(cast: Cast, kind: DecisionKind) -> None:
    flag = flagged(cast)
    decision = decide(cast, flag, kind, by="supervisor", number="优均督〔2026〕1号")
    flag = fresh(flag)
    assert (flag.state, flag.decided_at) == (FlagState.DECIDED, AFTER)
    assert (decision.kind, decision.decided_by_id, decision.paper_number, decision.decided_as) == (
        kind,
        cast.person_ids["supervisor"],
        "优均督〔2026〕1号",
        cast.actor("supervisor").capacity(flag.group_id),
    )
    assert decision.review_until == date(2026, 4, 25)
    for name in ("finance_head", "finance_deputy", "finance_liaison"):
        assert inbox(cast, name) == [*inbox(cast, name)[:-1], f"flag.decided_{kind.value}"]
    assert history("flag", flag.id)[-1].act == "flag.decide"


def test_nothing_is_decided_before_the_period_ran_out(cast: Cast) -> None:
    flag = flagged(cast)
    refused(cast, flag, DecisionKind.NO_ACTION, by="supervisor", now=NOW, why=Stale)
    refused(cast, flag, DecisionKind.NO_ACTION, by="supervisor", now=LAST, why=Stale)
    refused(cast, flag, DecisionKind.REFERRAL, by="leader", now=LAST, why=Stale)
    assert decide(cast, flag, DecisionKind.NO_ACTION, by="supervisor").id


def test_the_unit_that_has_said_all_is_decided_on_earlier(cast: Cast) -> None:
    flag = flagged(cast)
    head = cast.actor("finance_head")
    act(commands.state_case, flag, text="材料已补齐。", by=head)
    refused(cast, flag, DecisionKind.NO_ACTION, by="supervisor", now=NOW, why=Stale)
    act(commands.state_case, fresh(flag), text="没有补充。", ends_period=True, by=head)
    decision = decide(cast, fresh(flag), DecisionKind.NO_ACTION, by="supervisor", now=NOW)
    assert decision.period_used


def test_nobody_decides_who_has_not_been_told(cast: Cast) -> None:
    flag = flagged(cast)
    with write_transaction():
        row = db.session.get_one(Flag, flag.id)
        row.state, row.notified_at, row.statement_by = FlagState.RAISED, None, None
    refused(cast, flag, DecisionKind.NO_ACTION, by="supervisor", why=Stale)
    assert tell(cast) == 1
    assert fresh(flag).state is FlagState.AWAITING
    assert decide(cast, fresh(flag), DecisionKind.NO_ACTION, by="supervisor").id


@pytest.mark.parametrize(
    "name",
    ["office_clerk", "office_secondee", "office_director", "finance_head", "g2_supervisor", "outsider", "leader"],
)
def test_nobody_else_decides_lightly(cast: Cast, name: str) -> None:
    flag = flagged(cast)
    refused(cast, flag, DecisionKind.URGE, by=name)
    assert decide(cast, flag, DecisionKind.URGE, by="supervisor").id


def test_the_software_itself_decides_nothing(cast: Cast) -> None:
    flag = flagged(cast)
    with refuses(NotAllowed):
        commands.decide_flag(
            flag, kind=DecisionKind.NO_ACTION, reason="自动", version=flag.version, by=SYSTEM, now=AFTER
        )
    with pytest.raises(IntegrityError), write_transaction():
        db.session.execute(sa.insert(FlagDecision).values(**_row(cast, flag, decided_by_id=None)))
    event = {"flag_id": flag.id, "move": "decide", "old_state": "awaiting", "new_state": "decided"}
    with pytest.raises(IntegrityError), write_transaction():
        db.session.execute(sa.insert(FlagEvent).values(**event, details={}, by_id=None, by_as="", at=AFTER))
    with write_transaction():
        db.session.execute(sa.insert(FlagDecision).values(**_row(cast, flag)))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FlagDecision)) == 1


def _row(cast: Cast, flag: Flag, **said: Any) -> dict[str, Any]:
    """A decision as the database would take it."""
    return {
        "flag_id": flag.id,
        "kind": DecisionKind.NO_ACTION,
        "card": Card.NONE,
        "reason": "理由",
        "paper_number": "",
        "decided_by_id": cast.person_ids["supervisor"],
        "decided_as": "",
        "decided_at": AFTER,
        "decided_on": AFTER.date(),
        "told_at": flag.notified_at,
        "statement_by": flag.statement_by,
        "period_used": False,
        "review_until": AFTER.date(),
        **said,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"decided_on": date(2026, 3, 25)},
        {"decided_at": day("2026-03-17")},
        {"reason": ""},
        {"kind": DecisionKind.INTERVIEW},
        {"card": Card.YELLOW},
        {"recorded_by_id": None},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_the_database_refuses_it_too(cast: Cast, wrong: dict[str, Any]) -> None:
    flag = flagged(cast)
    wrong = {key: cast.person_ids["supervisor"] if key == "recorded_by_id" else value for key, value in wrong.items()}
    with pytest.raises(IntegrityError, match="ck_flag_decision"), write_transaction():
        db.session.execute(sa.insert(FlagDecision).values(**_row(cast, flag, **wrong)))
    with write_transaction():
        db.session.execute(sa.insert(FlagDecision).values(**_row(cast, flag)))


@pytest.mark.parametrize("column", ["decided_by_id", "recorded_by_id"])
def test_the_database_lets_nobody_decide_or_enter_what_they_proposed(cast: Cast, column: str) -> None:
    flag = ready(cast)
    proposal = proposed(cast, flag, now=NOW)
    row = _row(cast, flag, kind=DecisionKind.INTERVIEW, proposal_id=proposal.id, period_used=True)
    row |= {"proposed_by_id": proposal.proposed_by_id, "decided_by_id": cast.person_ids["leader"]}
    with pytest.raises(IntegrityError, match=r"ck_flag_decision.*proposer"), write_transaction():
        db.session.execute(sa.insert(FlagDecision).values(**row | {column: proposal.proposed_by_id}))
    with write_transaction():
        db.session.execute(sa.insert(FlagDecision).values(**row))


@pytest.mark.parametrize("kind", [DecisionKind.INTERVIEW, DecisionKind.CIRCULAR])
def test_an_interview_is_proposed_by_one_and_decided_by_another(cast: Cast, kind: DecisionKind) -> None:
    flag = flagged(cast)
    refused(cast, flag, kind, by="leader")
    proposal = proposed(cast, flag, kind)
    assert "flag.proposed" in inbox(cast, "leader")
    refused(cast, flag, kind, by="supervisor")
    refused(cast, flag, kind, by="deputy_leader")
    decision = decide(cast, fresh(flag), kind, by="leader")
    assert (decision.proposal_id, decision.proposed_by_id) == (proposal.id, cast.person_ids["supervisor"])
    db.session.refresh(proposal)
    assert (proposal.state, proposal.answered_by_id) == (ProposalState.DECIDED, cast.person_ids["leader"])
    assert f"flag.decided_{kind.value}" in inbox(cast, "finance_head")


def test_the_deputy_in_charge_of_the_task_decides(cast: Cast) -> None:
    flag = flagged(cast)
    proposed(cast, flag, DecisionKind.INTERVIEW)
    refused(cast, flag, DecisionKind.INTERVIEW, by="deputy_leader")
    in_charge(cast, flag)
    assert decide(cast, fresh(flag), DecisionKind.INTERVIEW, by="deputy_leader").decided_by_id


def in_charge(cast: Cast, flag: Flag) -> None:
    """Let the deputy leader be in charge of a flag's task."""
    with write_transaction():
        seat = db.session.scalars(
            sa.select(Seat).where(Seat.group_id == flag.group_id, Seat.role == SeatRole.DEPUTY_LEADER)
        ).one()
        db.session.get_one(Task, flag.task_id).leader_seat_id = seat.id


@pytest.mark.parametrize("kind", [DecisionKind.NO_ACTION, DecisionKind.URGE])
def test_a_leader_answers_a_proposal_more_lightly_but_not_more_gravely(cast: Cast, kind: DecisionKind) -> None:
    flag = flagged(cast)
    proposed(cast, flag, DecisionKind.INTERVIEW)
    refused(cast, flag, DecisionKind.CIRCULAR, by="leader", why=Invalid)
    assert decide(cast, fresh(flag), kind, by="leader").kind is kind


def test_handing_the_matter_on_is_the_leaders_alone(cast: Cast) -> None:
    flag = flagged(cast)
    in_charge(cast, flag)
    for name in ("supervisor", "deputy_leader", "office_director"):
        refused(cast, flag, DecisionKind.REFERRAL, by=name)
    assert decide(cast, fresh(flag), DecisionKind.REFERRAL, by="leader").kind is DecisionKind.REFERRAL


def test_nobody_decides_on_their_own_unit(cast: Cast) -> None:
    own = flagged(cast, parts=("government",))
    other = flagged(cast)
    refused(cast, own, DecisionKind.REFERRAL, by="leader")
    assert decide(cast, other, DecisionKind.REFERRAL, by="leader").id


def test_where_no_supervisor_is_free_a_leader_stands_in(cast: Cast) -> None:
    flag = flagged(cast, parts=("supervision",))
    refused(cast, flag, DecisionKind.NO_ACTION, by="supervisor")
    assert decide(cast, flag, DecisionKind.NO_ACTION, by="leader").id


def test_who_proposed_standing_in_does_not_decide(cast: Cast) -> None:
    flag = flagged(cast, parts=("supervision",))
    propose: dict[str, Any] = {"kind": DecisionKind.INTERVIEW, "reason": "多次催办无果。", "now": AFTER}
    act(commands.propose_decision, flag, by=cast.actor("leader"), **propose)
    refused(cast, flag, DecisionKind.INTERVIEW, by="leader")
    in_charge(cast, flag)
    assert decide(cast, fresh(flag), DecisionKind.INTERVIEW, by="deputy_leader").id


def test_cards_go_with_interviews_and_only_where_the_group_uses_them(cast: Cast) -> None:
    flag = flagged(cast)
    propose: dict[str, Any] = {"kind": DecisionKind.INTERVIEW, "reason": "理由", "card": Card.YELLOW}
    with refuses(Invalid, "card"):
        commands.propose_decision(flag, version=flag.version, by=cast.actor("supervisor"), now=AFTER, **propose)
    allow_cards(cast)
    refused(cast, flag, DecisionKind.URGE, by="supervisor", why=Invalid, card=Card.YELLOW)
    act(commands.propose_decision, fresh(flag), by=cast.actor("supervisor"), now=AFTER, **propose)
    decision = decide(cast, fresh(flag), DecisionKind.INTERVIEW, by="leader", card=Card.YELLOW)
    assert decision.card is Card.YELLOW


def test_a_reason_is_given(cast: Cast) -> None:
    flag = flagged(cast)
    with refuses(Invalid, "reason"):
        commands.decide_flag(
            flag,
            kind=DecisionKind.URGE,
            reason=" ",
            version=flag.version,
            by=cast.actor("supervisor"),
            now=AFTER,
        )
    assert decide(cast, flag, DecisionKind.URGE, by="supervisor").reason


def test_of_two_deciders_the_second_is_refused(cast: Cast) -> None:
    flag = flagged(cast)
    seen = flag.version
    decide(cast, flag, DecisionKind.URGE, by="supervisor")
    refused(cast, flag, DecisionKind.REFERRAL, by="leader", why=Stale, version=seen)


def test_who_has_not_read_what_the_unit_said_since_is_refused(cast: Cast) -> None:
    flag = flagged(cast)
    seen = flag.version
    act(commands.state_case, flag, text="补充说明。", by=cast.actor("finance_head"), now=AFTER)
    refused(cast, flag, DecisionKind.URGE, by="supervisor", why=Stale, version=seen)
    assert decide(cast, fresh(flag), DecisionKind.URGE, by="supervisor").id


def test_the_office_enters_what_the_leader_decided_on_paper(cast: Cast) -> None:
    flag = flagged(cast)
    proposed(cast, flag, DecisionKind.INTERVIEW)
    scan = a_file("签批单.pdf")
    paper = PaperRoad(signatory=cast.actor("leader"), sha256=scan.sha256)
    for name in ("supervisor", "finance_head"):
        refused(cast, flag, DecisionKind.INTERVIEW, by=name, paper=paper)
    wrong = PaperRoad(signatory=cast.actor("deputy_leader"), sha256=scan.sha256)
    refused(cast, flag, DecisionKind.INTERVIEW, by="office_secondee", paper=wrong)
    decision = decide(cast, fresh(flag), DecisionKind.INTERVIEW, by="office_secondee", paper=paper)
    assert (decision.decided_by_id, decision.recorded_by_id, decision.scan) == (
        cast.person_ids["leader"],
        cast.person_ids["office_secondee"],
        scan.sha256,
    )


def test_who_proposed_does_not_enter_what_a_leader_decided_on_it(cast: Cast, client_as: ClientAs) -> None:
    """A clerk of the office who is a supervisor too would propose, and enter by themselves that it was decided."""
    flag = ready(cast)
    also_supervises(cast, "office_secondee")
    proposal = proposed(cast, flag, by="office_secondee", now=NOW)
    paper = PaperRoad(signatory=cast.actor("leader"))
    said: dict[str, Any] = {"version": fresh(flag).version, "by": cast.actor("office_secondee"), "now": NOW}
    with refuses(NotAllowed):
        commands.decide_flag(fresh(flag), kind=DecisionKind.INTERVIEW, reason="属实。", paper=paper, **said)
    with refuses(NotAllowed):
        commands.turn_down_proposal(proposal, remark="不必。", paper=paper, **said)
    with refuses(NotAllowed):
        commands.withdraw_flag(fresh(flag), reason="有误。", paper=paper, **said)
    for page in (f"/flags/{flag.id}/decide", f"/flags/proposals/{proposal.id}/turn-down"):
        assert client_as("office_secondee").get(page).status_code == 403
        assert client_as("office_clerk").get(page).status_code == 200
    decide(cast, fresh(flag), DecisionKind.INTERVIEW, by="office_clerk", paper=paper, now=NOW)
    review = act(commands.ask_review, fresh(flag), grounds="情况有变。", by=cast.actor("finance_head"))
    words: dict[str, Any] = {"outcome": ReviewOutcome.UPHELD, "remark": "经复核。", "version": fresh(flag).version}
    words |= {"now": NOW, "paper": PaperRoad(signatory=cast.actor("deputy_leader"))}
    with refuses(NotAllowed):
        commands.decide_review(review, by=cast.actor("office_secondee"), **words)
    act(commands.decide_review, review, by=cast.actor("office_clerk"), **words)


def test_who_was_turned_down_enters_what_a_leader_decides_on_another_s_proposal(cast: Cast) -> None:
    flag = ready(cast)
    also_supervises(cast, "office_secondee")
    first = proposed(cast, flag, by="office_secondee", now=NOW)
    act(commands.turn_down_proposal, first, remark="不必。", version=fresh(flag).version, by=cast.actor("leader"))
    proposed(cast, flag, by="supervisor", now=NOW)
    paper = PaperRoad(signatory=cast.actor("leader"))
    assert decide(cast, fresh(flag), DecisionKind.INTERVIEW, by="office_secondee", paper=paper, now=NOW).id


def test_an_office_of_the_flagged_unit_enters_no_paper(cast: Cast) -> None:
    flag = flagged(cast, lead="education")
    proposed(cast, flag, DecisionKind.INTERVIEW)
    paper = PaperRoad(signatory=cast.actor("leader"))
    refused(cast, flag, DecisionKind.INTERVIEW, by="office_director", paper=paper)
    assert decide(cast, fresh(flag), DecisionKind.INTERVIEW, by="office_secondee", paper=paper).id


def test_a_decision_settles_what_was_open_about_the_flag(cast: Cast) -> None:
    flag = ready(cast)
    assert "flag.yellow" in inbox(cast, "finance_head")
    decide(cast, flag, DecisionKind.NO_ACTION, by="supervisor", now=NOW)
    assert "flag.yellow" not in inbox(cast, "finance_head")
    moves = db.session.scalars(sa.select(FlagEvent.move).where(FlagEvent.flag_id == flag.id).order_by(FlagEvent.id))
    assert list(moves) == [FlagMove.RAISE, FlagMove.NOTIFY, FlagMove.STATE, FlagMove.DECIDE]


def may_open(cast: Cast, flag: Flag, name: str) -> bool:
    """Whether somebody is offered the form of a decision."""
    flag, today = fresh(flag), date(2026, 3, 26)
    return bool(policy.may_decide_at_all(cast.actor(name), flag, proposal=queries.open_proposal(flag), day=today))


def test_the_form_of_a_decision_opens_to_who_could_take_one(cast: Cast) -> None:
    flag = flagged(cast)
    offered = [name for name in ("supervisor", "leader", "finance_head", "office_clerk") if may_open(cast, flag, name)]
    assert offered == ["supervisor", "leader"]
    proposed(cast, flag)
    assert (may_open(cast, flag, "supervisor"), may_open(cast, flag, "leader")) == (False, True)
    own = flagged(cast, parts=("government",))
    assert (may_open(cast, own, "leader"), may_open(cast, own, "supervisor")) == (False, True)
