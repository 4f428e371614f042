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
COLOURS = frozenset({"yellow", "red"})
WARNED = ("head", "deputy", "liaison", "owner")
"""Who is told of a warning: the unit, which may state its case before anything is decided, by its head, its deputy in
charge and its liaison; and whoever in it has the task. By mail and by the robot, whatever its colour."""
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


def steps(tasks: Sequence[Given], days: Iterable[date]) -> Iterator[tuple[Given, date, int, Sequence[int]]]:
    """Each step that sweeps on these days ought to take, once: task, day, rung, and those that it passes over."""
    stood: dict[int, int] = {}
    for day in days:
        for task in tasks:
            before, now = stood.get(task.task_id, -99), distance(task.due_on, day)
            fresh = sorted(rung for rung in RUNGS if before < rung <= now)
            if fresh:
                stood[task.task_id] = fresh[-1]
                yield task, day, fresh[-1], fresh[:-1]


def expected(tasks: Sequence[Given], days: Iterable[date], people: Mapping[str, Sequence[int]]) -> Iterator["Reminder"]:
    """Every reminder (task, rung, person, day) that sweeps on these days ought to write and tell, once."""
    for task, day, rung, _passed in steps(tasks, days):
        for person in _hearers(RUNGS[rung], task, people):
            yield task.task_id, rung, person, day.isoformat()


def passed_over(
    tasks: Sequence[Given], days: Iterable[date], people: Mapping[str, Sequence[int]]
) -> Iterator["Reminder"]:
    """Every trace that a rung leaves of which nobody is told, for a higher one was reached with it: once as well."""
    for task, day, _rung, passed in steps(tasks, days):
        for rung in passed:
            for person in _hearers(RUNGS[rung], task, people):
                yield task.task_id, rung, person, day.isoformat()


def _hearers(audience: Sequence[str], task: Given, people: Mapping[str, Sequence[int]]) -> Sequence[int]:
    everybody = {**people, "owner": [task.owner_id]}
    return sorted({person for name in audience for person in everybody[name]})


Reminder = tuple[int, int, int, str]
"""Task, rung, person, day."""
Digest = tuple[int, str, str]
"""Person, channel, day."""
Effect = tuple[int, str, int, str]
"""Task, what was left behind, by which rung, on which day."""
Warned = tuple[int, str, int, str]
"""Task, colour, person, day."""


def effects(tasks: Sequence[Given], days: Iterable[date]) -> Iterator[Effect]:
    """Every warning, draft and record of urging that sweeps on these days ought to leave behind, once.

    Where rungs were passed over, an urge is a message too late; a draft and the graver warning are made up for.
    """
    for task, day, reached, passed in steps(tasks, days):
        fresh = {EFFECTS[rung]: rung for rung in (*passed, reached) if rung in EFFECTS}
        if fresh.get("urge") != reached:
            fresh.pop("urge", None)
        if "red" in fresh:
            fresh.pop("yellow", None)
        for what, rung in fresh.items():
            yield task.task_id, what, rung, day.isoformat()


def warned(tasks: Sequence[Given], days: Iterable[date], people: Mapping[str, Sequence[int]]) -> Iterator["Warned"]:
    """Who ought to be told of which warning on which day, once."""
    by_number = {task.task_id: task for task in tasks}
    for task_id, what, _rung, day in effects(tasks, days):
        if what in COLOURS:
            for person in _hearers(WARNED, by_number[task_id], people):
                yield task_id, what, person, day


def digests(
    reminders: Iterable[Reminder], warnings: Iterable[Warned], mail: Collection[int], chat: Collection[int]
) -> Iterator[Digest]:
    """Who must get a digest by which way on which day: whoever is told something and can be reached, that same day."""
    heard = [(person, day, rung >= CHAT_FROM) for _task, rung, person, day in reminders]
    heard += [(person, day, True) for _task, _colour, person, day in warnings]
    for person, day, by_chat in heard:
        if person in mail:
            yield person, "mail", day
        if by_chat and person in chat:
            yield person, "chat", day


@dataclass(frozen=True)
class Ought:
    """What ought to have happened on the days that were played."""

    days: Sequence[str]
    reminders: frozenset[Reminder]
    passed_over: frozenset[Reminder]
    warned: frozenset[Warned]
    digests: frozenset[Digest]
    effects: frozenset[Effect]
    addresses: Mapping[int, str]
    """Of whom mail reaches, their address."""
    names: Mapping[int, str]
    """Of whom a robot reaches, what it calls them."""
    people: frozenset[int]
    """Who is told of reminders and warnings, and of nothing else."""


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
    warnings = frozenset(warned(tasks, days, people))
    return Ought(
        [day.isoformat() for day in days],
        reminders,
        frozenset(passed_over(tasks, days, people)),
        warnings,
        frozenset(digests(reminders, warnings, addresses, names)),
        frozenset(effects(tasks, days)),
        addresses,
        names,
        frozenset([*(task.owner_id for task in tasks), *(person for some in people.values() for person in some)]),
    )
