"""A unit asks once for a review; another leader upholds, lightens or lifts, and never makes things worse."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.cast import NOW, TODAY, Cast
from tests.oversight.flag_stories import (
    allow_cards,
    decided,
    decided_by_leaders,
    flagged,
    fresh,
    served,
)
from tests.tasks.stories import act, day, inbox, refuses
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.organisation.models import Seat
from tracker.oversight import commands, policy, queries
from tracker.oversight.models import Flag, FlagReview
from tracker.oversight.rules import Card, DecisionKind, ReviewOutcome
from tracker.tasks.commands import PaperRoad


def ask(cast: Cast, flag: Flag, *, by: str = "finance_head", **said: Any) -> FlagReview:
    """Ask for a review."""
    return act(commands.ask_review, flag, **{"grounds": "情况有变。", "by": cast.actor(by), **said})


def look(cast: Cast, review: FlagReview, outcome: ReviewOutcome, *, by: str = "deputy_leader", **said: Any) -> None:
    """Decide a review."""
    version = fresh(review.flag).version
    words: dict[str, Any] = {"remark": "经复核。", "version": version, "by": cast.actor(by), **said}
    act(commands.decide_review, review, outcome=outcome, **words)


def not_so(cast: Cast, review: FlagReview, why: type, *fields: str, by: str = "deputy_leader", **said: Any) -> None:
    """Deciding a review so is refused."""
    version = fresh(review.flag).version
    words: dict[str, Any] = {"outcome": ReviewOutcome.UPHELD, "remark": "经复核。", "version": version, **said}
    with refuses(why, *fields):
        commands.decide_review(review, by=cast.actor(by), now=NOW, **words)


def test_a_head_asks_within_thirty_days_and_once(cast: Cast) -> None:
    flag = decided(cast)
    late: dict[str, Any] = {"grounds": "情况有变。", "version": flag.version, "by": cast.actor("finance_head")}
    with refuses(Stale):
        commands.ask_review(flag, now=day("2026-04-18"), **late)
    for name in ("finance_liaison", "supervisor", "construction_head"):
        with refuses(NotAllowed):
            commands.ask_review(flag, now=NOW, **{**late, "by": cast.actor(name)})
    with refuses(Invalid, "grounds"):
        commands.ask_review(flag, now=NOW, **{**late, "grounds": " "})
    review = ask(cast, flag, now=day("2026-04-17"))
    assert (review.first_decided_by_id, review.outcome) == (cast.person_ids["supervisor"], None)
    assert "flag.review_asked" in inbox(cast, "leader")
    with refuses(Stale):
        commands.ask_review(fresh(flag), now=NOW, **{**late, "version": fresh(flag).version})


def test_the_office_enters_that_a_head_asked_for_a_review_on_paper(cast: Cast) -> None:
    flag, head = decided(cast), cast.actor("finance_head")
    paper = PaperRoad(signatory=head)
    said: dict[str, Any] = {"grounds": "情况有变。", "version": flag.version, "now": NOW}
    for name in ("supervisor", "finance_liaison"):
        with refuses(NotAllowed):
            commands.ask_review(flag, by=cast.actor(name), paper=paper, **said)
    clerk = cast.actor("office_secondee")
    with refuses(NotAllowed):
        commands.ask_review(flag, by=clerk, paper=PaperRoad(signatory=cast.actor("construction_head")), **said)
    review = ask(cast, flag, by="office_secondee", paper=paper)
    assert (review.asked_by_id, review.asked_as) == (head.person_id, head.capacity(flag.group_id, flag.unit_id))
    assert "flag.entered" in inbox(cast, "finance_head")
    assert queries.events_of(fresh(flag))[0].details["signed_by"] == head.name


def test_there_is_nothing_to_review_where_nothing_follows_or_nothing_was_decided(cast: Cast) -> None:
    for flag in (decided(cast, DecisionKind.NO_ACTION), flagged(cast)):
        with refuses(Stale):
            commands.ask_review(flag, grounds="理由", version=flag.version, by=cast.actor("finance_head"), now=NOW)
    assert ask(cast, decided(cast)).id


@pytest.mark.parametrize("outcome", [ReviewOutcome.UPHELD, ReviewOutcome.LIFTED])
def test_another_leader_decides(cast: Cast, outcome: ReviewOutcome) -> None:
    flag = decided(cast, DecisionKind.INTERVIEW)
    review = ask(cast, flag)
    not_so(cast, review, NotAllowed, by="leader")
    for name in ("supervisor", "office_director", "finance_head"):
        not_so(cast, review, NotAllowed, by=name)
    not_so(cast, review, Invalid, "remark", remark="")
    look(cast, review, outcome, number="优均办〔2026〕9号")
    db.session.refresh(review)
    assert (review.outcome, review.decided_by_id, review.no_other_leader, review.paper_number) == (
        outcome,
        cast.person_ids["deputy_leader"],
        False,
        "优均办〔2026〕9号",
    )
    assert f"flag.reviewed_{outcome.value}" in inbox(cast, "finance_head")
    not_so(cast, review, Stale)


def test_where_there_is_no_other_leader_the_same_looks_again(cast: Cast) -> None:
    flag = decided(cast, DecisionKind.INTERVIEW)
    review = ask(cast, flag)
    not_so(cast, review, NotAllowed, by="leader")
    with write_transaction():
        deputy = sa.update(Seat).where(Seat.role == "deputy_leader").values(ends_on=date(2026, 3, 17))
        db.session.execute(deputy)
    look(cast, review, ReviewOutcome.UPHELD, by="leader")
    db.session.refresh(review)
    assert (review.decided_by_id, review.no_other_leader) == (cast.person_ids["leader"], True)


def test_who_proposed_never_reviews_what_was_decided_on_it(cast: Cast) -> None:
    with_supervisor = ask(cast, decided(cast, DecisionKind.INTERVIEW))
    assert policy.other_leaders(with_supervisor, day=TODAY) == [cast.person_ids["deputy_leader"]]
    review = ask(cast, decided_by_leaders(cast))
    assert policy.other_leaders(review, day=TODAY) == []
    not_so(cast, review, NotAllowed)
    not_so(cast, review, NotAllowed, by="office_secondee", paper=PaperRoad(signatory=cast.actor("deputy_leader")))
    told = [inbox(cast, name).count("flag.review_asked") for name in ("deputy_leader", "leader")]
    assert told == [1, 1], "of the first review the deputy, of the second the leader"
    look(cast, review, ReviewOutcome.UPHELD, by="leader")
    db.session.refresh(review)
    assert (review.decided_by_id, review.no_other_leader) == (cast.person_ids["leader"], True)


def test_a_leader_who_served_in_the_unit_is_no_other_leader(cast: Cast) -> None:
    review = ask(cast, decided(cast, DecisionKind.INTERVIEW))
    served(cast, "deputy_leader")
    not_so(cast, review, NotAllowed)
    look(cast, review, ReviewOutcome.LIFTED, by="leader")
    db.session.refresh(review)
    assert review.no_other_leader


def test_a_review_only_lightens(cast: Cast) -> None:
    allow_cards(cast)
    review = ask(cast, decided(cast, DecisionKind.INTERVIEW))
    changed: dict[str, Any] = {"outcome": ReviewOutcome.CHANGED}
    not_so(cast, review, Invalid, "new_kind", **changed)
    for kind, card in (
        (DecisionKind.CIRCULAR, Card.NONE),
        (DecisionKind.INTERVIEW, Card.YELLOW),
        (DecisionKind.INTERVIEW, Card.NONE),
    ):
        not_so(cast, review, Invalid, "new_kind", new_kind=kind, new_card=card, **changed)
    not_so(cast, review, Invalid, "card", new_kind=DecisionKind.URGE, new_card=Card.RED, **changed)
    look(cast, review, ReviewOutcome.CHANGED, new_kind=DecisionKind.URGE)
    db.session.refresh(review)
    assert (review.outcome, review.new_kind) == (ReviewOutcome.CHANGED, DecisionKind.URGE)


def test_a_review_taken_on_paper_is_entered_by_the_office(cast: Cast) -> None:
    review = ask(cast, decided(cast, DecisionKind.INTERVIEW))
    paper = PaperRoad(signatory=cast.actor("deputy_leader"))
    not_so(cast, review, NotAllowed, by="supervisor", paper=paper)
    not_so(cast, review, NotAllowed, by="office_secondee", paper=PaperRoad(signatory=cast.actor("leader")))
    look(cast, review, ReviewOutcome.LIFTED, by="office_secondee", paper=paper)
    db.session.refresh(review)
    assert (review.decided_by_id, review.recorded_by_id) == (
        cast.person_ids["deputy_leader"],
        cast.person_ids["office_secondee"],
    )


def test_the_database_lets_nobody_review_their_own_decision(cast: Cast) -> None:
    review = ask(cast, decided(cast, DecisionKind.INTERVIEW))
    said: dict[str, Any] = {
        "outcome": "upheld",
        "remark": "维持",
        "decided_at": NOW,
        "decided_by_id": review.first_decided_by_id,
    }
    table: Any = FlagReview.__table__
    with pytest.raises(IntegrityError), write_transaction():
        db.session.execute(sa.update(table).where(table.c.id == review.id).values(said))
    with write_transaction():
        alone = said | {"no_other_leader": True}
        db.session.execute(sa.update(table).where(table.c.id == review.id).values(alone))


@pytest.mark.parametrize("column", ["decided_by_id", "recorded_by_id"])
def test_the_database_lets_nobody_review_or_enter_what_they_proposed(cast: Cast, column: str) -> None:
    review = ask(cast, decided(cast, DecisionKind.INTERVIEW))
    assert review.proposed_by_id == cast.person_ids["supervisor"]
    said: dict[str, Any] = {"outcome": "upheld", "remark": "维持", "decided_at": NOW}
    said["decided_by_id"] = cast.person_ids["deputy_leader"]
    table: Any = FlagReview.__table__
    change = sa.update(table).where(table.c.id == review.id)
    with pytest.raises(IntegrityError, match=r"ck_flag_review.*proposer"), write_transaction():
        db.session.execute(change.values(said | {column: review.proposed_by_id}))
    with write_transaction():
        db.session.execute(change.values(said))
