"""Handovers: drawn up, read, signed by the successor, and what was signed on paper."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts import gate
from tracker.audit.sending import send_kept
from tracker.documents.pdf import pdf_available
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotVisible, Stale
from tracker.kernel.text import _
from tracker.kernel.uploads import chosen, kept
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.letters import commands, policy, queries
from tracker.letters.commands import SeenHandover
from tracker.letters.forms import HandoverPaperForm, OpenHandoverForm, SignForm
from tracker.letters.models import Handover
from tracker.letters.printing import holder_of
from tracker.letters.rules import LABELS, HandoverLine, HandoverState, LetterState
from tracker.letters.views.blueprint import bp


def _is_wanted(found: Handover) -> bool:
    """Whether a handover may still be signed: it has not lapsed, and its letter is in force."""
    return found.state is not HandoverState.LAPSED and found.letter.state is LetterState.IN_FORCE


def _is_open(found: Handover) -> bool:
    return found.state is HandoverState.OPEN and _is_wanted(found)


@bp.post("/letters/<int:letter_id>/handover")
def open_handover(letter_id: int) -> ResponseReturnValue:
    """Draw up the handover of a line whose signer has left."""
    actor, form = current_actor(), OpenHandoverForm()
    require(policy.may_open_handover(actor, queries.visible_letter(actor, letter_id)))
    if not form.validate_on_submit():
        raise Invalid({"signatory": _("请从责任书页面选择要交接的签署人。")})
    with write_transaction():
        letter = queries.visible_letter(actor, letter_id)
        line = form.signatory.data or 0
        found = commands.open_handover(letter, signatory_id=line, by=actor, now=clock.now())
        page = "letters.sign_handover" if policy.is_successor(actor, found) else "letters.handover"
        flash(_("交接确认已起草，请核对。"), "success")
        return redirect(url_for(page, handover_id=found.id))


@bp.get("/letter-handovers/<int:handover_id>")
def handover(handover_id: int) -> ResponseReturnValue:
    """A handover: its text, and who signed."""
    actor = current_actor()
    found = queries.visible_handover(actor, handover_id)
    return render_template(
        "letters/handover.html",
        found=found,
        signs=_is_open(found) and policy.may_sign_handover(actor, found),
        records=_is_wanted(found) and policy.may_record_handover(actor, found),
        lines=HandoverLine,
        signed={one.line: one for one in found.signatures},
        today=clock.today(),
        pdf=pdf_available(),
        labels=LABELS,
    )


@bp.route("/letter-handovers/<int:handover_id>/sign", methods=["GET", "POST"])
def sign_handover(handover_id: int) -> ResponseReturnValue:
    """Read a handover and sign exactly that text, as the successor."""
    actor, form, now = current_actor(), SignForm(), clock.now()
    found = queries.visible_handover(actor, handover_id)
    require(policy.may_sign_handover(actor, found))
    if form.validate_on_submit():
        with form_errors(form):
            gate.confirm_password(form.password.data, code=form.code.data, by=actor, now=now)
            with write_transaction():
                found = queries.visible_handover(actor, handover_id)
                seen = SeenHandover(found, form.sha256.data or "", form.ticket.data or "")
                commands.sign_handover(seen, by=actor, now=now)
                flash(_("已签署交接确认。"), "success")
                return redirect(url_for("letters.handover", handover_id=handover_id))
    if not _is_open(found):
        raise Stale(_("这份交接确认已经签署或者失效。"))
    page = render_template(
        "letters/sign_handover.html",
        found=found,
        form=form,
        ticket=commands.ticket_for_handover(found, by=actor, now=now),
        **gate.asks(now=now),
        labels=LABELS,
    )
    return page, status_of(form)


@bp.route("/letter-handovers/<int:handover_id>/paper", methods=["GET", "POST"])
def record_handover(handover_id: int) -> ResponseReturnValue:
    """The office enters which lines of a handover were signed by hand."""
    actor, now = current_actor(), clock.now()
    found = queries.visible_handover(actor, handover_id)
    require(policy.may_record_handover(actor, found))
    form = HandoverPaperForm(version=found.version)
    signed = {one.line for one in found.signatures}
    names = {HandoverLine.PREDECESSOR: found.predecessor_name, HandoverLine.SUCCESSOR: found.successor_name}
    form.lines.offer([(line.value, f"{LABELS[line]} {names[line]}") for line in HandoverLine if line not in signed])
    if not _is_wanted(found) or signed == set(HandoverLine):
        raise Stale(_("这份交接确认已经签署或者失效。"))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            found = queries.visible_handover(actor, handover_id)
            [scan] = kept(chosen(form.scan.data), field="scan", now=now)
            lines = [line for line in HandoverLine if line in (form.lines.data or ())]
            commands.record_handover(found, lines=lines, scan=scan, version=form.seen_version, by=actor, now=now)
            flash(_("已代录纸质交接确认。"), "success")
            return redirect(url_for("letters.handover", handover_id=handover_id))
    return render_template("letters/record_handover.html", found=found, form=form), status_of(form)


@bp.get("/letter-handovers/<int:handover_id>/scans/<sha256>")
def handover_scan(handover_id: int, sha256: str) -> ResponseReturnValue:
    """The scan of a handover that was signed on paper."""
    actor = current_actor()
    found = queries.visible_handover(actor, handover_id)
    if sha256 not in {one.scan_sha256 for one in found.signatures}:
        raise NotVisible
    name = str(_("%(number)s交接确认", number=found.letter.number))
    return send_kept(sha256, name, holder=holder_of(found.letter), actor=actor, now=clock.now())
