"""What a ladder would do for something due on a day: by the real calendar, to the people who hold the posts today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from tracker.kernel.calendar import working_days
from tracker.kernel.db import db
from tracker.organisation.models import LeadershipGroup, Person, Unit
from tracker.reminders.recipients import Holders, Place
from tracker.reminders.rules import PERSONAL, Audience, LadderKind, Rung, Step, rung_day, steps_of


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody who would hear, as what, and for whom where the post is empty."""

    name: str
    audience: Audience
    instead_of: Audience | None


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One day of a preview. open: audiences that depend on the subject, such as the person to whom it is given.

    provisional: the day lies in a year whose holidays are not published, so it may still change.
    """

    day: date
    step: Step
    people: Sequence[Heard]
    open: Sequence[Audience]
    provisional: bool
    past: bool


def preview(
    group: LeadershipGroup, kind: LadderKind, rungs: Sequence[Rung], *, due_on: date, unit: Unit, today: date
) -> list[PreviewLine]:
    """Who would hear on which days, if something of a unit were due on a day."""
    calendar, place = working_days(), Place(unit.id)
    holders = Holders(group.id, today)
    holders.look_up([place])
    roll = group.roll_due_dates if kind is LadderKind.DEADLINE else True
    steps = steps_of(rungs)
    hearers = {step.rung.offset: holders.hearers(place, step.rung) for step in steps}
    names = _names({hearer.person_id for found in hearers.values() for hearer in found})
    lines = []
    for step in steps:
        day = rung_day(due_on, step.offset, calendar, roll=roll)
        people = [Heard(names[one.person_id], one.audience, one.instead_of) for one in hearers[step.rung.offset]]
        unknown = [one for one in step.rung.audience if one in PERSONAL or one is Audience.LEADER_IN_CHARGE]
        lines.append(PreviewLine(day, step, people, unknown, calendar.is_provisional(day), day < today))
    return lines


def _names(people: set[int]) -> dict[int, str]:
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(sorted(people))))
    return {row[0]: row[1] for row in rows}
