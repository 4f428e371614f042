"""Every reminder that tells somebody has its inbox message, written in the same transaction."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from tracker.kernel.db import affected, bare, json_row
from tracker.organisation.models import Unit
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import joined
from tracker.reminders.models import Reminder
from tracker.reminders.queries.standing import AGAIN, MOMENT, OFFSET, same_cycle
from tracker.reminders.rules import ReminderState, Step
from tracker.reminders.subjects import GROUP, SubjectKind, Which, asked, table

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


MESSAGE: Any = sa.bindparam("message", type_=sa.String())
CHANNELS: Any = sa.bindparam("by_channels", type_=sa.String())
URGENCY: Any = sa.bindparam("how_urgent", type_=sa.Integer())
RUN: Any = sa.bindparam("of_run", type_=sa.Integer())
ENDING: Any = sa.bindparam("ending", type_=sa.String())


def into_inboxes(
    group_id: int, kind: SubjectKind, step: Step, ids: Sequence[int], *, now: datetime, held_run_id: int | None = None
) -> int:
    """Put what was written for a step into inboxes: in this transaction, or by a held run. Returns how many."""
    rung = step.rung
    again = f":{step.repeat}" if step.repeat else ""
    values = asked(group_id, ids=ids) | {
        OFFSET.key: rung.offset,
        AGAIN.key: step.repeat,
        MOMENT.key: now,
        MESSAGE.key: kind.messages[rung.offset > 0],
        CHANNELS.key: joined(rung.channels),
        URGENCY.key: rung.urgency,
        ENDING.key: f":{rung.offset}{again}",
        RUN.key: held_run_id,
    }
    messages = _messages(kind, held=held_run_id is not None)
    return affected(sa.insert(bare(InboxItem)).from_select(list(NAMES), messages), values)


@cache
def _messages(kind: SubjectKind, *, held: bool) -> sa.Select[*tuple[Any, ...]]:
    subjects = table(kind, Which(numbered=True))
    key = (
        sa.literal(f"reminder:{kind.name}:")
        + sa.cast(subjects.c.subject_id, sa.String)
        + sa.literal(":")
        + sa.cast(subjects.c.cycle, sa.String)
        + ENDING
    )
    params = json_row(
        "title",
        subjects.c.title,
        "unit",
        Unit.name,
        "due_on",
        sa.cast(subjects.c.due_on, sa.String),
        "rung",
        OFFSET,
    )
    return (
        sa.select(
            Reminder.recipient_id,
            MESSAGE,
            params,
            sa.literal(kind.leads_to),
            subjects.c.task_id,
            GROUP,
            key,
            CHANNELS,
            URGENCY,
            MOMENT,
        )
        .join_from(subjects, Reminder, sa.and_(*same_cycle(kind, subjects)))
        .join(Unit, Unit.id == subjects.c.unit_id)
        .where(
            Reminder.rung == OFFSET,
            Reminder.repeat == AGAIN,
            Reminder.state == ReminderState.ACTIVE,
            Reminder.held_run_id == RUN if held else Reminder.created_at == MOMENT,
            ~sa.exists().where(InboxItem.recipient_id == Reminder.recipient_id, InboxItem.key == key),
        )
    )
