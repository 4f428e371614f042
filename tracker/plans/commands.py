"""The only writer of plan documents, plans, phases and measures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel import files
from tracker.kernel.actor import Actor
from tracker.kernel.db import db, take
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import LeadershipGroup, Region
from tracker.plans import policy
from tracker.plans.documents import ReadDocument
from tracker.plans.models import Measure, Phase, Plan, PlanDocument
from tracker.plans.proposal import Choices, propose
from tracker.plans.rules import DocumentState, PlanState

MAX_TITLE = 200
MAX_CLAUSE = 8000


@dataclass(frozen=True, slots=True)
class NewPhase:
    """A stage as it will stand in the plan."""

    name: str
    starts_on: date | None = None
    ends_on: date | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class NewMeasure:
    """A clause, or a sentence that obliges somebody."""

    text: str
    number: str = ""
    path: Sequence[str] = field(default=())
    line: int | None = None


def bring_in(region: Region, *, document: ReadDocument, root: Path, by: Actor, now: datetime) -> PlanDocument:
    """Keep a document that was read, with a first proposal, for a clerk to look through."""
    require(policy.may_bring_in(by, region))
    row = PlanDocument(
        region_id=region.id,
        uploaded_by=by.person_id,
        uploaded_at=now,
        name=document.name,
        sha256=files.keep(document.data, document.media_type, root=root, now=now),
        lines=document.lines,
        findings=document.findings,
        corrections=propose(document.findings),
    )
    db.session.add(row)
    db.session.flush()
    record("plan.bring_in", "plan_document", row.id, by=by, now=now, new={"name": row.name, "sha256": row.sha256})
    return row


def save_corrections(document: PlanDocument, *, choices: Choices, version: int, by: Actor, now: datetime) -> None:
    """Keep what a clerk has corrected so far. What the reader found is never changed."""
    region = db.session.get_one(Region, document.region_id)
    require(policy.may_bring_in(by, region))
    take(document, version=version, states=[DocumentState.READ])
    document.corrections = choices
    record("plan.correct", "plan_document", document.id, by=by, now=now)


def discard_document(document: PlanDocument, *, version: int, by: Actor, now: datetime) -> None:
    """Put a document away without making a plan from it."""
    require(policy.may_bring_in(by, db.session.get_one(Region, document.region_id)))
    take(document, version=version, states=[DocumentState.READ])
    document.state = DocumentState.DISCARDED
    record("plan.discard", "plan_document", document.id, by=by, now=now, new={"name": document.name})


def make_plan(
    document: PlanDocument,
    group: LeadershipGroup,
    *,
    heading: Mapping[str, Any],
    version: int,
    by: Actor,
    now: datetime,
) -> Plan:
    """Make a group's plan from a document; of two who confirm at once, one is told that it is done."""
    region = db.session.get_one(Region, document.region_id)
    require(policy.may_confirm_for(by, region, group))
    take(document, version=version, states=[DocumentState.READ])
    document.state = DocumentState.CONFIRMED
    plan = Plan(
        group=group,
        document=document,
        title=one_line(heading["title"], "title", limit=MAX_TITLE, required=True),
        issuer=one_line(heading["issuer"], "issuer", limit=200),
        document_number=one_line(heading["document_number"], "document_number", limit=60),
        issued_on=heading["issued_on"],
        state=PlanState.ACTIVE,
        created_at=now,
        made={},
    )
    db.session.add(plan)
    db.session.flush()
    record(
        "plan.confirm",
        "plan",
        plan.id,
        by=by,
        now=now,
        group_id=group.id,
        new={"title": plan.title, "document_id": document.id},
    )
    return plan


def add_phase(plan: Plan, *, phase: NewPhase, by: Actor, now: datetime) -> Phase:
    """Add a dated stage to a plan."""
    require(policy.may_confirm_for(by, plan.group.region, plan.group))
    if phase.starts_on and phase.ends_on and phase.ends_on < phase.starts_on:
        raise Invalid({"phases": _l("阶段的结束日期早于开始日期，请核对。")})
    row = Phase(
        plan_id=plan.id,
        name=one_line(phase.name, "phases", limit=200, required=True),
        starts_on=phase.starts_on,
        ends_on=phase.ends_on,
        line=phase.line,
        position=len(plan.phases) + 1,
    )
    plan.phases.append(row)
    db.session.flush()
    record("plan.add_phase", "plan", plan.id, by=by, now=now, group_id=plan.group_id, new={"name": row.name})
    return row


def add_measure(plan: Plan, *, measure: NewMeasure, by: Actor, now: datetime) -> Measure:
    """Add a clause to a plan; tasks point to it as their source."""
    require(policy.may_confirm_for(by, plan.group.region, plan.group))
    if len(measure.text) > MAX_CLAUSE:
        raise Invalid({"tasks": _l("一条举措最多 %(limit)s 个字。", limit=MAX_CLAUSE)})
    last = db.session.scalar(sa.select(sa.func.max(Measure.position)).where(Measure.plan_id == plan.id))
    row = Measure(
        plan=plan,
        number=one_line(measure.number, "tasks", limit=40),
        path=[one_line(heading, "tasks", limit=200) for heading in measure.path],
        text=measure.text,
        line=measure.line,
        position=(last or 0) + 1,
    )
    db.session.add(row)
    db.session.flush()
    record("plan.add_measure", "plan", plan.id, by=by, now=now, group_id=plan.group_id, new={"number": row.number})
    return row


def note_made(plan: Plan, *, made: Mapping[str, Sequence[int]], by: Actor, now: datetime) -> None:
    """Note what confirming newly made, so that undoing removes just that."""
    plan.made = {kind: sorted(set(ids)) for kind, ids in made.items()}
    record("plan.made", "plan", plan.id, by=by, now=now, group_id=plan.group_id, new=plan.made)


def remove_plan(plan: Plan, *, version: int, by: Actor, now: datetime) -> None:
    """Remove a plan from which nothing was issued; its document can be corrected and confirmed anew."""
    require(policy.may_undo(by, plan))
    take(plan, version=version, states=[PlanState.ACTIVE])
    document, group_id = plan.document, plan.group_id
    if document is not None:
        document.state = DocumentState.READ
        document.version += 1
    record("plan.undo", "plan", plan.id, by=by, now=now, group_id=group_id, old={"title": plan.title})
    for model in (Phase, Measure):
        db.session.execute(sa.delete(model).where(model.plan_id == plan.id))
    db.session.expire(plan, ["phases"])
    db.session.delete(plan)
    db.session.flush()
