"""What hangs on one flag: statements, proposals, the decision, its review."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.oversight import policy
from tracker.oversight.models import Flag, FlagDecision, FlagProposal, FlagReview, Statement, StatementFile
from tracker.oversight.rules import InForce, ProposalState, StatementState, decision_in_force
from tracker.tasks.policy import OVERSEERS


def decision_of(flag: Flag) -> FlagDecision | None:
    """What was decided about a flag."""
    return db.session.scalar(sa.select(FlagDecision).where(FlagDecision.flag_id == flag.id))


def open_proposal(flag: Flag) -> FlagProposal | None:
    """The proposal that nobody has answered yet."""
    return db.session.scalar(
        sa.select(FlagProposal).where(FlagProposal.flag_id == flag.id, FlagProposal.state == ProposalState.PENDING)
    )


def review_of(flag: Flag) -> FlagReview | None:
    """The review that was asked for; there is one at most."""
    return db.session.scalar(sa.select(FlagReview).where(FlagReview.flag_id == flag.id))


def in_force(decision: FlagDecision | None, review: FlagReview | None) -> InForce | None:
    """What stands about a flag; None: nothing was decided, or a review lifted it."""
    if decision is None or review is None:
        return None if decision is None else InForce(decision.kind, decision.card)
    return decision_in_force(decision.kind, decision.card, review.outcome, review.new_kind, review.new_card)


@dataclass(frozen=True, slots=True)
class Matters:
    """Everything that people wrote about a flag. A draft is the unit's own; proposals are not for the unit."""

    statements: Sequence[Statement]
    draft: Statement | None
    proposals: Sequence[FlagProposal]
    decision: FlagDecision | None
    review: FlagReview | None

    @property
    def proposal(self) -> FlagProposal | None:
        """The proposal that awaits an answer."""
        return next((one for one in self.proposals if one.state is ProposalState.PENDING), None)


def matters_of(actor: Actor, flag: Flag) -> Matters:
    """What people wrote about a flag, as far as somebody may read it."""
    statements = db.session.scalars(
        sa.select(Statement)
        .where(Statement.flag_id == flag.id)
        .options(joinedload(Statement.drafted_by), joinedload(Statement.given_by), selectinload(Statement.files))
        .order_by(Statement.id)
    ).all()
    reads_proposals = bool(actor.roles_in(flag.group_id) & OVERSEERS)
    proposals = db.session.scalars(
        sa.select(FlagProposal)
        .where(FlagProposal.flag_id == flag.id)
        .options(joinedload(FlagProposal.proposed_by), joinedload(FlagProposal.answered_by))
        .order_by(FlagProposal.id)
    ).all()
    draft = next((one for one in statements if one.state is StatementState.DRAFT), None)
    return Matters(
        statements=[one for one in statements if one.state is StatementState.GIVEN],
        draft=draft if draft is not None and policy.may_state(actor, flag) else None,
        proposals=proposals if reads_proposals else [],
        decision=decision_of(flag),
        review=review_of(flag),
    )


def visible_statement_draft(actor: Actor, statement_id: int) -> Statement:
    """A draft of a statement that somebody may give or see; raises NotVisible for any other."""
    found = db.session.scalar(
        sa.select(Statement).join(Flag).where(Statement.id == statement_id, policy.flags_visible_to(actor))
    )
    if found is None or not policy.may_state(actor, found.flag):
        raise NotVisible
    return found


def visible_statement_file(actor: Actor, file_id: int) -> StatementFile:
    """A file of a statement that somebody sees: of a draft only the unit does."""
    found = db.session.scalar(
        sa.select(StatementFile)
        .join(Statement)
        .join(Flag)
        .where(StatementFile.id == file_id, policy.flags_visible_to(actor))
    )
    if found is None:
        raise NotVisible
    statement = found.statement
    if statement.state is StatementState.DRAFT and not policy.may_state(actor, statement.flag):
        raise NotVisible
    return found


def visible_proposal(actor: Actor, proposal_id: int) -> FlagProposal:
    """A proposal in a group that somebody watches over: units hear what is decided, not what was proposed."""
    watched = sorted(actor.groups_as(*OVERSEERS))
    found = db.session.scalar(
        sa.select(FlagProposal).join(Flag).where(FlagProposal.id == proposal_id, Flag.group_id.in_(watched))
    )
    if found is None:
        raise NotVisible
    return found


def visible_review(actor: Actor, review_id: int) -> FlagReview:
    """A review of a flag that somebody sees."""
    found = db.session.scalar(
        sa.select(FlagReview).join(Flag).where(FlagReview.id == review_id, policy.flags_visible_to(actor))
    )
    if found is None:
        raise NotVisible
    return found
