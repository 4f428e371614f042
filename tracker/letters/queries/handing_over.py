"""Which letters are to be handed over to a successor, and what the handover says."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import WorkingDays, working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.letters import policy
from tracker.letters.models import Handover, HandoverSignature, Letter, Signatory
from tracker.letters.queries.handed_work import DONE, open_work, promised_work
from tracker.letters.queries.letters import whole
from tracker.letters.queries.parties import holders
from tracker.letters.rules import (
    GRACE_DAYS,
    HandoverContents,
    HandoverState,
    LetterState,
    Side,
    answers_from,
    composed_handover,
    handover_signature_statement,
    handover_statement,
)
from tracker.organisation.models import Appointment, LeadershipGroup, Person, Post, on_day
from tracker.organisation.rules import PostRank


@dataclass(frozen=True, slots=True)
class HandoverDue:
    """A line of a letter in force that somebody else would sign today than who answers for it."""

    letter: Letter
    signatory: Signatory
    predecessor_id: int
    predecessor_name: str
    successor: Person
    took_up_on: date
    due_on: date
    drawn_up: Handover | None
    """The text that waits to be signed by this successor, where one was drawn up."""


def handovers_due(letters: Sequence[Letter], *, day: date) -> list[HandoverDue]:
    """Where the holder of the second party's post has changed and not yet taken over: a flat number of queries."""
    lines = [
        (letter, one)
        for letter in letters
        if letter.state is LetterState.IN_FORCE
        for one in letter.signatories
        if one.side is Side.SECOND and one.post_id is not None
    ]
    if not lines:
        return []
    people = holders([one for _letter, one in lines], day=day)
    known = _handovers([letter.id for letter, _one in lines])
    since = _since({person.id for persons in people.values() for person in persons}, day=day)
    days, found = working_days(), []
    for letter, one in lines:
        predecessor_id, name = _who_answers(letter, one, known)
        if people[one.id] and all(person.id != predecessor_id for person in people[one.id]):
            found.append(_due(letter, one, (predecessor_id, name), people[one.id][0], known, since, days))
    return found


def _handovers(letter_ids: Collection[int]) -> dict[int, list[Handover]]:
    """The handovers of some letters that have not lapsed, by signatory, in order."""
    rows = db.session.scalars(
        sa.select(Handover)
        .where(Handover.letter_id.in_(letter_ids), Handover.state != HandoverState.LAPSED)
        .order_by(Handover.id)
    )
    found: dict[int, list[Handover]] = {}
    for row in rows:
        found.setdefault(row.signatory_id, []).append(row)
    return found


def _who_answers(letter: Letter, one: Signatory, known: dict[int, list[Handover]]) -> tuple[int, str]:
    """Who signed for a line, or the last one who took over since."""
    taken = [row for row in known.get(one.id, []) if row.state is HandoverState.SIGNED]
    if taken:
        return taken[-1].successor_id, taken[-1].successor_name
    signature = next(signature for signature in policy.signatures_of(letter) if signature.signatory_id == one.id)
    return signature.person_id, signature.person_name


def _since(people: Collection[int], *, day: date) -> dict[tuple[int, int], date]:
    """Since when people hold the post of a head, or preside (主持工作), by unit and person."""
    rows = db.session.execute(
        sa.select(Post.unit_id, Appointment.person_id, sa.func.max(Appointment.starts_on))
        .join(Post, Post.id == Appointment.post_id)
        .where(
            Appointment.person_id.in_(people),
            on_day(Appointment, day),
            sa.or_(Post.rank == PostRank.HEAD, Appointment.presiding),
        )
        .group_by(Post.unit_id, Appointment.person_id)
    )
    return {(unit_id, person_id): starts_on for unit_id, person_id, starts_on in rows}


def _due(
    letter: Letter,
    one: Signatory,
    predecessor: tuple[int, str],
    successor: Person,
    known: dict[int, list[Handover]],
    since: dict[tuple[int, int], date],
    days: WorkingDays,
) -> HandoverDue:
    assert letter.in_force_at is not None and one.post is not None
    appointed_on = since[one.post.unit_id, successor.id]
    took_up_on = answers_from(appointed_on=appointed_on, in_force_on=local_date(letter.in_force_at))
    waiting = (row for row in known.get(one.id, []) if row.state is HandoverState.OPEN)
    drawn_up = next((row for row in waiting if row.successor_id == successor.id), None)
    due_on = days.shift(took_up_on, GRACE_DAYS)
    return HandoverDue(letter, one, *predecessor, successor, took_up_on, due_on, drawn_up)


