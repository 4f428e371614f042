"""How far the clauses of a letter are handed on to sections and schools (层层分解), and what still can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.letters import policy
from tracker.letters.models import Letter, LetterBatch, LetterClause
from tracker.letters.rules import BatchState, LetterState
from tracker.organisation.models import Unit
from tracker.tasks.models import Task
from tracker.tasks.queries.answering import drafts_for
from tracker.tasks.rules import ENDED, WORK, TaskState

STANDS = frozenset(LetterState) - {LetterState.WITHDRAWN, LetterState.SUPERSEDED}
"""A clause handed on in a letter of these states is handed on to no unit twice; nor while its sub-task lives."""


@dataclass(frozen=True, slots=True)
class ToHandOn:
    """A clause that can be handed on, and the units (by id) that have it already."""

    clause: LetterClause
    task: Task
    taken: frozenset[int]


@dataclass(frozen=True, slots=True)
class SubLetter:
    """A letter that hands clauses on, with its sub-tasks and how many of them are completed."""

    letter: Letter
    tasks: int
    done: int

    @property
    def is_done(self) -> bool:
        """Whether everything it hands on is completed."""
        return 0 < self.tasks == self.done


@dataclass(frozen=True, slots=True)
class HandedOn:
    """How far a letter is handed on. clauses: how many of its clauses stand for tasks; handed: of these, handed on.

    The letter's own promise, its tasks' states and lights are never derived from this.
    """

    clauses: int
    handed: int
    letters: Sequence[SubLetter]

    @property
    def units(self) -> int:
        """Units that have a part."""
        return len({one.letter.unit_id for one in self.letters})

    @property
    def signed(self) -> int:
        """Letters that both parties have signed."""
        return sum(one.letter.in_force_at is not None for one in self.letters)

    @property
    def done(self) -> int:
        """Letters whose sub-tasks are all completed."""
        return sum(one.is_done for one in self.letters)


def units_to_hand_on_to(letter: Letter) -> Sequence[Unit]:
    """The sections of a letter's unit and the schools below it."""
    below = sa.select(Unit).where(Unit.parent_id == letter.unit_id, Unit.ended_on.is_(None))
    return db.session.scalars(below.order_by(Unit.id)).all()


def clauses_to_hand_on(letter: Letter, *, day: date) -> list[ToHandOn]:
    """The clauses whose tasks the unit is at work on and that are not past their date: two queries."""
    ids = [clause.task_id for clause in letter.clauses if clause.task_id is not None]
    rows = db.session.scalars(
        sa.select(Task)
        .where(
            Task.id.in_(ids),
            Task.state.in_(sorted(WORK)),
            Task.lead_unit_id == letter.unit_id,
            sa.or_(Task.due_on.is_(None), Task.due_on >= day),
        )
        .options(joinedload(Task.group))
    )
    tasks = {task.id: task for task in rows}
    above, given = _given(letter)
    given = given.outerjoin(Task, Task.id == LetterClause.task_id).where(
        sa.or_(Letter.state.in_(sorted(STANDS)), Task.state != TaskState.CANCELLED)
    )
    taken: dict[tuple[int | None, int | None], set[int]] = {}
    for task_id, target_id, unit_id in db.session.execute(
        given.with_only_columns(above.task_id, above.target_id, Letter.unit_id)
    ):
        taken.setdefault((task_id, target_id), set()).add(unit_id)
    return [
        ToHandOn(clause, tasks[clause.task_id], frozenset(taken.get((clause.task_id, clause.target_id), ())))
        for clause in letter.clauses
        if clause.task_id in tasks
    ]


def _given(letter: Letter) -> tuple[Any, sa.Select[int]]:
    """The letters by which a unit handed on what this letter promises, with the clauses that they hand on.

    By task and target, not by letter: what was handed on stays so when the letter itself is replaced or signed anew.
    """
    above, parent = aliased(LetterClause), aliased(Letter)
    ids = {clause.task_id for clause in letter.clauses if clause.task_id is not None}
    found = (
        sa.select(Letter.id)
        .join(LetterClause, LetterClause.letter_id == Letter.id)
        .join(above, above.id == LetterClause.parent_clause_id)
        .join(parent, parent.id == above.letter_id)
        .where(parent.unit_id == letter.unit_id, above.task_id.in_(ids))
    )
    return above, found


def pieces_of(letter: Letter) -> Sequence[Task]:
    """The sub-tasks that a letter made and that are not over, but for those that another letter promises as well."""
    made = [clause.task_id for clause in letter.clauses if clause.parent_clause_id is not None]
    elsewhere = (
        sa.select(LetterClause.task_id)
        .join(Letter, Letter.id == LetterClause.letter_id)
        .where(LetterClause.task_id.in_(made), Letter.id != letter.id, Letter.state.in_(sorted(STANDS)))
    )
    return db.session.scalars(
        sa.select(Task)
        .where(Task.id.in_(made), Task.id.not_in(elsewhere), Task.state.not_in(sorted(ENDED)))
        .options(joinedload(Task.group))
        .order_by(Task.id)
    ).all()


def handed_on(actor: Actor, letter: Letter) -> HandedOn:
    """How far a letter is handed on, as far as somebody sees the letters that do: three queries."""
    of_tasks = [(clause.task_id, clause.target_id) for clause in letter.clauses if clause.task_id is not None]
    above, given = _given(letter)
    rows = db.session.scalars(
        sa.select(Letter)
        .where(
            Letter.id.in_(given),
            Letter.state.in_(sorted(STANDS - {LetterState.DRAFT})),
            policy.letters_visible_to(actor),
        )
        .options(joinedload(Letter.unit))
        .order_by(Letter.id)
    ).all()
    piece = aliased(Task)
    done = sa.func.count(sa.distinct(sa.case((piece.state == TaskState.COMPLETED, piece.id))))
    counts = {
        letter_id: (number, completed)
        for letter_id, number, completed in db.session.execute(
            sa.select(LetterClause.letter_id, sa.func.count(sa.distinct(piece.id)), done)
            .join(piece, piece.id == LetterClause.task_id)
            .where(LetterClause.letter_id.in_([row.id for row in rows]))
            .group_by(LetterClause.letter_id)
        )
    }
    some = given.where(Letter.id.in_([row.id for row in rows]))
    handed = {tuple(row) for row in db.session.execute(some.with_only_columns(above.task_id, above.target_id))}
    letters = [SubLetter(row, *counts.get(row.id, (0, 0))) for row in rows]
    return HandedOn(len(of_tasks), sum(one in handed for one in of_tasks), letters)


def own_batches(actor: Actor) -> Sequence[LetterBatch]:
    """The batches in which the units that somebody writes for hand clauses on, those not given up, newest first."""
    mine = drafts_for(actor, LetterBatch.unit_id, LetterBatch.group_id)
    if mine is None:
        return []
    return db.session.scalars(
        sa.select(LetterBatch)
        .where(
            mine,
            LetterBatch.state != BatchState.DISCARDED,
        )
        .options(joinedload(LetterBatch.unit))
        .order_by(LetterBatch.id.desc())
        .limit(50)
    ).all()
