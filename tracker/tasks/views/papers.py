"""Papers of tasks on their way out, to print and sign; and signed ones on their way from a form to a command."""

from flask import url_for
from flask.typing import ResponseReturnValue

from tracker.documents.sending import send_paper
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.errors import Stale
from tracker.kernel.installation import on_paper
from tracker.kernel.text import _
from tracker.tasks import queries
from tracker.tasks.papers import sign_off_sheet, task_sheet
from tracker.tasks.rules import BatchState
from tracker.tasks.views.blueprint import bp


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
