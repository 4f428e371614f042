"""What pages read about asking the units' views: who stands how, opinions and their handling, a unit's own rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.organisation.models import Unit
from tracker.tasks.models import Consultation, ConsultedTask, ConsultedUnit, Task
from tracker.tasks.policy import OVERSEERS
from tracker.tasks.rules import ConsultationState, OpinionKind, ReplyStanding, TaskState, reply_standing

SHOWN = 20

unhandled = sa.and_(
    ConsultedUnit.answered_at.is_not(None),
    ConsultedTask.opinion != OpinionKind.NONE,
    ConsultedTask.handling.is_(None),
)
"""An opinion that a unit gave and the office has not handled."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit on the office's page: how it stands, and the opinions it gave."""

    unit: ConsultedUnit
    standing: ReplyStanding
    opinions: Sequence[ConsultedTask]


def visible_consultation(actor: Actor, consultation_id: int) -> Consultation:
    """A consultation with all units, for those who watch over its group."""
    units = selectinload(Consultation.units)
    found = db.session.scalar(
        sa.select(Consultation)
        .where(Consultation.id == consultation_id, Consultation.group_id.in_(sorted(actor.groups_as(*OVERSEERS))))
        .options(
            joinedload(Consultation.group),
            joinedload(Consultation.opened_by),
            units.joinedload(ConsultedUnit.unit),
            units.joinedload(ConsultedUnit.answered_by),
            units.selectinload(ConsultedUnit.rows).joinedload(ConsultedTask.task),
            units.selectinload(ConsultedUnit.rows).joinedload(ConsultedTask.handled_by),
        )
    )
    if found is None:
        raise NotVisible
    return found


def visible_consulted_unit(actor: Actor, consulted_unit_id: int) -> ConsultedUnit:
    """What one unit is asked: for itself, the unit above it, and those who watch over the group."""
    units = sorted(actor.unit_ids)
    found = db.session.scalar(
        sa.select(ConsultedUnit)
        .join(ConsultedUnit.consultation)
        .join(ConsultedUnit.unit)
        .where(
            ConsultedUnit.id == consulted_unit_id,
            sa.or_(
                Unit.id.in_(units),
                Unit.parent_id.in_(units),
                Consultation.group_id.in_(sorted(actor.groups_as(*OVERSEERS))),
            ),
        )
        .options(
            contains_eager(ConsultedUnit.consultation).joinedload(Consultation.group),
            contains_eager(ConsultedUnit.unit),
            joinedload(ConsultedUnit.drafted_by),
            joinedload(ConsultedUnit.answered_by),
            selectinload(ConsultedUnit.rows).joinedload(ConsultedTask.task),
        )
    )
    if found is None:
        raise NotVisible
    return found


def visible_opinion(actor: Actor, opinion_id: int) -> ConsultedTask:
    """What a unit said of a draft, for those who watch over the group."""
    found = db.session.scalar(
        sa.select(ConsultedTask)
        .join(ConsultedTask.asked)
        .join(Consultation)
        .where(ConsultedTask.id == opinion_id, Consultation.group_id.in_(sorted(actor.groups_as(*OVERSEERS))))
    )
    if found is None:
        raise NotVisible
    return found


def asked_units(consultation: Consultation, *, today: date) -> list[Asked]:
    """Each unit with how it stands today and the opinions it gave."""
    found = []
    for unit in consultation.units:
        given = unit.answered_at is not None
        opinions = [row for row in unit.rows if given and row.opinion not in (None, OpinionKind.NONE)]
        found.append(Asked(unit, standing_of(unit, today=today), opinions))
    return found


def standing_of(asked: ConsultedUnit, *, today: date) -> ReplyStanding:
    """How a unit stands on a day."""
    return reply_standing(
        answered=asked.answered_at is not None,
        drafted=asked.drafted_at is not None,
        opinions=sum(row.opinion not in (None, OpinionKind.NONE) for row in asked.rows),
        reply_by=asked.consultation.reply_by,
        today=today,
    )


def answerable(asked: ConsultedUnit, *, today: date) -> list[ConsultedTask]:
    """The rows about which a unit can still say or change something."""
    consultation = asked.consultation
    if consultation.state is ConsultationState.WITHDRAWN or today > consultation.reply_by:
        return []
    return [row for row in asked.rows if row.task.state is TaskState.DRAFT]


def consultations(group_id: int) -> Sequence[Any]:
    """The latest consultations of a group with how many units answered and how many opinions wait."""
    of_it = ConsultedUnit.consultation_id == Consultation.id
    units = sa.select(sa.func.count()).where(of_it).correlate(Consultation)
    answered = sa.select(sa.func.count(ConsultedUnit.answered_at)).where(of_it).correlate(Consultation)
    waiting = sa.select(sa.func.count()).select_from(ConsultedTask).join(ConsultedUnit).where(of_it, unhandled)
    return db.session.execute(
        sa.select(
            Consultation.id,
            Consultation.title,
            Consultation.reply_by,
            Consultation.state,
            units.scalar_subquery().label("units"),
            answered.scalar_subquery().label("answered"),
            waiting.correlate(Consultation).scalar_subquery().label("unhandled"),
        )
        .where(Consultation.group_id == group_id)
        .order_by(Consultation.id.desc())
        .limit(SHOWN)
    ).all()


def consulted_drafts(group_id: int) -> Mapping[int, int]:
    """The drafts of a group about which units were asked: the latest consultation of each, by task."""
    rows = db.session.execute(
        sa.select(ConsultedTask.task_id, sa.func.max(ConsultedUnit.consultation_id))
        .join(ConsultedUnit)
        .join(Consultation)
        .join(Task, Task.id == ConsultedTask.task_id)
        .where(
            Consultation.group_id == group_id,
            Consultation.state == ConsultationState.OPEN,
            Task.state == TaskState.DRAFT,
        )
        .group_by(ConsultedTask.task_id)
    )
    return {row[0]: row[1] for row in rows}


def opinions_on(actor: Actor, task_ids: Sequence[int]) -> Mapping[int, Sequence[ConsultedTask]]:
    """What units said of tasks before they were signed off: everything for who watches over, else their own unit's."""
    own = sorted(actor.unit_ids)
    mine = sa.or_(ConsultedUnit.unit_id.in_(own), Consultation.group_id.in_(sorted(actor.groups_as(*OVERSEERS))))
    rows = db.session.scalars(
        sa.select(ConsultedTask)
        .join(ConsultedTask.asked)
        .join(ConsultedUnit.consultation)
        .where(
            ConsultedTask.task_id.in_(task_ids),
            ConsultedUnit.answered_at.is_not(None),
            ConsultedTask.opinion != OpinionKind.NONE,
            mine,
        )
        .options(
            contains_eager(ConsultedTask.asked).joinedload(ConsultedUnit.unit),
            contains_eager(ConsultedTask.asked).contains_eager(ConsultedUnit.consultation),
            joinedload(ConsultedTask.handled_by),
        )
        .order_by(ConsultedTask.task_id, ConsultedTask.id)
    ).all()
    found: dict[int, list[ConsultedTask]] = {}
    for row in rows:
        found.setdefault(row.task_id, []).append(row)
    return found
