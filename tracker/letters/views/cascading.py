"""Handing clauses of a letter on to the unit's sections and schools."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.letters import commands, policy, queries
from tracker.letters.forms import hand_on_form
from tracker.letters.views.blueprint import bp


@bp.route("/letters/<int:letter_id>/hand-on", methods=["GET", "POST"])
def hand_on(letter_id: int) -> ResponseReturnValue:
    """Say which clauses go to which sections and schools; the letters to them are drafted, and issued by the head."""
    actor, today = current_actor(), clock.today()
    letter = queries.visible_letter(actor, letter_id)
    require(policy.may_hand_on(actor, letter))
    commands.require_divisible(letter)
    found, units = queries.clauses_to_hand_on(letter, day=today), queries.units_to_hand_on_to(letter)
    form = hand_on_form(found, units, sign_by=commands.usual_sign_by(letter.batch, today=today))
    if form.validate_on_submit() and form.sign_by.data is not None:
        with form_errors(form), write_transaction():
            letter = queries.visible_letter(actor, letter_id)
            pieces = form.pieces([one.clause for one in found])
            batch = commands.hand_on(letter, pieces, sign_by=form.sign_by.data, by=actor, now=clock.now())
            flash(_("已起草 %(count)s 份，核对后下发。", count=len(batch.letters)), "success")
            return redirect(url_for("letters.batch", letter_batch_id=batch.id))
    places = queries.places_of(letter)
    page = render_template("letters/hand_on.html", letter=letter, form=form, found=found, units=units, places=places)
    return page, status_of(form)
