"""What every command on a task shares: the claim, the move, the due date, the paper road, the record."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import LOCAL, local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import paragraphs
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import Verdict, require
from tracker.organisation.models import LeadershipGroup
from tracker.tasks import notices, policy
from tracker.tasks.models import Adjustment, DueDateChange, Extension, Milestone, Task, TaskPart
from tracker.tasks.rules import (
    ENDED,
    FAR_FUTURE,
    MAX_TEXT,
    MOVES,
    STAMPS,
    DueDateCause,
    Move,
    PartState,
    RequestState,
    TaskState,
    behind_from,
)
from tracker.tasks.signals import task_went_on

EARLIEST_YEAR = 2000
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


def require_paper(paper: PaperRoad | None, recorder: Verdict) -> None:
    """A paper is entered only by somebody who is entitled and uninvolved, like who signed it."""
    if paper is not None:
        require(recorder)


def require_another(asked_by_id: int, *deciders: Actor) -> None:
    """Nobody decides what they asked for themselves, nor enters such a decision: also after they changed posts."""
    for decider in deciders:
        require(policy.is_another(decider, asked_by_id))


def on_paper(paper: PaperRoad | None, group_id: int) -> dict[str, object]:
    """What the history says of a decision taken on paper: who signed, as what, and the scan."""
    if paper is None:
        return {}
    return {
        "signed_by": paper.signatory.name,
        "signed_as": paper.signatory.capacity(group_id),
        "paper": paper.sha256 or "",
    }


def words(value: str, field: str, *, required: bool = True, limit: int = MAX_TEXT) -> str:
    """A text as people meant it; too long or missing is said at its field."""
    return paragraphs(value, field, limit=limit, required=required)


def sane_date(value: date | None, field: str) -> date | None:
    """A date that can be a deadline at all."""
    if value is not None and not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        raise Invalid({field: _l("请核对年份。")})
    return value


def future_date(value: date | None, field: str, *, now: datetime) -> date:
    """A new date that must not lie in the past."""
    if value is None:
        raise Invalid({field: _l("请填写日期。")})
    if value < local_date(now):
        raise Invalid({field: _l("日期不能早于今天。")})
    if value.year > LATEST_YEAR:
        raise Invalid({field: _l("日期过远，请核对年份。")})
    return value


def require_at_work(group: LeadershipGroup) -> None:
    """Nothing is done any more in a group that has ended; its tasks stay readable."""
    if group.ended_on is not None:
        raise Stale(_l("该领导小组已经结束并归档。"))


def claim(task: Task, *, version: int | None = None, states: Collection[TaskState]) -> None:
    """Claim a task for a change: in one of these states, as the user saw it, in a group at work; else Stale.

    The task comes before what belongs to it, in every command, so that two who race never wait for each other.
    """
    require_at_work(task.group)
    take(task, version=version, states=states)


def hold(task: Task, *, states: Collection[TaskState]) -> None:
    """Keep a task as it is while something that belongs to it changes; Stale in another state.

    It is not claimed: what a cooperating unit does on its part must not make the lead unit's form stale.
    """
    require_at_work(task.group)
    held = sa.select(Task.id).where(Task.id == task.id, Task.state.in_(sorted(states))).with_for_update()
    if db.session.scalar(held) is None:
        raise Stale


def move(
    task: Task, step: Move, *, by: Actor, now: datetime, act: str, version: int | None = None, **new: object
) -> None:
    """Take a step in the life of a task, once and from the right state, and put it on record."""
    sources, target = MOVES[step]
    claim(task, version=version, states=sources)
    old_state = task.state
    task.state = target or task.suspended_from or old_state
    task.suspended_from = old_state if step is Move.SUSPEND else None
    for stamp in STAMPS.get(step, ()):
        setattr(task, stamp, now)
    touch(task, by=by, now=now, act=act, old={"state": old_state}, new={"state": task.state, **new})
    if task.state in ENDED:
        task_went_on.send(task, now=now)


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


def record_part(act: str, part: TaskPart, *, by: Actor, now: datetime, **new: object) -> None:
    """Put an act on a part into the history of its task."""
    part.task.updated_at = now
    record(
        act,
        "task",
        part.task_id,
        by=by,
        now=now,
        group_id=part.task.group_id,
        unit_id=part.unit_id,
        new={"part_id": part.id, "unit": part.unit.name, **new},
    )


def set_due(task: Task, due_on: date | None) -> None:
    """Give a draft its due date; once the task is out, this first one is kept for good."""
    task.due_on = task.first_due_on = due_on
    task.sort_on = due_on or FAR_FUTURE


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
    notices.settle_reminders(task, "task", task.id, now=now)
    for milestone in task.milestones:
        if milestone.due_on >= due_on:
            # The whole is due before it now, and the clock says no more of it.
            notices.settle_reminders(task, "milestone", milestone.id, now=now)
    refresh_behind(task)
    task_went_on.send(task, now=now)


def pull_parts_in(task: Task, *, by: Actor, now: datetime) -> None:
    """No part is due after the whole: those that would be are due with it, and their units hear of it.

    For acts that may set an earlier date, or put parts off; after the act itself, so that the history tells it first.

    Nothing is beyond a continuous task, which is sorted by the far future. Milestones stay as they were set: the clock
    is silent about one that lies beyond the due date, and a later due date makes it count again.
    """
    due_on = task.sort_on
    beyond = [part for part in open_parts(task) if part.due_on is not None and part.due_on > due_on]
    for part in beyond:
        part.due_on = due_on
        notices.settle_reminders(task, "part", part.id, now=now)
        people = notices.unit_desk(task, part.unit_id, now)
        notices.tell("task.part_pulled_in", task, people, now=now, key=f"part{part.id}:{due_on}")
    if beyond:
        touch(task, by=by, now=now, act="task.pull_parts_in", new={"due_on": due_on, "count": len(beyond)})


def refresh_behind(task: Task) -> None:
    """Recompute from which day on the reported percent lags behind the straight line."""
    task.behind_on = None
    if task.percent is not None and task.due_on is not None and task.issued_at is not None and task.targets:
        task.behind_on = behind_from(task.percent, local_date(task.issued_at), task.due_on)


def refresh_milestone(task: Task) -> None:
    """Note the next milestone that is undone, whether or not it has passed: the light follows it."""
    open_dates = [milestone.due_on for milestone in task.milestones if milestone.done_on is None]
    task.next_milestone_on = min(open_dates, default=None)


def has_passed(task: Task, due_on: date | None, day: date) -> bool:
    """Whether a due date of a task or of something inside it has passed on a day."""
    return due_on is not None and day >= working_days().late_from(due_on, roll=task.group.roll_due_dates)


def is_late(task: Task, day: date) -> bool:
    """Whether a task handed in on a day would be late: nobody is while a request made in time waits undecided."""
    return has_passed(task, task.due_on, day) and not task.extension_pending


def shift_inner_dates(task: Task, *, rested_from: date, by: Actor, now: datetime) -> None:
    """Move the dates of open parts and milestones by the days in which the task lay or rested.

    What had passed before stays where it was: its crossing is on record.
    """
    days = local_date(now) - rested_from
    parts = [part for part in open_parts(task) if part.due_on is not None]
    milestones = [milestone for milestone in task.milestones if milestone.done_on is None]
    owed: list[TaskPart | Milestone] = [*parts, *milestones]
    inner = [row for row in owed if not has_passed(task, row.due_on, rested_from)]
    if not days or not inner:
        return
    for row in inner:
        row.due_on = cast("date", row.due_on) + days
    refresh_milestone(task)
    touch(task, by=by, now=now, act="task.shift_dates", new={"days": days.days, "count": len(inner)})


def open_parts(task: Task) -> list[TaskPart]:
    """The parts that are still owed."""
    return [part for part in task.parts if part.state in {PartState.ISSUED, PartState.ACTIVE}]


def withdraw_requests(task: Task) -> None:
    """What was asked for and not decided falls away: the task went on without it."""
    for model in (Extension, Adjustment):
        db.session.execute(
            sa.update(model)
            .where(model.task_id == task.id, model.state == RequestState.PENDING)
            .values(state=RequestState.WITHDRAWN, version=model.version + 1)
        )
    task.extension_pending = False


def day_after(now: datetime) -> date:
    """The next working day: what a deadline becomes that passed while a decision on it was awaited."""
    return working_days().shift(local_date(now), 1)


def start_of(day: date) -> datetime:
    """The instant at which a day begins in China."""
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL)
