"""Letters and batches as their pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from tracker.audit.models import AuditEntry
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.letters import policy
from tracker.letters.models import Letter, LetterBatch, LetterClause, LetterText, Signatory, Signature
from tracker.letters.queries.composing import promised_tasks
from tracker.letters.queries.parties import holders
from tracker.letters.rules import (
    IN_PAPERS,
    SIGNABLE,
    WAITING,
    BatchState,
    LetterKind,
    LetterState,
    PaperKind,
    Side,
    SigningOrder,
    is_turn_of,
    still_says,
    target_words,
    together,
)
from tracker.organisation.models import Person, Post, Unit
from tracker.tasks.models import Target, Task
from tracker.tasks.rules import LIVE, TaskState

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


def lines_of(letters: Sequence[Letter], *, day: date) -> dict[int, list[Line]]:
    """The lines of some letters, by letter, with who signed or would sign: a flat number of queries."""
    people = holders([one for letter in letters for one in letter.signatories], day=day)
    found = {}
    for letter in letters:
        signed = {signature.signatory_id: signature for signature in policy.signatures_of(letter)}
        found[letter.id] = [Line(one, people[one.id], signed.get(one.id)) for one in letter.signatories]
    return found


@dataclass(frozen=True, slots=True)
class Deviation:
    """How a clause differs today from what was signed: its date then and now, what it asks for, or its task gone."""

    clause: LetterClause
    was: date | None
    now: date | None
    words: str
    """The standard or the number as it is now; empty where it is as signed."""
    cancelled: bool
    elsewhere: bool
    """Whether the task is led by another unit now."""


def deviations(letter: Letter) -> list[Deviation]:
    """Where tasks and targets differ from what was signed of them; of a letter whose signatures count, one query."""
    if not policy.binds(letter):
        return []
    promised = [clause for clause in letter.clauses if clause.task_id is not None]
    rows = db.session.scalars(
        sa.select(Task).where(Task.id.in_({clause.task_id for clause in promised})).options(selectinload(Task.targets))
    )
    tasks = {task.id: task for task in rows}
    standards: dict[int | None, list[str]] = {}
    if letter.parent_id is not None:
        for clause in promised:
            standards.setdefault(clause.task_id, []).append(clause.standard)
    found = []
    for clause in promised:
        task = tasks[clause.task_id or 0]
        due_on, words = _as_it_is_now(clause, task, standards.get(task.id))
        cancelled, elsewhere = task.state is TaskState.CANCELLED, task.lead_unit_id != letter.unit_id
        if cancelled or elsewhere or words or due_on != clause.due_on:
            found.append(Deviation(clause, clause.due_on, due_on, words, cancelled, elsewhere))
    return found


def _as_it_is_now(clause: LetterClause, task: Task, standards: Sequence[str] | None) -> tuple[date | None, str]:
    """When a clause's work is due now, and what it asks for where that is not what was signed.

    A letter that hands clauses on keeps the standard of each beside its words, and together they are the sub-task's.
    """
    due_on, target = due_now(clause, task), _target_of(clause, task)
    if target is not None:
        number = (target.quantity, target.scope, target.operator, target.value, target.unit)
        return due_on, "" if target_words(*number, clause.due_on) == clause.text else target_words(*number, due_on)
    if standards is None:
        same = still_says(clause.text, task.title, task.content, task.standard)
    else:
        same = together(standards) == task.standard
    return due_on, "" if same else task.standard


def due_now(clause: LetterClause, task: Task) -> date | None:
    """When the work of a clause is due, as its task stands now."""
    target = _target_of(clause, task)
    return (target.due_on if target is not None else None) or task.due_on


def _target_of(clause: LetterClause, task: Task) -> Target | None:
    return next((target for target in task.targets if target.id == clause.target_id), None)


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
