"""What ought to have happened, counted in plain Python from the tasks and the days that were played.

The ladder is written down here once more, and working days are counted by weekday alone: the days played lie between
holidays. Nothing of the product's own counting is used.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

RUNGS: Mapping[int, tuple[str, ...]] = {
    -7: ("owner", "liaison"),
    -1: ("owner", "liaison"),
    0: ("owner", "liaison"),
    1: ("deputy", "liaison"),
    3: ("head", "office"),
    7: ("head", "office"),
    15: ("leader", "supervisor"),
}
"""Working days from the due date (late days counted from 1), and who hears then; no task played has a leader of its
own, who would hear on the seventh."""
EFFECTS: Mapping[int, str] = {1: "urge", 3: "yellow", 7: "notice", 15: "red"}
"""What else a rung leaves behind: a record that the unit was urged, a warning, the draft of a notice."""
CHAT_FROM = 1
"""From this rung on the robot of the group speaks too; mail goes out from all of them."""


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


def expected(tasks: Sequence[Given], days: Iterable[date], people: Mapping[str, Sequence[int]]) -> Iterator["Reminder"]:
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


Reminder = tuple[int, int, int, str]
"""Task, rung, person, day."""
Digest = tuple[int, str, str]
"""Person, channel, day."""
Effect = tuple[int, str, int, str]
"""Task, what was left behind, by which rung, on which day."""


def effects(tasks: Sequence[Given], days: Iterable[date]) -> Iterator[Effect]:
    """Every warning, draft and record of urging that sweeps on these days ought to leave behind, once.

    Where rungs were passed over, an urge is a message too late; a draft and the graver warning are made up for.
    """
    stood: dict[int, int] = {}
    for day in days:
        for task in tasks:
            before, now = stood.get(task.task_id, -99), distance(task.due_on, day)
            fresh = {EFFECTS[rung]: rung for rung in EFFECTS if before < rung <= now}
            stood[task.task_id] = max([rung for rung in RUNGS if rung <= now], default=before)
            if fresh.get("urge") != stood[task.task_id]:
                fresh.pop("urge", None)
            if "red" in fresh:
                fresh.pop("yellow", None)
            for what, rung in fresh.items():
                yield task.task_id, what, rung, day.isoformat()


def digests(reminders: Iterable[Reminder], mail: Collection[int], chat: Collection[int]) -> Iterator[Digest]:
    """Who must get a digest by which way on which day: whoever is told something and can be reached, that same day."""
    for _task, rung, person, day in reminders:
        if person in mail:
            yield person, "mail", day
        if rung >= CHAT_FROM and person in chat:
            yield person, "chat", day


@dataclass(frozen=True)
class Ought:
    """What ought to have happened on the days that were played."""

    days: Sequence[str]
    reminders: frozenset[Reminder]
    digests: frozenset[Digest]
    effects: frozenset[Effect]
    addresses: Mapping[int, str]
    """Of whom mail reaches, their address."""
    names: Mapping[int, str]
    """Of whom a robot reaches, what it calls them."""


def ought(
    tasks: Sequence[Given],
    days: Sequence[date],
    people: Mapping[str, Sequence[int]],
    *,
    addresses: Mapping[int, str],
    names: Mapping[int, str],
) -> Ought:
    """All of it, for days on which offices work."""
    reminders = frozenset(expected(tasks, days, people))
    return Ought(
        [day.isoformat() for day in days],
        reminders,
        frozenset(digests(reminders, addresses, names)),
        frozenset(effects(tasks, days)),
        addresses,
        names,
    )
