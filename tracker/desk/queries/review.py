"""What the review desk shows of each overdue task: the facts, what was said, and how far the ladder went."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tracker.desk.queries.flags import Before, FlagRow, decided_before, flags_by_task
from tracker.desk.rules import NextRung, next_rung
from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.db import db
from tracker.kernel.paging import Page
from tracker.kernel.verdict import Verdict
from tracker.oversight import policy
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.queries import Record, Urgeable, records_of, urgeable
from tracker.reminders.queries.ladders import ladders_of
from tracker.reminders.queries.trail import RungReached, followed_date, trails
from tracker.reminders.rules import LadderKind, SubjectName
from tracker.tasks.models import Crossing, DelayExplanation, Extension, ProgressReport, Task, TaskPart
from tracker.tasks.queries import Reckoning, TaskFilter, TaskRow, list_tasks
from tracker.tasks.rules import CrossingKind, Light, ReportState, RequestState

PAGE = 10
"""So many tasks stand on one page of the review desk, each with all its facts."""


@dataclass(slots=True)
class Case:
    """An overdue task as the review sees it."""

    row: TaskRow
    task: Task
    extensions: list[Extension] = field(default_factory=list)
    crossings: list[date] = field(default_factory=list)
    explanations: list[DelayExplanation] = field(default_factory=list)
    last_report: ProgressReport | None = None
    record: Record = field(default_factory=Record)
    rungs: list[RungReached] = field(default_factory=list)
    next_rung: NextRung | None = None
    units: list[Urgeable] = field(default_factory=list)
    may_direct: Verdict | None = None
    flags: list[FlagRow] = field(default_factory=list)
    before: Before | None = None
    notices: list[SupervisionNotice] = field(default_factory=list)

    @property
    def granted(self) -> int:
        """How many extensions were granted."""
        return sum(extension.state is RequestState.APPROVED for extension in self.extensions)


def cases(actor: Actor, wanted: TaskFilter, *, day: Reckoning, now: datetime, cursor: str = "") -> Page[Case]:
    """A page of overdue tasks, the longest first, each with its facts; as many queries for ten as for one."""
    today = day.today
    page = list_tasks(actor, wanted, today=today, cursor=cursor, limit=PAGE, day=day)
    ids = [row.id for row in page.rows]
    tasks = {task.id: task for task in _tasks(ids)}
    found = {row.id: Case(row, tasks[row.id]) for row in page.rows}
    if found:
        _add_dates(found)
        _add_words(found)
        _add_ladder(found, today=today)
        records, units = records_of(ids), urgeable(actor, list(tasks.values()), now=now)
        for task_id, case in found.items():
            case.record, case.units = records[task_id], units[task_id]
            case.may_direct = policy.may_direct(actor, case.task)
        _add_flags(actor, found)
    return Page(list(found.values()), page.next_cursor)


def _add_flags(actor: Actor, found: dict[int, Case]) -> None:
    """The flags and notices about each task, and what was decided before on its unit."""
    flags = flags_by_task(actor, found)
    units = {case.row.lead_unit_id for case in found.values()}
    [group_id] = {case.task.group_id for case in found.values()}
    before = decided_before(group_id, [unit_id for unit_id in units if unit_id is not None])
    issued = sa.select(SupervisionNotice).where(
        SupervisionNotice.task_id.in_(found), SupervisionNotice.signed_at.is_not(None)
    )
    for notice in db.session.scalars(issued.order_by(SupervisionNotice.id)):
        if notice.task_id is not None:
            found[notice.task_id].notices.append(notice)
    for task_id, case in found.items():
        case.flags = flags.get(task_id, [])
        case.before = before.get(case.row.lead_unit_id or 0)


def overdue_of(group_id: int, unit_id: int | None) -> TaskFilter:
    """The overdue tasks of a group, perhaps of one lead unit."""
    return TaskFilter(group_id=group_id, unit_id=unit_id, light=Light.RED)


def _tasks(ids: Collection[int]) -> Sequence[Task]:
    return db.session.scalars(
        sa.select(Task)
        .where(Task.id.in_(ids))
        .options(
            joinedload(Task.lead_unit),
            joinedload(Task.group),
            joinedload(Task.owner),
            joinedload(Task.measure),
            joinedload(Task.parent),
            selectinload(Task.parts).joinedload(TaskPart.unit),
        )
    ).all()


def _add_dates(found: dict[int, Case]) -> None:
    extensions = sa.select(Extension).where(Extension.task_id.in_(found)).order_by(Extension.ordinal)
    for extension in db.session.scalars(extensions):
        found[extension.task_id].extensions.append(extension)
    crossings = (
        sa.select(Crossing.task_id, Crossing.due_on)
        .where(Crossing.task_id.in_(found), Crossing.kind == CrossingKind.TASK)
        .order_by(Crossing.due_on)
    )
    for task_id, due_on in db.session.execute(crossings):
        if due_on != found[task_id].row.due_on:
            found[task_id].crossings.append(due_on)


def _add_words(found: dict[int, Case]) -> None:
    explanations = (
        sa.select(DelayExplanation)
        .where(DelayExplanation.task_id.in_(found))
        .options(joinedload(DelayExplanation.given_by))
        .order_by(DelayExplanation.id.desc())
    )
    for explanation in db.session.scalars(explanations):
        found[explanation.task_id].explanations.append(explanation)
    latest = (
        sa.select(sa.func.max(ProgressReport.id))
        .where(
            ProgressReport.task_id.in_(found),
            ProgressReport.part_id.is_(None),
            ProgressReport.state == ReportState.CONFIRMED,
        )
        .group_by(ProgressReport.task_id)
    )
    for report in db.session.scalars(sa.select(ProgressReport).where(ProgressReport.id.in_(latest))):
        found[report.task_id].last_report = report


def _add_ladder(found: dict[int, Case], *, today: date) -> None:
    dates = {task_id: followed_date(case.task) for task_id, case in found.items()}
    ladders = ladders_of(sorted({case.task.group_id for case in found.values()}), LadderKind.DEADLINE)
    reached = trails(SubjectName.TASK, dates)
    for task_id, case in found.items():
        case.rungs = reached[task_id]
        due_on, group = dates[task_id], case.task.group
        if due_on is not None:
            rungs = ladders[group.id].rungs
            case.next_rung = next_rung(rungs, due_on, today, working_days(), roll=group.roll_due_dates)
