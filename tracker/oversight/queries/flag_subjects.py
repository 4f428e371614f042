"""What a flag would be about: tasks, their milestones and parts as they stand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.organisation.models import LeadershipGroup
from tracker.oversight.rules import FlagSubject, Matter
from tracker.tasks.models import Milestone, Task, TaskPart
from tracker.tasks.queries.lights import followed_milestone, of_the_group
from tracker.tasks.rules import OPEN, DayMarks, Light, LightFacts, PartState, day_marks, light_of, part_facts


@dataclass(frozen=True, slots=True)
class Subject:
    """What a flag would be about, as it stands."""

    kind: FlagSubject
    id: int
    task_id: int
    part_id: int | None
    unit_id: int
    unit: str
    owner_id: int | None
    title: str
    state: str
    light: Light
    due_on: date
    """The due date; of a milestone its own."""
    first_due_on: date | None
    milestone: str | None
    """Which step of the task (年度节点), where it is about one."""
    issued_on: date | None
    reported_on: date | None


def marks_of(group: LeadershipGroup, today: date) -> DayMarks:
    """What is late and near in a group on a day."""
    return day_marks(today, working_days(), yellow_days=group.yellow_days, roll=group.roll_due_dates)


def flagged_as(matter: Matter) -> FlagSubject:
    """Under what a flag is kept: a milestone stands for its task."""
    return FlagSubject.PART if matter is Matter.PART else FlagSubject.TASK


def on_the_ladder(group: LeadershipGroup, matter: Matter, ids: Collection[int], *, today: date) -> Collection[Subject]:
    """What the ladder names by its numbers, as far as it may be flagged."""
    if matter is Matter.MILESTONE:
        return milestones_at_work(group, ids, today=today)
    return subjects_at_work(group, flagged_as(matter), ids, today=today).values()


def subjects_at_work(
    group: LeadershipGroup, kind: FlagSubject, ids: Collection[int], *, today: date
) -> dict[int, Subject]:
    """Those of some tasks or parts that may be flagged at all: being worked on, and no extension waits.

    Pieces that a unit handed down to its sections and schools are left out: the group asks its member unit, and the
    unit asks them.
    """
    marks = marks_of(group, today)
    if kind is FlagSubject.TASK:
        tasks = sa.select(Task).where(Task.id.in_(ids), *_at_work(group.id)).options(sa.orm.joinedload(Task.lead_unit))
        return {task.id: _task_subject(task, marks) for task in db.session.scalars(tasks) if task.lead_unit_id}
    parts = (
        sa.select(TaskPart)
        .join(TaskPart.task)
        .where(TaskPart.id.in_(ids), *_at_work(group.id), TaskPart.state.in_([PartState.ISSUED, PartState.ACTIVE]))
        .options(sa.orm.contains_eager(TaskPart.task), sa.orm.joinedload(TaskPart.unit))
    )
    return {part.id: _part_subject(part, marks) for part in db.session.scalars(parts) if part.due_on}


def milestones_at_work(group: LeadershipGroup, ids: Collection[int], *, today: date) -> list[Subject]:
    """The same of some milestones: each is about its task, by a date of its own."""
    marks = marks_of(group, today)
    rows = (
        sa.select(Milestone)
        .join(Milestone.task)
        .where(Milestone.id.in_(ids), *_at_work(group.id), followed_milestone, Task.lead_unit_id.is_not(None))
        .options(sa.orm.contains_eager(Milestone.task).joinedload(Task.lead_unit))
        .order_by(Milestone.id)
    )
    return [_task_subject(row.task, marks, row) for row in db.session.scalars(rows)]


def _at_work(group_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (Task.group_id == group_id, of_the_group, Task.state.in_(sorted(OPEN)), ~Task.extension_pending)


def _day(instant: datetime | None) -> date | None:
    return None if instant is None else local_date(instant)


def light_facts(task: Task) -> LightFacts:
    """What the light of a task depends on."""
    return LightFacts(
        task.state,
        task.due_on,
        next_milestone_on=task.next_milestone_on,
        behind_on=task.behind_on,
        extension_pending=task.extension_pending,
        continuous=task.continuous,
        late=task.late,
    )


def _task_subject(task: Task, marks: DayMarks, milestone: Milestone | None = None) -> Subject:
    return Subject(
        kind=FlagSubject.TASK,
        id=task.id,
        task_id=task.id,
        part_id=None,
        unit_id=task.lead_unit_id or 0,
        unit=task.lead_unit.name if task.lead_unit else "",
        owner_id=task.owner_id,
        title=task.title,
        state=task.state,
        light=light_of(light_facts(task), marks),
        due_on=task.sort_on if milestone is None else milestone.due_on,
        first_due_on=task.first_due_on if milestone is None else None,
        milestone=None if milestone is None else milestone.name,
        issued_on=_day(task.issued_at),
        reported_on=_day(task.reported_at),
    )


def _part_subject(part: TaskPart, marks: DayMarks) -> Subject:
    due_on = part.due_on or marks.today
    facts = part_facts(part.state, part.due_on, late=part.late, of=light_facts(part.task))
    return Subject(
        kind=FlagSubject.PART,
        id=part.id,
        task_id=part.task_id,
        part_id=part.id,
        unit_id=part.unit_id,
        unit=part.unit.name,
        owner_id=None,
        title=part.task.title,
        state=part.state,
        light=light_of(facts, marks),
        due_on=due_on,
        first_due_on=None,
        milestone=None,
        issued_on=_day(part.task.issued_at),
        reported_on=_day(part.reported_at),
    )
