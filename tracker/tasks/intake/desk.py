"""What confirming has at hand: who acts and when, the units and people entered so far, and what was newly made."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.errors import Invalid
from tracker.organisation.models import Person, Unit
from tracker.plans.refusals import about
from tracker.plans.study import Study


@dataclass(slots=True)
class Desk:
    """The work of one confirmation."""

    study: Study
    choices: Mapping[str, Any]
    by: Actor
    now: datetime
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    made: dict[str, list[int]] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """Today, where plans are made."""
        return local_date(self.now)

    @property
    def instrument(self) -> str:
        """The paper by which seats and posts are entered."""
        return str(self.choices["document_number"])[:100]

    def note(self, kind: str, row_id: int) -> None:
        """Note that a row is new."""
        self.made.setdefault(kind, []).append(row_id)


@contextmanager
def at(part: str, name: str) -> Iterator[None]:
    """Say of a refused input in which part of the page it stands and what it is about."""
    try:
        yield
    except Invalid as refusal:
        raise Invalid({part: about(name, refusal.message)}) from refusal
