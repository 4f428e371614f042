"""Where tasks and targets differ today from what was signed of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tracker.kernel.db import db
from tracker.letters import policy
from tracker.letters.models import Letter, LetterClause
from tracker.letters.rules import still_says, target_words, together
from tracker.tasks.models import Target, Task
from tracker.tasks.rules import TaskState


@dataclass(frozen=True, slots=True)
class Deviation:
    """How a clause differs today from what was signed: its date then and now, what it asks for, or its task gone."""

    clause: LetterClause
    was: date | None
    now: date | None
    words: str
    """The standard or the number as it is now; empty where it is as signed."""
    cancelled: bool
    elsewhere: bool
    """Whether the task is led by another unit now."""


def deviations(letter: Letter) -> list[Deviation]:
    """Where tasks and targets differ from what was signed of them; of a letter whose signatures count, one query."""
    if not policy.binds(letter):
        return []
    promised = [clause for clause in letter.clauses if clause.task_id is not None]
    rows = db.session.scalars(
        sa.select(Task).where(Task.id.in_({clause.task_id for clause in promised})).options(selectinload(Task.targets))
    )
    tasks = {task.id: task for task in rows}
    standards: dict[int | None, list[str]] = {}
    if letter.parent_id is not None:
        for clause in promised:
            standards.setdefault(clause.task_id, []).append(clause.standard)
    found = []
    for clause in promised:
        task = tasks[clause.task_id or 0]
        due_on, words = _as_it_is_now(clause, task, standards.get(task.id))
        cancelled, elsewhere = task.state is TaskState.CANCELLED, task.lead_unit_id != letter.unit_id
        if cancelled or elsewhere or words or due_on != clause.due_on:
            found.append(Deviation(clause, clause.due_on, due_on, words, cancelled, elsewhere))
    return found


def _as_it_is_now(clause: LetterClause, task: Task, standards: Sequence[str] | None) -> tuple[date | None, str]:
    """When a clause's work is due now, and what it asks for where that is not what was signed.

    A letter that hands clauses on keeps the standard of each beside its words, and together they are the sub-task's.
    """
    due_on, target = due_now(clause, task), _target_of(clause, task)
    if target is not None:
        number = (target.quantity, target.scope, target.operator, target.value, target.unit)
        return due_on, "" if target_words(*number, clause.due_on) == clause.text else target_words(*number, due_on)
    if standards is None:
        same = still_says(clause.text, task.title, task.content, task.standard)
    else:
        same = together(standards) == task.standard
    return due_on, "" if same else task.standard


def due_now(clause: LetterClause, task: Task) -> date | None:
    """When the work of a clause is due, as its task stands now."""
    target = _target_of(clause, task)
    return (target.due_on if target is not None else None) or task.due_on


def _target_of(clause: LetterClause, task: Task) -> Target | None:
    return next((target for target in task.targets if target.id == clause.target_id), None)
