"""What a ladder would do for something due on a day: by the real calendar, to the people who hold the posts today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from tracker.kernel.calendar import working_days
from tracker.kernel.db import db
from tracker.organisation.models import LeadershipGroup, Person, Unit
from tracker.reminders.queries.judging import would_judge
from tracker.reminders.recipients import Holders, Place
from tracker.reminders.rules import (
    PERSONAL,
    Audience,
    Hearer,
    LadderKind,
    Rung,
    Step,
    SubjectName,
    rung_day,
    steps_of,
)
from tracker.reminders.subjects import SUBJECTS


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody who would hear, as what, and for whom where the post is empty."""

    name: str
    audience: Audience
    instead_of: Audience | None


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One day of a preview. open: audiences that depend on the subject, such as the person to whom it is given.

    people: each list with the kinds of subjects that it is for; none where all kinds of the ladder have the same one.
    provisional: the day lies in a year whose holidays are not published, so it may still change.
    """

    day: date
    step: Step
    people: Sequence[tuple[Sequence[SubjectName], Sequence[Heard]]]
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
    told = {step.rung.offset: _hearers(holders, kind, step.rung, place, today=today) for step in steps}
    names = _names({hearer.person_id for lists in told.values() for _kinds, found in lists for hearer in found})
    lines = []
    for step in steps:
        day = rung_day(due_on, step.offset, calendar, roll=roll)
        people = [
            (kinds, [Heard(names[one.person_id], one.audience, one.instead_of) for one in found])
            for kinds, found in told[step.rung.offset]
        ]
        unknown = [one for one in step.rung.audience if one in PERSONAL or one is Audience.LEADER_IN_CHARGE]
        lines.append(PreviewLine(day, step, people, unknown, calendar.is_provisional(day), day < today))
    return lines


def _hearers(
    holders: Holders, ladder: LadderKind, rung: Rung, place: Place, *, today: date
) -> list[tuple[list[SubjectName], list[Hearer]]]:
    """Who hears of a rung: of what the office owes, who may do it where the unit at work is the office's own house."""
    found: list[tuple[list[SubjectName], list[Hearer]]] = []
    for kind in SUBJECTS:
        if kind.ladder is not ladder:
            continue
        hearers = would_judge(holders, kind, rung, place, today=today)
        same = next((kinds for kinds, known in found if known == hearers), None)
        if same is None:
            found.append(([kind.name], hearers))
        else:
            same.append(kind.name)
    return found if len(found) > 1 else [([], hearers) for _kinds, hearers in found]


def _names(people: set[int]) -> dict[int, str]:
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(sorted(people))))
    return {row[0]: row[1] for row in rows}
