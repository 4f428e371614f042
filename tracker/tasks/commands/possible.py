"""What must hold of a task before an act on it makes sense at all; the act's page and its command both ask here."""

from datetime import date, datetime

import sqlalchemy as sa

from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.errors import Stale
from tracker.kernel.text import _l
from tracker.tasks.commands.moving import is_late
from tracker.tasks.models import Adjustment, DelayExplanation, Task
from tracker.tasks.rules import ENDED, ExplanationState, RequestState


def require_acceptable(task: Task, *, now: datetime) -> None:  # noqa: ARG001 - all of these are asked alike
    """A task is signed for only after what the unit asked for was decided."""
    pending = sa.select(Adjustment.id).where(Adjustment.task_id == task.id, Adjustment.state == RequestState.PENDING)
    if db.session.scalar(pending) is not None:
        raise Stale(_l("调整申请还没有决定，决定之后再签收。"))


def require_adjustment_open(task: Task, *, now: datetime) -> None:
    """An adjustment is asked for within the limit for signing, and once."""
    if task.accept_by is not None and local_date(now) > task.accept_by:
        raise Stale(_l("签收时限已过，不能再申请调整。"))
    if db.session.scalar(sa.select(Adjustment.id).where(Adjustment.task_id == task.id)) is not None:
        raise Stale(_l("每项任务只能申请调整一次。"))


def require_extension_open(task: Task, *, now: datetime) -> date:
    """An extension is asked for before the due date, which is returned; one request at a time."""
    if task.due_on is None:
        raise Stale(_l("长期坚持的任务没有完成时限，不需要延期。"))
    if local_date(now) >= task.due_on:
        raise Stale(_l("延期须在时限之前提出；时限已到，逾期后请提交逾期说明。"))
    if task.extension_pending:
        raise Stale(_l("上一次申请还没有决定。"))
    return task.due_on


def require_delay_unexplained(task: Task, *, now: datetime) -> None:
    """Only what is late is explained, and not while the last explanation waits for its answer."""
    if not is_late(task, local_date(now)):
        raise Stale(_l("任务没有逾期，不需要说明。"))
    waiting = sa.select(DelayExplanation.id).where(
        DelayExplanation.task_id == task.id,
        DelayExplanation.due_on == task.due_on,
        DelayExplanation.state == ExplanationState.OPEN,
    )
    if db.session.scalar(waiting.limit(1)) is not None:
        raise Stale(_l("本次逾期已提交说明，正在等待答复。"))


def require_time_adjustable(task: Task, *, now: datetime) -> None:
    """A date is moved from above while it lies ahead and no request of the unit waits."""
    if task.due_on is None:
        raise Stale(_l("长期坚持的任务没有完成时限。"))
    if task.extension_pending:
        raise Stale(_l("单位的申请还没有决定，请先决定申请。"))
    if is_late(task, local_date(now)):
        raise Stale(_l("时限已过，不能再调整，请通过限期整改设定新的时限。"))


def require_dividable(task: Task, *, now: datetime) -> None:
    """A sub-task is due no later than its task: past that date there is no day left for one."""
    if task.due_on is not None and task.due_on < local_date(now):
        raise Stale(_l("本任务的时限已过，不能再分解；子任务的时限不能晚于本任务时限。"))


def require_children_done(task: Task, *, now: datetime) -> None:  # noqa: ARG001
    """A task is handed in after everything that it was split into."""
    if undone := _open_children(task):
        raise Stale(_l("还有 %(count)s 项分解的子任务没有办结，不能报请办结。", count=undone))


def require_childless(task: Task, *, now: datetime) -> None:  # noqa: ARG001
    """A task is not cancelled over the heads of those to whom pieces of it were handed down."""
    if undone := _open_children(task):
        raise Stale(_l("还有 %(count)s 项分解的子任务没有结束，请先处理子任务。", count=undone))


def _open_children(task: Task) -> int:
    undone = sa.select(sa.func.count()).where(Task.parent_id == task.id, Task.state.not_in(ENDED))
    return db.session.scalar(undone) or 0
