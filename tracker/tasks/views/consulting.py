"""Asking the units' views on drafts: the office opens and handles, a unit answers on one page of its own."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.calendar import working_days
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Stale
from tracker.kernel.per_item import ticked
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors
from tracker.tasks import commands, policy, queries
from tracker.tasks.forms.consulting import AnswerForm, ConsultForm, HandleForm, WithdrawForm, answer_form
from tracker.tasks.models import Consultation, ConsultedUnit
from tracker.tasks.rules import LABELS, Handling, OpinionKind
from tracker.tasks.views.blueprint import bp


@bp.route("/groups/<int:group_id>/consultations/new", methods=["GET", "POST"])
def consult(group_id: int) -> ResponseReturnValue:
    """Ask the units concerned for their views on ticked drafts."""
    actor = current_actor()
    group = queries.watched_group(actor, group_id)
    require(policy.may_manage(actor, group_id))
    form, ids = ConsultForm(), ticked()
    chosen = request.method == "GET" or request.form.get("choose") == "1"
    if not chosen and form.validate_on_submit():
        with form_errors(form), write_transaction():
            consultation = commands.open_consultation(
                queries.watched_group(actor, group_id),
                queries.draft_rows(group, ids),
                title=form.title.data or "",
                reply_by=form.reply_by.data,
                note=form.note.data or "",
                by=actor,
                now=clock.now(),
            )
            flash(_("已发起征求意见，各单位将在消息和工作台看到。"), "success")
            return redirect(url_for("tasks.consultation", consultation_id=consultation.id))
    if chosen:
        form.reply_by.data = working_days().shift(clock.today(), group.consult_days)
    rows = [row for row in queries.drafts(group) if row.id in ids]
    return render_template("tasks/consult.html", group=group, form=form, rows=rows), 200 if chosen else 422


@bp.get("/consultations/<int:consultation_id>")
def consultation(consultation_id: int) -> ResponseReturnValue:
    """How each unit stands, the opinions and what became of them."""
    actor = current_actor()
    found = queries.visible_consultation(actor, consultation_id)
    return _consultation_page(actor, found, WithdrawForm(formdata=None, version=found.version), {}, 200)


def _consultation_page(
    actor: Actor, found: Consultation, withdrawing: WithdrawForm, refused: dict[int, HandleForm], status: int
) -> ResponseReturnValue:
    today = clock.today()
    units = queries.asked_units(found, today=today)
    handling = {
        row.id: refused.get(row.id)
        or HandleForm(
            formdata=None,
            prefix=f"o{row.id}-",
            version=row.version,
            handling=row.handling.value if row.handling else None,
            reason=row.reason,
        )
        for unit in units
        for row in unit.opinions
    }
    page = render_template(
        "tasks/consultation.html",
        consultation=found,
        units=units,
        handling=handling,
        withdrawing=withdrawing,
        office=policy.may_manage(actor, found.group_id),
        today=today,
        labels=LABELS,
    )
    return page, status


@bp.post("/consultations/<int:consultation_id>/withdraw")
def withdraw_consultation(consultation_id: int) -> ResponseReturnValue:
    """Call a consultation off."""
    actor, form = current_actor(), WithdrawForm()
    found = queries.visible_consultation(actor, consultation_id)
    require(policy.may_manage(actor, found.group_id))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.withdraw_consultation(
                queries.visible_consultation(actor, consultation_id),
                remark=form.remark.data or "",
                version=form.seen_version,
                by=actor,
                now=clock.now(),
            )
            flash(_("征求意见已撤回。"), "success")
            return redirect(url_for("tasks.consultation", consultation_id=consultation_id))
    return _consultation_page(actor, queries.visible_consultation(actor, consultation_id), form, {}, 422)


@bp.post("/opinions/<int:opinion_id>/handle")
def handle_opinion(opinion_id: int) -> ResponseReturnValue:
    """Adopt an opinion, or not and why."""
    actor, form = current_actor(), HandleForm(prefix=f"o{opinion_id}-")
    row = queries.visible_opinion(actor, opinion_id)
    consultation_id, group_id = row.asked.consultation_id, row.asked.consultation.group_id
    require(policy.may_manage(actor, group_id))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.handle_opinion(
                queries.visible_opinion(actor, opinion_id),
                handling=Handling(form.handling.data),
                reason=form.reason.data or "",
                version=form.seen_version,
                by=actor,
                now=clock.now(),
            )
            flash(_("意见的处理已记录，单位可以看到。"), "success")
            return redirect(url_for("tasks.consultation", consultation_id=consultation_id) + f"#opinion-{opinion_id}")
    found = queries.visible_consultation(actor, consultation_id)
    withdrawing = WithdrawForm(formdata=None, version=found.version)
    return _consultation_page(actor, found, withdrawing, {opinion_id: form}, 422)


@bp.get("/consulted/<int:consulted_unit_id>")
def consulted_unit(consulted_unit_id: int) -> ResponseReturnValue:
    """What one unit is asked, what it said, and what became of that."""
    actor = current_actor()
    asked = queries.visible_consulted_unit(actor, consulted_unit_id)
    rows = queries.answerable(asked, today=clock.today())
    return _unit_page(actor, asked, answer_form(rows, formdata=None, version=asked.version), 200)


def _unit_page(actor: Actor, asked: ConsultedUnit, form: AnswerForm, status: int) -> ResponseReturnValue:
    today = clock.today()
    may = bool(policy.may_answer(actor, asked))
    own = policy.may_draft_for(actor, asked.consultation.group_id, asked.unit_id)
    drafts_only = may and not policy.gives_answer(actor, asked)
    page = render_template(
        "tasks/consulted_unit.html",
        asked=asked,
        standing=queries.standing_of(asked, today=today),
        form=form,
        writable={row.id for row in queries.answerable(asked, today=today)}
        if may and not (drafts_only and asked.answered_at)
        else set(),
        own=own,
        drafts_only=drafts_only,
        labels=LABELS,
    )
    return page, status


@bp.post("/consulted/<int:consulted_unit_id>/answer")
def answer_consultation(consulted_unit_id: int) -> ResponseReturnValue:
    """Answer for a unit: row by row, or at one touch that there is no opinion on any."""
    actor = current_actor()
    asked = queries.visible_consulted_unit(actor, consulted_unit_id)
    require(policy.may_answer(actor, asked))
    rows = queries.answerable(asked, today=clock.today())
    if not rows:
        raise Stale(_("征求意见已经结束，不能再答复或者修改答复。"))
    form, nothing = answer_form(rows), request.form.get("nothing") == "1"
    if nothing or form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.answer_consultation(
                queries.visible_consulted_unit(actor, consulted_unit_id),
                opinions={row.id: (OpinionKind.NONE, "") for row in rows} if nothing else form.opinions(rows),
                told_by=form.told_by.data or "",
                version=form.seen_version,
                by=actor,
                now=clock.now(),
            )
            flash(_("答复已保存。"), "success")
            return redirect(url_for("tasks.consulted_unit", consulted_unit_id=consulted_unit_id))
    return _unit_page(actor, queries.visible_consulted_unit(actor, consulted_unit_id), form, 422)
