"""What a rung does beside telling: by oversight's own acts, each of which can be done twice without harm."""

from collections.abc import Sequence
from datetime import datetime

from tracker.oversight.commands import draft_notices_by_ladder, raise_overdue_flags, urge_by_ladder
from tracker.oversight.rules import FlagColour
from tracker.reminders.rules import Effect, Rung
from tracker.reminders.subjects import SubjectKind


def take_effect(group_id: int, kind: SubjectKind, rung: Rung, ids: Sequence[int], *, now: datetime) -> None:
    """Let a rung that was reached do what else it does: urge, draft a notice, raise a yellow or red warning."""
    subject, offset = kind.name.value, rung.offset
    match rung.effect:
        case Effect.URGE:
            urge_by_ladder(group_id, subject, ids, rung=offset, now=now)
        case Effect.NOTICE:
            draft_notices_by_ladder(group_id, subject, ids, rung=offset, now=now)
        case Effect.YELLOW:
            raise_overdue_flags(group_id, subject, ids, colour=FlagColour.YELLOW, rung=offset, now=now)
        case Effect.RED:
            raise_overdue_flags(group_id, subject, ids, colour=FlagColour.RED, rung=offset, now=now)
