"""One's own page of messages: where they go, by what, and when not."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts import gate
from tracker.delivery import commands, queries
from tracker.delivery.commands import Wishes
from tracker.delivery.forms import PreferencesForm
from tracker.delivery.views.blueprint import bp
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import db, write_transaction
from tracker.kernel.text import _
from tracker.kernel.web import form_errors, status_of
from tracker.organisation.models import Person


@bp.route("/me/messages", methods=["GET", "POST"])
def preferences() -> ResponseReturnValue:
    """Mail address, channels, quiet hours and the hour of the digest. Another address asks for the password."""
    actor, now = current_actor(), clock.now()
    person = db.session.get_one(Person, actor.person_id)
    form = PreferencesForm(obj=queries.preference_of(person.id) or Wishes(), email=person.email)
    opens, closes = queries.hours_of_groups(actor)
    if form.validate_on_submit():
        with form_errors(form):
            wanted = (form.email.data or "").strip()
            if wanted != person.email:
                gate.confirm_password(form.password.data, by=actor, now=now, code=form.code.data)
            wishes = Wishes(
                mail=form.mail.data,
                chat=form.chat.data,
                sms=form.sms.data,
                quiet_from=form.quiet_from.data,
                quiet_until=form.quiet_until.data,
                digest_hour=form.digest_hour.data,
            )
            with write_transaction():
                commands.set_preferences(wishes, email=wanted, by=actor, now=now)
            flash(_("接收设置已保存。"), "success")
            return redirect(url_for(".preferences"))
    page = render_template("delivery/preferences.html", form=form, opens=opens, closes=closes, **gate.asks(now=now))
    return page, status_of(form)
