"""The default ladder: at which working-day offset who is told about what. Pure tables and counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.kernel.calendar import WorkingDays
from tracker.kernel.text import Labels, _l

HORIZON = timedelta(days=400)
"""How far around today a rung is looked for; no ladder reaches further."""


class Audience(StrEnum):
    """Who hears at a rung; resolved to persons when the rung is reached."""

    OWNER = "owner"
    LIAISON = "liaison"
    DEPUTY_IN_CHARGE = "deputy_in_charge"
    UNIT_HEAD = "unit_head"
    OFFICE = "office"
    LEADER_IN_CHARGE = "leader_in_charge"
    LEADER = "leader"
    SUPERVISOR = "supervisor"


class ReminderState(StrEnum):
    """active: told. superseded: a higher rung was reached at once, this one is on record only."""

    ACTIVE = "active"
    SUPERSEDED = "superseded"


LABELS = Labels(
    {
        Audience.OWNER: _l("责任人"),
        Audience.LIAISON: _l("联络员"),
        Audience.DEPUTY_IN_CHARGE: _l("分管负责人"),
        Audience.UNIT_HEAD: _l("主要负责人"),
        Audience.OFFICE: _l("领导小组办公室"),
        Audience.LEADER_IN_CHARGE: _l("牵头领导"),
        Audience.LEADER: _l("组长"),
        Audience.SUPERVISOR: _l("督导（督查）人员"),
    },
    {
        ReminderState.ACTIVE: _l("已提醒"),
        ReminderState.SUPERSEDED: _l("已由更高一级提醒取代"),
    },
)


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a ladder: offset in working days (up to 0 before the deadline, above from the day lateness starts)."""

    offset: int
    audience: tuple[Audience, ...]


DEADLINE_LADDER = (
    Rung(-7, (Audience.OWNER, Audience.LIAISON)),
    Rung(-1, (Audience.OWNER, Audience.LIAISON)),
    Rung(0, (Audience.OWNER, Audience.LIAISON)),
    Rung(1, (Audience.LIAISON, Audience.DEPUTY_IN_CHARGE)),
    Rung(3, (Audience.UNIT_HEAD, Audience.OFFICE)),
    Rung(7, (Audience.UNIT_HEAD, Audience.OFFICE, Audience.LEADER_IN_CHARGE)),
    Rung(15, (Audience.LEADER, Audience.SUPERVISOR)),
)
"""The default ladder of the domain's section 5, as far as it is messages."""

FALLBACK = (Audience.DEPUTY_IN_CHARGE, Audience.UNIT_HEAD, Audience.OFFICE)
"""Who hears, in this order, when nobody of a rung's audience exists: an empty post never swallows a reminder."""


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
class Window:
    """The due dates for which a rung is the highest one reached today: after, up to and including through."""

    rung: Rung
    after: date
    through: date


def windows(today: date, calendar: WorkingDays, ladder: Sequence[Rung], *, roll: bool = True) -> list[Window]:
    """For each rung, the due dates that stand on it today. Reached, not equal: a day off changes nothing."""
    bounds = [_latest_due(today, rung.offset, calendar, roll=roll) for rung in ladder]
    bounds.append(today - HORIZON)
    return [Window(rung, bounds[n + 1], bounds[n]) for n, rung in enumerate(ladder)]


def _latest_due(today: date, offset: int, calendar: WorkingDays, *, roll: bool) -> date:
    """The latest due date whose rung is reached today; later due dates reach a rung later, so halving finds it."""
    low, high = today - HORIZON, today + HORIZON
    while low < high:
        middle = low + timedelta(days=((high - low).days + 1) // 2)
        if rung_day(middle, offset, calendar, roll=roll) <= today:
            low = middle
        else:
            high = middle - timedelta(days=1)
    return low
