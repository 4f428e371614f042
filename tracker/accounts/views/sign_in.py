"""Sign in, sign out, and give oneself a new password."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts import commands, gate, queries, rules
from tracker.accounts import second_step as steps
from tracker.accounts.forms import PasswordForm, SecondStepForm, SignInForm
from tracker.accounts.views.blueprint import bp
from tracker.accounts.views.demo import SIGHTS, people_of_the_story
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _
from tracker.kernel.web import form_errors, status_of
from tracker.organisation.rules import LABELS


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """Let somebody in by login and password."""
    form = SignInForm(next=request.args.get("next", ""))
    if gate.is_signed_in():
        return redirect(rules.own_path(form.next.data))
    if form.validate_on_submit():
        now = clock.now()
        with form_errors(form):
            account = gate.try_password(form.login.data or "", form.password.data or "", now=now)
            if account is None:
                raise Invalid({"password": gate.WRONG})
            if queries.second_factor_of(account.id) is not None:
                return steps.begin(account, target=form.next.data, now=now)
            return gate.let_in(account.id, target=form.next.data, password=form.password.data or "", now=now)
    story = people_of_the_story()
    page = render_template("accounts/sign_in.html", form=form, story=story, sights=SIGHTS, labels=LABELS)
    return page, status_of(form)


@bp.route("/sign-in/code", methods=["GET", "POST"])
def second_step() -> ResponseReturnValue:
    """Ask for the code of whoever has set a second factor up, once the password was right."""
    form, now = SecondStepForm(), clock.now()
    if gate.is_signed_in():
        return redirect("/")
    account = steps.waiting(now=now)
    if account is None:
        return redirect(url_for("accounts.sign_in", next=steps.target()))
    if form.validate_on_submit():
        with form_errors(form):
            if not steps.try_code(account, form.code.data or "", now=now):
                raise Invalid({"code": commands.WRONG_CODE})
            return steps.go_on(account, now=now)
    return render_template("accounts/second_step.html", form=form), status_of(form)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in, and forget everything kept in it."""
    with write_transaction():
        commands.sign_out(gate.current_sign_in().session_id, by=current_actor(), now=clock.now())
    session.clear()
    return redirect(url_for("accounts.sign_in"))


@bp.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Change one's own password; the first one must be changed before anything else."""
    form = PasswordForm(next=request.args.get("next", ""))
    now, actor, found = clock.now(), current_actor(), gate.current_sign_in()
    if form.validate_on_submit():
        with form_errors(form):
            gate.check_own_password(form.current.data or "", field="current", by=actor, now=now)
            with write_transaction():
                account = queries.account_by_id(found.account_id)
                commands.change_password(
                    account, by=actor, new=form.new.data or "", session_id=found.session_id, now=now
                )
            flash(_("密码已修改，其他设备上的登录已全部退出。"), "success")
            return redirect(rules.own_path(form.next.data) if found.must_change else url_for("accounts.me"))
    limits = {"low": rules.PASSWORD_MIN, "high": rules.PASSWORD_MAX}
    page = render_template("accounts/password.html", form=form, first=found.must_change, limits=limits)
    return page, status_of(form)
