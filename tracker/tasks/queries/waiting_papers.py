"""What waits about many drafts at once: a batch to sign off, views to give, a consultation to go on with."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.organisation.rules import LEADERS, OFFICE, OFFICE_DIRECTORS
from tracker.tasks.models import Consultation, ConsultedTask, ConsultedUnit, SignOffBatch, Task
from tracker.tasks.queries.answering import confirms_for, drafts_for
from tracker.tasks.queries.consulting import unhandled
from tracker.tasks.queries.waits import Wait
from tracker.tasks.rules import BatchState, ConsultationState, TaskState

Papers = sa.Select[*tuple[Any, ...]]


def of_papers(actor: Actor, today: date) -> list[Papers]:
    """What waits for somebody that is about many drafts."""
    return [*_batches(actor), *_to_answer(actor, today), *_to_handle(actor, today)]


def _paper(kind: Wait, paper: Any, thing: Any, *, since: Any, due: Any = None, unit: Any = "") -> Papers:
    return sa.select(
        sa.literal(kind.value).label("kind"),
        sa.cast(sa.null(), sa.Integer).label("task_id"),
        thing.label("thing_id"),
        paper.group_id,
        paper.title,
        sa.literal(unit).label("unit"),
        (sa.cast(sa.null(), sa.Date) if due is None else due).label("due_on"),
        since.label("since"),
    ).select_from(paper)


def _batches(actor: Actor) -> list[Papers]:
    deciding = sorted(actor.groups_as(*OFFICE_DIRECTORS, *LEADERS))
    if not deciding:
        return []
    paper = _paper(Wait.SIGN_OFF, SignOffBatch, SignOffBatch.id, since=SignOffBatch.proposed_at)
    return [paper.where(SignOffBatch.group_id.in_(deciding), SignOffBatch.state == BatchState.PROPOSED)]


def _to_answer(actor: Actor, today: date) -> list[Papers]:
    """A unit answers until the date; what its liaison has drafted waits for head and deputy alone."""
    drafts = drafts_for(actor, ConsultedUnit.unit_id, Consultation.group_id)
    confirms = confirms_for(actor, ConsultedUnit.unit_id, Consultation.group_id)
    if drafts is None:
        return []
    mine = sa.and_(drafts, sa.or_(ConsultedUnit.drafted_at.is_(None), *([] if confirms is None else [confirms])))
    paper = _paper(
        Wait.ANSWER_CONSULTATION,
        Consultation,
        ConsultedUnit.id,
        since=Consultation.opened_at,
        due=Consultation.reply_by,
    )
    return [
        paper.join(ConsultedUnit).where(
            mine,
            ConsultedUnit.answered_at.is_(None),
            Consultation.state == ConsultationState.OPEN,
            Consultation.reply_by >= today,
            _about_drafts(ConsultedTask.consulted_unit_id == ConsultedUnit.id),
        )
    ]


def _to_handle(actor: Actor, today: date) -> list[Papers]:
    """The office goes on once all have answered or the date has come, and whenever an opinion waits to be handled."""
    offices = sorted(actor.groups_as(*OFFICE))
    if not offices:
        return []
    of_it = ConsultedUnit.consultation_id == Consultation.id
    silent = sa.exists().where(of_it, ConsultedUnit.answered_at.is_(None))
    opinion = _about_drafts(of_it, ConsultedTask.consulted_unit_id == ConsultedUnit.id, unhandled)
    paper = _paper(
        Wait.HANDLE_CONSULTATION,
        Consultation,
        Consultation.id,
        since=Consultation.opened_at,
        due=Consultation.reply_by,
    )
    return [
        paper.where(
            Consultation.group_id.in_(offices),
            Consultation.state == ConsultationState.OPEN,
            sa.or_(Consultation.reply_by <= today, ~silent, opinion),
            _about_drafts(of_it, ConsultedTask.consulted_unit_id == ConsultedUnit.id),
        )
    ]


def _about_drafts(*conditions: Any) -> Any:
    return sa.exists().where(*conditions, Task.id == ConsultedTask.task_id, Task.state == TaskState.DRAFT)
