"""任务分解表 of a plan or of a list: at once for Word; as PDF by a job, since a long table takes its time."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tracker.documents.paper import Paper
from tracker.documents.pdf import pdf
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.errors import NotVisible
from tracker.kernel.files import shown_name
from tracker.kernel.jobs import Made, Work
from tracker.kernel.registry import JobKind
from tracker.kernel.text import _, _l
from tracker.plans import queries as plans
from tracker.tasks.commands.asking import BREAKDOWN_PDF, standing_of
from tracker.tasks.forms.filters import read_filter
from tracker.tasks.papers import breakdown_paper
from tracker.tasks.queries import Stage, TaskFilter
from tracker.tasks.queries.breakdown import BREAKDOWN_ROWS, breakdown
from tracker.tasks.rules import TaskState


def breakdown_of_address(actor: Actor, args: Mapping[str, str], *, today: date) -> Paper:
    """The list of an address as 任务分解表."""
    return _paper(actor, _("重点任务分解表"), read_filter(args), today=today)


def breakdown_of_plan(actor: Actor, plan_id: int, *, today: date) -> Paper:
    """The tasks of a plan, as far as the reader sees them, in the order of the plan."""
    plan = plans.plan_of_reader(actor, plan_id)
    wanted = TaskFilter(plan_id=plan.id, group_id=plan.group_id, state=Stage.ALL)
    return _paper(actor, _("%(plan)s任务分解表", plan=plan.title), wanted, today=today, in_order_of_plan=True)


def _paper(actor: Actor, title: str, wanted: TaskFilter, *, today: date, in_order_of_plan: bool = False) -> Paper:
    rows = breakdown(actor, wanted, today=today, limit=BREAKDOWN_ROWS + 1)
    cut = _("符合条件的任务超过 %(limit)s 项，本表只含前 %(limit)s 项。", limit=BREAKDOWN_ROWS)
    note = cut if len(rows) > BREAKDOWN_ROWS else ""
    rows = rows[:BREAKDOWN_ROWS]
    if in_order_of_plan:
        # Tasks were made in the order of the plan.
        rows = sorted((row for row in rows if row.task.state is not TaskState.CANCELLED), key=lambda row: row.task.id)
    return breakdown_paper(title, rows, today=today, note=note)


def file_name(today: date, ending: str) -> str:
    """What the table is called as a file."""
    return f"{_('任务分解表')}{today:%Y%m%d}.{ending}"


def _pdf(work: Work) -> Made:
    today, plan_id = local_date(work.now()), work.arguments["plan_id"]
    if plan_id:
        paper = breakdown_of_plan(work.by, plan_id, today=today)
    else:
        paper = breakdown_of_address(work.by, work.arguments["list"], today=today)
    made = work.folder / "made"
    made.write_bytes(pdf(paper))
    return Made(made, shown_name(file_name(today, "pdf")))


def _may_have(actor: Actor, arguments: Mapping[str, Any]) -> None:
    """Who has lost a seat or a unit since then may have lost sight of what the table holds."""
    if arguments["plan_id"]:
        plans.plan_of_reader(actor, arguments["plan_id"])
    if not set(arguments["standing"]) <= set(standing_of(actor)):
        raise NotVisible


JOBS = (
    JobKind(
        BREAKDOWN_PDF,
        _l("任务分解表（PDF）：%(title)s"),
        _l("任务分解表（PDF）已生成：%(title)s"),
        _l("任务分解表（PDF）没有生成：%(title)s"),
        _pdf,
        _may_have,
    ),
)
