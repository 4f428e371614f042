"""Every reminder that tells somebody has its inbox message, written in the same transaction."""

from collections.abc import Sequence
from datetime import datetime

from tracker.kernel.db import affected, bare, insert_if_new
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import joined
from tracker.reminders.queries.lines import CHANNELS, ENDING, HELD, MESSAGE, MESSAGE_NAMES, URGENCY, messages_of
from tracker.reminders.queries.standing import AGAIN, MOMENT, OFFSET
from tracker.reminders.rules import Step
from tracker.reminders.subjects import SubjectKind, asked


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
        HELD.key: held_run_id,
    }
    messages = messages_of(kind, held=held_run_id is not None)
    return affected(insert_if_new(bare(InboxItem)).from_select(list(MESSAGE_NAMES), messages), values)
