"""Flags on the desks: numbers, lists, and what was decided before on a subject and on a unit."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.desk.rules import FlagList
from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.paging import Key, Page, after, decode_cursor, encode_cursor
from tracker.organisation.rules import SeatRole
from tracker.oversight import policy
from tracker.oversight.models import Flag, FlagDecision, FlagProposal, FlagReview, Statement
from tracker.oversight.queries import flag_waits, group_setting, in_force, period_over
from tracker.oversight.rules import (
    UNDECIDED,
    DecisionKind,
    FlagState,
    InForce,
    ProposalState,
    StatementState,
    decision_in_force,
)

PAGE = 30


@dataclass(frozen=True, slots=True)
class FlagNumbers:
    """How many flags of a group there are for somebody. mine: to propose or decide; late: waiting too long."""

    mine: int
    late: int
    open: int
    untold: int
    days: int


@dataclass(slots=True)
class FlagRow:
    """A flag in a list, with what was said, proposed and decided."""

    flag: Flag
    statements: list[Statement]
    proposal: FlagProposal | None = None
    decision: FlagDecision | None = None
    review: FlagReview | None = None
    late: bool = False
    suggested: bool = False
    """A red flag suggests an interview to whoever reads."""
    may_propose: bool = False

    @property
    def stands(self) -> InForce | None:
        """What stands after a review."""
        return in_force(self.decision, self.review)


def flag_numbers(actor: Actor, group_id: int, *, today: date) -> FlagNumbers:
    """The numbers of a group's desk: one query."""
    days = group_setting(group_id).decide_within_days

    def number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)

    row = db.session.execute(
        sa.select(
            number(_mine(actor, today)),
            number(flag_waits.has_waited(today, days=days)),
            number(Flag.state.in_(sorted(UNDECIDED))),
            number(Flag.state == FlagState.RAISED),
        ).where(Flag.group_id == group_id, Flag.state.in_([*sorted(UNDECIDED), FlagState.DECIDED]))
    ).one()
    return FlagNumbers(row[0], row[1], row[2], row[3], days)


def _mine(actor: Actor, today: date) -> sa.ColumnElement[bool]:
    return sa.or_(flag_waits.to_handle(actor, today), flag_waits.to_decide(actor, today))


def flag_rows(
    actor: Actor, group_id: int, wanted: FlagList, *, today: date, unit_id: int | None = None, cursor: str = ""
) -> Page[FlagRow]:
    """A page of a group's flags that somebody sees: what has waited longest first, of the decided the newest."""
    days = group_setting(group_id).decide_within_days
    late = flag_waits.has_waited(today, days=days)
    newest = wanted in {FlagList.DECIDED, FlagList.ALL}
    conditions = {
        FlagList.MINE: _mine(actor, today),
        FlagList.LATE: late,
        FlagList.OPEN: Flag.state.in_(sorted(UNDECIDED)),
        FlagList.DECIDED: Flag.state.in_([FlagState.DECIDED, FlagState.CLOSED]),
        FlagList.ALL: sa.true(),
    }
    query = (
        sa.select(Flag, late)
        .where(Flag.group_id == group_id, policy.flags_visible_to(actor), conditions[wanted])
        .options(joinedload(Flag.unit), joinedload(Flag.task))
    )
    if unit_id is not None:
        query = query.where(Flag.unit_id == unit_id)
    key = Key(Flag.id, descending=newest)
    if cursor:
        query = query.where(after((key,), decode_cursor(cursor, (int,))))
    rows = db.session.execute(query.order_by(Flag.id.desc() if newest else Flag.id).limit(PAGE + 1)).all()
    found = {flag.id: FlagRow(flag, [], late=bool(waited)) for flag, waited in rows[:PAGE]}
    _add_matters(found)
    return Page(list(found.values()), encode_cursor((rows[PAGE - 1][0].id,)) if len(rows) > PAGE else None)


