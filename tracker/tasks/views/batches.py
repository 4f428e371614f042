"""A batch of drafts on its way out: read through, signed off in one act, or sent back."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.audit.sending import Holder, send_kept
from tracker.documents.pdf import pdf_available
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import NotVisible
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors
from tracker.tasks import commands, policy, queries
from tracker.tasks.forms.drafts import SendBackForm, SignOffForm
from tracker.tasks.models import SignOffBatch
from tracker.tasks.on_paper import paper_of
from tracker.tasks.rules import LABELS
from tracker.tasks.views.blueprint import bp


@bp.get("/batches/<int:batch_id>")
def batch(batch_id: int) -> ResponseReturnValue:
    """A batch with its tasks."""
    actor = current_actor()
    found = queries.visible_batch(actor, batch_id)
    signing = SignOffForm(version=found.version, document_number=found.document_number)
    return _batch_page(actor, found, signing, SendBackForm(version=found.version), 200)


def _batch_page(
    actor: Actor, found: SignOffBatch, signing: SignOffForm, back: SendBackForm, status: int
) -> ResponseReturnValue:
    signing.signatory.offer(queries.signatories(found.group_id, day=clock.today()))
    page = render_template(
        "tasks/batch.html",
        batch=found,
        rows=queries.batch_rows(found),
        opinions=queries.opinions_on(actor, [task.id for task in found.tasks]),
        signing=signing,
        back=back,
        signs=policy.may_sign_off(actor, found.group_id),
        office=policy.may_manage(actor, found.group_id),
        pdf=pdf_available(),
        labels=LABELS,
    )
    return page, status


@bp.post("/batches/<int:batch_id>/sign")
def sign_batch(batch_id: int) -> ResponseReturnValue:
    """Sign a batch off: every task in it goes out, or none does."""
    actor, form = current_actor(), SignOffForm()
    found = queries.visible_batch(actor, batch_id)
    if not policy.may_manage(actor, found.group_id):
        require(policy.may_sign_off(actor, found.group_id))
    form.signatory.offer(queries.signatories(found.group_id, day=clock.today()))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            now = clock.now()
            found = queries.visible_batch(actor, batch_id)
            commands.sign_off_batch(
                found,
                document_number=form.document_number.data or "",
                version=form.seen_version,
                by=actor,
                now=now,
                paper=paper_of(form, policy.may_manage(actor, found.group_id), now=now),
            )
            flash(_("已签发，任务已下达。"), "success")
            return redirect(url_for("tasks.batch", batch_id=batch_id))
    return _batch_page(actor, found, form, SendBackForm(formdata=None, version=found.version), 422)


@bp.post("/batches/<int:batch_id>/send-back")
def send_back_batch(batch_id: int) -> ResponseReturnValue:
    """Send a batch back to be changed."""
    actor, form = current_actor(), SendBackForm()
    found = queries.visible_batch(actor, batch_id)
    require(policy.may_sign_off(actor, found.group_id))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            commands.send_back_batch(
                queries.visible_batch(actor, batch_id),
                remark=form.remark.data or "",
                version=form.seen_version,
                by=actor,
                now=clock.now(),
            )
            flash(_("已退回修改。"), "success")
            return redirect(url_for("tasks.batch", batch_id=batch_id))
    signing = SignOffForm(formdata=None, version=found.version, document_number=found.document_number)
    return _batch_page(actor, found, signing, form, 422)


@bp.get("/batches/<int:batch_id>/paper")
def batch_paper(batch_id: int) -> ResponseReturnValue:
    """The scan of the paper on which a batch was signed off."""
    actor = current_actor()
    found = queries.visible_batch(actor, batch_id)
    if found.paper_sha256 is None:
        raise NotVisible
    name = queries.name_of_paper(found.paper_sha256)
    holder = Holder("batch", found.id, found.group_id)
    return send_kept(found.paper_sha256, name, holder=holder, actor=actor, now=clock.now())
