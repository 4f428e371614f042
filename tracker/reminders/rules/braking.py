"""When a run is too much to be true, and must be looked at before anybody hears of it. Pure counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from tracker.reminders.rules.words import HoldCause


@dataclass(frozen=True, slots=True)
class Brake:
    """What a group's run may write without being looked at."""

    factor: int = 5
    """So many times what is usual: a month's end triples a day, a bad import multiplies it."""
    floor: int = 500
    """Never held below so many messages: what sixty units get on a heavy day."""
    first: int = 5000
    """Where nothing is usual yet, as in a group's first month: a whole plan brought in at once, but not ten of them."""
    urgent: int = 100
    """So many of the highest urgency at once: a leader who gets more of them reads none."""
    urgent_factor: int = 3
    """… or so many times the usual number of these, whichever is more."""


BRAKE = Brake()
OPEN_BRAKE = Brake(floor=10**9, first=10**9, urgent=10**9)
"""Holds nothing: for a story that is loaded and for measurements."""

USUAL_DAYS = 30
"""What is usual is the median of the days in so many on which anything was told."""


def too_much(
    planned: int, urgent: int, usual: Sequence[int], usual_urgent: Sequence[int], *, brake: Brake = BRAKE
) -> HoldCause | None:
    """Why a run that would write so many messages (so many of them of the highest urgency) is held; None if it is not.

    usual: how many were told on each day of the last month on which any were.
    """
    most = max(brake.floor, brake.factor * median(usual)) if usual else brake.first
    if planned > most:
        return HoldCause.STORM
    most_urgent = max(brake.urgent, brake.urgent_factor * median(usual_urgent) if usual_urgent else 0)
    return HoldCause.URGENT if urgent > most_urgent else None


AHEAD = timedelta(hours=36)
"""Ticks come every few seconds, so a gap of a day and a half is an outage or a wrong clock; which, people know."""
APART = timedelta(minutes=10)
"""So far the clocks of two machines may differ."""


def clock_doubt(now: datetime, *, database: datetime, last: datetime | None) -> HoldCause | None:
    """Whether a clock can be believed beside the database's, and after the last tick that was; None where it can."""
    if now < max(database, last or database) - APART:
        return HoldCause.CLOCK_BEHIND
    if now > database + APART or (last is not None and now > last + AHEAD):
        return HoldCause.CLOCK_AHEAD
    return None
