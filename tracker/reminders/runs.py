"""One group's part of a run of the sweep, in plain values that outlive a transaction."""

from dataclasses import dataclass
from datetime import date, datetime

from tracker.kernel.clock import local_date
from tracker.reminders.recipients import Holders
from tracker.reminders.rules import Ladder, ReminderState


@dataclass(frozen=True, slots=True)
class Sweeping:
    """What is swept and when: the group, its ladder, who holds what, and (where it is held) the held run."""

    group_id: int
    uses_from: date
    ladder: Ladder
    holders: Holders
    now: datetime
    held_run_id: int | None = None

    @property
    def today(self) -> date:
        """The run's day."""
        return local_date(self.now)

    @property
    def state(self) -> ReminderState:
        """How what is told now is written."""
        return ReminderState.ACTIVE if self.held_run_id is None else ReminderState.HELD
