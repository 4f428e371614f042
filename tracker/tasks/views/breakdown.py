"""任务分解表 of a plan, and of any list: for Word at once, as PDF by a job whose page says when it is ready."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker.documents.docx import docx
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.text import _
from tracker.kernel.web import send_made
from tracker.plans import queries as plans
from tracker.tasks import breakdown_files as files
from tracker.tasks import commands
from tracker.tasks.forms.filters import address_of, read_filter
from tracker.tasks.views.blueprint import bp


@bp.get("/tasks/breakdown")
def breakdown_of_list() -> ResponseReturnValue:
    """The list of a filter as 任务分解表."""
    today = clock.today()
    paper = files.breakdown_of_address(current_actor(), request.args, today=today)
    return send_made(docx(paper), files.file_name(today, "docx"))


@bp.get("/plans/<int:plan_id>/breakdown")
def breakdown_of_plan(plan_id: int) -> ResponseReturnValue:
    """The tasks of a plan, as far as the reader sees them, as 任务分解表."""
    today = clock.today()
    paper = files.breakdown_of_plan(current_actor(), plan_id, today=today)
    return send_made(docx(paper), files.file_name(today, "docx"))


@bp.post("/tasks/breakdown")
def pdf_of_list() -> ResponseReturnValue:
    """The same as PDF: a job."""
    actor, address = current_actor(), address_of(request.args)
    read_filter(address)
    with write_transaction():
        job = commands.ask_for_breakdown(_("重点任务"), address=address, by=actor, now=clock.now())
        return redirect(url_for("jobs.show", job_id=job.id))


@bp.post("/plans/<int:plan_id>/breakdown")
def pdf_of_plan(plan_id: int) -> ResponseReturnValue:
    """The same as PDF: a job."""
    actor = current_actor()
    plans.plan_of_reader(actor, plan_id)
    with write_transaction():
        plan = plans.plan_of_reader(actor, plan_id)
        job = commands.ask_for_breakdown(plan.title, plan=plan, by=actor, now=clock.now())
        return redirect(url_for("jobs.show", job_id=job.id))
