"""Letters and batches as their pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.kernel.text import _
from tracker.letters import policy
from tracker.letters.models import Letter, LetterBatch, LetterClause, LetterText, Signatory, Signature
from tracker.letters.queries.composing import promised_tasks
from tracker.letters.queries.parties import holders
from tracker.letters.rules import (
    IN_PAPERS,
    SIGNABLE,
    BatchState,
    LetterKind,
    LetterState,
    PaperKind,
    Side,
    SigningMethod,
    is_turn_of,
)
from tracker.organisation.models import Person, Post, Unit
from tracker.tasks.models import Task
from tracker.tasks.rules import LIVE

MOST = 200
"""So many letters of one unit are listed."""


@cache
def whole() -> tuple[ORMOption, ...]:
    """What loads a letter with everything its page needs, in a flat number of queries."""
    return (
        joinedload(Letter.unit),
        joinedload(Letter.batch).joinedload(LetterBatch.group),
        joinedload(Letter.follows),
        selectinload(Letter.clauses),
        selectinload(Letter.signatories).joinedload(Signatory.post),
        selectinload(Letter.texts).selectinload(LetterText.signatures),
    )


def visible_letter(actor: Actor, letter_id: int) -> Letter:
    """A letter that somebody sees."""
    letter = db.session.scalar(
        sa.select(Letter).where(Letter.id == letter_id, policy.letters_visible_to(actor)).options(*whole())
    )
    if letter is None:
        raise NotVisible
    return letter


def letter_of_code(code: str) -> Letter | None:
    """The letter that the code on its paper leads to, for whoever has the paper; none that never went out."""
    if not (code.isascii() and code.isalnum() and len(code) <= 40):
        return None
    found = sa.select(Letter).where(Letter.check_code == code.upper(), Letter.edition > 0)
    return db.session.scalar(found.options(*whole()))


def visible_batch(actor: Actor, batch_id: int) -> LetterBatch:
    """A batch that somebody sees."""
    batch = db.session.scalar(
        sa.select(LetterBatch).where(LetterBatch.id == batch_id, policy.batches_visible_to(actor))
    )
    if batch is None:
        raise NotVisible
    return batch


def batches_of(actor: Actor, group_id: int) -> Sequence[LetterBatch]:
    """The batches of a group that were not given up, newest first.

    What its units hand on to their sections and schools is no letter of the group: it stands with the unit's letter.
    """
    return db.session.scalars(
        sa.select(LetterBatch)
        .where(
            LetterBatch.group_id == group_id,
            LetterBatch.unit_id.is_(None),
            LetterBatch.state != BatchState.DISCARDED,
            policy.batches_visible_to(actor),
        )
        .order_by(LetterBatch.id.desc())
    ).all()


def letters_of(batch: LetterBatch) -> Sequence[Letter]:
    """The letters of a batch with all that belongs to them, in a flat number of queries."""
    return db.session.scalars(
        sa.select(Letter).where(Letter.batch_id == batch.id).options(*whole()).order_by(Letter.id)
    ).all()


def letters_to_print(actor: Actor, batch_id: int, kind: PaperKind) -> list[Letter]:
    """The letters of a batch that belong into files of a kind."""
    letters = letters_of(visible_batch(actor, batch_id))
    return [letter for letter in letters if letter.edition and letter.state in IN_PAPERS[kind]]


def own_letters(actor: Actor) -> Sequence[Letter]:
    """The letters of the reader's units and of units below them, those that wait first, then the newest.

    What these units themselves handed on stands in its batch.
    """
    units = sorted(actor.unit_ids)
    below = sa.select(Unit.id).where(Unit.parent_id.in_(units))
    handed_on = sa.func.coalesce(LetterBatch.unit_id, 0).in_(units)
    return db.session.scalars(
        sa.select(Letter)
        .join(Letter.batch)
        .where(
            policy.letters_visible_to(actor),
            sa.or_(Letter.unit_id.in_(units), sa.and_(Letter.unit_id.in_(below), ~handed_on)),
        )
        .options(joinedload(Letter.unit), contains_eager(Letter.batch).joinedload(LetterBatch.group))
        .order_by(Letter.state.in_(sorted(SIGNABLE)).desc(), Letter.id.desc())
        .limit(MOST)
    ).all()


def waiting_for(actor: Actor) -> list[Letter]:
    """The letters that somebody can sign now, the one to be signed first first."""
    posts = [post.post_id for post in actor.posts]
    presided = [post.unit_id for post in actor.posts if post.presiding]
    seats = [seat.seat_id for seat in actor.seats]
    if not (posts or seats):
        return []
    named = (
        sa.select(Signatory.letter_id)
        .outerjoin(Signatory.post)
        .where(
            sa.or_(
                Signatory.post_id.in_(posts),
                Signatory.seat_id.in_(seats),
                Post.unit_id.in_(presided),
            )
        )
    )
    rows = db.session.scalars(
        sa.select(Letter)
        .where(Letter.state.in_(sorted(SIGNABLE)), Letter.id.in_(named), policy.letters_visible_to(actor))
        .options(*whole())
        .order_by(Letter.sign_by, Letter.id)
    ).all()
    return [letter for letter in rows if policy.may_sign(actor, letter) and policy.hindrance(actor, letter) is None]


def replaced_by(letter: Letter) -> Sequence[Letter]:
    """The letters in force whose place a letter takes: the one that it follows, and what was added to that."""
    return db.session.scalars(
        sa.select(Letter)
        .where(
            Letter.state == LetterState.IN_FORCE,
            sa.or_(
                Letter.id == letter.follows_id,
                sa.and_(Letter.follows_id == letter.follows_id, Letter.kind == LetterKind.SUPPLEMENT),
            ),
        )
        .order_by(Letter.id)
    ).all()


def tasks_to_promise(letter: Letter) -> list[Task]:
    """The tasks that a letter could promise today; one that hands clauses on, the pieces of those."""
    batch = letter.batch
    if letter.parent_id is not None:
        promised = sa.select(LetterClause.task_id).where(LetterClause.letter_id == letter.parent_id)
        pieces = sa.select(Task).where(
            Task.parent_id.in_(promised), Task.lead_unit_id == letter.unit_id, Task.state.in_(sorted(LIVE))
        )
        return list(db.session.scalars(pieces.options(selectinload(Task.targets)).order_by(Task.sort_on, Task.id)))
    return promised_tasks(letter.group_id, [letter.unit_id], plan_id=batch.plan_id, year=batch.year)[letter.unit_id]


def people_to_sign(letter: Letter, side: Side, *, now: datetime) -> set[int]:
    """The people (by id) who would sign a letter for a party today and have not."""
    lines = [one for one in policy.unsigned(letter) if one.side is side]
    found = holders(lines, day=local_date(now))
    return {person.id for people in found.values() for person in people}


def people_whose_turn(letter: Letter, *, now: datetime) -> set[int]:
    """The people (by id) on whom a letter waits."""
    complete, order = policy.complete_sides(letter), letter.batch.signing_order
    sides = [side for side in Side if is_turn_of(side, order=order, complete=complete)]
    return {person for side in sides for person in people_to_sign(letter, side, now=now)}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a letter to be signed: who would sign, or who did."""

    signatory: Signatory
    people: Sequence[Person]
    signature: Signature | None

    @property
    def late(self) -> object:
        """That it was signed after the letter's date to sign by, in words; empty where it was not (decision 0010).

        When somebody signed a paper is not known, but when the office entered it.
        """
        one = self.signature
        if one is None or local_date(one.signed_at) <= self.signatory.letter.sign_by:
            return ""
        return _("期限后代录") if one.method is SigningMethod.PAPER else _("逾期签署")


def lines_of(letters: Sequence[Letter], *, day: date) -> dict[int, list[Line]]:
    """The lines of some letters, by letter, with who signed or would sign: a flat number of queries."""
    people = holders([one for letter in letters for one in letter.signatories], day=day)
    found = {}
    for letter in letters:
        signed = {signature.signatory_id: signature for signature in policy.signatures_of(letter)}
        found[letter.id] = [Line(one, people[one.id], signed.get(one.id)) for one in letter.signatories]
    return found
