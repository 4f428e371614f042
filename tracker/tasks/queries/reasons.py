"""“为什么是红灯？”: the facts behind a light, as sentences."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import format_date

from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.text import _
from tracker.tasks.models import Task
from tracker.tasks.queries.reckoning import Reckoning
from tracker.tasks.rules import LABELS, Light, LightFacts, TaskState


def why_this_light(
    task: Task, light: Light, facts: LightFacts, reckoning: Reckoning, *, crossings: Sequence[Any]
) -> list[str]:
    """Every fact that the light follows from, the deciding one first."""
    found: list[str] = []
    if light is Light.RED:
        found += _overdue(task, reckoning)
    elif light is Light.YELLOW:
        found += _near(facts, reckoning, task.group_id)
    elif light is Light.GREEN:
        found.append(_green(task))
    elif light in {Light.DONE, Light.DONE_LATE}:
        found.append(_done(task, late=light is Light.DONE_LATE))
    else:
        found.append(_grey(task))
    if task.extension_pending:
        found.append(_("时限前已申请延期，尚未决定，等待决定期间不算逾期。"))
    found += [_("逾期记录：%(day)s 时限已过未完成，记录长期保留。", day=_day(row.due_on)) for row in crossings]
    return found


def _day(day: date) -> str:
    return str(format_date(day, "long"))


def _overdue(task: Task, reckoning: Reckoning) -> list[str]:
    due = task.due_on or reckoning.today
    roll = reckoning.groups[task.group_id].roll
    late_from = working_days().late_from(due, roll=roll)
    days = reckoning.days.late(due, roll=roll)
    found = [
        _(
            "完成时限是 %(due)s，从 %(start)s 起算逾期，已逾期 %(days)s 个工作日。",
            due=_day(due),
            start=_day(late_from),
            days=days,
        ),
        _("当前状态是“%(state)s”，还没有报请办结。", state=LABELS[task.state]),
    ]
    if working_days().is_provisional(reckoning.today):
        found.append(_("本年度工作日历尚未公布，天数按周末估算。"))
    return found


def _near(facts: LightFacts, reckoning: Reckoning, group_id: int) -> list[str]:
    marks, settings = reckoning.marks[group_id], reckoning.groups[group_id]
    found: list[str] = []
    if facts.state is TaskState.SUBMITTED:
        return [_("报请办结时已过时限，等待核验。")]
    if facts.due_on is not None and facts.due_on <= marks.yellow_through:
        found.append(
            _(
                "完成时限是 %(due)s，还有 %(left)s 个工作日；%(limit)s 个工作日以内为临期。",
                due=_day(facts.due_on),
                left=reckoning.days.left(facts.due_on),
                limit=settings.yellow_days,
            )
        )
    if facts.next_milestone_on is not None and facts.next_milestone_on <= marks.yellow_through:
        found.append(_milestone(facts.next_milestone_on, reckoning))
    if facts.behind_on is not None and facts.behind_on <= marks.today:
        found.append(_("填报进度从 %(day)s 起落后于均匀进度 10 个百分点以上。", day=_day(facts.behind_on)))
    return found


def _milestone(due: date, reckoning: Reckoning) -> str:
    if due < reckoning.today:
        return str(_("年度节点 %(due)s 已过，尚未完成。", due=_day(due)))
    return str(_("年度节点 %(due)s 还有 %(left)s 个工作日，尚未完成。", due=_day(due), left=reckoning.days.left(due)))


def _green(task: Task) -> str:
    if task.state is TaskState.SUBMITTED:
        return str(_("已在时限内报请办结，等待核验，核验期间不算逾期。"))
    if task.due_on is None:
        return str(_("长期坚持的任务，没有完成时限。"))
    return str(_("完成时限是 %(due)s，尚未临近。", due=_day(task.due_on)))


def _done(task: Task, *, late: bool) -> str:
    on = _day(local_date(task.submitted_at or task.completed_at or task.updated_at))
    if late:
        return str(_("%(on)s 报请办结时已过时限，按逾期办结长期显示。", on=on))
    return str(_("%(on)s 完成，在时限以内。", on=on))


def _grey(task: Task) -> str:
    if task.continuous and task.state not in {TaskState.SUSPENDED, TaskState.CANCELLED}:
        return str(_("长期坚持的任务没有完成时限，按报告周期跟踪，不计灯。"))
    return str(_("“%(state)s”状态不计灯。", state=LABELS[task.state]))
