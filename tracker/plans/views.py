"""Pages of plans: the list, bringing a document in, and a plan with its stages and text."""

from io import BytesIO
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from tracker.audit.commands import record
from tracker.kernel import clock, files
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.installation import settings
from tracker.kernel.registry import registry
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, row_number, status_of
from tracker.plans import commands, policy, queries
from tracker.plans.documents import ReadDocument, read_document
from tracker.plans.forms import UploadForm
from tracker.plans.models import Plan, PlanDocument

bp = Blueprint("plans", __name__)

OCTETS = "application/octet-stream"
PASTED = "粘贴文本.txt"


@bp.get("/plans")
def index() -> ResponseReturnValue:
    """Plans of one's groups, and documents that wait to be confirmed."""
    actor = current_actor()
    return render_template(
        "plans/index.html",
        plans=queries.plans(actor),
        documents=queries.waiting_documents(actor),
        may_bring_in=policy.brings_in_plans(actor),
    )


@bp.route("/plans/upload", methods=["GET", "POST"])
def upload() -> ResponseReturnValue:
    """Bring in a plan document: a file or the pasted text."""
    actor = current_actor()
    if not policy.brings_in_plans(actor):
        require(policy.NOT_YOURS)
    form = UploadForm()
    regions = queries.regions_to_choose(actor)
    form.region.choices = [("", _("按方案标题识别")), *((str(region.id), region.name) for region in regions)]
    if form.validate_on_submit():
        with form_errors(form):
            document_id = _bring_in(form, actor)
            return redirect(url_for("intake.preview", document_id=document_id), 303)
    return render_template("plans/upload.html", form=form, several=len(regions) > 1), status_of(form)


def _bring_in(form: UploadForm, actor: Actor) -> int:
    document = _read(form)
    with write_transaction():
        regions = queries.regions_to_choose(actor)
        chosen = next((region for region in regions if str(region.id) == form.region.data), None)
        home = next((region for region in regions if region.id == actor.region_id), None)
        region = chosen or queries.region_named(regions, document.findings["region"]) or home or regions[0]
        row = commands.bring_in(region, document=document, root=_store(), by=actor, now=clock.now())
        return row.id


def _read(form: UploadForm) -> ReadDocument:
    if form.file.data is not None and form.file.data.filename:
        return read_document(form.file.data.read(), form.file.data.filename, field="file")
    text = form.text.data or ""
    if not text.strip():
        raise Invalid({"file": _("请选择文件，或者粘贴方案全文。")})
    return read_document(text.encode("utf-8", "replace"), PASTED, field="text")


def _store() -> Path:
    return settings().files_dir


@bp.get("/plans/<int:plan_id>")
def show(plan_id: int) -> ResponseReturnValue:
    """A plan: heading, stages, clauses with their tasks, and the text with numbered lines."""
    actor = current_actor()
    plan = queries.plan_of_reader(actor, plan_id)
    panels = [Markup(render(plan, actor)) for render in registry.panels.get("plan", ())]  # noqa: S704 - ours
    return render_template(
        "plans/show.html",
        plan=plan,
        phases=queries.phases(plan, today=clock.today()),
        panels=panels,
        lines=plan.document.lines if plan.document is not None else [],
    )


@bp.get("/plans/<int:plan_id>/file")
def original(plan_id: int) -> ResponseReturnValue:
    """The file of a plan as it was brought in."""
    actor = current_actor()
    plan = queries.plan_of_reader(actor, plan_id)
    if plan.document is None:
        raise Stale(_("这份方案没有原文件。"))
    return _download(plan, plan.document, actor)


@bp.post("/plans/documents/<int:document_id>/discard")
def discard(document_id: int) -> ResponseReturnValue:
    """Put a document away without making a plan from it."""
    actor = current_actor()
    with write_transaction():
        document = queries.document_of_reader(actor, document_id)
        version = request.form.get("version", type=row_number) or 0
        commands.discard_document(document, version=version, by=actor, now=clock.now())
    flash(_("已放弃，没有建立方案。"), "success")
    return redirect(url_for("plans.index"), 303)


def _download(plan: Plan, document: PlanDocument, actor: Actor) -> ResponseReturnValue:
    """The kept file as an attachment that no browser runs; one that was tampered with is refused and recorded."""
    try:
        data = files.read(document.sha256, _store())
    except files.Damaged:
        with write_transaction():
            new = {"sha256": document.sha256, "name": document.name}
            record("file.damaged", "plan", plan.id, by=actor, now=clock.now(), group_id=plan.group_id, new=new)
        raise
    answer = send_file(BytesIO(data), mimetype=OCTETS, as_attachment=True, download_name=document.name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
