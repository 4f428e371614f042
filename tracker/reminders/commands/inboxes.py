"""Every reminder that tells somebody has its inbox message, written in the same transaction."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from tracker.kernel.db import affected, json_row
from tracker.organisation.models import Unit
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import joined
from tracker.reminders.models import Reminder
from tracker.reminders.queries.standing import same_cycle
from tracker.reminders.rules import ReminderState, Step
from tracker.reminders.subjects import SubjectKind

NAMES = (
    "recipient_id",
    "kind",
    "params",
    "subject_kind",
    "subject_id",
    "group_id",
    "key",
    "channels",
    "urgency",
    "created_at",
)


def into_inboxes(
    group_id: int,
    kind: SubjectKind,
    step: Step,
    subjects: sa.FromClause,
    written: Sequence[sa.ColumnElement[bool]],
    *,
    now: datetime,
) -> int:
    """Put what was written for a step into inboxes; `written` says which reminders these are. Returns how many."""
    key = _key(kind, subjects, step)
    rung = step.rung
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
            sa.literal(kind.messages[rung.offset > 0]),
            params,
            sa.literal(kind.leads_to),
            subjects.c.task_id,
            sa.literal(group_id),
            key,
            sa.literal(joined(rung.channels)),
            sa.literal(rung.urgency),
            sa.literal(now, type_=Reminder.__table__.c.created_at.type),
        )
        .join_from(subjects, Reminder, sa.and_(*same_cycle(kind, subjects)))
        .join(Unit, Unit.id == subjects.c.unit_id)
        .where(
            Reminder.rung == rung.offset,
            Reminder.repeat == step.repeat,
            Reminder.state == ReminderState.ACTIVE,
            *written,
            ~sa.exists().where(InboxItem.recipient_id == Reminder.recipient_id, InboxItem.key == key),
        )
    )
    return affected(sa.insert(InboxItem).from_select(list(NAMES), rows))


def _key(kind: SubjectKind, subjects: sa.FromClause, step: Step) -> sa.ColumnElement[str]:
    again = f":{step.repeat}" if step.repeat else ""
    return (
        sa.literal(f"reminder:{kind.name}:")
        + sa.cast(subjects.c.subject_id, sa.String)
        + sa.literal(":")
        + sa.cast(subjects.c.cycle, sa.String)
        + sa.literal(f":{step.rung.offset}{again}")
    )
