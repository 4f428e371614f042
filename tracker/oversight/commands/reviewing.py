"""A unit asks for a decision to be looked at again (复核), and another leader looks."""

from datetime import datetime

from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.outbox.commands import settle
from tracker.oversight import notices, policy
from tracker.oversight.commands.flag_steps import checked_card, paper_number, signed_for_unit, step
from tracker.oversight.models import Flag, FlagDecision, FlagReview
from tracker.oversight.queries.flag_matters import decision_of, review_of
from tracker.oversight.rules import Card, DecisionKind, FlagMove, ReviewOutcome
from tracker.tasks.commands import PaperRoad
from tracker.tasks.commands.moving import on_paper, recorder_id, require_paper, who_decides, words


def ask_review(
    flag: Flag, *, grounds: str, version: int, by: Actor, now: datetime, paper: PaperRoad | None = None
) -> FlagReview:
    """Ask for a review of what was decided, once and within the days that the decision names."""
    asker = who_decides(by, paper)
    require(policy.may_ask_review(asker, flag))
    require_paper(paper, policy.may_enter_for_unit(by, flag))
    grounds = words(grounds, "grounds")
    decision = require_reviewable(flag, now=now)
    review = FlagReview(
        flag_id=flag.id,
        decision_id=decision.id,
        grounds=grounds,
        asked_by_id=asker.person_id,
        asked_as=asker.capacity(flag.group_id, flag.unit_id),
        asked_at=now,
        first_decided_by_id=decision.decided_by_id,
        proposed_by_id=decision.proposed_by_id,
    )
    review.flag, review.decision = flag, decision
    signed = signed_for_unit(flag, paper)
    step(flag, FlagMove.ASK_REVIEW, version=version, by=by, now=now, reason=grounds, **signed)
    db.session.add(review)
    db.session.flush()
    notices.tell_review_asked(review, now=now)
    if paper is not None:
        notices.tell_entered(flag, now=now)
    return review


def require_reviewable(flag: Flag, *, now: datetime) -> FlagDecision:
    """A decision is reviewed once, within its days, and only where something follows from it; gives the decision."""
    decision = decision_of(flag)
    if decision is None:
        raise Stale(_l("还没有作出处理决定。"))
    if decision.kind is DecisionKind.NO_ACTION:
        raise Stale(_l("决定不予追究，没有需要复核的内容。"))
    if local_date(now) > decision.review_until:
        raise Stale(_l("复核应在 %(day)s 以前申请，期限已过。", day=decision.review_until))
    if review_of(flag) is not None:
        raise Stale(_l("已申请过复核。"))
    return decision


def decide_review(
    review: FlagReview,
    *,
    outcome: ReviewOutcome,
    remark: str,
    new_kind: DecisionKind | None = None,
    new_card: Card = Card.NONE,
    number: str = "",
    version: int,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> None:
    """Uphold a decision, lighten it or lift it; by a leader other than who decided, if there is one."""
    flag, decider, day = review.flag, who_decides(by, paper), local_date(now)
    require(policy.may_review_flag(decider, review, day=day))
    require_paper(paper, policy.may_record_paper(by, flag))
    remark, number = words(remark, "remark"), paper_number(number)
    require_review_open(review, now=now)
    kind, card = _changed_to(review, outcome, new_kind, new_card)
    no_other = not policy.other_leaders(review, day=day)
    step(
        flag,
        FlagMove.REVIEW,
        version=version,
        by=by,
        now=now,
        outcome=outcome,
        decision=kind,
        card=card,
        remark=remark,
        paper_number=number,
        decided_by=decider.name,
        **on_paper(paper, flag.group_id),
    )
    take(review)
    review.outcome, review.new_kind, review.new_card = outcome, kind, card
    review.remark, review.paper_number, review.no_other_leader = remark, number, no_other
    review.decided_by_id, review.decided_at = decider.person_id, now
    review.decided_as = decider.capacity(flag.group_id)
    review.recorded_by_id, review.scan = recorder_id(by, paper), paper.sha256 if paper else None
    db.session.flush()
    settle(("flag", flag.id), now=now)
    notices.tell_reviewed(review, now=now)


def require_review_open(review: FlagReview, *, now: datetime) -> None:  # noqa: ARG001 - all of these are asked alike
    """A review is decided once."""
    if review.outcome is not None:
        raise Stale(_l("复核已经决定。"))


def _changed_to(
    review: FlagReview, outcome: ReviewOutcome, kind: DecisionKind | None, card: Card
) -> tuple[DecisionKind | None, Card]:
    if outcome is not ReviewOutcome.CHANGED:
        return None, Card.NONE
    if kind is None:
        raise Invalid({"new_kind": _l("请选择变更为何种处理。")})
    card = checked_card(review.flag, kind, card)
    verdict = policy.may_change_to(review.decision, kind, card)
    if not verdict:
        raise Invalid({"new_kind": verdict.reason})
    return kind, card
