"""Who hears, once it is known who holds what: audiences by right, and the next in line where one is empty. Pure."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from tracker.reminders.rules.ladders import FALLBACK
from tracker.reminders.rules.words import Audience

Holders = Callable[[Audience], Sequence[int]]
"""The people (by id) of an audience; empty where nobody holds the post."""


@dataclass(frozen=True, slots=True)
class Hearer:
    """Somebody who hears, as what; instead_of names an audience that is empty and for which they (also) hear."""

    person_id: int
    audience: Audience
    instead_of: Audience | None = None


def hear(audiences: Sequence[Audience], holders: Holders, *, unset: Collection[Audience] = ()) -> list[Hearer]:
    """Everybody of some audiences, and for each that is empty the next in line. unset: there is no such post at all."""
    found: dict[int, Hearer] = {}
    meant = [audience for audience in audiences if audience not in unset]
    empty = []
    for audience in meant:
        people = holders(audience)
        for person in people:
            found.setdefault(person, Hearer(person, audience))
        if not people:
            empty.append(audience)
    for audience in empty:
        for hearer in stand_in(audience, holders):
            known = found.get(hearer.person_id)
            if known is None:
                found[hearer.person_id] = hearer
            elif known.instead_of is None:
                found[hearer.person_id] = Hearer(known.person_id, known.audience, audience)
    return list(found.values())


def stand_in(audience: Audience, holders: Holders) -> list[Hearer]:
    """Who hears in place of an audience of which there is nobody: the first in line that is not empty."""
    for candidate in FALLBACK[audience]:
        if people := holders(candidate):
            return [Hearer(person, candidate, audience) for person in people]
    return []
