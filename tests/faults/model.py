"""What ought to have happened, counted in plain Python from the tasks and the days that were played.

The ladder is written down here once more, and working days are counted by weekday alone: the days played lie between
holidays. Nothing of the product's own counting is used.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

RUNGS: Mapping[int, tuple[str, ...]] = {
    -7: ("owner", "liaison"),
    -1: ("owner", "liaison"),
    0: ("owner", "liaison"),
    1: ("deputy", "liaison"),
    3: ("head", "office"),
}
"""Working days from the due date (late days counted from 1), and who hears then. Played no further than the third."""


@dataclass(frozen=True)
class Given:
    """A task: its number, when it is due, its owner."""

    task_id: int
    due_on: date
    owner_id: int


def working(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < 5


def distance(due_on: date, today: date) -> int:
    """Working days from the due date to a day; negative before it."""
    low, high = sorted((due_on, today))
    days = sum(working(low + timedelta(days=1 + ahead)) for ahead in range((high - low).days))
    return days if today >= due_on else -days


def expected(
    tasks: Sequence[Given], days: Iterable[date], people: Mapping[str, Sequence[int]]
) -> Iterator[tuple[int, int, int, str]]:
    """Every reminder (task, rung, person, day) that sweeps on these days ought to write and tell, once."""
    told: set[tuple[int, int]] = set()
    for day in days:
        for task in tasks:
            reached = [rung for rung in RUNGS if rung <= distance(task.due_on, day)]
            if not reached or (task.task_id, max(reached)) in told:
                continue
            told.add((task.task_id, max(reached)))
            everybody = {**people, "owner": [task.owner_id]}
            for person in sorted({person for name in RUNGS[max(reached)] for person in everybody[name]}):
                yield task.task_id, max(reached), person, day.isoformat()
