"""Propose, turn down and decide what follows from a flag; withdraw a wrong one; close one that is done with.

Every one of these is a person's act. Software raises and tells, and nothing here runs without somebody.
"""

from datetime import datetime

from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.outbox.commands import settle
from tracker.oversight import notices, policy
from tracker.oversight.commands.flag_steps import checked_card, paper_number, require_period_over, step
from tracker.oversight.models import Flag, FlagDecision, FlagProposal
from tracker.oversight.queries.flag_facts import group_setting
from tracker.oversight.queries.flag_matters import decision_of, open_proposal, review_of
from tracker.oversight.rules import (
    LIGHT_KINDS,
    Card,
    DecisionKind,
    FlagMove,
    ProposalState,
    is_heavier,
    last_day_to_ask_review,
)
from tracker.tasks.commands import PaperRoad
from tracker.tasks.commands.moving import on_paper, recorder_id, require_paper, who_decides, words


def propose_decision(
    flag: Flag,
    *,
    kind: DecisionKind,
    reason: str,
    card: Card = Card.NONE,
    version: int,
    by: Actor,
    now: datetime,
) -> FlagProposal:
    """Propose an interview, a circular or handing the matter on; a leader decides."""
    require(policy.may_supervise(by, flag, day=local_date(now)))
    reason = words(reason, "reason")
    if kind in LIGHT_KINDS:
        raise Invalid({"kind": _l("不予追究、督促由督导（督查）人员直接决定，不需要提出建议。")})
    card = checked_card(flag, kind, card)
    require_period_over(flag, now=now)
    if open_proposal(flag) is not None:
        raise Stale(_l("已有处理建议等待领导决定。"))
    proposal = FlagProposal(
        flag_id=flag.id,
        kind=kind,
        card=card,
        reason=reason,
        proposed_by_id=by.person_id,
        proposed_as=by.capacity(flag.group_id),
        proposed_at=now,
        state=ProposalState.PENDING,
    )
    proposal.flag = flag
    step(flag, FlagMove.PROPOSE, version=version, by=by, now=now, decision=kind, card=card, reason=reason)
    db.session.add(proposal)
    db.session.flush()
    notices.tell_proposed(proposal, now=now)
    return proposal


def turn_down_proposal(
    proposal: FlagProposal, *, remark: str, version: int, by: Actor, now: datetime, paper: PaperRoad | None = None
) -> None:
    """Turn a proposal down, with the reason; the supervisor decides or proposes anew."""
    flag, decider = proposal.flag, who_decides(by, paper)
    require(policy.may_turn_down(decider, proposal))
    require_paper(paper, policy.may_record_paper(by, flag))
    remark = words(remark, "remark")
    details = {"remark": remark, "decided_by": decider.name, **on_paper(paper, flag.group_id)}
    step(flag, FlagMove.TURN_DOWN, version=version, by=by, now=now, **details)
    _answer(proposal, ProposalState.TURNED_DOWN, decider, remark=remark, now=now)
    notices.tell_turned_down(proposal, now=now)


def decide_flag(
    flag: Flag,
    *,
    kind: DecisionKind,
    reason: str,
    card: Card = Card.NONE,
    number: str = "",
    version: int,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> FlagDecision:
    """Decide what follows from a flag, with the reason.

    After the unit's period, never on one's own unit, and never by who proposed it. A leader who answers a proposal
    decides as proposed or lighter.
    """
    decider, proposal = who_decides(by, paper), open_proposal(flag)
    require(policy.may_decide_flag(decider, flag, kind, proposal=proposal, day=local_date(now)))
    require_paper(paper, policy.may_record_paper(by, flag))
    reason, number = words(reason, "reason"), paper_number(number)
    card = checked_card(flag, kind, card)
    if proposal is not None and is_heavier(kind, card, proposal.kind, proposal.card):
        raise Invalid({"kind": _l("不能重于所提的处理建议；需要更重的，请退回后重新提出。")})
    require_period_over(flag, now=now)
    details = {"decision": kind, "card": card, "reason": reason, "paper_number": number, "decided_by": decider.name}
    step(flag, FlagMove.DECIDE, version=version, by=by, now=now, **details, **on_paper(paper, flag.group_id))
    flag.decided_at = now
    if proposal is not None:
        _answer(proposal, ProposalState.DECIDED, decider, remark="", now=now)
    decision = FlagDecision(
        flag_id=flag.id,
        kind=kind,
        card=card,
        reason=reason,
        paper_number=number,
        proposal_id=proposal.id if proposal else None,
        proposed_by_id=proposal.proposed_by_id if proposal else None,
        decided_by_id=decider.person_id,
        decided_as=decider.capacity(flag.group_id),
        decided_at=now,
        decided_on=local_date(now),
        told_at=flag.notified_at,
        statement_by=flag.statement_by,
        period_used=flag.period_used_at is not None,
        review_until=last_day_to_ask_review(local_date(now), days=group_setting(flag.group_id).review_days),
        recorded_by_id=recorder_id(by, paper),
        scan=paper.sha256 if paper else None,
    )
    decision.flag = flag
    db.session.add(decision)
    db.session.flush()
    settle(("flag", flag.id), now=now)
    notices.tell_decided(decision, now=now)
    return decision


def withdraw_flag(
    flag: Flag, *, reason: str, version: int, by: Actor, now: datetime, paper: PaperRoad | None = None
) -> None:
    """Withdraw a wrong flag, with the reason; it stays on record as withdrawn."""
    decider = who_decides(by, paper)
    require(policy.may_withdraw(decider, flag, day=local_date(now)))
    require_paper(paper, policy.may_record_paper(by, flag))
    reason = words(reason, "reason")
    was_told = flag.notified_at is not None
    details = {"reason": reason, "decided_by": decider.name, **on_paper(paper, flag.group_id)}
    step(flag, FlagMove.WITHDRAW, version=version, by=by, now=now, **details)
    flag.withdrawn_by_id, flag.withdrawn_at, flag.withdrawn_reason = decider.person_id, now, reason
    db.session.flush()
    settle(("flag", flag.id), now=now)
    if was_told:
        notices.tell_withdrawn(flag, now=now)


def close_flag(flag: Flag, *, remark: str = "", version: int, by: Actor, now: datetime) -> None:
    """Close a flag: what was decided has been carried out, and no review can still be asked for or waits."""
    require(policy.may_supervise(by, flag, day=local_date(now)))
    remark = words(remark, "remark", required=False)
    require_closable(flag, now=now)
    step(flag, FlagMove.CLOSE, version=version, by=by, now=now, remark=remark)
    flag.closed_at = now
    settle(("flag", flag.id), now=now)


def require_closable(flag: Flag, *, now: datetime) -> None:
    """A review that waits or may still be asked for keeps a flag open; nobody asks for one where nothing follows."""
    decision = decision_of(flag)
    if decision is None:
        raise Stale(_l("还没有作出处理决定。"))
    review = review_of(flag)
    if review is not None:
        if review.outcome is None:
            raise Stale(_l("复核申请还没有决定。"))
        return
    if decision.kind is not DecisionKind.NO_ACTION and local_date(now) <= decision.review_until:
        raise Stale(_l("单位可以在 %(day)s 以前申请复核，期满后再办结存档。", day=decision.review_until))


def _answer(proposal: FlagProposal, state: ProposalState, decider: Actor, *, remark: str, now: datetime) -> None:
    proposal.state, proposal.remark = state, remark
    proposal.answered_by_id, proposal.answered_at = decider.person_id, now
    db.session.flush()
