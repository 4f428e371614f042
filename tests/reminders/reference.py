"""What a ladder should do, reckoned day by day in plain Python: the other half of the property tests.

It shares nothing with the product but the words: no windows, no queries, no halving; who holds what is the cast's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.reminders.rules import Audience, Rung

DAY = timedelta(days=1)

HEADS = {
    "finance": ("finance_head",),
    "education": ("education_head",),
    "construction": ("construction_head",),
    "town": ("town_head",),
    "school_one": ("school_one_head",),
}
LIAISONS = {"finance": ("finance_liaison",)}
DEPUTIES = {"finance": ("finance_deputy",)}
SEATS = {
    Audience.OFFICE: ("office_director", "office_clerk", "office_secondee"),
    Audience.OFFICE_DIRECTOR: ("office_director",),
    Audience.SUPERVISOR: ("supervisor",),
    Audience.LEADER: ("leader",),
    Audience.DEPUTY_LEADER: ("deputy_leader",),
}
UNIT_LINE = (Audience.LIAISON, Audience.DEPUTY_IN_CHARGE, Audience.UNIT_HEAD)
"""In the cast every unit has a head, so a unit's own people never run out."""


@dataclass(frozen=True)
class Work:
    """A task, or a cooperating unit's part of one, as the reference knows it."""

    unit: str
    due_on: date
    owner: str | None = None
    owner_gone: bool = False
    led: bool = False
    """Whether a leader (the deputy leader's seat) watches over it, or over the task that it is part of."""
    part: bool = False
    milestones: tuple[date, ...] = ()
    """When steps inside the task are due that nobody has done; entered with the task, whose date may have moved."""

    def dates(self) -> set[date]:
        """Every date of which people are to hear: the work's own, and those of steps that come before it."""
        return {self.due_on} | {day for day in self.milestones if day < self.due_on}


class Days:
    """Working days, counted one by one."""

    def __init__(self, exceptions: Mapping[date, bool]) -> None:
        self.exceptions = exceptions

    def works(self, day: date) -> bool:
        """Whether offices work."""
        return self.exceptions.get(day, day.weekday() < 5)

    def position(self, due_on: date, today: date, *, roll: bool) -> int:
        """Where today stands to a due date, in the numbers of rungs, on a working day."""
        last = due_on
        while not self.works(last):
            last -= DAY
        if today <= last:
            return -sum(self.works(last - n * DAY) for n in range((last - today).days))
        end = due_on
        while roll and not self.works(end):
            end += DAY
        if today <= end:
            return 0
        return sum(self.works(end + n * DAY) for n in range(1, (today - end).days + 1))


def steps(rungs: Sequence[Rung]) -> list[tuple[int, int, int]]:
    """(working day, rung, repeat) of everything that a ladder does."""
    found = []
    for n, rung in enumerate(rungs):
        ceiling = rungs[n + 1].offset if n + 1 < len(rungs) else 10**6
        found += [
            (rung.offset + again * rung.repeat_every, rung.offset, again)
            for again in range(rung.repeat_times + 1)
            if again == 0 or rung.offset + again * rung.repeat_every < ceiling
        ]
    return sorted(found)


def people(work: Work, rung: Rung) -> set[str]:
    """Who should hear of a rung."""
    heard: set[str] = set()
    unset = 0
    for audience in rung.audience:
        if audience is Audience.OWNER:
            if work.owner is None:
                unset += 1
            else:
                heard |= set(_unit_line(work, UNIT_LINE)) if work.owner_gone else {work.owner}
        elif audience is Audience.LEADER_IN_CHARGE:
            if work.led:
                heard |= {"deputy_leader"}
            else:
                unset += 1
        elif audience in SEATS:
            heard |= set(SEATS[audience])
        else:
            heard |= set(_held(work.unit, audience) or _unit_line(work, _next(audience)))
    if not heard and unset:
        # The unit's own line goes before the leaders', in whatever order a ladder names the two.
        named = Audience.OWNER in rung.audience
        return set(_unit_line(work, UNIT_LINE) if named else SEATS[Audience.DEPUTY_LEADER])
    return heard


def _next(audience: Audience) -> tuple[Audience, ...]:
    if audience is Audience.LIAISON:
        return (Audience.DEPUTY_IN_CHARGE, Audience.UNIT_HEAD)
    return (Audience.UNIT_HEAD, Audience.LIAISON)


def _unit_line(work: Work, line: Sequence[Audience]) -> Sequence[str]:
    return next(found for audience in line if (found := _held(work.unit, audience)))


def _held(unit: str, audience: Audience) -> Sequence[str]:
    table = {Audience.LIAISON: LIAISONS, Audience.DEPUTY_IN_CHARGE: DEPUTIES, Audience.UNIT_HEAD: HEADS}[audience]
    return table.get(unit, ())


Told = set[tuple[int, date, int, int, str]]
"""(number of the work, the date that it is about, rung, repeat, person)."""


def expected(works: Sequence[Work], rungs: Sequence[Rung], days: Days, today: date, *, roll: bool) -> tuple[Told, Told]:
    """Who is told today of what for the first time ever, and what goes on record as superseded."""
    told: Told = set()
    superseded: Told = set()
    if not days.works(today):
        return told, superseded
    by_offset = {rung.offset: rung for rung in rungs}
    followed = [(number, one, due_on) for number, one in enumerate(works) for due_on in one.dates()]
    for number, work, due_on in followed:
        position = days.position(due_on, today, roll=roll)
        reached = [step for step in steps(rungs) if step[0] <= position]
        if not reached:
            continue
        _day, top, again = reached[-1]
        told |= {(number, due_on, top, again, name) for name in people(work, by_offset[top])}
        lower = {rung for _day, rung, _again in reached if rung < top} | ({top} if again else set())
        superseded |= {(number, due_on, rung, 0, name) for rung in lower for name in people(work, by_offset[rung])}
    return told, superseded
