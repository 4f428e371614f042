"""What a draft needs before it may go out: a lead unit, dates still to come, and somebody who could verify it."""

from collections.abc import Mapping, Sequence
from datetime import date

from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l
from tracker.tasks import policy
from tracker.tasks.commands.series import catch_up_period
from tracker.tasks.models import Task


def require_ready(group_id: int, tasks: Sequence[Task], *, day: date) -> None:
    """Refuse a batch, naming the first task in it that cannot go out and why."""
    by_seat = policy.overseers(group_id, day=day)
    for task in tasks:
        catch_up_period(task, day=day)
        require_lead(task, "tasks")
        if task.due_on is None and not task.continuous:
            raise Invalid({"tasks": _l("“%(title)s”还没有完成时限，也不是长期坚持的任务。", title=task.title)})
        if task.due_on is not None and task.due_on < day:
            raise Invalid(
                {"tasks": _l("“%(title)s”的时限已过，请先接续办理、记为存量已完成或者撤销。", title=task.title)}
            )
        require_inner_dates(task, "tasks", day=day)
        require_verifiable(task, "tasks", by_seat, day=day)


def require_lead(task: Task, field: str) -> None:
    """Exactly one unit leads."""
    if task.lead_unit_id is None:
        raise Invalid({field: _l("“%(title)s”还没有牵头单位。", title=task.title)})


def require_inner_dates(task: Task, field: str, *, day: date) -> None:
    """Parts and milestones must not be past their dates when the task goes out: nobody starts late."""
    if any(part.due_on is not None and part.due_on < day for part in task.parts):
        raise Invalid({field: _l("“%(title)s”有配合事项的时限已过，请先修改草稿。", title=task.title)})
    if any(milestone.done_on is None and milestone.due_on < day for milestone in task.milestones):
        raise Invalid({field: _l("“%(title)s”有年度节点的时限已过，请先修改草稿。", title=task.title)})


def require_verifiable(task: Task, field: str, by_seat: Mapping[int, frozenset[int]], *, day: date) -> None:
    """A task that nobody could verify does not go out."""
    if not policy.able_to_verify(task, by_seat, day=day):
        raise Invalid(
            {
                field: _l(
                    "“%(title)s”无人可以核验：领导小组的人员都在牵头单位或配合单位。请由领导从无关单位指定核验人。",
                    title=task.title,
                )
            }
        )
