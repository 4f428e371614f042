"""The names in a clerk's form, in the order in which they appear."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

NEW = "new"


def unit_list(text: str) -> list[str]:
    """The units in a field that lists several: 区财政局、区人社局."""
    return list(dict.fromkeys(name for name in re.split(r"[、，,；;\s]+", text) if name))


def taken_groups(choices: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The groups that a clerk wants from the document."""
    return [group for group in choices["groups"] if group["take"]]


def taken_seats(group: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The seats that a clerk wants from a group."""
    return [seat for seat in group["seats"] if seat["take"]]


def lead_of(task: Mapping[str, Any], choices: Mapping[str, Any]) -> str:
    """A task's lead unit, or the one that the clerk named for all tasks without."""
    return str(task["lead"] or choices["lead"])


def unit_names(choices: Mapping[str, Any]) -> list[str]:
    """Every unit that what is ticked speaks of."""
    return list(dict.fromkeys(name for name in _units(choices) if name))


def _units(choices: Mapping[str, Any]) -> Iterator[str]:
    for group in taken_groups(choices):
        yield group["office_unit"]
        for seat in taken_seats(group):
            yield from (post["unit"] for post in seat["posts"])
    for task in choices["tasks"]:
        if task["take"]:
            yield lead_of(task, choices)
            yield from unit_list(task["cooperating"])
    yield from (row["unit"] for row in choices["staff"] if row["name"])


def people_units(choices: Mapping[str, Any]) -> dict[str, list[str]]:
    """Every person whom what is ticked names, with the units of their posts."""
    found: dict[str, list[str]] = {}
    for group in taken_groups(choices):
        for seat in taken_seats(group):
            if seat["person"]:
                found.setdefault(seat["person"], []).extend(post["unit"] for post in seat["posts"] if post["unit"])
    for row in choices["staff"]:
        if row["name"]:
            found.setdefault(row["name"], []).extend([row["unit"]] if row["unit"] else [])
    return found
