"""Drafts of a plan whose date has passed before the group began to use the product (接续)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.entry import day_of, number_of
from tracker.kernel.errors import Invalid, NotAllowed
from tracker.kernel.verdict import require
from tracker.organisation import policy as organisation
from tracker.organisation.models import MemberUnit, Unit
from tracker.organisation.queries import seat_holders, units_by_person
from tracker.organisation.rules import LEADERS, OFFICE_DIRECTORS
from tracker.plans.models import Plan
from tracker.plans.refusals import DRAFTS_ARE_THE_OFFICES, LEFT_OUT, PASSED_DATE, PASSED_LEAD, about
from tracker.plans.sheet import WRONG_DATE
from tracker.tasks import policy
from tracker.tasks.commands import NewPart, NewTarget, TaskDraft, cancel_task, edit_draft, enter_done, recurs, take_over
from tracker.tasks.models import Task
from tracker.tasks.queries import signatories
from tracker.tasks.rules import TaskState

DONE, CONTINUE, LEAVE = "done", "continue", "leave"
WAYS = (DONE, CONTINUE, LEAVE)
MAX_ROWS = 400


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to become of one draft: done before (on a day), continued (by a new day), or left out."""

    task_id: int
    version: int
    way: str
    day: date | None
    lead_id: int | None
    own: bool = True
    """Chosen for this row; not own, but for all rows together."""
    own_day: bool = True


def require_sight(plan: Plan, *, by: Actor) -> None:
    """Drafts are seen by those who watch over the group, and by the registrar who brought the plan in."""
    if not by.roles_in(plan.group_id) & policy.OVERSEERS and not organisation.is_registrar(by, plan.group.region):
        raise NotAllowed(DRAFTS_ARE_THE_OFFICES)


def passed_drafts(plan: Plan, *, today: date) -> Sequence[Task]:
    """The drafts of a plan whose date lies before today."""
    return db.session.scalars(
        sa.select(Task)
        .where(Task.plan_id == plan.id, Task.state == TaskState.DRAFT, Task.due_on < today)
        .options(joinedload(Task.lead_unit), joinedload(Task.measure), selectinload(Task.parts))
        .order_by(Task.due_on, Task.id)
        .limit(MAX_ROWS)
    ).all()


@dataclass(frozen=True, slots=True)
class PassedRow:
    """A draft whose date has passed; barred: why its reader may not enter it as done before, and who may instead."""

    task: Task
    barred: object = ""
    others: Sequence[str] = ()


def passed_rows(plan: Plan, *, by: Actor, today: date) -> list[PassedRow]:
    """The same drafts, each with what its reader may not do; drafts of the same units are asked about once."""
    known: dict[frozenset[int], tuple[object, Sequence[str]]] = {}
    signers = units_by_person(seat_holders(plan.group_id, day=today, roles=LEADERS | OFFICE_DIRECTORS), day=today)
    names = dict(signatories(plan.group_id, day=today))
    rows = []
    for task in passed_drafts(plan, today=today):
        units = frozenset(policy.involved_units(task))
        if units not in known:
            verdict = policy.may_enter_done(by, task)
            able = [] if verdict else policy.able_to_verify(task, signers, day=today)
            known[units] = (verdict.reason, [names[person] for person in able if person in signers.keys() & names])
        rows.append(PassedRow(task, *known[units]))
    return rows


def passed_count(plan: Plan, *, today: date) -> int:
    """How many there are."""
    query = sa.select(sa.func.count()).where(
        Task.plan_id == plan.id, Task.state == TaskState.DRAFT, Task.due_on < today
    )
    return db.session.scalar(query) or 0


def units_of(plan: Plan) -> Sequence[Unit]:
    """The member units of the plan's group, to choose a lead from."""
    return db.session.scalars(
        sa.select(Unit)
        .join(MemberUnit, MemberUnit.unit_id == Unit.id)
        .where(MemberUnit.group_id == plan.group_id, MemberUnit.ends_on.is_(None))
        .order_by(Unit.name, Unit.id)
    ).all()


