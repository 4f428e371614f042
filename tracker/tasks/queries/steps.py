"""What somebody can do with a task now: one next step as the button, the others beside it, each with its verdict."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.text import _l
from tracker.kernel.verdict import Verdict
from tracker.tasks import policy
from tracker.tasks.models import Adjustment, DelayExplanation, Extension, ProgressReport, Submission, Task, TaskPart
from tracker.tasks.queries.step_rules import RULES, Matters, Rule, Stand
from tracker.tasks.rules import OPEN, ExplanationState, PartState, ReportState, RequestState, TaskState


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do: its words, where it is done, and whether this person may (with the sentence if not)."""

    name: str
    label: object
    endpoint: str
    argument: str
    thing_id: int
    verdict: Verdict
    kind: str = "plain"
    main: bool = False


def rule_of(name: str) -> list[Rule]:
    """The rules of a step; several where its words depend on the state."""
    return [rule for rule in RULES if rule.name == name]


def steps(stand: Stand) -> list[Step]:
    """Everything that a task's page offers somebody; the next step first, refused ones with their reason."""
    found = [*_of_task(stand), *_of_parts(stand)]
    return sorted(found, key=lambda step: not (step.main and step.verdict))


def next_action(actor: Actor, task: Task, *, today: date) -> Step | None:
    """The one thing that somebody should do with a task now; None where it is others' turn."""
    stand = Stand(actor, task, open_matters(task.id), today)
    return next((step for step in steps(stand) if step.main and step.verdict), None)


def _of_task(stand: Stand) -> Iterator[Step]:
    for rule in RULES:
        if stand.task.state not in rule.states or not stand.side(rule.side):
            continue
        thing_id = rule.thing(stand)
        if thing_id is None:
            continue
        endpoint = f"tasks.{'accept' if rule.name == 'accept_by_phone' else rule.name}"
        yield Step(rule.name, rule.label, endpoint, rule.argument, thing_id, rule.verdict(stand), rule.kind, rule.main)


def _of_parts(stand: Stand) -> Iterator[Step]:
    if stand.task.state not in OPEN | {TaskState.SUBMITTED}:
        return
    for part in stand.task.parts:
        if part.unit_id not in stand.actor.unit_ids:
            continue
        yield from part_steps(stand.actor, part)


def part_steps(actor: Actor, part: TaskPart) -> Iterator[Step]:
    """What somebody can do with a cooperating unit's part."""
    if part.state is PartState.ISSUED:
        verdict = policy.may_accept_part(actor, part)
        yield Step("accept_part", _l("签收配合事项"), "tasks.accept_part", "part_id", part.id, verdict, main=True)
    elif part.state is PartState.ACTIVE:
        verdict = policy.may_report_part(actor, part)
        yield Step("report_part", _l("填报配合进展"), "tasks.report_part", "part_id", part.id, verdict, main=True)
        if part.reported_at is not None:
            done = policy.may_complete_part(actor, part)
            yield Step("complete_part", _l("确认配合完成"), "tasks.complete_part", "part_id", part.id, done)


def open_matters(task_id: int) -> Matters:
    """What is open on a task: one query."""

    def ids(model: type, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        table = model.__table__  # type: ignore[attr-defined]
        return sa.select(sa.func.max(table.c.id)).where(table.c.task_id == task_id, *conditions).scalar_subquery()

    row = db.session.execute(
        sa.select(
            ids(Adjustment, Adjustment.state == RequestState.PENDING),
            ids(Adjustment),
            ids(Extension, Extension.state == RequestState.PENDING),
            ids(DelayExplanation, DelayExplanation.state == ExplanationState.OPEN),
            ids(ProgressReport, ProgressReport.state == ReportState.DRAFT, ProgressReport.part_id.is_(None)),
            ids(Submission, Submission.state == ReportState.DRAFT),
        )
    ).one()
    return Matters(row[0], row[1] is not None, *row[2:])
