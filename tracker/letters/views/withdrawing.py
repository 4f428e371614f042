"""Letters that the first party takes back after they were in force (生效后撤回)."""

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
from tracker.letters.commands import SignedOnPaper
from tracker.letters.forms import RevokeForm, RevokeOnPaperForm
from tracker.letters.printing import holder_of
from tracker.letters.rules import LetterState
from tracker.letters.views.blueprint import bp


@bp.route("/letters/<int:letter_id>/revoke", methods=["GET", "POST"])
def revoke(letter_id: int) -> ResponseReturnValue:
    """Take a letter in force back: who signs for the first party in person, or the office from paper."""
    actor, now = current_actor(), clock.now()
    letter = queries.visible_letter(actor, letter_id)
    in_person = policy.signs_first(actor, letter)
    require(policy.may_revoke(actor, letter) if in_person else policy.may_record_revocation(actor, letter))
    if letter.state is not LetterState.IN_FORCE:
        raise Stale(_("只有已生效的责任书可以这样撤回。"))
    form = RevokeForm(version=letter.version) if in_person else RevokeOnPaperForm(version=letter.version)
    if isinstance(form, RevokeOnPaperForm):
        form.signatory.offer(queries.first_party_people(letter, day=clock.today()))
    if form.validate_on_submit():
        with form_errors(form):
            if isinstance(form, RevokeForm):
                gate.confirm_password(form.password.data, code=form.code.data, by=actor, now=now)
            with write_transaction():
                letter, paper = queries.visible_letter(actor, letter_id), None
                if isinstance(form, RevokeOnPaperForm):
                    [scan] = kept(chosen(form.scan.data), field="scan", now=now)
                    paper = SignedOnPaper(actor_of_person(form.signatory.row_id or 0, day=clock.today()), scan)
                remark, version = form.remark.data or "", form.seen_version
                commands.revoke_letter(letter, remark=remark, version=version, paper=paper, by=actor, now=now)
                flash(_("已撤回。"), "success")
                return redirect(url_for("letters.show", letter_id=letter_id))
    shown = {"letter": letter, "form": form, "on_paper": not in_person, "added": queries.added_to(letter)}
    handed_on = queries.handed_on(actor, letter).letters
    return render_template("letters/revoke.html", **shown, handed_on=handed_on, **gate.asks(now=now)), status_of(form)


@bp.get("/letters/<int:letter_id>/withdrawal/<sha256>")
def withdrawal_scan(letter_id: int, sha256: str) -> ResponseReturnValue:
    """The scan of a withdrawal on paper."""
    actor = current_actor()
    letter = queries.visible_letter(actor, letter_id)
    found = queries.withdrawal_of(letter)
    if found is None or found.scan_sha256 != sha256:
        raise NotVisible
    name = str(_("%(number)s撤回", number=letter.number))
    return send_kept(sha256, name, holder=holder_of(letter), actor=actor, now=clock.now())
