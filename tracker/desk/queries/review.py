"""What the review desk shows of each overdue task and part: facts, what was said, and how far the ladder went."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tracker.desk.queries.flags import Before, FlagRow, decided_before, flags_by_task
from tracker.desk.queries.late_parts import LatePart, add_ladders, as_late, late_parts
from tracker.desk.rules import NextRung, next_rung
from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.db import db
from tracker.kernel.paging import Page
from tracker.kernel.verdict import Verdict
from tracker.oversight import policy
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.queries import Record, Urgeable, records_of, urgeable
from tracker.reminders.queries.ladders import ladder_of
from tracker.reminders.queries.trail import RungReached, note_unset, trails
from tracker.reminders.rules import LadderKind, SubjectName
from tracker.tasks.models import Crossing, DelayExplanation, Extension, ProgressReport, Task, TaskPart
from tracker.tasks.queries import Reckoning, TaskFilter, TaskRow, list_tasks
from tracker.tasks.rules import CrossingKind, ReportState, RequestState

PAGE = 10
"""So many tasks stand on one page of the review desk, each with all its facts."""


@dataclass(frozen=True, slots=True)
class LateMilestone:
    """A step inside a task that passed undone, how many working days it is late, and how far its ladder went."""

    name: str
    due_on: date
    days: int
    rungs: list[RungReached]


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
    late_parts: dict[int, LatePart] = field(default_factory=dict)
    milestones: list[LateMilestone] = field(default_factory=list)

    @property
    def granted(self) -> int:
        """How many extensions were granted."""
        return sum(extension.state is RequestState.APPROVED for extension in self.extensions)


@dataclass(frozen=True, slots=True)
class Review:
    """A page of overdue tasks, and one of overdue parts beside it."""

    tasks: Page[Case]
    parts: Page[LatePart]


def review(
    actor: Actor, group_id: int, unit_id: int | None, *, day: Reckoning, now: datetime, after: str = "", parts: str = ""
) -> Review:
    """What is overdue in a group, perhaps of one unit, the longest first; as many queries for ten as for one.

    after: where the tasks go on, without the parts; parts: where the parts go on, without the tasks.
    """
    page: Page[TaskRow] = Page([], None)
    late: Page[LatePart] = Page([], None)
    if not parts:
        wanted = overdue_of(group_id, unit_id)
        page = list_tasks(actor, wanted, today=day.today, cursor=after, limit=PAGE, day=day)
    if not after:
        late = late_parts(group_id, unit_id, day=day, cursor=parts)
    ids = {row.id for row in page.rows} | {one.part.task_id for one in late.rows}
    if not ids:
        return Review(Page([], None), late)
    tasks = {task.id: task for task in _tasks(ids)}
    found = {row.id: Case(row, tasks[row.id]) for row in page.rows}
    if found:
        _add_dates(found)
        _add_words(found)
    _add_ladders(found, late.rows, group_id, day=day)
    records, units = records_of(ids), urgeable(actor, list(tasks.values()), now=now)
    flags = flags_by_task(actor, ids, today=day.today)
    for task_id, case in found.items():
        case.record, case.units, case.flags = records[task_id], units[task_id], flags.get(task_id, [])
        case.may_direct = policy.may_direct(actor, case.task)
    for one in late.rows:
        _add_own(one, records[one.part.task_id], units[one.part.task_id], flags.get(one.part.task_id, []))
    _add_milestones(found, day=day)
    _add_decisions(found, late.rows, group_id)
    _add_notices(found, late.rows)
    return Review(Page(list(found.values()), page.next_cursor), late)


def _add_own(late: LatePart, record: Record, units: Sequence[Urgeable], flags: Sequence[FlagRow]) -> None:
    """Of what is on file about a task, what is about the unit of one of its parts."""
    unit_id = late.part.unit_id
    late.urges = [urge for urge in record.urges if urge.unit_id == unit_id]
    late.units = [unit for unit in units if unit.unit_id == unit_id]
    late.flags = [row for row in flags if row.flag.part_id == late.part.id]


def _add_milestones(found: dict[int, Case], *, day: Reckoning) -> None:
    """Which steps inside each task passed undone: one query for all, and one for their ladders."""
    passed = []
    for case in found.values():
        through = day.marks[case.row.group_id].late_through
        undone = [one for one in case.task.milestones if one.done_on is None and one.due_on < case.task.sort_on]
        passed += [one for one in undone if one.due_on <= through]
    reached = trails(SubjectName.MILESTONE, {one.id: one.due_on for one in passed})
    for one in sorted(passed, key=lambda one: (one.due_on, one.id)):
        case = found[one.task_id]
        days = day.days.late(one.due_on, roll=day.groups[case.row.group_id].roll)
        case.milestones.append(LateMilestone(one.name, one.due_on, days, reached[one.id]))


def _add_decisions(found: dict[int, Case], lates: Sequence[LatePart], group_id: int) -> None:
    """What was decided before on the unit of each task and part."""
    units = {case.row.lead_unit_id for case in found.values()} | {late.part.unit_id for late in lates}
    before = decided_before(group_id, [unit_id for unit_id in units if unit_id is not None])
    for case in found.values():
        case.before = before.get(case.row.lead_unit_id or 0)
    for late in lates:
        late.before = before[late.part.unit_id]


def _add_notices(found: dict[int, Case], lates: Sequence[LatePart]) -> None:
    """The notices that went out about each task, and about each part."""
    by_part = {late.part.id: late for late in lates}
    ids = {*found, *(late.part.task_id for late in lates)}
    issued = sa.select(SupervisionNotice).where(
        SupervisionNotice.task_id.in_(ids), SupervisionNotice.signed_at.is_not(None)
    )
    for notice in db.session.scalars(issued.order_by(SupervisionNotice.id)):
        if notice.task_id in found:
            found[notice.task_id].notices.append(notice)
        if notice.part_id in by_part:
            by_part[notice.part_id].notices.append(notice)


def overdue_of(group_id: int, unit_id: int | None) -> TaskFilter:
    """The tasks of a group, perhaps of one lead unit, that are overdue themselves or with a milestone."""
    return TaskFilter(group_id=group_id, unit_id=unit_id, behind=True)


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
            selectinload(Task.milestones),
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


def _add_ladders(found: dict[int, Case], lates: Sequence[LatePart], group_id: int, *, day: Reckoning) -> None:
    """How far the ladder went for tasks and parts, those inside the tasks too, and what it does next."""
    ladder, roll = ladder_of(group_id, LadderKind.DEADLINE), day.groups[group_id].roll
    dates = {task_id: case.task.due_on for task_id, case in found.items()}
    reached = trails(SubjectName.TASK, dates) if dates else {}
    inside = []
    for task_id, case in found.items():
        case.rungs = reached[task_id]
        if case.task.leader_seat_id is None:
            note_unset(case.rungs, ladder)
        due_on = dates[task_id]
        if due_on is not None:
            case.next_rung = next_rung(ladder.rungs, due_on, day.today, working_days(), roll=roll)
        parts = [late for part in case.task.parts if (late := as_late(part, group_id, day=day))]
        case.late_parts = {late.part.id: late for late in parts}
        inside += parts
    add_ladders([*lates, *inside], ladder, day=day, roll=roll)
