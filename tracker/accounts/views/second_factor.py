"""Two-step sign-in on one's own account: set up with an authenticator, recovery codes shown once, given up."""

from base64 import b64encode

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts import codes, commands, gate, queries
from tracker.accounts.forms import GiveUpForm, SecondFactorForm
from tracker.accounts.views.blueprint import bp
from tracker.documents.qr import qr_code
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Stale
from tracker.kernel.text import _
from tracker.kernel.web import form_errors, status_of


@bp.route("/me/second-factor", methods=["GET", "POST"])
def second_factor() -> ResponseReturnValue:
    """Set the second factor up; once it is, say so and offer to give it up."""
    found, now, form = gate.current_sign_in(), clock.now(), SecondFactorForm()
    if queries.second_factor_of(found.account_id) is not None:
        return _is_on(GiveUpForm(formdata=None), 200)
    secret = _secret(form, found.account_id)
    if form.validate_on_submit():
        actor = current_actor()
        with form_errors(form):
            gate.check_own_password(form.password.data or "", field="password", by=actor, now=now)
            with write_transaction():
                account = queries.account_by_id(found.account_id)
                code, session_id = form.code.data or "", found.session_id
                fresh = commands.set_second_factor(
                    account, secret=secret, code=code, by=actor, session_id=session_id, now=now
                )
            return render_template("accounts/recovery_codes.html", codes=fresh)
    picture = b64encode(qr_code(codes.address_of(secret, found.login, _("责任台")))).decode()
    page = render_template(
        "accounts/second_factor.html",
        form=form,
        kept=codes.hidden(secret, found.account_id),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        picture=picture,
        demo=gate.demo_is_open(),
    )
    return page, status_of(form)


def _secret(form: SecondFactorForm, account_id: int) -> str:
    """The secret that the page showed, which comes back with it; a new one where the page is opened."""
    if not form.is_submitted():
        return codes.new_secret()
    secret = codes.shown(form.kept.data or "", account_id)
    if secret is None:
        raise Stale(_("页面已过期，请重新打开。"))
    return secret


@bp.post("/me/second-factor/off")
def give_up_second_factor() -> ResponseReturnValue:
    """Ask for the password alone again: with the password and a code."""
    found, now, form, actor = gate.current_sign_in(), clock.now(), GiveUpForm(), current_actor()
    if queries.second_factor_of(found.account_id) is None:
        raise Stale(_("您没有开启两步验证。"))
    if form.validate_on_submit():
        with form_errors(form):
            password, code = form.password.data or "", form.code.data or ""
            gate.check_own_password(password, field="password", by=actor, now=now, code=code)
            with write_transaction():
                commands.give_up_second_factor(queries.account_by_id(found.account_id), by=actor, now=now)
            flash(_("两步验证已关闭。"), "success")
            return redirect(url_for("accounts.me"))
    return _is_on(form, status_of(form))


def _is_on(form: GiveUpForm, status: int) -> ResponseReturnValue:
    found = gate.current_sign_in()
    factor = queries.second_factor_of(found.account_id)
    left = queries.recovery_codes_left(found.account_id)
    return render_template("accounts/second_factor_on.html", form=form, factor=factor, left=left), status
