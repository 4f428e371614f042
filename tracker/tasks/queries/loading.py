"""One thing that an address names, as far as the reader may see it; otherwise it does not exist (404)."""

from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tracker.kernel.actor import Actor
from tracker.kernel.db import Model, db
from tracker.kernel.errors import NotVisible
from tracker.organisation.models import LeadershipGroup, Person, Seat
from tracker.tasks.models import (
    Adjustment,
    Apportionment,
    DelayExplanation,
    Evidence,
    Extension,
    Milestone,
    ProgressReport,
    SignOffBatch,
    Submission,
    Task,
    TaskPart,
)
from tracker.tasks.policy import OVERSEERS, visible_to
from tracker.tasks.rules import ReportState

T = TypeVar("T", bound=Model)


@cache
def _with_task() -> tuple[Any, ...]:
    return joinedload(Task.group), joinedload(Task.lead_unit), joinedload(Task.owner), joinedload(Task.parent)


@cache
def _with_parts() -> tuple[Any, ...]:
    return *_with_task(), selectinload(Task.parts).joinedload(TaskPart.unit)


def _one(found: T | None) -> T:
    if found is None:
        raise NotVisible
    return found


def visible_task(actor: Actor, task_id: int) -> Task:
    """A task with its group, lead unit, owner and cooperating units."""
    query = sa.select(Task).where(Task.id == task_id, visible_to(actor))
    return _one(db.session.scalar(query.options(*_with_parts())))


def _of_task(actor: Actor, model: type[T], thing_id: int) -> T:
    """Something that belongs to a task, by the task's rule of who sees it."""
    table: Any = model
    query = sa.select(table).where(table.id == thing_id).options(joinedload(table.task).options(*_with_task()))
    found: T | None = db.session.scalar(query)
    thing: Any = _one(found)
    seen = db.session.scalar(sa.select(Task.id).where(Task.id == thing.task_id, visible_to(actor)))
    if seen is None:
        raise NotVisible
    return _one(found)


def visible_part(actor: Actor, part_id: int) -> TaskPart:
    """A cooperating unit's part."""
    return _of_task(actor, TaskPart, part_id)


def visible_report(actor: Actor, report_id: int) -> ProgressReport:
    """A progress report."""
    return _of_task(actor, ProgressReport, report_id)


def visible_extension(actor: Actor, extension_id: int) -> Extension:
    """A request for more time."""
    return _of_task(actor, Extension, extension_id)


def visible_adjustment(actor: Actor, adjustment_id: int) -> Adjustment:
    """A request made before signing for a task."""
    return _of_task(actor, Adjustment, adjustment_id)


def visible_explanation(actor: Actor, explanation_id: int) -> DelayExplanation:
    """An explanation of a delay."""
    return _of_task(actor, DelayExplanation, explanation_id)


def visible_milestone(actor: Actor, milestone_id: int) -> Milestone:
    """A milestone."""
    return _of_task(actor, Milestone, milestone_id)


def visible_evidence(actor: Actor, evidence_id: int) -> Evidence:
    """A file of evidence."""
    return _of_task(actor, Evidence, evidence_id)


def visible_batch(actor: Actor, batch_id: int) -> SignOffBatch:
    """A batch with its tasks, for those who watch over its group."""
    query = sa.select(SignOffBatch).where(
        SignOffBatch.id == batch_id, SignOffBatch.group_id.in_(sorted(actor.groups_as(*OVERSEERS)))
    )
    return _one(db.session.scalar(query.options(joinedload(SignOffBatch.group))))


def watched_group(actor: Actor, group_id: int) -> LeadershipGroup:
    """A group whose drafts somebody may read: one they watch over."""
    if group_id not in actor.groups_as(*OVERSEERS):
        raise NotVisible
    return db.session.get_one(LeadershipGroup, group_id)


def visible_apportionment(actor: Actor, apportionment_id: int) -> Apportionment:
    """The heading of an apportioned clause, for whoever sees one of its tasks."""
    seen = sa.exists().where(Task.apportionment_id == Apportionment.id, visible_to(actor))
    query = sa.select(Apportionment).where(Apportionment.id == apportionment_id, seen)
    return _one(db.session.scalar(query.options(joinedload(Apportionment.summing_unit))))


def waiting_submission(task_id: int) -> Submission | None:
    """The draft that a liaison left for the head to hand in."""
    return db.session.scalar(
        sa.select(Submission).where(Submission.task_id == task_id, Submission.state == ReportState.DRAFT)
    )


def person_named(person_id: int) -> Person:
    """A person whom a form offered."""
    return _one(db.session.get(Person, person_id))


def seat_named(seat_id: int) -> Seat:
    """A seat that a form offered."""
    return _one(db.session.get(Seat, seat_id))


def handed_in(task_id: int) -> Submission | None:
    """What was handed in last, to be verified."""
    query = sa.select(Submission).where(Submission.task_id == task_id, Submission.state == ReportState.CONFIRMED)
    people = joinedload(Submission.drafted_by), joinedload(Submission.confirmed_by)
    return db.session.scalar(query.options(*people).order_by(Submission.id.desc()).limit(1))
