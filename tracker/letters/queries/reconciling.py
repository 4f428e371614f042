"""What became of letters: the office's proposals by clause, and what was drafted and confirmed."""

from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.letters import policy
from tracker.letters.models import Letter, LetterClause, OutcomeOfClause, Reconciliation, Signatory
from tracker.letters.queries.letters import whole
from tracker.letters.rules import (
    ClauseOutcome,
    LetterState,
    Side,
    Standing,
    proposed_outcome,
    reconciliation_statement,
)
from tracker.tasks.models import Task
from tracker.tasks.rules import OPEN


def reconciliation_of(letter: Letter) -> Reconciliation | None:
    """What became of a letter's clauses, drafted or confirmed; None while nobody has begun."""
    return db.session.scalar(
        sa.select(Reconciliation)
        .where(Reconciliation.letter_id == letter.id)
        .options(selectinload(Reconciliation.outcomes).joinedload(OutcomeOfClause.clause))
    )


def proposals(letter: Letter, *, day: date) -> Mapping[int, tuple[ClauseOutcome | None, str]]:
    """What the office may begin with, by clause; nothing for what was written by hand."""
    ids = {clause.task_id for clause in letter.clauses if clause.task_id is not None}
    tasks = {task.id: task for task in db.session.scalars(sa.select(Task).where(Task.id.in_(ids)))}
    late_until = working_days().last_late_due_date(day, roll=letter.group.roll_due_dates)
    return {clause.id: _proposal(letter, clause, tasks, late_until) for clause in letter.clauses}


def _proposal(
    letter: Letter, clause: LetterClause, tasks: Mapping[int, Task], late_until: date
) -> tuple[ClauseOutcome | None, str]:
    if clause.task_id is None:
        return None, ""
    task = tasks[clause.task_id]
    standing = Standing(
        state=task.state,
        due_on=task.due_on,
        late=task.late,
        completed_on=local_date(task.completed_at) if task.completed_at is not None else None,
        elsewhere=task.lead_unit_id != letter.unit_id,
        overdue=task.state in OPEN and task.due_on is not None and task.due_on <= late_until,
    )
    return proposed_outcome(standing)


def reconciliations_waiting_for(actor: Actor) -> Sequence[Letter]:
    """The letters whose outcomes somebody is to confirm for the first party."""
    held = sa.or_(
        Signatory.seat_id.in_([seat.seat_id for seat in actor.seats]),
        Signatory.post_id.in_([post.post_id for post in actor.posts]),
    )
    rows = db.session.scalars(
        sa.select(Letter)
        .join(Reconciliation, Reconciliation.letter_id == Letter.id)
        .where(
            Reconciliation.confirmed_at.is_(None),
            Letter.state.in_([LetterState.IN_FORCE, LetterState.EXPIRED]),
            Letter.id.in_(sa.select(Signatory.letter_id).where(Signatory.side == Side.FIRST, held)),
            policy.letters_visible_to(actor),
        )
        .options(*whole())
        .order_by(Letter.id)
    ).all()
    return [letter for letter in rows if policy.may_fulfil(actor, letter)]


def statement_of_reconciliation(found: Reconciliation) -> str:
    """What is put under the installation's key when outcomes are confirmed, as the rows stand now."""
    letter = found.letter
    text = policy.text_of(letter)
    assert found.confirmed_by_id is not None and found.confirmed_at is not None and found.method is not None
    return reconciliation_statement(
        letter_id=letter.id,
        number=letter.number or "",
        sha256=text.sha256 if text is not None else "",
        outcomes=[(one.clause_id, one.outcome, one.remark) for one in found.outcomes],
        drafted_by_id=found.drafted_by_id,
        person_id=found.confirmed_by_id,
        person_name=found.confirmed_name,
        confirmed_as=found.confirmed_as,
        method=found.method,
        at=found.confirmed_at,
        recorded_by_id=found.recorded_by_id,
        scan_sha256=found.scan_sha256,
    )
