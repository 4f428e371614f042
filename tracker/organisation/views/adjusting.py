"""Changes of seats by proposal: proposing, deciding, taking back, and the notice that carries them out."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import NotVisible, Stale
from tracker.kernel.text import _
from tracker.kernel.verdict import Verdict, require
from tracker.kernel.web import form_errors, status_of
from tracker.organisation import commands, policy, queries
from tracker.organisation.forms import (
    EndForm,
    SeatDecisionForm,
    SeatNoticeForm,
    SeatProposalForm,
    WithdrawForm,
    grouped_options,
    options,
)
from tracker.organisation.models import Appointment, SeatChange
from tracker.organisation.rules import LABELS, SeatChangeState
from tracker.organisation.seat_paper import notice_text
from tracker.organisation.views.blueprint import bp, group_of_page


@bp.route("/groups/<int:group_id>/seats/<int:unit_seat_id>/proposal", methods=["GET", "POST"])
def propose_seat_change(group_id: int, unit_seat_id: int) -> ResponseReturnValue:
    """A unit proposes who takes over its seat; the office enters its paper."""
    found, actor, today = group_of_page(group_id), current_actor(), clock.today()
    row = queries.seat_by_id(found, unit_seat_id)
    units = policy.units_of_seats([row], day=today)[row.id]
    require(policy.may_propose(actor, row, units))
    if not policy.goes_by_proposal(row):
        raise Stale(_("该席位不走报请调整，由办公室凭文号直接办理。"))
    form = SeatProposalForm()
    known = queries.successors(actor, row, day=today)
    form.successor.choices = _by_unit(known)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            change = commands.propose_seat_change(
                row,
                successor=next(one for one in known if one.id == form.successor.data),
                starts_on=form.starts_on.data,
                reason=form.reason.data or "",
                by=actor,
                now=clock.now(),
            )
            flash(_("已报请，待组长、副组长批准。"), "success")
            return redirect(url_for(".seat_change", change_id=change.id))
    page = render_template(
        "organisation/propose_seat_change.html",
        form=form,
        group=found,
        seat=row,
        sitting=queries.sitting(row, day=today),
        own=bool(policy.units_to_propose_for(actor, row, units)),
        may_keep=policy.may_keep_group(actor, found),
        end_form=EndForm(formdata=None),
        labels=LABELS,
    )
    return page, status_of(form)


def _by_unit(known: list[Appointment]) -> list[SelectChoice]:
    """The people to choose from, under the names of their units."""
    units: dict[str, list[tuple[int, str]]] = {}
    for one in known:
        units.setdefault(one.post.unit.name, []).append((one.id, f"{one.person.name} {one.post.title}"))
    return grouped_options(units.items(), nothing=_("请选择"))


@bp.get("/seat-changes/<int:change_id>")
def seat_change(change_id: int) -> ResponseReturnValue:
    """A proposal to change a seat: who, why, and how far it has come."""
    change = queries.seat_change(current_actor(), change_id)
    return _page(change, SeatDecisionForm(version=change.version), WithdrawForm(version=change.version), 200)


def _page(
    change: SeatChange, deciding: SeatDecisionForm, withdrawing: WithdrawForm, status: int
) -> ResponseReturnValue:
    actor = current_actor()
    deciding.signatory.choices = _signatories(change)
    page = render_template(
        "organisation/seat_change.html",
        change=change,
        group=change.group,
        deciding=deciding,
        withdrawing=withdrawing,
        decides=policy.may_decide_change(actor, change),
        records=policy.may_record_decision(actor, change),
        withdraws=policy.may_withdraw(actor, change),
        issues=policy.may_keep_group(actor, change.group),
        labels=LABELS,
    )
    return page, status


def _signatories(change: SeatChange) -> list[SelectChoice]:
    people = queries.deciders(change, day=clock.today())
    return options(((person.id, person.name) for person in people), nothing=_("请选择"))


def _may_decide(actor: Actor, change: SeatChange) -> Verdict:
    """In person as leader, or by entering a paper as office."""
    in_person = policy.may_decide_change(actor, change)
    if in_person or not policy.may_keep_group(actor, change.group):
        return in_person
    return policy.may_record_decision(actor, change)


@bp.post("/seat-changes/<int:change_id>/decide")
def decide_seat_change(change_id: int) -> ResponseReturnValue:
    """A leader approves or refuses; the office enters what was decided on paper."""
    actor, form = current_actor(), SeatDecisionForm()
    change = queries.seat_change(actor, change_id)
    require(_may_decide(actor, change))
    form.signatory.choices = _signatories(change)
    if form.validate():
        on_paper = not policy.may_decide_change(actor, change)
        with form_errors(form), write_transaction():
            commands.decide_seat_change(
                change,
                approve=form.decision.data == "approve",
                remark=form.remark.data or "",
                signatory_id=form.signatory.data if on_paper else None,
                version=form.seen_version,
                by=actor,
                now=clock.now(),
            )
            return _done(change, _("决定已登记。"))
    return _page(change, form, WithdrawForm(formdata=None, version=change.version), 422)


@bp.post("/seat-changes/<int:change_id>/withdraw")
def withdraw_seat_change(change_id: int) -> ResponseReturnValue:
    """A proposal is taken back before the notice."""
    actor, form = current_actor(), WithdrawForm()
    change = queries.seat_change(actor, change_id)
    require(policy.may_withdraw(actor, change))
    if form.validate():
        with form_errors(form), write_transaction():
            remark = form.remark.data or ""
            commands.withdraw_seat_change(change, remark=remark, version=form.seen_version, by=actor, now=clock.now())
            return _done(change, _("报请已撤回。"))
    return _page(change, SeatDecisionForm(formdata=None, version=change.version), form, 422)


@bp.route("/groups/<int:group_id>/seat-notices/new", methods=["GET", "POST"])
def issue_seat_notice(group_id: int) -> ResponseReturnValue:
    """The office issues the notice of approved changes."""
    found, actor = group_of_page(group_id), current_actor()
    require(policy.may_keep_group(actor, found))
    approved = queries.seat_changes(actor, group_id, states=[SeatChangeState.APPROVED])
    form = SeatNoticeForm()
    form.change_ids.choices = options((change.id, _taking_over(change)) for change in approved)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            notice = commands.issue_seat_notice(
                found,
                changes=[_of_group(actor, group_id, one) for one in dict.fromkeys(form.change_ids.data or ())],
                document_number=form.document_number.data or "",
                issued_on=form.issued_on.data,
                by=actor,
                now=clock.now(),
            )
            flash(_("调整通知已登记，席位已更换。"), "success")
            return redirect(url_for(".seat_notice", notice_id=notice.id))
    page = render_template("organisation/issue_seat_notice.html", form=form, group=found, approved=approved)
    return page, status_of(form)


def _taking_over(change: SeatChange) -> str:
    post = f"{change.post.unit.name}{change.post.title}"
    role = LABELS[change.seat.role]
    return str(_("%(post)s%(name)s，接任%(role)s", post=post, name=change.person.name, role=role))


def _of_group(actor: Actor, group_id: int, change_id: int) -> SeatChange:
    change = queries.seat_change(actor, change_id)
    if change.group_id != group_id:
        raise NotVisible
    return change


@bp.get("/seat-notices/<int:notice_id>")
def seat_notice(notice_id: int) -> ResponseReturnValue:
    """A notice as text, ready to print or paste."""
    notice = queries.seat_notice(current_actor(), notice_id)
    return render_template("organisation/seat_notice.html", notice=notice, group=notice.group, text=notice_text(notice))


def _done(change: SeatChange, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for(".seat_change", change_id=change.id))
