"""The system administrator's pages: all accounts of the region."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from tracker.accounts import commands, passwords, policy, queries
from tracker.accounts.forms import AccountForm
from tracker.accounts.models import Account
from tracker.accounts.views.blueprint import bp
from tracker.accounts.views.people import show_slips
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotVisible
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.organisation import commands as organisation
from tracker.organisation.models import Person, Region
from tracker.organisation.rules import LABELS, DutyKind


def _region() -> Region:
    """The administrator's own region; 403 for anybody else."""
    region = db.session.get_one(Region, current_actor().region_id)
    require(policy.may_keep_accounts(current_actor(), region))
    return region


def _account(account_id: int) -> Account:
    account = queries.visible_account(account_id, policy.accounts_visible_to(current_actor()))
    if account is None:
        raise NotVisible
    return account


@bp.get("/accounts")
def index() -> ResponseReturnValue:
    """The list of accounts."""
    _region()
    words, state = request.args.get("q", "").replace("\0", "").strip()[:60], request.args.get("state", "")
    page = queries.accounts_page(
        policy.accounts_visible_to(current_actor()),
        day=clock.today(),
        words=words,
        state=state,
        after=request.args.get("after", ""),
    )
    factors = queries.with_second_factor([row.account.id for row in page.rows])
    return render_template("accounts/index.html", page=page, words=words, state=state, factors=factors, labels=LABELS)


@bp.route("/accounts/new", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """An account for somebody on file or somebody new, perhaps with a duty."""
    region, form = _region(), AccountForm()
    waiting = queries.people_without_account(policy.accounts_visible_to(current_actor()), day=clock.today())
    form.person.choices = [
        SelectChoice("0", _("新增人员（在下面填写姓名）")),
        *(SelectChoice(str(person), label) for person, label in waiting),
    ]
    if form.validate_on_submit():
        with form_errors(form):
            secret = passwords.new_secrets(1)[0]
            with write_transaction():
                slip = _create(form, region.id, secret)
            return show_slips([slip], back=url_for("accounts.index"))
    return render_template("accounts/new.html", form=form), status_of(form)


def _create(form: AccountForm, region_id: int, secret: passwords.Secret) -> commands.OneTime:
    by, now = current_actor(), clock.now()
    if form.person.data:
        person = db.session.get_one(Person, form.person.data)
    elif not form.name.data:
        raise Invalid({"name": _("请选择人员，或填写新增人员的姓名。")})
    else:
        region = db.session.get_one(Region, region_id)
        person = organisation.add_person(region, name=form.name.data, by=by, now=now)
    slip = commands.create_account(person, login=form.login.data or "", secret=secret, by=by, now=now)
    if form.duty.data:
        organisation.grant_duty(person, duty=DutyKind(form.duty.data), by=by, now=now)
    return slip


@bp.post("/accounts/<int:account_id>/reset")
def reset(account_id: int) -> ResponseReturnValue:
    """A new slip for anybody."""
    secret = passwords.new_secrets(1)[0]
    with write_transaction():
        account = _account(account_id)
        slip = commands.reset_password(account, secret=secret, version=_version(), by=current_actor(), now=clock.now())
    return show_slips([slip], back=url_for("accounts.index"))


@bp.post("/accounts/<int:account_id>/deactivate")
def deactivate(account_id: int) -> ResponseReturnValue:
    """Shut an account."""
    with write_transaction():
        account = _account(account_id)
        commands.deactivate_account(account, version=_version(), by=current_actor(), now=clock.now())
    flash(_("账号已停用，其登录已全部退出。"), "success")
    return redirect(url_for("accounts.index"))


@bp.post("/accounts/<int:account_id>/reactivate")
def reactivate(account_id: int) -> ResponseReturnValue:
    """Open a shut account again."""
    with write_transaction():
        account = _account(account_id)
        commands.reactivate_account(account, version=_version(), by=current_actor(), now=clock.now())
    flash(_("账号已启用。"), "success")
    return redirect(url_for("accounts.index"))


@bp.post("/accounts/<int:account_id>/second-factor/off")
def remove_second_factor(account_id: int) -> ResponseReturnValue:
    """Take the second factor off the account of somebody who has lost it."""
    with write_transaction():
        account = _account(account_id)
        commands.remove_second_factor(account, version=_version(), by=current_actor(), now=clock.now())
    flash(_("两步验证已关闭，已通知本人。"), "success")
    return redirect(url_for("accounts.index"))


def _version() -> int:
    """The version of the row that the reader saw; the form always carries it."""
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid({"version": _("页面已过期，请刷新后重试。")})
    return int(text)
