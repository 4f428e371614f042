"""On which day a rung is reached, and which due dates stand on it today. Pure counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.kernel.calendar import WorkingDays
from tracker.reminders.rules.ladders import Rung

HORIZON = timedelta(days=400)
"""How far around today a rung is looked for; no ladder reaches further."""


def rung_day(due_on: date, offset: int, calendar: WorkingDays, *, roll: bool = True) -> date:
    """The day on which a rung is reached.

    Offsets of 0 and below count back from the last working day on or before the due date; above 0 they count
    forward, the first working day of lateness being +1.
    """
    if offset <= 0:
        return calendar.shift(calendar.on_or_before(due_on), offset)
    first = calendar.on_or_after(calendar.late_from(due_on, roll=roll))
    return calendar.shift(first, offset - 1)


@dataclass(frozen=True, slots=True)
class Step:
    """A rung reached for the first time (repeat 0), or told again; offset is the working day on which that happens."""

    rung: Rung
    repeat: int
    offset: int


def steps_of(rungs: Sequence[Rung]) -> list[Step]:
    """Everything that a ladder does, in the order of days: rungs, and repeats until the next rung takes over."""
    found = []
    for place, rung in enumerate(rungs):
        before = rungs[place + 1].offset if place + 1 < len(rungs) else None
        for repeat in range(rung.repeat_times + 1):
            offset = rung.offset + repeat * rung.repeat_every
            if before is not None and offset >= before:
                break
            found.append(Step(rung, repeat, offset))
    return found


@dataclass(frozen=True, slots=True)
class Window:
    """The due dates for which a step is the highest one reached today: after, up to and including through."""

    step: Step
    after: date
    through: date

    @property
    def rung(self) -> Rung:
        """The rung of the step."""
        return self.step.rung


def windows(
    today: date, calendar: WorkingDays, rungs: Sequence[Rung], *, roll: bool = True, grace: int = 0
) -> list[Window]:
    """For each step, the dates that stand on it today. Reached, not equal: a day off changes nothing.

    grace: working days after the date within which the work is to be done, where the date is when it came in.
    """
    steps = steps_of(rungs)
    bounds = [_latest_due(today, step.offset, calendar, roll=roll, grace=grace) for step in steps]
    bounds.append(today - HORIZON)
    return [Window(step, bounds[n + 1], bounds[n]) for n, step in enumerate(steps)]


def _latest_due(today: date, offset: int, calendar: WorkingDays, *, roll: bool, grace: int) -> date:
    """The latest due date whose step is reached today; later due dates reach a step later, so halving finds it."""
    low, high = today - HORIZON, today + HORIZON
    while low < high:
        middle = low + timedelta(days=((high - low).days + 1) // 2)
        if rung_day(calendar.shift(middle, grace), offset, calendar, roll=roll) <= today:
            low = middle
        else:
            high = middle - timedelta(days=1)
    return low
