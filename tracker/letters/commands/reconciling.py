"""The year's end (年终对账): the office says what became of each clause, the first party confirms, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.kernel import seals
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import paragraphs
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.letters import notices, policy, queries
from tracker.letters.commands.steps import SignedOnPaper, note, step
from tracker.letters.models import Letter, OutcomeOfClause, Reconciliation
from tracker.letters.rules import (
    MAX_SENTENCE,
    MOVES,
    RECONCILIATION_PURPOSE,
    ClauseOutcome,
    LetterMove,
    Side,
    SigningMethod,
)
from tracker.tasks.commands import require_at_work


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a clause, as the office says."""

    clause_id: int
    outcome: ClauseOutcome | None
    remark: str


def draft_reconciliation(
    letter: Letter, judged: Sequence[Judged], *, version: int, by: Actor, now: datetime
) -> Reconciliation:
    """Say what became of each clause; until the first party confirms it may be said anew. version 0: nobody had yet."""
    require(policy.may_reconcile(by, letter))
    outcomes = _whole(letter, judged)
    _require_to_reconcile(letter)
    take(letter, states=MOVES[LetterMove.FULFIL][0])
    found = queries.reconciliation_of(letter)
    if (found.version if found is not None else 0) != version:
        raise Stale
    assert by.person_id is not None
    if found is None:
        found = Reconciliation(letter=letter, drafted_by_id=by.person_id, drafted_at=now)
        db.session.add(found)
    else:
        take(found, version=version)
        found.drafted_by_id, found.drafted_at = by.person_id, now
        found.outcomes.clear()
        db.session.flush()
    found.outcomes = outcomes
    db.session.flush()
    said = [[one.clause_id, one.outcome, one.remark] for one in outcomes]
    note("reconcile", letter, by=by, now=now, outcomes=said)
    people = queries.holders([one for one in letter.signatories if one.side is Side.FIRST], day=local_date(now))
    first_party = {person.id for persons in people.values() for person in persons}
    notices.tell("reconciled", letter, first_party, now=now, key=f"reconciled:{found.version}")
    return found


def _whole(letter: Letter, judged: Sequence[Judged]) -> list[OutcomeOfClause]:
    """Every clause has its outcome and its sentence, in the order of the letter."""
    said = {one.clause_id: one for one in judged}
    if len(said) != len(judged) or set(said) != {clause.id for clause in letter.clauses}:
        raise Stale(_l("责任书条款已变更，请重新打开。"))
    found = []
    for clause in letter.clauses:
        one = said[clause.id]
        if one.outcome is None:
            raise Invalid({f"outcome_{clause.id}": _l("请选择。")})
        remark = paragraphs(one.remark, f"remark_{clause.id}", limit=MAX_SENTENCE, required=True)
        found.append(OutcomeOfClause(clause_id=clause.id, outcome=one.outcome, remark=remark))
    return found


def fulfil_letter(
    letter: Letter, *, version: int, paper: SignedOnPaper | None = None, by: Actor, now: datetime
) -> None:
    """Confirm for the first party what became of each clause; the letter is fulfilled and never changes again.

    A confirmation by hand is entered by the office. version is the draft's, so that nobody confirms what they did not
    see.
    """
    if paper is not None:
        require(policy.may_record_fulfilment(by, letter))
    judge = by if paper is None else paper.signatory
    require(policy.may_fulfil(judge, letter))
    _require_to_reconcile(letter)
    found = queries.reconciliation_of(letter)
    if found is None:
        raise Stale(_l("办公室还没有起草年终对账。"))
    take(found, version=version)
    step(letter, LetterMove.FULFIL)
    line = next(one for one in letter.signatories if one.side is Side.FIRST and policy.holds(judge, one))
    found.confirmed_by_id, found.confirmed_name = judge.person_id, judge.name
    found.confirmed_as = f"{line.party}{line.title}" or judge.capacity(letter.group_id)
    found.confirmed_at = now
    found.method = SigningMethod.ELECTRONIC if paper is None else SigningMethod.PAPER
    if paper is not None:
        found.recorded_by_id, found.scan_sha256 = by.person_id, paper.scan.sha256
    # What the statement looks up must not write the row before it has its mark.
    with db.session.no_autoflush:
        found.statement = queries.statement_of_reconciliation(found)
    found.mark = seals.mark(RECONCILIATION_PURPOSE, found.statement.encode())
    db.session.flush()
    note("fulfil", letter, by=by, now=now, name=judge.name, signed_as=found.confirmed_as, mark=found.mark)
    notices.tell("fulfilled", letter, notices.unit_audience(letter, now=now), now=now)


def _require_to_reconcile(letter: Letter) -> None:
    require_at_work(letter.group)
    if not policy.was_in_force(letter):
        raise Stale(_l("只有双方签署生效的责任书才办理年终对账；已确认的不再变更。"))
