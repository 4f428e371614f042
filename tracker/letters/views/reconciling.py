"""The year's end (年终对账): the office says what became of each clause, the first party confirms."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts import gate
from tracker.accounts.identity import actor_of_person
from tracker.audit.sending import send_kept
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import NotVisible, Stale
from tracker.kernel.text import _
from tracker.kernel.uploads import chosen, kept
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.letters import commands, policy, queries
from tracker.letters.commands import Judged, SignedOnPaper
from tracker.letters.forms import FulfilForm, OnPaperForm, OutcomesForm, outcomes_form
from tracker.letters.models import Letter
from tracker.letters.printing import holder_of
from tracker.letters.rules import LABELS, ClauseOutcome
from tracker.letters.views.blueprint import bp
from tracker.letters.views.reading import letter_page


@bp.route("/letters/<int:letter_id>/reconcile", methods=["GET", "POST"])
def reconcile(letter_id: int) -> ResponseReturnValue:
    """Say what became of each clause: proposed from how the tasks stand, judged by the office."""
    actor, now = current_actor(), clock.now()
    letter = queries.visible_letter(actor, letter_id)
    require(policy.may_reconcile(actor, letter))
    if not policy.was_in_force(letter):
        raise Stale(_("只有双方签署生效的责任书才办理年终对账；已确认的不再变更。"))
    form = _outcomes_form(letter)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            letter = queries.visible_letter(actor, letter_id)
            judged = _judged(form, letter)
            commands.draft_reconciliation(letter, judged, version=form.seen_version, by=actor, now=now)
            flash(_("年终对账已起草，待甲方签署人确认。"), "success")
            return redirect(url_for("letters.show", letter_id=letter_id))
    places = queries.places_of(letter)
    page = render_template("letters/reconcile.html", letter=letter, form=form, places=places, labels=LABELS)
    return page, status_of(form)


def _outcomes_form(letter: Letter) -> OutcomesForm:
    """What was said before, or else what the tasks propose."""
    kept_before = queries.reconciliation_of(letter)
    if kept_before is not None:
        said = {one.clause_id: (one.outcome, one.remark) for one in kept_before.outcomes}
        return outcomes_form(said, version=kept_before.version)
    return outcomes_form(dict(queries.proposals(letter, day=clock.today())), version=0)


def _judged(form: OutcomesForm, letter: Letter) -> list[Judged]:
    found = []
    for clause in letter.clauses:
        if f"outcome_{clause.id}" in form:
            code, remark = form[f"outcome_{clause.id}"].data, form[f"remark_{clause.id}"].data
            found.append(Judged(clause.id, ClauseOutcome(code) if code else None, remark or ""))
    return found


@bp.post("/letters/<int:letter_id>/fulfil")
def fulfil(letter_id: int) -> ResponseReturnValue:
    """Confirm for the first party what became of each clause."""
    actor, form, now = current_actor(), FulfilForm(), clock.now()
    require(policy.may_fulfil(actor, queries.visible_letter(actor, letter_id)))
    if form.validate_on_submit():
        with form_errors(form):
            gate.confirm_password(form.password.data, code=form.code.data, by=actor, now=now)
            with write_transaction():
                letter = queries.visible_letter(actor, letter_id)
                commands.fulfil_letter(letter, version=form.seen_version, by=actor, now=now)
                flash(_("年终对账已确认。"), "success")
                return redirect(url_for("letters.show", letter_id=letter_id))
    return letter_page(actor, queries.visible_letter(actor, letter_id), fulfilling=form), status_of(form)


@bp.route("/letters/<int:letter_id>/fulfil-paper", methods=["GET", "POST"])
def record_fulfilment(letter_id: int) -> ResponseReturnValue:
    """The office enters that the first party confirmed on paper."""
    actor, now = current_actor(), clock.now()
    letter = queries.visible_letter(actor, letter_id)
    require(policy.may_record_fulfilment(actor, letter))
    found = queries.reconciliation_of(letter)
    if found is None or not policy.was_in_force(letter):
        raise Stale(_("没有待确认的年终对账。"))
    form = OnPaperForm(version=found.version)
    form.signatory.offer(queries.first_party_people(letter, day=clock.today()))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            letter = queries.visible_letter(actor, letter_id)
            [scan] = kept(chosen(form.scan.data), field="scan", now=now)
            signatory = actor_of_person(form.signatory.row_id or 0, day=clock.today())
            paper = SignedOnPaper(signatory, scan)
            commands.fulfil_letter(letter, version=form.seen_version, paper=paper, by=actor, now=now)
            flash(_("年终对账已确认。"), "success")
            return redirect(url_for("letters.show", letter_id=letter_id))
    shown = {"letter": letter, "form": form, "found": found, "places": queries.places_of(letter), "labels": LABELS}
    return render_template("letters/record_fulfilment.html", **shown), status_of(form)


@bp.get("/letters/<int:letter_id>/fulfilment/<sha256>")
def fulfilment_scan(letter_id: int, sha256: str) -> ResponseReturnValue:
    """The scan of a confirmation on paper."""
    actor = current_actor()
    letter = queries.visible_letter(actor, letter_id)
    found = queries.reconciliation_of(letter)
    if found is None or found.scan_sha256 != sha256:
        raise NotVisible
    name = str(_("%(number)s年终对账", number=letter.number))
    return send_kept(sha256, name, holder=holder_of(letter), actor=actor, now=clock.now())