def letters_in_force(*, after_id: int, limit: int) -> Sequence[Letter]:
    """Letters in force of groups at work, by id, a part at a time."""
    return db.session.scalars(
        sa.select(Letter)
        .join(Letter.group)
        .where(Letter.state == LetterState.IN_FORCE, Letter.id > after_id, LeadershipGroup.ended_on.is_(None))
        .options(*whole())
        .order_by(Letter.id)
        .limit(limit)
    ).all()


def handovers_waiting_for(actor: Actor, *, day: date) -> list[HandoverDue]:
    """The handovers that somebody has to sign as the successor, the most urgent first."""
    posts = [post.post_id for post in actor.posts]
    presided = [post.unit_id for post in actor.posts if post.presiding]
    if not posts:
        return []
    named = (
        sa.select(Signatory.letter_id)
        .join(Signatory.post)
        .where(
            Signatory.side == Side.SECOND,
            sa.or_(Post.id.in_(posts), sa.and_(Post.unit_id.in_(presided), Post.rank == PostRank.HEAD)),
        )
    )
    letters = db.session.scalars(
        sa.select(Letter).where(Letter.state == LetterState.IN_FORCE, Letter.id.in_(named)).options(*whole())
    ).all()
    own = [due for due in handovers_due(letters, day=day) if due.successor.id == actor.person_id]
    return sorted(own, key=lambda due: (due.due_on, due.letter.id))


def open_handover_of(signatory_id: int) -> Handover | None:
    """The handover of a line that waits to be signed, if one was drawn up."""
    return db.session.scalar(
        sa.select(Handover).where(Handover.signatory_id == signatory_id, Handover.state == HandoverState.OPEN)
    )


def handovers_of(letter: Letter) -> Sequence[Handover]:
    """The handovers of a letter that somebody took over, the oldest first."""
    return db.session.scalars(
        sa.select(Handover)
        .where(Handover.letter_id == letter.id, Handover.state == HandoverState.SIGNED)
        .order_by(Handover.id)
    ).all()


def visible_handover(actor: Actor, handover_id: int) -> Handover:
    """A handover of a letter that somebody sees."""
    found = db.session.scalar(
        sa.select(Handover)
        .join(Handover.letter)
        .where(Handover.id == handover_id, policy.letters_visible_to(actor))
        .options(
            joinedload(Handover.signatory).joinedload(Signatory.post),
            selectinload(Handover.signatures).joinedload(HandoverSignature.recorded_by),
        )
    )
    if found is None:
        raise NotVisible
    return found


def handover_text(due: HandoverDue, *, day: date) -> str:
    """The canonical text of a handover as promises and open work stand on a day."""
    letter = due.letter
    text = policy.text_of(letter)
    assert text is not None and letter.number is not None
    promises = promised_work(letter, day=day)
    return composed_handover(
        HandoverContents(
            title=letter.batch.title,
            number=letter.number,
            sha256=text.sha256,
            unit=due.signatory.party,
            post=due.signatory.title,
            predecessor=due.predecessor_name,
            successor=due.successor.name,
            took_up_on=due.took_up_on,
            today=day,
            work=[*promises, *open_work(letter, day=day)],
            done=sum(one.remark == DONE for one in promises),
        )
    )


def statement_of_handover(found: Handover) -> str:
    """What is put under the installation's key when a handover is drawn up, as the row stands now."""
    return handover_statement(
        letter_id=found.letter_id,
        number=found.letter.number or "",
        signatory_id=found.signatory_id,
        predecessor_id=found.predecessor_id,
        predecessor_name=found.predecessor_name,
        successor_id=found.successor_id,
        successor_name=found.successor_name,
        took_up_on=found.took_up_on,
        due_on=found.due_on,
        sha256=found.sha256,
        sm3=found.sm3,
        opened_by_id=found.opened_by_id,
        at=found.opened_at,
    )


def statement_of_handover_signature(found: Handover, one: HandoverSignature) -> str:
    """What is put under the installation's key when a line of a handover is signed, as the row stands now."""
    return handover_signature_statement(
        handover=found.mark,
        line=one.line,
        person_id=one.person_id,
        person_name=one.person_name,
        method=one.method,
        at=one.signed_at,
        nonce=one.nonce,
        recorded_by_id=one.recorded_by_id,
        scan_sha256=one.scan_sha256,
    )
