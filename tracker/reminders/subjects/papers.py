"""Letters that wait for signatures, and on whom they wait."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.kernel.db import day_number
from tracker.letters.models import Letter, LetterBatch, LetterText, Signatory, Signature
from tracker.letters.rules import SIGNABLE, Side, SigningOrder
from tracker.letters.rules.states import BEFORE
from tracker.organisation.models import Appointment, Post, Seat, on_day
from tracker.organisation.rules import PostRank
from tracker.reminders.recipients import DAY
from tracker.reminders.subjects.rows import GROUP, NONE, Rows, Which


def letters(which: Which) -> Rows:
    return (
        sa.select(
            Letter.id.label("subject_id"),
            Letter.id.label("task_id"),
            Letter.unit_id.label("unit_id"),
            NONE.label("owner_id"),
            sa.literal(0).label("leader_seat_id"),
            sa.func.coalesce(LetterBatch.unit_id, 0).label("above_unit_id"),
            LetterBatch.title.label("title"),
            day_number(Letter.sign_by).label("cycle"),
            Letter.sign_by.label("due_on"),
        )
        .join(LetterBatch, LetterBatch.id == Letter.batch_id)
        .where(Letter.group_id == GROUP, Letter.state.in_(sorted(SIGNABLE)), *which.of(Letter.id, Letter.sign_by))
    )


def signers(subjects: sa.FromClause) -> sa.Select[*tuple[Any, ...]]:
    """Rows (subject_id, person_id): those on whom a letter's signatures wait, in the order in which parties sign."""
    waiting = (
        sa.select(subjects.c.subject_id, Signatory.post_id, Signatory.seat_id)
        .join_from(subjects, Letter, Letter.id == subjects.c.subject_id)
        .join(LetterBatch, LetterBatch.id == Letter.batch_id)
        .join(Signatory, Signatory.letter_id == Letter.id)
        .where(_unsigned(Signatory), _turn())
        .subquery()
    )
    seat, own, held = aliased(Seat), aliased(Post), aliased(Post)
    named = (
        sa.select(waiting.c.subject_id, seat.person_id.label("person_id"))
        .join(seat, seat.id == waiting.c.seat_id)
        .where(seat.person_id.is_not(None), on_day(seat, DAY))
    )
    posts = (
        sa.select(waiting.c.subject_id, sa.func.coalesce(waiting.c.post_id, seat.post_id).label("post_id"))
        .outerjoin(seat, sa.and_(seat.id == waiting.c.seat_id, on_day(seat, DAY)))
        .subquery()
    )
    by_post = sa.select(posts.c.subject_id, Appointment.person_id.label("person_id")).join(
        Appointment, sa.and_(Appointment.post_id == posts.c.post_id, on_day(Appointment, DAY))
    )
    presiding = (
        sa.select(posts.c.subject_id, Appointment.person_id.label("person_id"))
        .join(own, sa.and_(own.id == posts.c.post_id, own.rank == PostRank.HEAD))
        .join(held, held.unit_id == own.unit_id)
        .join(Appointment, sa.and_(Appointment.post_id == held.id, Appointment.presiding, on_day(Appointment, DAY)))
    )
    found = sa.union(named, by_post, presiding).subquery()
    return sa.select(found.c.subject_id, found.c.person_id)


def _unsigned(signatory: Any) -> sa.ColumnElement[bool]:
    signed = (
        sa.select(Signature.id)
        .join(LetterText, LetterText.id == Signature.text_id)
        .where(
            LetterText.letter_id == Letter.id,
            LetterText.ordinal == Letter.edition,
            Signature.signatory_id == signatory.id,
        )
    )
    return sa.not_(signed.correlate(Letter, signatory).exists())


def _turn() -> sa.ColumnElement[bool]:
    """Whose turn it is: anybody's, or the second party's once the first one has signed, or the other way round."""

    def done(side: Side) -> sa.ColumnElement[bool]:
        other = aliased(Signatory)
        waits = sa.select(other.id).where(other.letter_id == Letter.id, other.side == side, _unsigned(other))
        return sa.not_(waits.correlate(Letter).exists())

    in_order = [
        sa.and_(
            LetterBatch.signing_order == order,
            sa.or_(Signatory.side == first, sa.and_(Signatory.side == second, done(first))),
        )
        for order, (first, second) in BEFORE.items()
    ]
    return sa.or_(LetterBatch.signing_order == SigningOrder.ANY, *in_order)
