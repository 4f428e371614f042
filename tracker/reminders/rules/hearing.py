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


def hear_who_may(
    by_rung: Sequence[Hearer],
    able: Collection[int],
    *,
    in_line: Sequence[Sequence[Hearer]],
    appointed: Sequence[Hearer] = (),
) -> list[Hearer]:
    """Of what waits for a decision: those of a rung who may take it, never those who may not.

    able: by their numbers, who may. Where any of the rung may not, the first in line of whom somebody may hear as
    well. An appointed person who may hears at every rung, and then nobody else need. Where nobody may at all the
    rung's people hear nevertheless: somebody has to see to it.
    """
    found = {hearer.person_id: hearer for hearer in by_rung if hearer.person_id in able}
    others = [hearer for hearer in appointed if hearer.person_id in able]
    if not others and len(found) < len(by_rung):
        lines = ([hearer for hearer in line if hearer.person_id in able] for line in in_line)
        others = next((line for line in lines if line), [])
    for hearer in others:
        found.setdefault(hearer.person_id, hearer)
    return list(found.values()) or list(by_rung)


def stand_in(audience: Audience, holders: Holders) -> list[Hearer]:
    """Who hears in place of an audience of which there is nobody: the first in line that is not empty."""
    for candidate in FALLBACK[audience]:
        if people := holders(candidate):
            return [Hearer(person, candidate, audience) for person in people]
    return []
