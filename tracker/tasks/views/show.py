"""The page of one task, and the download of its files."""

from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.audit.sending import Holder, send_kept
from tracker.documents.pdf import pdf_available
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.errors import NotVisible
from tracker.kernel.registry import registry
from tracker.tasks import policy, queries
from tracker.tasks.models import Task
from tracker.tasks.queries import Step
from tracker.tasks.queries.step_rules import WORKING
from tracker.tasks.rules import LABELS
from tracker.tasks.views.blueprint import bp
from tracker.tasks.views.index import lamp


@bp.get("/tasks/<int:task_id>")
def show(task_id: int) -> ResponseReturnValue:
    """What, why, by whom, by when; why this light; the history; and the one next step."""
    actor, today = current_actor(), clock.today()
    found = queries.dossier(actor, task_id, today=today)
    steps = list(found.steps)
    first = next((step for step in steps if step.main and step.verdict), None)
    return render_template(
        "tasks/show.html",
        d=found,
        task=found.task,
        today=today,
        owner_left=queries.owner_left(found.task, day=today),
        labels=LABELS,
        lamp=lamp,
        next=choice(first, "primary") if first else None,
        others=[choice(step) for step in steps if step is not first],
        choice=choice,
        can_finish_milestones=found.task.state in WORKING and bool(policy.may_confirm(actor, found.task)),
        can_answer_coordination=bool(policy.may_answer_coordination(actor, found.task)),
        plan_line_url=_line_of_plan(actor, found.task),
        pdf=pdf_available(),
        panels=[panel(found.task, actor) for panel in registry.panels.get("task", [])],
    )


def _line_of_plan(actor: Actor, task: Task) -> str | None:
    """Where the clause stands in the plan document; for those who may read the group's plan."""
    groups = {seat.group_id for seat in actor.seats} | {group_id for group_id, _unit in actor.member_units}
    if task.measure is None or task.measure.line is None or task.group_id not in groups:
        return None
    return url_for("plans.show", plan_id=task.measure.plan_id, _anchor=f"L{task.measure.line}")


def choice(step: Step, kind: str = "") -> dict[str, object]:
    """A step as a button: a link to its page; greyed with the sentence where it is refused."""
    address: dict[str, Any] = {step.argument: step.thing_id}
    return {
        "label": step.label,
        "url": url_for(step.endpoint, **address),
        "kind": kind or step.kind,
        "disabled": not step.verdict.allowed,
        "why": step.verdict.reason,
    }


@bp.get("/evidence/<int:evidence_id>")
def evidence(evidence_id: int) -> ResponseReturnValue:
    """A file of evidence, for whoever sees its task; its bytes are held against their hash each time."""
    actor = current_actor()
    found = queries.visible_evidence(actor, evidence_id)
    return send_kept(found.sha256, found.name, holder=_task_holder(found.task), actor=actor, now=clock.now())


@bp.get("/tasks/<int:task_id>/papers/<sha256>")
def paper(task_id: int, sha256: str) -> ResponseReturnValue:
    """The scan of a paper on which somebody decided about a task."""
    actor = current_actor()
    task = queries.visible_task(actor, task_id)
    name = queries.paper_name(task_id, sha256)
    if name is None:
        raise NotVisible
    return send_kept(sha256, name, holder=_task_holder(task), actor=actor, now=clock.now())


def _task_holder(task: Task) -> Holder:
    return Holder("task", task.id, task.group_id)
