"""Drafts of liaisons and owners that wait for a head or a deputy in charge."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.organisation.models import Person, Unit
from tracker.tasks.models import Evidence, ProgressReport, Submission, Task
from tracker.tasks.queries.answering import confirms_for
from tracker.tasks.queries.waiting import LIMIT
from tracker.tasks.rules import OPEN, ReportState, TaskState


@dataclass(frozen=True, slots=True)
class Draft:
    """A report (report_id) or a submission that waits to be confirmed. version: of the report, or of the task."""

    task_id: int
    report_id: int | None
    version: int
    title: str
    unit: str
    due_on: date | None
    text: str
    difficulty: str
    coordination: str
    percent: int | None
    no_change: bool
    drafted_by: str
    drafted_at: datetime
    files: int

    @property
    def key(self) -> str:
        """What a tick-box calls it."""
        return f"s{self.task_id}" if self.report_id is None else f"r{self.report_id}"

    def seen_at(self, version: int) -> "Draft":
        """The same as the reader saw it."""
        return replace(self, version=version)


def drafts_to_confirm(actor: Actor) -> list[Draft]:
    """Everything drafted for somebody to confirm, submissions first, the oldest first: two queries."""
    mine, own = confirms_for(actor, Task.lead_unit_id), confirms_for(actor, ProgressReport.unit_id)
    if mine is None or own is None:
        return []
    return [*_submissions(mine), *_reports(own)]


def _files(column: Any, row: Any) -> Any:
    return sa.select(sa.func.count()).where(column == row).scalar_subquery()


def _submissions(mine: sa.ColumnElement[bool]) -> list[Draft]:
    rows = db.session.execute(
        sa.select(
            Task.id,
            sa.null(),
            Task.version,
            Task.title,
            Unit.name,
            Task.due_on,
            Submission.statement,
            sa.literal(""),
            sa.literal(""),
            sa.null(),
            sa.false(),
            Person.name,
            Submission.drafted_at,
            _files(Evidence.submission_id, Submission.id),
        )
        .join(Submission, Submission.task_id == Task.id)
        .join(Unit, Unit.id == Task.lead_unit_id)
        .join(Person, Person.id == Submission.drafted_by_id)
        .where(
            mine,
            Submission.state == ReportState.DRAFT,
            Task.state.in_([TaskState.ACTIVE, TaskState.RETURNED]),
        )
        .order_by(Submission.drafted_at, Submission.id)
        .limit(LIMIT)
    )
    return [Draft(*values) for values in map(tuple, rows)]


def _reports(own: sa.ColumnElement[bool]) -> list[Draft]:
    rows = db.session.execute(
        sa.select(
            Task.id,
            ProgressReport.id,
            ProgressReport.version,
            Task.title,
            Unit.name,
            Task.due_on,
            ProgressReport.text,
            ProgressReport.difficulty,
            ProgressReport.coordination,
            ProgressReport.percent,
            ProgressReport.no_change,
            Person.name,
            ProgressReport.drafted_at,
            _files(Evidence.report_id, ProgressReport.id),
        )
        .join(ProgressReport, ProgressReport.task_id == Task.id)
        .join(Unit, Unit.id == ProgressReport.unit_id)
        .join(Person, Person.id == ProgressReport.drafted_by_id)
        .where(
            own,
            ProgressReport.state == ReportState.DRAFT,
            Task.state.in_(sorted(OPEN | {TaskState.SUBMITTED})),
        )
        .order_by(ProgressReport.drafted_at, ProgressReport.id)
        .limit(LIMIT)
    )
    return [Draft(*values) for values in map(tuple, rows)]
