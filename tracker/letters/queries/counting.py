"""How far letters have come, and since when they wait for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit.models import AuditEntry
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.letters import policy
from tracker.letters.models import Letter
from tracker.letters.queries.letters import Line, lines_of, whole
from tracker.letters.rules import SIGNABLE, WAITING, LetterState, Side, SigningOrder, is_turn_of


def waiting_since(letters: Sequence[Letter]) -> dict[int, datetime]:
    """By letter, since when it waits for whoever is to act: those whose turn it is to sign, or the office again."""
    found = {}
    for letter in letters:
        if letter.state in SIGNABLE and letter.issued_at is not None:
            side = {one.id: one.side for one in letter.signatories}
            complete = policy.complete_sides(letter)
            before = [one.signed_at for one in policy.signatures_of(letter) if side[one.signatory_id] in complete]
            ordered = letter.batch.signing_order is not SigningOrder.ANY
            found[letter.id] = max(before) if ordered and before else letter.issued_at
    back = [letter.id for letter in letters if letter.state is LetterState.SENT_BACK]
    if back:
        rows = sa.select(AuditEntry.subject_id, sa.func.max(AuditEntry.at)).where(
            AuditEntry.subject_kind == "letter", AuditEntry.subject_id.in_(back), AuditEntry.act == "letter.send_back"
        )
        found |= {row[0]: row[1] for row in db.session.execute(rows.group_by(AuditEntry.subject_id))}
    return found


@dataclass(frozen=True, slots=True)
class Unsigned:
    """The letters of a group that wait for signatures: how many, and how many past their date.

    What a unit sent back waits for the office and is counted apart: no unit is late with it.
    """

    letters: int
    late: int
    sent_back: int


def unsigned(group_id: int, *, day: date) -> Unsigned:
    """What a group still waits for; one query. Letters that hand on are their units' to chase."""
    counts = (_waiting(), _late(day), Letter.state == LetterState.SENT_BACK)
    row = db.session.execute(sa.select(*map(_sum, counts)).where(*_counted(group_id))).one()
    return Unsigned(*(int(number or 0) for number in row))


def unsigned_letters(group_id: int) -> Sequence[Letter]:
    """The letters that `unsigned` counts, in a flat number of queries."""
    return db.session.scalars(
        sa.select(Letter).where(*_counted(group_id)).options(*whole()).order_by(Letter.sign_by, Letter.id)
    ).all()


def _counted(group_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return Letter.group_id == group_id, Letter.parent_id.is_(None), Letter.state.in_(sorted(WAITING))


def urged_until(letters: Sequence[Letter], *, day: date) -> dict[int, date]:
    """By letter that was urged of late, the day from which it may be urged again (the group's cool-down)."""
    free = {
        letter.id: working_days().shift(local_date(letter.urged_at), letter.group.urge_cooldown_days)
        for letter in letters
        if letter.urged_at is not None
    }
    return {letter_id: free_on for letter_id, free_on in free.items() if day < free_on}


def turns_of(letters: Sequence[Letter], *, day: date) -> dict[int, list[Line]]:
    """By letter, the lines whose turn it is to be signed, with who would sign: a flat number of queries."""
    found, lines = {}, lines_of(letters, day=day)
    for letter in letters:
        complete, order = policy.complete_sides(letter), letter.batch.signing_order
        turn = {side for side in Side if is_turn_of(side, order=order, complete=complete)}
        found[letter.id] = [one for one in lines[letter.id] if one.signature is None and one.signatory.side in turn]
    return found


def _waiting() -> sa.ColumnElement[bool]:
    return Letter.state.in_(sorted(SIGNABLE))


def _late(day: date) -> sa.ColumnElement[bool]:
    return sa.and_(_waiting(), Letter.sign_by < day)


def _sum(which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((which, 1), else_=0))


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a batch has come: letters that count, signed by all, waiting, past the date to sign by, sent back."""

    letters: int
    in_force: int
    waiting: int
    late: int
    sent_back: int


def tallies(group_ids: Sequence[int], *, day: date) -> dict[int, Tally]:
    """By batch, how many letters were signed; one query."""
    counted = Letter.state.not_in([LetterState.WITHDRAWN, LetterState.DRAFT, LetterState.SUPERSEDED])
    in_force = sa.and_(counted, Letter.in_force_at.is_not(None))
    counts = (counted, in_force, _waiting(), _late(day), Letter.state == LetterState.SENT_BACK)
    rows = db.session.execute(
        sa.select(Letter.batch_id, *map(_sum, counts)).where(Letter.group_id.in_(group_ids)).group_by(Letter.batch_id)
    )
    return {row[0]: Tally(*(int(number) for number in row[1:])) for row in rows}
