"""Read plan documents and plans for pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.organisation import policy as organisation
from tracker.organisation.models import LeadershipGroup, Region
from tracker.organisation.rules import OFFICE, DutyKind
from tracker.plans import policy
from tracker.plans.models import Measure, Phase, Plan, PlanDocument
from tracker.plans.rules import DocumentState

MAX_ROWS = 200


def document_of_reader(actor: Actor, document_id: int) -> PlanDocument:
    """A document that somebody may work on."""
    row = db.session.scalar(
        sa.select(PlanDocument).where(PlanDocument.id == document_id, policy.documents_visible_to(actor))
    )
    if row is None:
        raise NotVisible
    return row


def plan_of_reader(actor: Actor, plan_id: int) -> Plan:
    """A plan that somebody may read."""
    row = db.session.scalar(sa.select(Plan).where(Plan.id == plan_id, policy.plans_visible_to(actor)))
    if row is None:
        raise NotVisible
    return row


def plan_made_from(actor: Actor, document: PlanDocument) -> Plan | None:
    """The plan that was made from a document, where the reader may see it."""
    return db.session.scalar(
        sa.select(Plan).where(Plan.document_id == document.id, policy.plans_visible_to(actor)).limit(1)
    )


def waiting_documents(actor: Actor) -> Sequence[PlanDocument]:
    """Documents that were brought in and not confirmed yet, newest first."""
    return db.session.scalars(
        sa.select(PlanDocument)
        .where(PlanDocument.state == DocumentState.READ, policy.documents_visible_to(actor))
        .order_by(PlanDocument.id.desc())
        .limit(MAX_ROWS)
    ).all()


def plans(actor: Actor) -> Sequence[Plan]:
    """The plans of the groups that somebody belongs to, newest first."""
    return db.session.scalars(
        sa.select(Plan)
        .where(policy.plans_visible_to(actor))
        .options(joinedload(Plan.group))
        .order_by(Plan.id.desc())
        .limit(MAX_ROWS)
    ).all()


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """A stage, and whether it is over, running or to come; unknown where it has no dates."""

    phase: Phase
    when: str


def phases(plan: Plan, *, today: date) -> list[PhaseRow]:
    """The stages of a plan as they stand today."""
    return [PhaseRow(phase, _when(phase, today)) for phase in plan.phases]


def _when(phase: Phase, today: date) -> str:
    if phase.ends_on is not None and phase.ends_on < today:
        return "over"
    if phase.starts_on is not None and phase.starts_on > today:
        return "ahead"
    return "now" if phase.starts_on or phase.ends_on else ""


def measures(plan: Plan) -> Sequence[Measure]:
    """The clauses of a plan in order."""
    return db.session.scalars(
        sa.select(Measure).where(Measure.plan_id == plan.id).order_by(Measure.position, Measure.id)
    ).all()


def regions_to_choose(actor: Actor) -> Sequence[Region]:
    """The regions for which somebody may bring in a plan."""
    mine: list[sa.ColumnElement[bool]] = [sa.false()]
    if DutyKind.REGISTRAR in actor.duties:
        mine.append(Region.id.in_(organisation.regions_below(actor.region_id)))
    groups = sorted(actor.groups_as(*OFFICE))
    mine.append(Region.id.in_(sa.select(LeadershipGroup.region_id).where(LeadershipGroup.id.in_(groups))))
    return db.session.scalars(sa.select(Region).where(sa.or_(*mine)).order_by(Region.code)).all()


def region_named(regions: Sequence[Region], name: str | None) -> Region | None:
    """The region that a paper's title speaks of: 重庆市大渡口区 is 大渡口区; of several the longest name."""
    fitting = [region for region in regions if name and (region.name == name or name.endswith(region.name))]
    return max(fitting, key=lambda region: len(region.name), default=None)
