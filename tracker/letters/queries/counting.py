"""How far letters have come, and since when they wait for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit.models import AuditEntry
from tracker.kernel.db import db
from tracker.letters import policy
from tracker.letters.models import Letter
from tracker.letters.rules import SIGNABLE, WAITING, LetterState, SigningOrder


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
    """The letters of a group that wait for signatures: how many, how many past their date, and the oldest's batch.

    What a unit sent back waits for the office and is counted apart: no unit is late with it.
    """

    letters: int
    late: int
    sent_back: int
    batch_id: int | None


def unsigned(group_id: int, *, day: date) -> Unsigned:
    """What a group still waits for; one query. Letters that hand on are their units' to chase."""
    counts = (_waiting(), _late(day), Letter.state == LetterState.SENT_BACK)
    row = db.session.execute(
        sa.select(
            *map(_sum, counts),
            sa.func.coalesce(sa.func.min(sa.case((_waiting(), Letter.batch_id))), sa.func.min(Letter.batch_id)),
        ).where(Letter.group_id == group_id, Letter.parent_id.is_(None), Letter.state.in_(sorted(WAITING)))
    ).one()
    letters, late, sent_back = (int(number or 0) for number in row[:3])
    return Unsigned(letters, late, sent_back, row[3])


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
