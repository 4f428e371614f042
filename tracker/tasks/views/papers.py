"""Papers of tasks on their way out, to print and sign; and signed ones on their way from a form to a command."""

from datetime import datetime

from flask import url_for
from flask.typing import ResponseReturnValue

from tracker.accounts.identity import actor_of_person
from tracker.documents.sending import send_paper
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.clock import local_date
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.forms import PaperForm
from tracker.kernel.installation import on_paper
from tracker.kernel.text import _, _l
from tracker.kernel.uploads import chosen, kept
from tracker.kernel.verdict import require
from tracker.tasks import policy, queries
from tracker.tasks.commands import PaperRoad
from tracker.tasks.papers import sign_off_sheet, task_sheet
from tracker.tasks.rules import BatchState
from tracker.tasks.views.blueprint import bp


def paper_of(form: PaperForm, group_id: int, *, by: Actor, now: datetime) -> PaperRoad | None:
    """The paper on which somebody decided by hand, if the form says so; only the office enters such papers."""
    if not form.paper.data:
        return None
    require(policy.may_manage(by, group_id))
    if not form.signatory.row_id:
        raise Invalid({"signatory": _l("请选择在纸上签批的领导。")})
    digests = [file.sha256 for file in kept(chosen(form.scan.data), field="scan", now=now)]
    signatory = actor_of_person(form.signatory.row_id, day=local_date(now))
    return PaperRoad(signatory=signatory, sha256=next(iter(digests), None))


@bp.get("/tasks/<int:task_id>/sheet.<any(docx, pdf):ending>")
def sheet(task_id: int, ending: str) -> ResponseReturnValue:
    """任务单: one task with everything that happened to it."""
    found = queries.dossier(current_actor(), task_id, today=clock.today())
    url = on_paper(url_for("tasks.show", task_id=task_id))
    name = f"任务单{found.task.number or task_id}"
    return send_paper(task_sheet(found, url=url, today=clock.today()), name, ending)


@bp.get("/batches/<int:batch_id>/sheet.<any(docx, pdf):ending>")
def batch_sheet(batch_id: int, ending: str) -> ResponseReturnValue:
    """签批单 of a batch, to be signed off by hand; its code leads to where the office enters it."""
    actor = current_actor()
    found = queries.visible_batch(actor, batch_id)
    if found.state is BatchState.SENT_BACK:
        raise Stale(_("这一批已退回修改，没有签批单。"))
    tasks = queries.batch_tasks(found)
    opinions = queries.opinions_on(actor, [task.id for task in tasks])
    paper = sign_off_sheet(found, tasks, opinions, url=on_paper(url_for("tasks.batch", batch_id=batch_id)))
    return send_paper(paper, f"签批单{batch_id}", ending)
