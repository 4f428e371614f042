"""Drafts of a group, batches on their way to being signed off, and apportioned clauses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.organisation.models import LeadershipGroup, Person, Unit
from tracker.plans.models import Measure
from tracker.tasks.models import Apportionment, SignOffBatch, Task, TaskPart
from tracker.tasks.policy import OVERSEERS
from tracker.tasks.queries.filters import of_running_period
from tracker.tasks.rules import NEVER_DRAFTED, BatchState, TaskState

DRAFTS_SHOWN = 500

_SIGNED_WITH_IT = Task.source.not_in(NEVER_DRAFTED)
"""Tasks that were put together as a batch themselves, and so stand on its paper."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How far an apportioned clause has come: 已报 41/57."""

    total: int
    reported: int
    done: int


def drafts(group: LeadershipGroup) -> Sequence[Any]:
    """The drafts of a group in the order of the plan: one query, at most 500."""
    parts = (
        sa.select(sa.func.count()).where(TaskPart.task_id == Task.id).correlate(Task).scalar_subquery().label("parts")
    )
    return db.session.execute(
        sa.select(
            Task.id,
            Task.number,
            Task.title,
            Task.version,
            Task.due_on,
            Task.deadline_text,
            Task.continuous,
            Task.cadence_every,
            Task.lead_unit_id,
            Task.apportionment_id,
            Unit.name.label("lead_unit"),
            Measure.line,
            parts,
        )
        .outerjoin(Unit, Unit.id == Task.lead_unit_id)
        .outerjoin(Measure, Measure.id == Task.measure_id)
        .where(Task.group_id == group.id, Task.state == TaskState.DRAFT)
        .order_by(Task.plan_id, Measure.position, Task.id)
        .limit(DRAFTS_SHOWN)
    ).all()


def draft_rows(group: LeadershipGroup, ids: Sequence[int]) -> Sequence[Task]:
    """Those of the named tasks that are drafts of a group, in the order given by id."""
    query = sa.select(Task).where(Task.id.in_(ids), Task.group_id == group.id, Task.state == TaskState.DRAFT)
    return db.session.scalars(query.order_by(Task.id)).all()


def open_batches(group_id: int) -> Sequence[Any]:
    """The batches of a group that wait to be signed off, and the latest that came back or went out."""
    waiting = sa.case((SignOffBatch.state == BatchState.PROPOSED, 0), else_=1)
    count = (
        sa.select(sa.func.count())
        .where(Task.batch_id == SignOffBatch.id, _SIGNED_WITH_IT)
        .correlate(SignOffBatch)
        .scalar_subquery()
        .label("tasks")
    )
    return db.session.execute(
        sa.select(
            SignOffBatch.id,
            SignOffBatch.title,
            SignOffBatch.document_number,
            SignOffBatch.state,
            SignOffBatch.proposed_at,
            SignOffBatch.signed_at,
            Person.name.label("proposed_by"),
            count,
        )
        .outerjoin(Person, Person.id == SignOffBatch.proposed_by_id)
        .where(SignOffBatch.group_id == group_id)
        .order_by(waiting, SignOffBatch.id.desc())
        .limit(20)
    ).all()


def batch_rows(batch: SignOffBatch) -> Sequence[Any]:
    """The tasks of a batch with lead unit and number of cooperating units."""
    parts = (
        sa.select(sa.func.count()).where(TaskPart.task_id == Task.id).correlate(Task).scalar_subquery().label("parts")
    )
    return db.session.execute(
        sa.select(
            Task.id,
            Task.number,
            Task.title,
            Task.state,
            Task.standard,
            Task.due_on,
            Task.deadline_text,
            Task.continuous,
            Unit.name.label("lead_unit"),
            parts,
        )
        .outerjoin(Unit, Unit.id == Task.lead_unit_id)
        .where(Task.batch_id == batch.id, _SIGNED_WITH_IT)
        .order_by(Task.id)
    ).all()


def batch_tasks(batch: SignOffBatch) -> Sequence[Task]:
    """The tasks of a batch with units, parts and targets, as its paper needs them: a flat number of queries."""
    return db.session.scalars(
        sa.select(Task)
        .where(Task.batch_id == batch.id, _SIGNED_WITH_IT)
        .options(
            joinedload(Task.lead_unit),
            selectinload(Task.parts).joinedload(TaskPart.unit),
            selectinload(Task.targets),
        )
        .order_by(Task.id)
    ).all()


def shares(apportionment_id: int) -> Shares:
    """The numbers of an apportioned clause: all its units, those that have reported, those that are done.

    Each unit counts once; where the clause recurs, with the period that runs.
    """
    of_it = Task.apportionment_id == apportionment_id
    live = sa.and_(of_it, Task.state != TaskState.CANCELLED, of_running_period())
    reported = sa.or_(Task.reported_at.is_not(None), Task.submitted_at.is_not(None), Task.state == TaskState.COMPLETED)
    row = db.session.execute(
        sa.select(
            sa.func.count(),
            sa.func.sum(sa.case((reported, 1), else_=0)),
            sa.func.sum(sa.case((Task.state == TaskState.COMPLETED, 1), else_=0)),
        ).where(live)
    ).one()
    return Shares(row[0], row[1] or 0, row[2] or 0)


def recurs(apportionment_id: int) -> bool:
    """Whether an apportioned clause recurs, so that there may be earlier periods to look up."""
    found = sa.exists().where(Task.apportionment_id == apportionment_id, Task.series_id.is_not(None))
    return bool(db.session.scalar(sa.select(found)))


def has_passed(row: Any, today: date) -> bool:
    """Whether a draft's date has passed, so that it is taken over rather than issued."""
    return row.due_on is not None and row.due_on < today


def sees_all_of(actor: Actor, heading: Apportionment) -> bool:
    """Whether somebody sees every unit's row of an apportioned clause, and so its numbers."""
    return heading.group_id in actor.groups_as(*OVERSEERS) or heading.summing_unit_id in actor.unit_ids