def _add_matters(found: dict[int, FlagRow]) -> None:
    if not found:
        return
    given = sa.select(Statement).where(Statement.flag_id.in_(found), Statement.state == StatementState.GIVEN)
    for statement in db.session.scalars(given.options(joinedload(Statement.given_by)).order_by(Statement.id)):
        found[statement.flag_id].statements.append(statement)
    waiting = sa.select(FlagProposal).join(FlagProposal.flag)
    waiting = waiting.where(
        Flag.id.in_(found), Flag.state == FlagState.AWAITING, FlagProposal.state == ProposalState.PENDING
    )
    for proposal in db.session.scalars(waiting.options(joinedload(FlagProposal.proposed_by))):
        found[proposal.flag_id].proposal = proposal
    decisions = sa.select(FlagDecision).where(FlagDecision.flag_id.in_(found))
    for decision in db.session.scalars(decisions.options(joinedload(FlagDecision.decided_by))):
        found[decision.flag_id].decision = decision
    for review in db.session.scalars(sa.select(FlagReview).where(FlagReview.flag_id.in_(found))):
        found[review.flag_id].review = review


def flags_by_task(actor: Actor, task_ids: Collection[int], *, today: date) -> dict[int, list[FlagRow]]:
    """The flags about some tasks that somebody sees, with what became of them, newest first.

    The tasks and their parts are at hand already, or each would be read for itself.
    """
    flags = db.session.scalars(
        sa.select(Flag)
        .where(Flag.task_id.in_(task_ids), policy.flags_visible_to(actor))
        .options(joinedload(Flag.unit))
        .order_by(Flag.id.desc())
    ).all()
    rows = {flag.id: FlagRow(flag, []) for flag in flags}
    _add_matters(rows)
    found: dict[int, list[FlagRow]] = defaultdict(list)
    for row in rows.values():
        row.suggested = policy.sees_suggestion(actor, row.flag, answered=row.proposal is not None)
        row.may_propose = row.suggested and _proposes(actor, row.flag, today=today)
        found[row.flag.task_id].append(row)
    return found


def _proposes(actor: Actor, flag: Flag, *, today: date) -> bool:
    """Whether a supervisor may propose today; a leader who stands in for one finds the form on the flag's page."""
    supervises = SeatRole.SUPERVISOR in actor.roles_in(flag.group_id)
    return supervises and bool(policy.untouched(actor, flag)) and period_over(flag, today=today)


@dataclass(slots=True)
class Before:
    """What was decided before on a unit and stands: how often each kind, in a group."""

    counts: dict[DecisionKind, int]
    withdrawn: int


def decided_before(group_id: int, unit_ids: Collection[int]) -> dict[int, Before]:
    """What was decided before on some units of a group and stands after its review, by kind; one query."""
    found = {unit_id: Before({}, 0) for unit_id in unit_ids}
    gone = Flag.state == FlagState.WITHDRAWN
    decided = (FlagDecision.kind, FlagDecision.card)
    reviewed = (FlagReview.outcome, FlagReview.new_kind, FlagReview.new_card)
    rows: Any = (
        sa.select(Flag.unit_id, sa.func.count(), *decided, *reviewed)
        .outerjoin(FlagDecision, FlagDecision.flag_id == Flag.id)
        .outerjoin(FlagReview, FlagReview.decision_id == FlagDecision.id)
        .where(Flag.group_id == group_id, Flag.unit_id.in_(unit_ids), sa.or_(FlagDecision.kind.is_not(None), gone))
        .group_by(Flag.unit_id, *decided, *reviewed)
    )
    for unit_id, number, kind, card, outcome, new_kind, new_card in db.session.execute(rows):
        before = found[unit_id]
        if kind is None:
            before.withdrawn += number
        elif (stands := decision_in_force(kind, card, outcome, new_kind, new_card)) is not None:
            before.counts[stands.kind] = before.counts.get(stands.kind, 0) + number
    return found


def flags_to_explain(actor: Actor) -> Sequence[Flag]:
    """What somebody's unit has to state its case about, the nearest end of a period first."""
    query = sa.select(Flag).where(flag_waits.to_explain(actor)).options(joinedload(Flag.unit))
    return db.session.scalars(query.order_by(Flag.statement_by, Flag.id).limit(PAGE)).all()


def statements_to_give(actor: Actor) -> Sequence[Statement]:
    """Drafts of statements that wait for somebody to give them."""
    drafts = db.session.scalars(
        sa.select(Statement)
        .join(Flag)
        .where(Statement.state == StatementState.DRAFT, Flag.unit_id.in_(sorted(actor.unit_ids)))
        .where(Flag.state == FlagState.AWAITING)
        .options(joinedload(Statement.flag).joinedload(Flag.unit), joinedload(Statement.drafted_by))
        .order_by(Statement.id)
        .limit(PAGE)
    )
    return [draft for draft in drafts if policy.may_give_statement(actor, draft.flag)]
