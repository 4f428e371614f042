"""The first run: from the server's one-time code to the first plan."""

from flask import current_app, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts import commands, gate, queries, rules
from tracker.accounts.forms import CodeForm, SetupForm
from tracker.accounts.models import Account
from tracker.accounts.views.blueprint import bp
from tracker.kernel import clock
from tracker.kernel.actor import SYSTEM, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotVisible
from tracker.kernel.web import form_errors, status_of
from tracker.organisation.rules import DutyKind, RegionLevel

CODE_KEY = "setup_code"
THROTTLE_NAME = "(setup)"


@bp.route("/setup", methods=["GET", "POST"])
def setup() -> ResponseReturnValue:
    """Open until there is an administrator; behind the code that the server printed."""
    if not queries.setup_is_open():
        raise NotVisible
    if queries.is_setup_code(session.get(CODE_KEY, "")):
        return _people()
    form = CodeForm()
    if form.validate_on_submit():
        with form_errors(form):
            _unlock(form.code.data or "")
            return redirect(url_for("accounts.setup"))
    return render_template("accounts/setup_code.html", form=form), status_of(form)


def _unlock(code: str) -> None:
    with write_transaction():
        commands.count_try(THROTTLE_NAME, address=gate.address(), device="", by=SYSTEM, now=clock.now())
    plain = rules.plain_login(code)
    if not queries.is_setup_code(plain):
        raise Invalid({"code": gate.WRONG_CODE})
    session[CODE_KEY] = plain


def _people() -> ResponseReturnValue:
    form = SetupForm()
    if form.validate_on_submit():
        with form_errors(form):
            with write_transaction():
                account = _set_up(form)
                account_id = account.id
            return gate.let_in(account_id, target=url_for("accounts.welcome"), now=clock.now())
    return render_template("accounts/setup.html", form=form, low=rules.PASSWORD_MIN), status_of(form)


def _set_up(form: SetupForm) -> Account:
    data: dict[str, str] = form.data
    officers = {
        who: commands.NewAccount(data[f"{who}_name"], data[f"{who}_login"], data[f"{who}_password"])
        for who in ("administrator", "registrar")
    }
    return commands.set_up(
        code=session[CODE_KEY],
        region_code=data["region_code"],
        region_name=data["region_name"],
        level=RegionLevel(data["region_level"]),
        by=SYSTEM,
        now=clock.now(),
        **officers,
    )


@bp.get("/welcome")
def welcome() -> ResponseReturnValue:
    """The last step of the first run: bring your plan."""
    is_registrar = DutyKind.REGISTRAR in current_actor().duties
    upload = url_for("plans.upload") if "plans.upload" in current_app.view_functions else None
    return render_template("accounts/welcome.html", upload_url=upload if is_registrar else None)
