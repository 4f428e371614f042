"""Write reminders: set-based, and by unique keys, so that doing it twice changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import affected, db, json_row
from tracker.organisation.models import LeadershipGroup, Unit
from tracker.outbox.models import InboxItem
from tracker.reminders.models import Reminder
from tracker.reminders.recipients import recipients
from tracker.reminders.rules import DEADLINE_LADDER, FALLBACK, Audience, ReminderState, Rung, Window
from tracker.tasks.models import Task, TaskPart
from tracker.tasks.rules import OPEN, PartState

LADDER = "deadline"


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """Something that can be reminded of: how to find those of a group, with the date that the ladder follows."""

    name: str
    rows: Any


def _task_rows(group_id: int) -> sa.Select[*tuple[Any, ...]]:
    above = aliased(Task)
    return sa.select(
        Task.id.label("subject_id"),
        Task.id.label("task_id"),
        Task.lead_unit_id.label("unit_id"),
        Task.owner_id,
        Task.leader_seat_id,
        Task.title,
        Task.cycle,
        sa.func.coalesce(Task.next_milestone_on, Task.due_on).label("due_on"),
        sa.select(above.lead_unit_id).where(above.id == Task.parent_id).scalar_subquery().label("above_unit_id"),
    ).where(Task.group_id == group_id, Task.state.in_(OPEN), ~Task.extension_pending)


def _part_rows(group_id: int) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            TaskPart.id.label("subject_id"),
            Task.id.label("task_id"),
            TaskPart.unit_id,
            sa.cast(sa.null(), sa.Integer).label("owner_id"),
            sa.cast(sa.null(), sa.Integer).label("leader_seat_id"),
            Task.title,
            sa.literal(1).label("cycle"),
            TaskPart.due_on,
            sa.cast(sa.null(), sa.Integer).label("above_unit_id"),
        )
        .join(Task)
        .where(
            Task.group_id == group_id,
            Task.state.in_(OPEN),
            TaskPart.state.in_([PartState.ISSUED, PartState.ACTIVE]),
            TaskPart.due_on.is_not(None),
        )
    )


SUBJECTS = (SubjectKind("task", _task_rows), SubjectKind("part", _part_rows))


def due_dates(group: LeadershipGroup, kind: SubjectKind) -> Sequence[date]:
    """The dates that the ladder follows for anything of a group that is still to be done."""
    rows = kind.rows(group.id).subquery()
    query = sa.select(rows.c.due_on).where(rows.c.due_on >= group.uses_from).distinct()
    return db.session.scalars(query).all()


def chunk_after(
    group: LeadershipGroup, kind: SubjectKind, window: Window, *, after: int, size: int
) -> tuple[int, int] | None:
    """The next subjects (first and last id) that stand on a rung, at most so many; None when there are no more."""
    rows = _standing(group, kind, window)
    ids = (
        sa.select(rows.c.subject_id).where(rows.c.subject_id > after).order_by(rows.c.subject_id).limit(size).subquery()
    )
    found = db.session.execute(sa.select(sa.func.min(ids.c[0]), sa.func.max(ids.c[0]))).one()
    return None if found[0] is None else (found[0], found[1])


def remind_chunk(
    group: LeadershipGroup, kind: SubjectKind, window: Window, ids: tuple[int, int], *, now: datetime
) -> int:
    """Tell everybody whom a rung concerns about some subjects; who was told already is not told again.

    Lower rungs that were never told (after days off) go on record as superseded. Returns messages written.
    """
    today = local_date(now)
    rows = _standing(group, kind, window)
    subjects = sa.select(rows).where(rows.c.subject_id.between(*ids)).subquery()
    _write(group, kind, window.rung, window.rung.audience, subjects, ReminderState.ACTIVE, today, now=now)
    for audience in FALLBACK:
        unheard = _without(kind, window.rung, subjects)
        _write(group, kind, window.rung, (audience,), unheard, ReminderState.ACTIVE, today, now=now)
    for rung in _lower(window.rung):
        silent = _without(kind, rung, subjects)
        _write(group, kind, rung, rung.audience, silent, ReminderState.SUPERSEDED, today, now=now)
    return _into_inboxes(group, kind, window.rung, subjects, now=now)


def _lower(rung: Rung) -> Sequence[Rung]:
    return [lower for lower in DEADLINE_LADDER if lower.offset < rung.offset]


def _standing(group: LeadershipGroup, kind: SubjectKind, window: Window) -> sa.Subquery:
    """The subjects of a group for which a rung is the highest reached; nothing due before its first day of use."""
    rows = kind.rows(group.id).subquery()
    return (
        sa.select(rows)
        .where(
            rows.c.due_on > window.after,
            rows.c.due_on <= window.through,
            rows.c.due_on >= group.uses_from,
        )
        .subquery()
    )


def _same(kind: SubjectKind, rung: Rung, subjects: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    return [
        Reminder.subject_kind == kind.name,
        Reminder.subject_id == subjects.c.subject_id,
        Reminder.ladder == LADDER,
        Reminder.cycle == subjects.c.cycle,
        Reminder.rung == rung.offset,
        Reminder.repeat == 0,
    ]


def _without(kind: SubjectKind, rung: Rung, subjects: sa.Subquery) -> sa.Subquery:
    """Of some subjects, those for which a rung has no reminder at all."""
    return sa.select(subjects).where(~sa.exists().where(*_same(kind, rung, subjects))).subquery()


def _write(
    group: LeadershipGroup,
    kind: SubjectKind,
    rung: Rung,
    audiences: Sequence[Audience],
    subjects: sa.Subquery,
    state: ReminderState,
    today: date,
    *,
    now: datetime,
) -> None:
    people = sa.union(
        *(recipients(audience, subjects, group_id=group.id, day=today) for audience in audiences)
    ).subquery()
    wanted = sa.select(
        sa.literal(kind.name),
        subjects.c.subject_id,
        sa.literal(LADDER),
        subjects.c.cycle,
        sa.literal(rung.offset),
        sa.literal(0),
        people.c.recipient_id,
        sa.literal(today, type_=sa.Date()),
        sa.literal(state.value),
        sa.literal(now, type_=Reminder.__table__.c.created_at.type),
    ).join(people, people.c.subject_id == subjects.c.subject_id)
    told = sa.exists().where(*_same(kind, rung, subjects), Reminder.recipient_id == people.c.recipient_id)
    names = [
        "subject_kind",
        "subject_id",
        "ladder",
        "cycle",
        "rung",
        "repeat",
        "recipient_id",
        "scheduled_for",
        "state",
        "created_at",
    ]
    db.session.execute(sa.insert(Reminder).from_select(names, wanted.where(~told)))


def _into_inboxes(
    group: LeadershipGroup, kind: SubjectKind, rung: Rung, subjects: sa.Subquery, *, now: datetime
) -> int:
    """Every reminder that tells somebody has its inbox message, written in the same transaction."""
    message = "reminder.near" if rung.offset <= 0 else "reminder.late"
    key = (
        sa.literal(f"reminder:{kind.name}:")
        + sa.cast(subjects.c.subject_id, sa.String)
        + sa.literal(":")
        + sa.cast(subjects.c.cycle, sa.String)
        + sa.literal(f":{rung.offset}")
    )
    params = json_row(
        "title",
        subjects.c.title,
        "unit",
        Unit.name,
        "due_on",
        sa.cast(subjects.c.due_on, sa.String),
        "rung",
        sa.literal(rung.offset),
    )
    rows = (
        sa.select(
            Reminder.recipient_id,
            sa.literal(message),
            params,
            sa.literal("task"),
            subjects.c.task_id,
            sa.literal(group.id),
            key,
            sa.literal(now, type_=Reminder.__table__.c.created_at.type),
        )
        .join_from(subjects, Reminder, sa.and_(*_same(kind, rung, subjects)))
        .join(Unit, Unit.id == subjects.c.unit_id)
        .where(
            Reminder.state == ReminderState.ACTIVE,
            ~sa.exists().where(InboxItem.recipient_id == Reminder.recipient_id, InboxItem.key == key),
        )
    )
    names = ["recipient_id", "kind", "params", "subject_kind", "subject_id", "group_id", "key", "created_at"]
    return affected(sa.insert(InboxItem).from_select(names, rows))


def reminder_windows_are_open(*, now: datetime) -> bool:
    """Nothing goes out on a day on which offices do not work."""
    return working_days().is_working(local_date(now))
