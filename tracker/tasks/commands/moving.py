"""What every command on a task shares: the move itself, the due date, the paper road, words that must be given."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import LOCAL, local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.tasks.models import DueDateChange, Task
from tracker.tasks.rules import FAR_FUTURE, MAX_TEXT, MOVES, DueDateCause, Move, TaskState, behind_from, can

LATEST_YEAR = 2100


@dataclass(frozen=True, slots=True)
class PaperRoad:
    """A decision taken by hand on paper (纸质签批), entered by the office: who signed, and the scan."""

    signatory: Actor
    sha256: str | None = None


def who_decides(by: Actor, paper: PaperRoad | None) -> Actor:
    """The person whose decision it is: who signed on paper, else who acts."""
    return by if paper is None else paper.signatory


def recorder_id(by: Actor, paper: PaperRoad | None) -> int | None:
    """Who entered a decision taken on paper; None when it was taken here."""
    return None if paper is None else by.person_id


def words(value: str, field: str, *, required: bool = True, limit: int = MAX_TEXT) -> str:
    """A text as people meant it: trimmed, without control characters; too long or missing is said at its field."""
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text) or any(
        c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" for c in text
    ):
        raise Invalid({field: _l("含有无法识别的控制字符，请重新输入。")})
    if required and not text:
        raise Invalid({field: _l("请填写此项。")})
    if len(text) > limit:
        raise Invalid({field: _l("最多 %(limit)s 字，现有 %(count)s 字。", limit=limit, count=len(text))})
    return text


def future_date(value: date | None, field: str, *, now: datetime) -> date:
    """A new date that must not lie in the past."""
    if value is None:
        raise Invalid({field: _l("请填写日期。")})
    if value < local_date(now):
        raise Invalid({field: _l("日期不能早于今天。")})
    if value.year > LATEST_YEAR:
        raise Invalid({field: _l("日期过远，请核对年份。")})
    return value


def move(
    task: Task, step: Move, *, by: Actor, now: datetime, act: str, version: int | None = None, **new: object
) -> None:
    """Take a step in the life of a task, once and from the right state, and put it on record."""
    sources, target = MOVES[step]
    if not can(step, task.state):
        raise Stale
    take(task, version=version, states=sources)
    old_state = task.state
    task.state = target or task.suspended_from or old_state
    task.suspended_from = old_state if step is Move.SUSPEND else None
    touch(task, by=by, now=now, act=act, old={"state": old_state}, new={"state": task.state, **new})


def touch(
    task: Task,
    *,
    by: Actor,
    now: datetime,
    act: str,
    old: Mapping[str, object] | None = None,
    new: Mapping[str, object] | None = None,
) -> None:
    """Put an act on a task on record, and note that the task has news."""
    task.updated_at = now
    record(
        act,
        "task",
        task.id,
        by=by,
        now=now,
        group_id=task.group_id,
        unit_id=task.lead_unit_id,
        old=old,
        new=new,
    )


def set_due(task: Task, due_on: date | None) -> None:
    """Give a task its (current) due date; the first one is kept for good."""
    task.due_on = due_on
    task.sort_on = due_on or FAR_FUTURE
    if due_on is None or task.first_due_on is None or task.state in {TaskState.DRAFT, TaskState.PROPOSED}:
        task.first_due_on = due_on


def change_due(task: Task, due_on: date, *, cause: DueDateCause, basis: str, by: Actor, now: datetime) -> None:
    """Move a due date once the task is out: kept as a row, and a new cycle of reminders begins."""
    db.session.add(
        DueDateChange(
            task_id=task.id,
            cause=cause,
            old_due_on=task.due_on,
            new_due_on=due_on,
            basis=basis,
            by_id=by.person_id,
            at=now,
        )
    )
    task.due_on, task.sort_on = due_on, due_on
    task.cycle += 1
    refresh_behind(task)


def refresh_behind(task: Task) -> None:
    """Recompute from which day on the reported percent lags behind the straight line."""
    task.behind_on = None
    if task.percent is not None and task.due_on is not None and task.issued_at is not None and task.targets:
        task.behind_on = behind_from(task.percent, local_date(task.issued_at), task.due_on)


def refresh_milestone(task: Task) -> None:
    """Note the next milestone that is still to come; ladder and light follow it."""
    open_dates = [milestone.due_on for milestone in task.milestones if milestone.done_on is None]
    task.next_milestone_on = min(open_dates, default=None)


def is_late(task: Task, day: date) -> bool:
    """Whether a task handed in on a day would be late."""
    if task.due_on is None:
        return False
    return day >= working_days().late_from(task.due_on, roll=task.group.roll_due_dates)


def start_of(day: date) -> datetime:
    """The instant at which a day begins in China."""
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL)
