"""What pages read about asking the units' views on letters: who stands how, what was said, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.letters import policy
from tracker.letters.models import AskedLetter, ClauseOpinion, Letter, LetterBatch, LetterConsultation
from tracker.letters.rules import BatchState, LetterState, places
from tracker.organisation.policy import WATCHING
from tracker.tasks.queries.answering import confirms_for, drafts_for
from tracker.tasks.rules import ConsultationState, OpinionKind, ReplyStanding, reply_standing


@dataclass(frozen=True, slots=True)
class Asked:
    """A letter on the office's page: how its unit stands, and the opinions that it gave."""

    asked: AskedLetter
    standing: ReplyStanding
    opinions: Sequence[ClauseOpinion]

    @property
    def unhandled(self) -> int:
        """Opinions that the office has neither adopted nor declined."""
        return sum(row.handling is None for row in self.opinions)


def consultation_of(batch_id: int) -> LetterConsultation | None:
    """The latest asking about a batch, with everything its page needs: a flat number of queries."""
    asked = selectinload(LetterConsultation.asked)
    return db.session.scalar(
        sa.select(LetterConsultation)
        .where(LetterConsultation.batch_id == batch_id)
        .options(
            joinedload(LetterConsultation.opened_by),
            asked.joinedload(AskedLetter.letter).joinedload(Letter.unit),
            asked.joinedload(AskedLetter.answered_by),
            asked.selectinload(AskedLetter.rows).joinedload(ClauseOpinion.handled_by),
        )
        .order_by(LetterConsultation.id.desc())
        .limit(1)
    )


def places_asked(asked: AskedLetter) -> dict[int, str]:
    """By opinion, where its clause stands in the draft that the unit was shown; what is no clause has no place."""
    rows = [row for row in asked.rows if row.position]
    found = places(asked.text, [row.text for row in rows])
    return {row.id: place for row, place in zip(rows, found, strict=True)}


def asked_by_letter(consultation: LetterConsultation | None, *, today: date) -> dict[int, Asked]:
    """How each unit stands today and what it said, by letter."""
    found = {}
    for asked in consultation.asked if consultation is not None else ():
        given = asked.answered_at is not None
        opinions = [row for row in asked.rows if given and row.opinion not in (None, OpinionKind.NONE)]
        found[asked.letter_id] = Asked(asked, standing_of(asked, today=today), opinions)
    return found


def standing_of(asked: AskedLetter, *, today: date) -> ReplyStanding:
    """How a unit stands on a day: silence past the date means no opinion."""
    return reply_standing(
        answered=asked.answered_at is not None,
        drafted=asked.drafted_at is not None,
        opinions=sum(row.opinion not in (None, OpinionKind.NONE) for row in asked.rows),
        reply_by=asked.consultation.reply_by,
        today=today,
    )


def is_over(asked: AskedLetter, *, today: date) -> bool:
    """Whether nothing can be said or changed any more: past the date, called off, or the draft has left the desk."""
    consultation = asked.consultation
    return (
        consultation.state is ConsultationState.WITHDRAWN
        or today > consultation.reply_by
        or asked.letter.state is not LetterState.DRAFT
        or consultation.batch.state is not BatchState.DRAFT
    )


def visible_asked(actor: Actor, asked_id: int) -> AskedLetter:
    """What one unit is asked: for its own people, and for those who watch over the group. No unit sees another's."""
    found = db.session.scalar(
        sa.select(AskedLetter)
        .join(AskedLetter.letter)
        .where(
            AskedLetter.id == asked_id,
            sa.or_(Letter.unit_id.in_(sorted(actor.unit_ids)), Letter.group_id.in_(sorted(actor.groups_as(*WATCHING)))),
        )
        .options(
            contains_eager(AskedLetter.letter).joinedload(Letter.unit),
            joinedload(AskedLetter.consultation).joinedload(LetterConsultation.batch).joinedload(LetterBatch.group),
            joinedload(AskedLetter.drafted_by),
            joinedload(AskedLetter.answered_by),
            selectinload(AskedLetter.rows).joinedload(ClauseOpinion.handled_by),
        )
    )
    if found is None:
        raise NotVisible
    return found


def visible_clause_opinion(actor: Actor, opinion_id: int) -> ClauseOpinion:
    """What a unit said of a clause, for those who watch over the group."""
    found = db.session.scalar(
        sa.select(ClauseOpinion)
        .join(ClauseOpinion.asked)
        .join(Letter, Letter.id == AskedLetter.letter_id)
        .where(ClauseOpinion.id == opinion_id, Letter.group_id.in_(sorted(actor.groups_as(*WATCHING))))
    )
    if found is None:
        raise NotVisible
    return found


def views_waiting_for(actor: Actor, *, today: date) -> list[AskedLetter]:
    """What somebody is asked for and can answer now; of a draft by the liaison only who confirms it hears."""
    mine = drafts_for(actor, Letter.unit_id, Letter.group_id)
    if mine is None:
        return []
    confirms = confirms_for(actor, Letter.unit_id, Letter.group_id)
    undrafted = AskedLetter.drafted_at.is_(None)
    rows = db.session.scalars(
        sa.select(AskedLetter)
        .join(AskedLetter.letter)
        .join(AskedLetter.consultation)
        .join(LetterConsultation.batch)
        .where(
            mine,
            undrafted if confirms is None else sa.or_(undrafted, confirms),
            AskedLetter.answered_at.is_(None),
            Letter.state == LetterState.DRAFT,
            LetterBatch.state == BatchState.DRAFT,
            LetterConsultation.state == ConsultationState.OPEN,
            LetterConsultation.reply_by >= today,
        )
        .options(
            contains_eager(AskedLetter.letter).joinedload(Letter.unit),
            contains_eager(AskedLetter.consultation).contains_eager(LetterConsultation.batch),
        )
        .order_by(LetterConsultation.reply_by, AskedLetter.id)
    ).all()
    return [asked for asked in rows if policy.may_answer(actor, asked)]
