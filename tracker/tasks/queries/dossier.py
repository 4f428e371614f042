"""Everything that the page of a task shows; of what never happened to the task nothing is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.organisation.models import Person, Unit
from tracker.plans.models import Measure
from tracker.tasks.models import (
    Adjustment,
    ConsultedTask,
    Crossing,
    DelayExplanation,
    DueDateChange,
    Evidence,
    Extension,
    Milestone,
    ProgressReport,
    SignOffBatch,
    Submission,
    Target,
    Task,
    TaskPart,
    Verification,
)
from tracker.tasks.policy import visible_to
from tracker.tasks.queries.consulting import opinions_on
from tracker.tasks.queries.history import NEWEST, Entry, acts_on, timeline
from tracker.tasks.queries.reasons import why_this_light
from tracker.tasks.queries.reckoning import Reckoning, settings_of
from tracker.tasks.queries.step_rules import Matters, Stand
from tracker.tasks.queries.steps import Step, part_steps, steps
from tracker.tasks.rules import (
    OPEN,
    CrossingKind,
    ExplanationState,
    Light,
    LightFacts,
    PartState,
    ReportState,
    RequestState,
    part_facts,
)

REPORTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class PartRow:
    """A cooperating unit's part with its light. silent: working days without a word from the unit."""

    part: TaskPart
    light: Light
    overdue: bool
    days: int | None
    silent: int | None
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Dossier:
    """A task with all that belongs to it, as one person sees it on one day."""

    task: Task
    light: Light
    overdue: bool
    days: int | None
    why: Sequence[str]
    parts: Sequence[PartRow]
    milestones: Sequence[Milestone]
    targets: Sequence[Target]
    evidence: Sequence[Any]
    reports: Sequence[ProgressReport]
    submissions: Sequence[Submission]
    opinions: Sequence[ConsultedTask]
    extensions: Sequence[Extension]
    adjustments: Sequence[Adjustment]
    explanations: Sequence[DelayExplanation]
    changes: Sequence[DueDateChange]
    children: Sequence[Any]
    crossings: Sequence[Any]
    history: Sequence[Entry]
    steps: Sequence[Step]


def dossier(actor: Actor, task_id: int, *, today: date) -> Dossier:
    """The page of a task. Raises NotVisible for whoever may not see it.

    The record of acts is read first: extensions, explanations and the like are asked for only where an act of
    theirs stands in it, so that the page of an ordinary task takes few queries.
    """
    task = _task(actor, task_id)
    acts = acts_on(task_id)
    happened = None if len(acts) == NEWEST else {row.act for row in acts}
    reckoning = Reckoning(today, {task.group_id: settings_of(task.group)})
    extensions = _rows(Extension, task, happened, "task.ask_extension")
    adjustments = _rows(Adjustment, task, happened, "task.ask_adjustment")
    explanations = _rows(DelayExplanation, task, happened, "task.explain_delay")
    reports = _reports(task, happened)
    submissions = _submissions(task, happened)
    matters = _matters(extensions, adjustments, explanations, reports, submissions)
    stand = Stand(actor, task, matters, today)
    facts = facts_of(task)
    overdue, days = reckoning.count(facts, task.group_id)
    crossings = _crossings(task)
    changes = _rows(DueDateChange, task, None) if task.cycle > 1 else []
    light = reckoning.light(facts, task.group_id)
    return Dossier(
        task=task,
        light=light,
        overdue=overdue,
        days=days,
        why=why_this_light(task, light, facts, reckoning, crossings=crossings),
        parts=[_part(stand, part, reckoning) for part in task.parts],
        milestones=_rows(Milestone, task, None, order=Milestone.due_on),
        targets=_rows(Target, task, None),
        evidence=_evidence(task, reports, submissions),
        reports=reports,
        submissions=submissions,
        opinions=_opinions(actor, task_id, happened),
        extensions=extensions,
        adjustments=adjustments,
        explanations=explanations,
        changes=changes,
        children=_children(actor, task, happened),
        crossings=crossings,
        history=timeline(acts),
        steps=steps(stand),
    )


def facts_of(task: Task) -> LightFacts:
    """What a task's light depends on."""
    return LightFacts(
        task.state,
        task.due_on,
        task.next_milestone_on,
        task.behind_on,
        extension_pending=task.extension_pending,
        continuous=task.continuous,
        late=task.late,
    )


@cache
def _named_by_head() -> tuple[Any, ...]:
    """What loads all that a task's head names: to say it takes as long as a query, so it is said once."""
    plain = (Task.group, Task.lead_unit, Task.owner, Task.verifier, Task.leader_seat, Task.phase, Task.apportionment)
    batch, measure = joinedload(Task.batch), joinedload(Task.measure)
    singly = (joinedload(name) for name in (*plain, Task.parent))
    return *singly, batch.joinedload(SignOffBatch.signed_by), measure.joinedload(Measure.plan)


def _task(actor: Actor, task_id: int) -> Task:
    """The task with everything that its head names: one query for it, one for its parts."""
    wanted = sa.select(Task).where(Task.id == task_id, visible_to(actor))
    task = db.session.scalar(wanted.options(*_named_by_head()))
    if task is None:
        raise NotVisible
    parts = db.session.scalars(
        sa.select(TaskPart)
        .outerjoin(Unit, Unit.id == TaskPart.unit_id)
        .where(TaskPart.task_id == task.id)
        .options(contains_eager(TaskPart.unit))
        .order_by(TaskPart.id)
    ).all()
    set_committed_value(task, "parts", list(parts))
    return task


