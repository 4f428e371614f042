"""The clauses of a letter: its unit's tasks and targets as they stand, and what is written by hand."""

from collections.abc import Sequence

from tracker.kernel.db import db
from tracker.kernel.entry import paragraphs
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l
from tracker.letters import queries
from tracker.letters.models import Letter, LetterClause
from tracker.letters.rules import MAX_CLAUSE, MAX_CLAUSES, ClauseKind, target_words, task_words, without_date
from tracker.tasks.models import Task

MAX_FREE = 50_000


def write_clauses(letter: Letter, tasks: Sequence[Task], free: Sequence[str]) -> None:
    """Put a letter's clauses down anew: targets, tasks, then what was written by hand.

    What a clause hands on is taken over from the clauses about the same task before.
    """
    with db.session.no_autoflush:
        before = [*letter.clauses, *(letter.follows.clauses if letter.follows is not None else ())]
        origins = _origins(before)
    clauses = [
        LetterClause(
            kind=ClauseKind.TARGET,
            task_id=task.id,
            target_id=target.id,
            text=target_words(
                target.quantity, target.scope, target.operator, target.value, target.unit, target.due_on or task.due_on
            ),
            due_on=target.due_on or task.due_on,
        )
        for task in tasks
        for target in task.targets
    ]
    clauses += [
        LetterClause(
            kind=ClauseKind.TASK,
            task_id=task.id,
            parent_clause_id=origin.id if origin is not None else None,
            standard=task.standard if letter.parent_id is not None else "",
            text=task_words(
                task.title,
                task.content if first or origin is None else content_of(origin),
                task.standard,
                queries.deadline_of(task),
            ),
            due_on=task.due_on,
        )
        for task in tasks
        for first, origin in origins.get(task.id, [(True, None)])
    ]
    clauses += [LetterClause(kind=ClauseKind.FREE, text=text) for text in free]
    _check_clauses(clauses)
    if letter.clauses:
        letter.clauses = []
        # The old ones go before the new ones take their places.
        db.session.flush()
    for position, clause in enumerate(clauses, 1):
        clause.position = position
    letter.clauses = clauses


def _origins(clauses: Sequence[LetterClause]) -> dict[int | None, list[tuple[bool, LetterClause | None]]]:
    """By task, the clauses that are handed on in it, each with whether it is the first: that one says all of it."""
    found: dict[int | None, list[LetterClause]] = {}
    for clause in clauses:
        above = clause.parent_clause
        if above is not None and above not in found.setdefault(clause.task_id, []):
            found[clause.task_id].append(above)
    return {task_id: [(place == 0, one) for place, one in enumerate(above)] for task_id, above in found.items()}


def content_of(clause: LetterClause) -> str:
    """What is to be done: the number to reach where the clause is a target, else the task's own words.

    By when is not said: whoever it is handed on to has a date of its own.
    """
    if clause.kind is ClauseKind.TARGET:
        return without_date(clause.text, clause.due_on)
    return clause.task.content if clause.task is not None else ""


def _check_clauses(clauses: Sequence[LetterClause]) -> None:
    if len(clauses) > MAX_CLAUSES:
        raise Invalid({"free": _l("一份责任书最多 %(limit)s 条。", limit=MAX_CLAUSES)})
    for clause in clauses:
        if len(clause.text) > 3 * MAX_CLAUSE:
            raise Invalid({"free": _l("有一条过长，请先精简任务内容。")})


def free_clauses(text: str) -> list[str]:
    """What was written by hand, one clause a line."""
    lines = [line.strip() for line in paragraphs(text, "free", limit=MAX_FREE).split("\n") if line]
    if any(len(line) > MAX_CLAUSE for line in lines):
        raise Invalid({"free": _l("每条最多 %(limit)s 个字。", limit=MAX_CLAUSE)})
    return lines


def chosen_tasks(letter: Letter, task_ids: Sequence[int]) -> list[Task]:
    """The tasks that a letter is to promise; only what its unit leads and is at work on."""
    known = {task.id: task for task in queries.tasks_to_promise(letter)}
    if not set(task_ids) <= set(known):
        raise Invalid({"tasks": _l("请选择本单位正在办理的任务。")})
    return [task for task_id, task in known.items() if task_id in set(task_ids)]
