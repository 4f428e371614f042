"""What a rung does beside telling: by oversight's own acts, each of which can be done twice without harm."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from tracker.kernel.db import db
from tracker.oversight.commands import draft_notices_by_ladder, raise_overdue_flags, urge_by_ladder
from tracker.oversight.rules import FlagColour
from tracker.reminders.models import Reminder
from tracker.reminders.rules import Effect, Ladder, ReminderState, Rung, Step, made_up
from tracker.reminders.subjects import SubjectKind

FACTS = (Effect.NOTICE, Effect.YELLOW, Effect.RED)
"""Effects that leave something which people work on."""


def take_effect(
    group_id: int, kind: SubjectKind, rung: Rung, ladder: Ladder, ids: Sequence[int], *, now: datetime
) -> None:
    """Let a rung that was reached do what else it does: urge, draft a notice, raise a yellow or red warning.

    Warnings only where it was reached while it stood in the ladder: changing that flags nothing of before.
    """
    subject, offset, since = kind.name.value, rung.offset, ladder.warns_since(rung)
    match rung.effect:
        case Effect.URGE:
            urge_by_ladder(group_id, subject, ids, rung=offset, now=now)
        case Effect.NOTICE:
            draft_notices_by_ladder(group_id, subject, ids, rung=offset, now=now)
        case Effect.YELLOW:
            raise_overdue_flags(group_id, subject, ids, colour=FlagColour.YELLOW, rung=offset, now=now, since=since)
        case Effect.RED:
            raise_overdue_flags(group_id, subject, ids, colour=FlagColour.RED, rung=offset, now=now, since=since)


def make_up(
    group_id: int,
    kind: SubjectKind,
    step: Step,
    ladder: Ladder,
    ids: Sequence[int],
    *,
    then: Effect,
    at: datetime,
    now: datetime,
) -> None:
    """Let rungs that went on record as superseded at a moment do what an outage must not cost.

    then: what was done in their place, so that of two warnings the graver stands alone.
    """
    passed = [rung for rung in ladder.rungs if rung.offset <= step.rung.offset and rung.effect in FACTS]
    rows = db.session.execute(
        sa.select(Reminder.subject_id, Reminder.rung)
        .where(
            Reminder.subject_kind == kind.name,
            Reminder.subject_id.in_(ids),
            Reminder.ladder == kind.ladder,
            Reminder.rung.in_([rung.offset for rung in passed]),
            Reminder.repeat == 0,
            Reminder.state == ReminderState.SUPERSEDED,
            Reminder.created_at == at,
        )
        .distinct()
    )
    missed: dict[int, set[int]] = defaultdict(set)
    for subject_id, offset in rows:
        missed[subject_id].add(offset)
    alike: dict[Rung, list[int]] = defaultdict(list)
    for subject_id in sorted(missed):
        for rung in made_up([rung for rung in passed if rung.offset in missed[subject_id]], then=then):
            alike[rung].append(subject_id)
    for rung in sorted(alike, key=lambda rung: rung.offset):
        take_effect(group_id, kind, rung, ladder, alike[rung], now=now)