def _rows(model: Any, task: Task, happened: set[str] | None, act: str = "", *, order: Any = None) -> Sequence[Any]:
    """Rows of a task, unless the record of acts says that there are none."""
    if act and happened is not None and act not in happened:
        return []
    people = [
        getattr(model, name) for name in ("asked_by", "decided_by", "given_by", "answered_by") if hasattr(model, name)
    ]
    query = sa.select(model).where(model.task_id == task.id).options(*(joinedload(person) for person in people))
    return db.session.scalars(query.order_by(model.id if order is None else order)).all()


def _reports(task: Task, happened: set[str] | None) -> Sequence[ProgressReport]:
    if happened is not None and not happened & {"task.report", "task.draft_report", "part.report", "part.draft_report"}:
        return []
    query = sa.select(ProgressReport).where(ProgressReport.task_id == task.id)
    people = joinedload(ProgressReport.drafted_by), joinedload(ProgressReport.unit)
    return db.session.scalars(query.options(*people).order_by(ProgressReport.id.desc()).limit(REPORTS_SHOWN)).all()


def _submissions(task: Task, happened: set[str] | None) -> Sequence[Submission]:
    if happened is not None and not happened & {"task.submit", "task.draft_submission"}:
        return []
    people = joinedload(Submission.drafted_by), joinedload(Submission.confirmed_by)
    checked = joinedload(Submission.verification).joinedload(Verification.verifier)
    query = sa.select(Submission).where(Submission.task_id == task.id).options(*people, checked)
    return db.session.scalars(query.order_by(Submission.id.desc())).all()


def _matters(
    extensions: Sequence[Extension],
    adjustments: Sequence[Adjustment],
    explanations: Sequence[DelayExplanation],
    reports: Sequence[ProgressReport],
    submissions: Sequence[Submission],
) -> Matters:
    def last(rows: Sequence[Any], state: str) -> int | None:
        return next((row.id for row in rows if row.state == state), None)

    return Matters(
        last(adjustments, RequestState.PENDING),
        bool(adjustments),
        last(extensions, RequestState.PENDING),
        last(explanations, ExplanationState.OPEN),
        last([row for row in reports if row.part_id is None], ReportState.DRAFT),
        last(submissions, ReportState.DRAFT),
    )


def _part(stand: Stand, part: TaskPart, reckoning: Reckoning) -> PartRow:
    """A part's own light follows its own date while the task runs."""
    task = stand.task
    running = part.state in {PartState.ISSUED, PartState.ACTIVE} and task.state in OPEN
    facts = part_facts(part.state, part.due_on, late=part.late, of=facts_of(task))
    overdue, days = reckoning.count(facts, task.group_id)
    heard = part.reported_at or part.accepted_at or task.issued_at
    silent = working_days().between(local_date(heard), stand.today) if heard is not None and running else None
    own = list(part_steps(stand.actor, part)) if running and part.unit_id in stand.actor.unit_ids else []
    return PartRow(part, reckoning.light(facts, task.group_id), overdue, days, silent, own)


def _opinions(actor: Actor, task_id: int, happened: set[str] | None) -> Sequence[ConsultedTask]:
    if happened is not None and "task.consult" not in happened:
        return []
    return opinions_on(actor, [task_id]).get(task_id, [])


def _evidence(task: Task, reports: Sequence[ProgressReport], submissions: Sequence[Submission]) -> Sequence[Any]:
    if not reports and not submissions:
        return []
    return evidence_of(task.id)


def evidence_of(task_id: int) -> Sequence[Any]:
    """The files of a task, the newest first."""
    return db.session.execute(
        sa.select(
            Evidence.id,
            Evidence.name,
            Evidence.size,
            Evidence.fact_on,
            Evidence.uploaded_at,
            Evidence.report_id,
            Evidence.submission_id,
            Unit.name.label("unit"),
            Person.name.label("person"),
        )
        .join(Unit, Unit.id == Evidence.unit_id)
        .join(Person, Person.id == Evidence.uploaded_by_id)
        .where(Evidence.task_id == task_id)
        .order_by(Evidence.id.desc())
    ).all()


def _children(actor: Actor, task: Task, happened: set[str] | None) -> Sequence[Any]:
    if happened is not None and "task.split" not in happened:
        return []
    return db.session.execute(
        sa.select(Task.id, Task.title, Task.state, Task.due_on, Unit.name.label("unit"))
        .join(Unit, Unit.id == Task.lead_unit_id)
        .where(Task.parent_id == task.id, visible_to(actor))
        .order_by(Task.sort_on, Task.id)
    ).all()


def _crossings(task: Task) -> Sequence[Any]:
    return db.session.execute(
        sa.select(Crossing.kind, Crossing.due_on, Unit.name.label("unit"))
        .outerjoin(Unit, Unit.id == Crossing.unit_id)
        .where(Crossing.task_id == task.id, Crossing.kind.in_(list(CrossingKind)))
        .order_by(Crossing.due_on, Crossing.id)
    ).all()
