"""What a rung does beside telling: by oversight's own acts, each of which can be done twice without harm."""

from collections.abc import Sequence
from datetime import datetime

from tracker.oversight.commands import draft_notices_by_ladder, urge_by_ladder
from tracker.reminders.rules import Effect, Rung
from tracker.reminders.subjects import SubjectKind


def take_effect(group_id: int, kind: SubjectKind, rung: Rung, ids: Sequence[int], *, now: datetime) -> None:
    """Let a rung that was reached do what else it does: urge, draft a notice, raise a yellow or red warning."""
    if rung.effect is Effect.URGE:
        urge_by_ladder(group_id, kind.name.value, ids, rung=rung.offset, now=now)
    elif rung.effect is Effect.NOTICE:
        draft_notices_by_ladder(group_id, kind.name.value, ids, rung=rung.offset, now=now)
