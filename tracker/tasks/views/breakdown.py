"""任务分解表 for Word: of a plan, and of any list."""

from flask import request
from flask.typing import ResponseReturnValue

from tracker.documents.docx import docx
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.text import _
from tracker.kernel.web import send_made
from tracker.plans import queries as plans
from tracker.tasks.forms.filters import read_filter
from tracker.tasks.papers import breakdown_paper
from tracker.tasks.queries import Stage, TaskFilter
from tracker.tasks.queries.breakdown import BREAKDOWN_ROWS, breakdown
from tracker.tasks.rules import TaskState
from tracker.tasks.views.blueprint import bp


@bp.get("/tasks/breakdown")
def breakdown_of_list() -> ResponseReturnValue:
    """The list of a filter as 任务分解表."""
    return _sent(_("重点任务分解表"), read_filter(request.args))


@bp.get("/plans/<int:plan_id>/breakdown")
def breakdown_of_plan(plan_id: int) -> ResponseReturnValue:
    """The tasks of a plan, as far as the reader sees them, as 任务分解表."""
    plan = plans.plan_of_reader(current_actor(), plan_id)
    wanted = TaskFilter(plan_id=plan.id, group_id=plan.group_id, state=Stage.ALL)
    return _sent(_("%(plan)s任务分解表", plan=plan.title), wanted, in_order_of_plan=True)


def _sent(title: str, wanted: TaskFilter, *, in_order_of_plan: bool = False) -> ResponseReturnValue:
    actor, today = current_actor(), clock.today()
    rows = breakdown(actor, wanted, today=today, limit=BREAKDOWN_ROWS + 1)
    cut = _("符合条件的任务超过 %(limit)s 项，本表只含前 %(limit)s 项。", limit=BREAKDOWN_ROWS)
    note = cut if len(rows) > BREAKDOWN_ROWS else ""
    rows = rows[:BREAKDOWN_ROWS]
    if in_order_of_plan:
        # Tasks were made in the order of the plan.
        rows = sorted((row for row in rows if row.task.state is not TaskState.CANCELLED), key=lambda row: row.task.id)
    data = docx(breakdown_paper(title, rows, today=today, note=note))
    name = _("任务分解表") + f"{today:%Y%m%d}.docx"
    return send_made(data, name)
