"""Numbers and lists that the page about a document shows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.organisation.rules import LABELS, SeatRole
from tracker.plans.proposal import Choices
from tracker.plans.study import Study

SEAT_ROLES = [
    (role, LABELS[role])
    for role in (
        SeatRole.LEADER,
        SeatRole.EXECUTIVE_DEPUTY,
        SeatRole.DEPUTY_LEADER,
        SeatRole.MEMBER,
        SeatRole.OFFICE_DIRECTOR,
        SeatRole.OFFICE_DEPUTY_DIRECTOR,
        SeatRole.LIAISON,
        SeatRole.SUPERVISOR,
    )
]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the head of the page says in numbers, and which lines are marked (today as the form writes days)."""

    today: str
    seats: int
    tasks: int
    passed: int
    questions: int
    marks: dict[int, str]
    unsure_units: list[Any]
    sure_units: list[Any]
    new_names: list[str]
    known_names: list[str]
    likely_names: list[str]


def preview_facts(choices: Choices, found: Study, *, today: date) -> Facts:
    """Count what is ticked and what waits for an answer."""
    taken = [task for task in choices["tasks"] if task["take"]]
    unsure = [(place, unit) for place, unit in enumerate(found.units) if not unit.choice]
    sure = [(place, unit) for place, unit in enumerate(found.units) if unit.choice]
    return Facts(
        today=today.isoformat(),
        seats=sum(seat["take"] for group in choices["groups"] if group["take"] for seat in group["seats"]),
        tasks=len(taken),
        passed=sum(bool(task["due_on"]) and task["due_on"] < today.isoformat() for task in taken),
        questions=sum(not unit.choice for unit in found.units) + sum(not person.choice for person in found.people),
        marks=_marks(choices),
        unsure_units=unsure,
        sure_units=sure,
        new_names=[unit.new_name for _place, unit in sure if unit.unit_id is None],
        known_names=[unit.name for _place, unit in sure if unit.unit_id is not None and not unit.likely],
        likely_names=[f"{unit.name} → {unit.chosen_name}" for _place, unit in sure if unit.likely],
    )


def _marks(choices: Choices) -> dict[int, str]:
    """Lines with findings, and in yellow those with a warning."""
    rows = [*choices["phases"], *choices["tasks"], *(seat for group in choices["groups"] for seat in group["seats"])]
    marks = {row["line"]: "" for row in rows if row["line"]}
    marks.update({warning["line"]: "yellow" for warning in choices["warnings"] if warning["line"]})
    return marks
