"""What the office itself owes: verification, and decisions on extension, adjustment and coordination."""

import sqlalchemy as sa

from tracker.kernel.db import local_day
from tracker.reminders.subjects.rows import GROUP, NUMBERS, Rows, Which, row
from tracker.tasks.models import Adjustment, Extension, ProgressReport, Submission, Task
from tracker.tasks.queries import waits_for_coordination
from tracker.tasks.rules import FREE_EXTENSIONS, LIVE, ReportState, RequestState, TaskState


def verifications(which: Which) -> Rows:
    """Tasks that were handed in and that nobody has verified: by the submission that waits."""
    newest = (
        sa.select(sa.func.max(Submission.id))
        .where(Submission.task_id == Task.id, Submission.state == ReportState.CONFIRMED)
        .correlate(Task)
        .scalar_subquery()
    )
    day = local_day(Submission.confirmed_at)
    return (
        row(Submission.id, Task.lead_unit_id, sa.literal(1), day)
        .select_from(Task)
        .join(Submission, Submission.id == newest)
        .where(Task.group_id == GROUP, Task.state == TaskState.SUBMITTED, *which.of(Submission.id, day))
    )


def extensions(which: Which) -> Rows:
    day = local_day(Extension.asked_at)
    return (
        row(Extension.id, Task.lead_unit_id, sa.literal(1), day)
        .select_from(Extension)
        .join(Task, Task.id == Extension.task_id)
        .where(Extension.state == RequestState.PENDING, *_live(), *which.of(Extension.id, day))
    )


def adjustments(which: Which) -> Rows:
    """By the date by which the director decides, which the unit was told."""
    day = Adjustment.decide_by
    return (
        row(Adjustment.id, Task.lead_unit_id, sa.literal(1), day)
        .select_from(Adjustment)
        .join(Task, Task.id == Adjustment.task_id)
        .where(Adjustment.state == RequestState.PENDING, *_live(), *which.of(Adjustment.id, day))
    )


def coordinations(which: Which) -> Rows:
    """What units put up to the group and nobody has answered."""
    day = local_day(ProgressReport.confirmed_at)
    return (
        row(ProgressReport.id, ProgressReport.unit_id, sa.literal(1), day)
        .select_from(ProgressReport)
        .join(Task, Task.id == ProgressReport.task_id)
        .where(waits_for_coordination(), *_live(), *which.of(ProgressReport.id, day))
    )


def appointed_verifiers() -> Rows:
    """Rows (subject_id, person_id): who was appointed to verify what waits, of the verifications with some numbers."""
    return (
        sa.select(Submission.id.label("subject_id"), Task.verifier_id.label("person_id"))
        .join(Task, Task.id == Submission.task_id)
        .where(Submission.id.in_(NUMBERS), Task.verifier_id.is_not(None))
    )


def further_extensions() -> Rows:
    """Of the extensions with some numbers, those that only a leader decides."""
    return sa.select(Extension.id.label("subject_id")).where(
        Extension.id.in_(NUMBERS), Extension.ordinal > FREE_EXTENSIONS
    )


def _live() -> tuple[sa.ColumnElement[bool], ...]:
    return Task.group_id == GROUP, Task.state.in_(sorted(LIVE))
