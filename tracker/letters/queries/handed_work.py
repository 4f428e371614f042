"""What passes to a successor: what was promised, and what else is not done, as both stand on a day."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tracker.documents.paper import day as day_words
from tracker.kernel.calendar import working_days
from tracker.kernel.db import db
from tracker.letters.models import Letter
from tracker.letters.queries.composing import deadline_of, places_of
from tracker.letters.queries.deviating import due_now
from tracker.letters.rules import OUTSIDE, Work, without_date
from tracker.tasks.models import Task, TaskPart
from tracker.tasks.rules import ENDED, LIVE, OPEN, PartState, TaskState

DONE = "已办结"


def promised_work(letter: Letter, *, day: date) -> list[Work]:
    """What a letter promises, clause by clause, with the date that holds today and how it stands."""
    places = places_of(letter)
    rows = db.session.scalars(
        sa.select(Task)
        .where(Task.id.in_({clause.task_id for clause in letter.clauses if clause.task_id is not None}))
        .options(selectinload(Task.targets))
    )
    tasks = {task.id: task for task in rows}
    late_until = working_days().last_late_due_date(day, roll=letter.group.roll_due_dates)
    found = []
    for clause in letter.clauses:
        task, place = tasks.get(clause.task_id or 0), places[clause.id]
        if task is None:
            found.append(Work(place, clause.text, OUTSIDE))
            continue
        due_on = due_now(clause, task)
        deadline = day_words(due_on) if due_on is not None and clause.target_id is not None else deadline_of(task)
        signed = day_words(clause.due_on) if clause.due_on is not None else ""
        title = without_date(clause.text, clause.due_on) if clause.target_id is not None else task.title
        moved = f"原定{signed}" if signed and due_on != clause.due_on else ""
        remark = "，".join(filter(None, (_standing(letter, task, late_until), moved)))
        found.append(Work(place, title, deadline, remark))
    return found


def _standing(letter: Letter, task: Task, late_until: date) -> str:
    if task.state in ENDED:
        return DONE if task.state is TaskState.COMPLETED else "已撤销"
    return "已改由其他单位牵头" if task.lead_unit_id != letter.unit_id else _remark(task, late_until)


def open_work(letter: Letter, *, day: date) -> list[Work]:
    """What a letter's unit has not done in the letter's group and has not promised in it.

    First tasks that it leads, then its parts of others' tasks.
    """
    promised = [clause.task_id for clause in letter.clauses if clause.task_id is not None]
    tasks = db.session.scalars(
        sa.select(Task)
        .where(
            Task.group_id == letter.group_id,
            Task.lead_unit_id == letter.unit_id,
            Task.state.in_(sorted(LIVE)),
            Task.id.not_in(promised),
        )
        .order_by(Task.sort_on, Task.id)
    )
    parts = db.session.execute(
        sa.select(Task, TaskPart.due_on)
        .join(TaskPart.task)
        .where(
            Task.group_id == letter.group_id,
            TaskPart.unit_id == letter.unit_id,
            TaskPart.state.in_([PartState.ISSUED, PartState.ACTIVE]),
            Task.state.in_(sorted(LIVE)),
        )
        .order_by(TaskPart.due_on, TaskPart.id)
    )
    late_until = working_days().last_late_due_date(day, roll=letter.group.roll_due_dates)
    led = [Work(OUTSIDE, task.title, deadline_of(task), _remark(task, late_until)) for task in tasks]
    return led + [
        Work(
            OUTSIDE,
            task.title,
            day_words(due_on) if due_on else deadline_of(task),
            _part_remark(due_on or task.due_on, late_until),
        )
        for task, due_on in parts
    ]


def _part_remark(due_on: date | None, late_until: date) -> str:
    return "配合事项，已逾期" if due_on is not None and due_on <= late_until else "配合事项"


def _remark(task: Task, late_until: date) -> str:
    if task.state is TaskState.SUBMITTED:
        return "待核验"
    if task.state is TaskState.SUSPENDED:
        return "暂停"
    return "已逾期" if task.state in OPEN and task.due_on is not None and task.due_on <= late_until else ""
