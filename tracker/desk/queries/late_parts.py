"""The parts of cooperating units that are overdue themselves, also where the task that they belong to is not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from tracker.desk.queries.flags import Before, FlagRow
from tracker.desk.rules import NextRung, next_rung
from tracker.kernel.calendar import working_days
from tracker.kernel.db import db
from tracker.kernel.paging import Key, Page, after, decode_cursor, encode_cursor
from tracker.oversight.models import SupervisionNotice, Urge
from tracker.oversight.queries import Urgeable
from tracker.reminders.queries.trail import RungReached, note_unset, trails
from tracker.reminders.rules import Ladder, SubjectName
from tracker.tasks.models import ProgressReport, Task, TaskPart
from tracker.tasks.queries import Reckoning, of_the_group
from tracker.tasks.rules import OPEN, Light, PartState, ReportState

PAGE = 10
UNDONE = frozenset({PartState.ISSUED, PartState.ACTIVE})


@dataclass(slots=True)
class LatePart:
    """A part that passed its own date undone, as the review sees it."""

    part: TaskPart
    due_on: date
    days: int
    rungs: list[RungReached] = field(default_factory=list)
    next_rung: NextRung | None = None
    urges: list[Urge] = field(default_factory=list)
    units: list[Urgeable] = field(default_factory=list)
    flags: list[FlagRow] = field(default_factory=list)
    notices: list[SupervisionNotice] = field(default_factory=list)
    before: Before | None = None
    last_report: ProgressReport | None = None
    light: Light = Light.RED


def late_parts(group_id: int, unit_id: int | None, *, day: Reckoning, cursor: str = "") -> Page[LatePart]:
    """A page of a group's overdue parts, perhaps of one cooperating unit, the longest first."""
    query = (
        sa.select(TaskPart)
        .join(Task, Task.id == TaskPart.task_id)
        .where(*_late(group_id, day))
        .options(joinedload(TaskPart.unit), contains_eager(TaskPart.task).joinedload(Task.lead_unit))
    )
    if unit_id is not None:
        query = query.where(TaskPart.unit_id == unit_id)
    keys = (Key(TaskPart.due_on), Key(TaskPart.id))
    if cursor:
        query = query.where(after(keys, decode_cursor(cursor, (date, int))))
    rows = db.session.scalars(query.order_by(TaskPart.due_on, TaskPart.id).limit(PAGE + 1)).all()
    found = [late for part in rows[:PAGE] if (late := as_late(part, group_id, day=day))]
    further = encode_cursor((found[-1].due_on, found[-1].part.id)) if len(rows) > PAGE else None
    _add_reports(found)
    return Page(found, further)


def late_parts_number(group_id: int, *, day: Reckoning) -> int:
    """How many parts of a group are overdue."""
    number = sa.select(sa.func.count()).select_from(TaskPart).join(Task, Task.id == TaskPart.task_id)
    return db.session.scalar(number.where(*_late(group_id, day))) or 0


def _late(group_id: int, day: Reckoning) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Task.group_id == group_id,
        of_the_group,
        Task.state.in_(sorted(OPEN)),
        sa.not_(Task.extension_pending),
        TaskPart.state.in_(sorted(UNDONE)),
        TaskPart.due_on <= day.marks[group_id].late_through,
    )


def _add_reports(lates: Sequence[LatePart]) -> None:
    """What each unit reported last of its part."""
    by_part = {late.part.id: late for late in lates}
    if not by_part:
        return
    latest = (
        sa.select(sa.func.max(ProgressReport.id))
        .where(ProgressReport.part_id.in_(by_part), ProgressReport.state == ReportState.CONFIRMED)
        .group_by(ProgressReport.part_id)
    )
    for report in db.session.scalars(sa.select(ProgressReport).where(ProgressReport.id.in_(latest))):
        by_part[report.part_id or 0].last_report = report


def as_late(part: TaskPart, group_id: int, *, day: Reckoning) -> LatePart | None:
    """A part of a running task with how late it is; None where it is not."""
    if part.due_on is None or part.due_on > day.marks[group_id].late_through or part.state not in UNDONE:
        return None
    return LatePart(part, part.due_on, day.days.late(part.due_on, roll=day.groups[group_id].roll))


def add_ladders(lates: Sequence[LatePart], ladder: Ladder, *, day: Reckoning, roll: bool) -> None:
    """How far the ladder of each went, and what it does next: one query, and none where there are none."""
    reached = trails(SubjectName.PART, {late.part.id: late.due_on for late in lates}) if lates else {}
    for late in lates:
        late.rungs = reached[late.part.id]
        if late.part.task.leader_seat_id is None:
            note_unset(late.rungs, ladder)
        late.next_rung = next_rung(ladder.rungs, late.due_on, day.today, working_days(), roll=roll)
