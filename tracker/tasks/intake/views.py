"""Pages on which a plan document becomes a plan: look through, correct, confirm; take back; settle what is past."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import row_number
from tracker.organisation.rules import LABELS, UnitKind
from tracker.plans import queries as plans
from tracker.plans.commands import save_corrections
from tracker.plans.models import PlanDocument
from tracker.plans.proposal import Choices
from tracker.plans.refusals import TAKEN_BACK
from tracker.plans.rules import DocumentState
from tracker.plans.sheet import add_row, read_sheet, without_dropped
from tracker.plans.study import study
from tracker.tasks import policy
from tracker.tasks.intake import passed
from tracker.tasks.intake.confirming import confirm_document
from tracker.tasks.intake.showing import SEAT_ROLES, preview_facts
from tracker.tasks.intake.undoing import undo_plan

bp = Blueprint("intake", __name__)


@bp.get("/plans/documents/<int:document_id>")
def preview(document_id: int) -> ResponseReturnValue:
    """A document beside what was found in it; once confirmed, its plan."""
    actor = current_actor()
    document = plans.document_of_reader(actor, document_id)
    plan = plans.plan_made_from(actor, document)
    if plan is not None:
        return redirect(url_for("plans.show", plan_id=plan.id))
    return _page(document, document.corrections, {}, actor)


@bp.post("/plans/documents/<int:document_id>")
def correct(document_id: int) -> ResponseReturnValue:
    """Keep the corrections; with the one big button, confirm as well."""
    actor, what = current_actor(), request.form.get("do", "save")
    document = plans.document_of_reader(actor, document_id)
    sheet = read_sheet(request.form, document.corrections)
    if sheet.errors:
        return _page(document, sheet.choices, sheet.errors, actor), 422
    try:
        if what == "confirm":
            return redirect(url_for("plans.show", plan_id=_confirm(document_id, sheet.choices, actor)), 303)
        choices = without_dropped(sheet.choices)
        place = add_row(choices, what.removeprefix("add-")) if what.startswith("add-") else ""
        with write_transaction():
            _save(document_id, choices, actor)
        return redirect(url_for("intake.preview", document_id=document_id, _anchor=place or None), 303)
    except Invalid as refusal:
        document = plans.document_of_reader(actor, document_id)
        return _page(document, sheet.choices, refusal.errors, actor), 422


def _save(document_id: int, choices: Choices, actor: Actor) -> PlanDocument:
    document = plans.document_of_reader(actor, document_id)
    version = request.form.get("version", type=row_number) or 0
    save_corrections(document, choices=choices, version=version, by=actor, now=clock.now())
    return document


def _confirm(document_id: int, choices: Choices, actor: Actor) -> int:
    with write_transaction():
        document = _save(document_id, without_dropped(choices), actor)
        return confirm_document(document, by=actor, now=clock.now()).id


def _page(document: PlanDocument, choices: Choices, errors: Mapping[str, object], actor: Actor) -> str:
    found = study(document, choices, actor=actor, day=clock.today())
    return render_template(
        "plans/preview.html",
        document=document,
        choices=choices,
        study=found,
        errors=errors,
        facts=preview_facts(choices, found, today=clock.today()),
        seat_roles=SEAT_ROLES,
        unit_kinds=[(kind, LABELS[kind]) for kind in UnitKind if kind is not UnitKind.SECTION],
        waiting=document.state is DocumentState.READ,
    )


@bp.post("/plans/<int:plan_id>/undo")
def undo(plan_id: int) -> ResponseReturnValue:
    """Take a plan back while nothing was issued from it."""
    actor = current_actor()
    with write_transaction():
        plan = plans.plan_of_reader(actor, plan_id)
        document_id = plan.document_id
        undo_plan(plan, version=request.form.get("version", type=row_number) or 0, by=actor, now=clock.now())
    flash(str(TAKEN_BACK), "success")
    if document_id is None:
        return redirect(url_for("plans.index"), 303)
    return redirect(url_for("intake.preview", document_id=document_id), 303)


@bp.get("/plans/<int:plan_id>/passed")
def passed_drafts(plan_id: int) -> ResponseReturnValue:
    """Drafts whose date has passed, each to be taken over, entered as done, or left out (接续)."""
    return _passed(plan_id, {}, {})


@bp.post("/plans/<int:plan_id>/passed")
def settle_passed(plan_id: int) -> ResponseReturnValue:
    """Settle the drafts for which something was chosen, all or none."""
    actor = current_actor()
    plan = plans.plan_of_reader(actor, plan_id)
    require(policy.may_sign_off(actor, plan.group_id))
    answers, errors = passed.read_answers(request.form)
    if not answers and not errors:
        errors["ways"] = _("还没有选择怎样接续。")
    if errors:
        return _passed(plan_id, errors, request.form), 422
    try:
        with write_transaction():
            settled = passed.settle(plans.plan_of_reader(actor, plan_id), answers=answers, by=actor, now=clock.now())
    except Invalid as refusal:
        return _passed(plan_id, refusal.errors, request.form), 422
    except NotAllowed as refusal:
        return _passed(plan_id, {"refused": refusal.message}, request.form), 403
    flash(_("%(count)s 项草稿已接续。", count=settled), "success")
    return redirect(url_for("intake.passed_drafts", plan_id=plan_id), 303)


def _passed(plan_id: int, errors: Mapping[str, object], form: Mapping[str, str]) -> str:
    actor = current_actor()
    plan = plans.plan_of_reader(actor, plan_id)
    passed.require_sight(plan, by=actor)
    return render_template(
        "plans/passed.html",
        plan=plan,
        drafts=passed.passed_rows(plan, by=actor, today=clock.today()),
        units=passed.units_of(plan),
        may=policy.may_sign_off(actor, plan.group_id),
        today=clock.today(),
        errors=errors,
        form=form,
    )
