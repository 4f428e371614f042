"""The steps in the life of a task: from which states each may start, and where it ends."""

from collections.abc import Mapping
from datetime import date

from tracker.tasks.rules.states import Move, TaskState

S = TaskState

MOVES: Mapping[Move, tuple[frozenset[TaskState], TaskState | None]] = {
    Move.PROPOSE: (frozenset({S.DRAFT}), S.PROPOSED),
    Move.SEND_BACK: (frozenset({S.PROPOSED}), S.DRAFT),
    Move.SIGN_OFF: (frozenset({S.PROPOSED}), S.ISSUED),
    Move.TAKE_OVER: (frozenset({S.DRAFT}), S.ACTIVE),
    Move.ENTER_DONE: (frozenset({S.DRAFT}), S.COMPLETED),
    Move.ACCEPT: (frozenset({S.ISSUED}), S.ACTIVE),
    Move.SUBMIT: (frozenset({S.ACTIVE, S.RETURNED}), S.SUBMITTED),
    Move.VERIFY: (frozenset({S.SUBMITTED}), S.COMPLETED),
    Move.RETURN: (frozenset({S.SUBMITTED}), S.RETURNED),
    Move.SUSPEND: (frozenset({S.ISSUED, S.ACTIVE, S.RETURNED}), S.SUSPENDED),
    Move.RESUME: (frozenset({S.SUSPENDED}), None),
    Move.CANCEL: (frozenset(S) - {S.COMPLETED, S.CANCELLED}, S.CANCELLED),
}
"""From each move to the states it may start in and the state it ends in (None: where the task was before)."""

OPEN = frozenset({S.ISSUED, S.ACTIVE, S.RETURNED})
"""States in which the days run: only these can be overdue."""
WORK = frozenset({S.ACTIVE, S.RETURNED})
"""States in which the lead unit is at work on it."""
PART_WORK = OPEN | {S.SUBMITTED}
"""States in which cooperating units sign for, report on and complete their parts."""
LIVE = OPEN | {S.SUBMITTED, S.SUSPENDED}
"""Issued and not at an end."""
ENDED = frozenset({S.COMPLETED, S.CANCELLED})

STAMPS: Mapping[Move, tuple[str, ...]] = {
    Move.SIGN_OFF: ("issued_at",),
    Move.TAKE_OVER: ("issued_at", "accepted_at"),
    Move.ENTER_DONE: ("issued_at", "completed_at"),
    Move.ACCEPT: ("accepted_at",),
    Move.SUBMIT: ("submitted_at",),
    Move.VERIFY: ("completed_at",),
}
"""The instants that a step puts down on the task."""

ADJUSTMENT_DECISION_DAYS = 2
RETURN_DAYS = 5
FREE_EXTENSIONS = 1
"""So many extensions are decided by the office; every further one by a leader."""
MAX_TITLE = 120
MAX_TEXT = 4000
PERCENT_BEHIND = 10
FAR_FUTURE = date(9999, 12, 31)


def can(move: Move, state: TaskState) -> bool:
    """Whether a move may start in a state."""
    return state in MOVES[move][0]
