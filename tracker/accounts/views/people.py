"""Accounts for a group's people in one step: those on file, and those pasted from a table."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts import commands, passwords, policy, queries
from tracker.accounts.forms import PasteForm
from tracker.accounts.pasted import MAX_ROWS, PersonRow, read_rows
from tracker.accounts.views.blueprint import bp
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotVisible
from tracker.kernel.installation import settings
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.organisation import queries as organisation
from tracker.organisation.models import LeadershipGroup
from tracker.organisation.rules import LABELS


def _group(group_id: int) -> LeadershipGroup:
    """A group that the reader may open accounts for: 404 unless visible, 403 unless its office or a registrar."""
    group = organisation.group_by_id(group_id)
    if group.id not in organisation.visible_group_ids(current_actor()):
        raise NotVisible
    require(policy.may_open_accounts(current_actor(), group))
    return group


def show_slips(slips: list[commands.OneTime], *, back: str, failed: list[commands.RowResult] | None = None) -> str:
    """The printable slips: in this answer, and never again."""
    address = settings().base_url
    units = queries.units_of_accounts([slip.account_id for slip in slips], clock.today())
    return render_template(
        "accounts/slips.html", slips=slips, units=units, address=address, back=back, failed=failed or []
    )


@bp.get("/groups/<int:group_id>/accounts")
def group(group_id: int) -> ResponseReturnValue:
    """Everybody of the group; those without an account are ticked."""
    found = _group(group_id)
    return render_template(
        "accounts/group.html",
        group=found,
        people=queries.people_of_group(found.id, clock.today()),
        lacking=queries.units_without_account(found.id, clock.today()),
        labels=LABELS,
        may_reset=lambda person: policy.may_reset(
            current_actor(), found.region, group=found, seats=set(map(str, person.roles)), duties=()
        ),
    )


@bp.post("/groups/<int:group_id>/accounts")
def open_for_group(group_id: int) -> ResponseReturnValue:
    """Open accounts for whoever is ticked, and show their slips."""
    found = _group(group_id)
    people = _ticked(request.form.getlist("person"))
    secrets = passwords.new_secrets(len(people))
    with write_transaction():
        slips = commands.open_accounts(found, people=people, secrets=secrets, by=current_actor(), now=clock.now())
    back = url_for("accounts.group", group_id=group_id)
    if not slips:
        flash(_("没有需要开通的人员。"), "warning")
        return redirect(back)
    return show_slips(slips, back=back)


def _ticked(values: list[str]) -> list[int]:
    if len(values) > MAX_ROWS or not all(v.isascii() and v.isdigit() and len(v) < 10 for v in values):
        raise Invalid({"person": _("选择的人员有误，请刷新后重试。")})
    return list(dict.fromkeys(int(value) for value in values))


@bp.route("/groups/<int:group_id>/accounts/paste", methods=["GET", "POST"])
def paste(group_id: int) -> ResponseReturnValue:
    """Pasted rows: first a preview that names every bad row, then, when told so, the good ones are taken in."""
    found, form = _group(group_id), PasteForm()
    results: list[commands.RowResult] = []
    if form.validate_on_submit():
        with form_errors(form):
            rows = _rows(form)
            if "confirm" in request.form:
                return _take_in(found, rows)
            with write_transaction():
                results = commands.check_people(found, rows=rows, by=current_actor(), now=clock.now())
            return render_template("accounts/paste.html", group=found, form=form, results=results)
    return render_template("accounts/paste.html", group=found, form=form, results=results), status_of(form)


def _rows(form: PasteForm) -> list[PersonRow]:
    rows = read_rows(form.rows.data or "")
    if not rows:
        raise Invalid({"rows": _("没有读到人员。")})
    if len(rows) > MAX_ROWS:
        raise Invalid({"rows": _("一次最多 %(count)s 行，请分批粘贴。", count=MAX_ROWS)})
    return rows


def _take_in(found: LeadershipGroup, rows: list[PersonRow]) -> ResponseReturnValue:
    secrets = passwords.new_secrets(sum(row.fault is None for row in rows))
    with write_transaction():
        slips, results = commands.import_people(found, rows=rows, secrets=secrets, by=current_actor(), now=clock.now())
    failed = [result for result in results if result.fault is not None]
    return show_slips(slips, back=url_for("accounts.group", group_id=found.id), failed=failed)


@bp.post("/groups/<int:group_id>/accounts/<int:account_id>/reset")
def reset_in_group(group_id: int, account_id: int) -> ResponseReturnValue:
    """A new slip for one of the group's people."""
    found = _group(group_id)
    secret = passwords.new_secrets(1)[0]
    with write_transaction():
        account = queries.account_by_id(account_id)
        slip = commands.reset_password(account, group=found, secret=secret, by=current_actor(), now=clock.now())
    return show_slips([slip], back=url_for("accounts.group", group_id=group_id))
