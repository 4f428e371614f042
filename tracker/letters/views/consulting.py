"""Asking the units' views on letters: the office opens and handles, a unit answers on one page of its own."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.calendar import working_days
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import NotVisible
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.letters import commands, policy, queries
from tracker.letters.forms import AnswerViewsForm, HandleViewForm, ReasonForm, ViewsForm, answer_views_form
from tracker.letters.models import AskedLetter, LetterBatch, LetterConsultation
from tracker.letters.rules import BatchState
from tracker.letters.views.blueprint import bp
from tracker.tasks.rules import LABELS, ConsultationState, Handling, OpinionKind


@bp.route("/letter-batches/<int:letter_batch_id>/ask-views", methods=["GET", "POST"])
def ask_views(letter_batch_id: int) -> ResponseReturnValue:
    """Ask the units of a batch for their views on their letters."""
    actor, today = current_actor(), clock.today()
    batch = queries.visible_batch(actor, letter_batch_id)
    require(policy.may_manage_batch(actor, batch))
    commands.require_askable(batch)
    reply_by = min(working_days().shift(today, batch.group.consult_days), batch.sign_by)
    form = ViewsForm(version=batch.version, reply_by=reply_by)
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.ask_views(
                queries.visible_batch(actor, letter_batch_id),
                reply_by=form.reply_by.data,
                note=form.note.data or "",
                version=form.seen_version,
                by=actor,
                now=clock.now(),
            )
            flash(_("已发起征求意见，各单位将在消息和工作台看到。"), "success")
            return redirect(url_for("letters.views", letter_batch_id=letter_batch_id))
    return render_template("letters/ask_views.html", batch=batch, form=form), status_of(form)


@bp.get("/letter-batches/<int:letter_batch_id>/views")
def views(letter_batch_id: int) -> ResponseReturnValue:
    """How each unit stands, the opinions and what became of them."""
    actor = current_actor()
    batch = queries.visible_batch(actor, letter_batch_id)
    return _views_page(actor, batch, None, {}), 200


def _views_page(
    actor: Actor, batch: LetterBatch, withdrawing: ReasonForm | None, refused: dict[int, HandleViewForm]
) -> str:
    consultation = queries.consultation_of(batch.id)
    if consultation is None:
        raise NotVisible
    today = clock.today()
    asked = list(queries.asked_by_letter(consultation, today=today).values())
    handling = {
        row.id: refused.get(row.id)
        or HandleViewForm(
            formdata=None,
            prefix=f"o{row.id}-",
            version=row.version,
            handling=row.handling.value if row.handling else None,
            reason=row.reason,
        )
        for one in asked
        for row in one.opinions
    }
    return render_template(
        "letters/views.html",
        batch=batch,
        consultation=consultation,
        asked=asked,
        handling=handling,
        places={row_id: place for one in asked for row_id, place in queries.places_asked(one.asked).items()},
        withdrawing=withdrawing or ReasonForm(formdata=None, version=consultation.version),
        handles=bool(policy.may_manage_batch(actor, batch)) and _is_open(consultation),
        running=today <= consultation.reply_by and _is_open(consultation),
        labels=LABELS,
    )


def _is_open(consultation: LetterConsultation) -> bool:
    return consultation.state is ConsultationState.OPEN and consultation.batch.state is BatchState.DRAFT


@bp.post("/letter-batches/<int:letter_batch_id>/views/withdraw")
def withdraw_views(letter_batch_id: int) -> ResponseReturnValue:
    """Stop asking."""
    actor, form = current_actor(), ReasonForm()
    batch = queries.visible_batch(actor, letter_batch_id)
    require(policy.may_manage_batch(actor, batch))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            found = queries.consultation_of(letter_batch_id)
            if found is None:
                raise NotVisible
            remark, version = form.remark.data or "", form.seen_version
            commands.withdraw_views(found, remark=remark, version=version, by=actor, now=clock.now())
            flash(_("征求意见已撤回。"), "success")
            return redirect(url_for("letters.views", letter_batch_id=letter_batch_id))
    return _views_page(actor, queries.visible_batch(actor, letter_batch_id), form, {}), 422


@bp.post("/letter-opinions/<int:letter_opinion_id>/handle")
def handle_view(letter_opinion_id: int) -> ResponseReturnValue:
    """Adopt an opinion, or not and why."""
    actor, form = current_actor(), HandleViewForm(prefix=f"o{letter_opinion_id}-")
    row = queries.visible_clause_opinion(actor, letter_opinion_id)
    batch_id, group_id = row.asked.consultation.batch_id, row.asked.letter.group_id
    require(policy.may_manage(actor, group_id))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.handle_view(
                queries.visible_clause_opinion(actor, letter_opinion_id),
                handling=Handling(form.handling.data),
                reason=form.reason.data or "",
                version=form.seen_version,
                by=actor,
                now=clock.now(),
            )
            flash(_("意见的处理已记录，单位可以看到。"), "success")
            return redirect(url_for("letters.views", letter_batch_id=batch_id) + f"#opinion-{letter_opinion_id}")
    return _views_page(actor, queries.visible_batch(actor, batch_id), None, {letter_opinion_id: form}), 422


@bp.get("/letter-views/<int:asked_id>")
def asked(asked_id: int) -> ResponseReturnValue:
    """What one unit is asked about its letter, what it said, and what became of that."""
    actor = current_actor()
    found = queries.visible_asked(actor, asked_id)
    return _asked_page(actor, found, answer_views_form(found.rows, formdata=None, version=found.version)), 200


def _asked_page(actor: Actor, found: AskedLetter, form: AnswerViewsForm) -> str:
    may = bool(policy.may_answer(actor, found))
    drafts_only = may and not policy.gives_answer(actor, found)
    over = queries.is_over(found, today=clock.today())
    return render_template(
        "letters/asked.html",
        asked=found,
        places=queries.places_asked(found),
        standing=queries.standing_of(found, today=clock.today()),
        form=form,
        over=over,
        writable=may and not over and not (drafts_only and found.answered_at is not None),
        own=policy.drafts_answer(actor, found),
        drafts_only=drafts_only,
        labels=LABELS,
    )


@bp.post("/letter-views/<int:asked_id>/answer")
def answer_views(asked_id: int) -> ResponseReturnValue:
    """Answer for a unit: clause by clause, or at one touch that there is no opinion on any."""
    actor = current_actor()
    found = queries.visible_asked(actor, asked_id)
    require(policy.may_answer(actor, found))
    form, nothing = answer_views_form(found.rows), request.form.get("nothing") == "1"
    if nothing or form.validate_on_submit():
        with form_errors(form), write_transaction():
            found = queries.visible_asked(actor, asked_id)
            commands.answer_views(
                found,
                opinions={row.id: (OpinionKind.NONE, "") for row in found.rows}
                if nothing
                else form.opinions(found.rows),
                told_by=form.told_by.data or "",
                version=form.seen_version,
                by=actor,
                now=clock.now(),
            )
            flash(_("答复已保存。"), "success")
            return redirect(url_for("letters.asked", asked_id=asked_id))
    return _asked_page(actor, queries.visible_asked(actor, asked_id), form), 422