def read_answers(form: Mapping[str, str]) -> tuple[list[Answer], dict[str, object]]:
    """The rows of the form for which something was chosen, by themselves or all together; errors by field."""
    answers, errors = [], {}
    for place in range(MAX_ROWS):
        task_id = _number(form.get(f"d-{place}-id"))
        if task_id is None:
            break
        way = form.get(f"d-{place}-way") or form.get("all-way", "")
        if way not in WAYS:
            continue
        try:
            own_day = _day(form.get(f"d-{place}-{way}_on"))
            day = own_day or _day(form.get(f"all-{way}_on"))
        except ValueError:
            errors[f"d-{place}-{way}_on"] = WRONG_DATE
            continue
        lead = _number(form.get(f"d-{place}-lead")) or _number(form.get("all-lead"))
        own = bool(form.get(f"d-{place}-way"))
        version = _number(form.get(f"d-{place}-version")) or 0
        answers.append(Answer(task_id, version, way, day, lead, own, own_day=own_day is not None))
    return answers, errors


def _number(text: str | None) -> int | None:
    return number_of(text or "")


def _day(text: str | None) -> date | None:
    return day_of(text) if text else None


def settle(plan: Plan, *, answers: Sequence[Answer], by: Actor, now: datetime) -> int:
    """Do what was chosen for each draft, all or nothing; the office director or a leader decides. Returns how many.

    What was chosen for all rows together leaves out those that others must enter as done, as their rows say.
    """
    require(policy.may_sign_off(by, plan.group_id))
    tasks = {
        task.id: task
        for task in db.session.scalars(
            sa.select(Task).where(Task.plan_id == plan.id, Task.id.in_([answer.task_id for answer in answers]))
        )
    }
    named = [(tasks[answer.task_id], answer) for answer in answers if answer.task_id in tasks]
    meant = [(task, answer) for task, answer in named if answer.own or _open_to(task, answer, by=by)]
    for task, answer in meant or named:
        try:
            _settle(task, answer, by=by, now=now)
        except Invalid as refusal:
            raise Invalid(
                {f"d-{task.id}": about(task.title, sentence) for sentence in refusal.errors.values()}
            ) from refusal
        except NotAllowed as refusal:
            raise NotAllowed(about(task.title, refusal.message)) from refusal

    return len(meant)


def _open_to(task: Task, answer: Answer, *, by: Actor) -> bool:
    return answer.way != DONE or bool(policy.may_enter_done(by, task))


def _settle(task: Task, answer: Answer, *, by: Actor, now: datetime) -> None:
    version = answer.version
    if answer.way == LEAVE:
        cancel_task(task, reason=str(LEFT_OUT), version=version, by=by, now=now)
        return
    if task.lead_unit_id is None:
        if answer.lead_id is None:
            raise Invalid({"lead": PASSED_LEAD})
        edit_draft(task, _with_lead(task, answer.lead_id), version=version, by=by, now=now)
        version = task.version
    if answer.way == DONE:
        done_on = answer.day or task.due_on
        if done_on is None:
            raise Invalid({"done_on": PASSED_DATE})
        enter_done(task, done_on=done_on, remark="", version=version, by=by, now=now)
    else:
        # A date for all rows is none for what recurs: its period says when it is due.
        new_due_on = answer.day if answer.own_day or not recurs(task) else None
        take_over(task, new_due_on=new_due_on, version=version, by=by, now=now)


def _with_lead(task: Task, lead_id: int) -> TaskDraft:
    """The draft as it stands, with a lead unit; the lead no longer cooperates."""
    return TaskDraft(
        title=task.title,
        content=task.content,
        standard=task.standard,
        basis=task.basis,
        number=task.number,
        lead_unit_id=lead_id,
        due_on=task.due_on,
        deadline_text=task.deadline_text,
        continuous=task.continuous,
        cadence_every=task.cadence_every,
        cadence_month=task.cadence_month,
        cadence_day=task.cadence_day,
        evidence_required=task.evidence_required,
        plan_id=task.plan_id,
        measure_id=task.measure_id,
        phase_id=task.phase_id,
        parts=[NewPart(part.unit_id, part.content, part.due_on) for part in task.parts if part.unit_id != lead_id],
        targets=[NewTarget(t.quantity, t.operator, t.value, t.unit, t.scope, t.due_on) for t in task.targets],
        milestones=[(step.name, step.due_on) for step in task.milestones],
    )
