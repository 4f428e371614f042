"""What tasks add to the page of a plan: next steps, its clauses with their tasks, and counts by light."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import current_app, render_template

from tracker.documents.pdf import pdf_available
from tracker.kernel import clock
from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.organisation.models import Unit
from tracker.plans import policy as plans_policy
from tracker.plans.models import Measure, Plan
from tracker.plans.queries import measures
from tracker.tasks import policy
from tracker.tasks.intake.passed import passed_count
from tracker.tasks.intake.undoing import is_at_work
from tracker.tasks.models import Task
from tracker.tasks.queries import light_expression, reckoning
from tracker.tasks.rules import LABELS, Light, TaskState


@dataclass(frozen=True, slots=True)
class ClauseTask:
    """A task under a clause, as far as a line of it shows."""

    task_id: int
    title: str
    unit: str | None
    due_on: date | None
    state: object
    light: Mapping[str, object]
    linked: bool


@dataclass(slots=True)
class Clause:
    """A clause of a plan with the tasks that the reader may see."""

    measure: Measure
    tasks: list[ClauseTask] = field(default_factory=list)


def _seen(plan: Plan, actor: Actor) -> sa.ColumnElement[bool]:
    """The plan's tasks that a reader may see; whoever may take the plan back sees the drafts that would go with it."""
    if plans_policy.may_undo(actor, plan):
        return sa.or_(policy.visible_to(actor), Task.state == TaskState.DRAFT)
    return policy.visible_to(actor)


def lamp(light: Light) -> dict[str, object]:
    """A light as the page's macros want it."""
    return {"code": light.value, "word": LABELS[light]}


def clauses(plan: Plan, *, actor: Actor, today: date) -> list[Clause]:
    """The clauses of a plan in order, each with its tasks: two queries."""
    light = light_expression(reckoning(today).marks)
    rows = db.session.execute(
        sa.select(Task.id, Task.title, Task.measure_id, Task.state, Task.due_on, Unit.name, light.label("light"))
        .outerjoin(Unit, Unit.id == Task.lead_unit_id)
        .where(Task.plan_id == plan.id, Task.measure_id.is_not(None), _seen(plan, actor))
        .order_by(Task.sort_on, Task.id)
    )
    found = {measure.id: Clause(measure) for measure in measures(plan)}
    linked = bool(actor.roles_in(plan.group_id) & policy.OVERSEERS) or not plans_policy.may_undo(actor, plan)
    for row in rows:
        state = LABELS[TaskState(row.state)]
        found[row.measure_id].tasks.append(
            ClauseTask(row.id, row.title, row.name, row.due_on, state, lamp(Light(row.light)), linked)
        )
    return list(found.values())


def counts(plan: Plan, *, actor: Actor, today: date) -> dict[Light, int]:
    """The plan's tasks by light, as far as the reader may see them."""
    light = light_expression(reckoning(today).marks)
    rows = db.session.execute(
        sa.select(light, sa.func.count())
        .select_from(Task)
        .where(Task.plan_id == plan.id, Task.state != TaskState.CANCELLED, _seen(plan, actor))
        .group_by(light)
    )
    return {Light(code): number for code, number in rows}


def plan_panel(plan: Plan, actor: Actor) -> str:
    """The panel, as safe HTML."""
    today = clock.today()
    watches = bool(actor.roles_in(plan.group_id) & policy.OVERSEERS) or bool(plans_policy.may_undo(actor, plan))
    at_work = is_at_work(plan)
    return render_template(
        "plans/_panel.html",
        plan=plan,
        clauses=clauses(plan, actor=actor, today=today),
        cells=_cells(plan, counts(plan, actor=actor, today=today)),
        passed=passed_count(plan, today=today) if watches else 0,
        drafts=_draft_count(plan) if watches else 0,
        watches=watches,
        may_undo=bool(plans_policy.may_undo(actor, plan)) and not at_work,
        may_open_accounts=bool(plans_policy.may_confirm_for(actor, plan.group.region, plan.group)),
        pdf=pdf_available(),
        has_page=current_app.view_functions.__contains__,
    )


def _cells(plan: Plan, found: Mapping[Light, int]) -> Sequence[dict[str, Any]]:
    order = (Light.RED, Light.YELLOW, Light.GREEN, Light.DONE, Light.DONE_LATE, Light.GREY)
    return [
        {
            "label": LABELS[light],
            "value": found.get(light, 0),
            "light": light.value,
            "code": light.value,
            "plan": plan.id,
        }
        for light in order
        if found.get(light, 0) or light in {Light.RED, Light.YELLOW, Light.GREEN}
    ]


def _draft_count(plan: Plan) -> int:
    query = sa.select(sa.func.count()).where(Task.plan_id == plan.id, Task.state == TaskState.DRAFT)
    return db.session.scalar(query) or 0
