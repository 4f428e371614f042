"""Who hears of what only somebody without a part in the work may do: subject by subject, for they are few."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.kernel.clock import LOCAL
from tracker.kernel.db import UtcDateTime, db
from tracker.organisation.models import Person
from tracker.reminders.queries.lines import still_pending
from tracker.reminders.queries.standing import pending_ids, step_values
from tracker.reminders.recipients import Holders, Place
from tracker.reminders.rules import Audience, Hearer, Rung, Window, hear_who_may
from tracker.reminders.runs import Sweeping
from tracker.reminders.subjects import LEADING, Judging, SubjectKind, Which, asked, table
from tracker.tasks.models import Task
from tracker.tasks.policy import is_barred

PEOPLE: Any = sa.bindparam("people", type_=sa.Integer(), expanding=True)
AT_ONCE = 500
"""So many subjects are looked at in one go."""
NOWHERE = Place(0)
"""Where only seats count."""


def who_may_judge(
    run: Sweeping, kind: SubjectKind, judging: Judging, rung: Rung, stands: Mapping[int, Place]
) -> list[tuple[int, Hearer]]:
    """(subject, who hears of it) for the subjects of a chunk, each with the place at which it stands."""
    holders = run.holders
    by_place = {place: holders.hearers(place, rung) for place in set(stands.values())}
    in_line = [_seated(holders, audiences) for audiences in judging.in_line]
    appointed = _appointed(run, judging, stands)
    everybody = [*by_place.values(), *in_line, *appointed.values()]
    people = sorted({hearer.person_id for hearers in everybody for hearer in hearers})
    barred = _barred(run, kind, stands, people)
    for_leaders = _for_leaders(run, judging, stands)
    leaders = {hearer.person_id for hearer in _seated(holders, LEADING)}
    found = []
    for subject_id, place in stands.items():
        able = set(people) - barred[subject_id]
        if subject_id in for_leaders:
            able &= leaders
        heard = hear_who_may(
            by_place[place],
            able,
            in_line=in_line,
            appointed=appointed[subject_id],
        )
        found += [(subject_id, hearer) for hearer in heard]
    return found


def number(run: Sweeping, kind: SubjectKind, judging: Judging, window: Window) -> int:
    """How many would hear of what stands on a step."""
    told, after = 0, 0
    while ids := pending_ids(run, kind, window, after=after, limit=AT_ONCE):
        found = db.session.execute(still_pending(kind), step_values(run, window, ids=ids))
        stands = {row.subject_id: Place(*row[1:]) for row in found}
        run.holders.look_up(stands.values())
        told += len(who_may_judge(run, kind, judging, window.rung, stands))
        after = ids[-1]
    return told


def would_judge(holders: Holders, kind: SubjectKind, rung: Rung, place: Place, *, today: date) -> list[Hearer]:
    """Who would hear at a rung of something new that a unit alone does, and for which nobody was named."""
    by_rung = holders.hearers(place, rung)
    if kind.judging is None:
        return by_rung
    in_line = [_seated(holders, audiences) for audiences in kind.judging.in_line]
    people = {hearer.person_id for hearers in (by_rung, *in_line) for hearer in hearers}
    return hear_who_may(by_rung, people - _of_unit(place.unit_id, people, today=today), in_line=in_line)


def _of_unit(unit_id: int, people: Collection[int], *, today: date) -> set[int]:
    """Those of some people who would have a part in a task that a unit gets today."""
    issued_at = datetime.combine(today, time(), tzinfo=LOCAL)
    task = sa.select(
        sa.literal(0).label("id"),
        sa.literal(unit_id).label("lead_unit_id"),
        sa.literal(issued_at, type_=UtcDateTime()).label("issued_at"),
    ).subquery("imagined")
    barred = sa.select(Person.id).join(task, sa.true()).where(Person.id.in_(people), is_barred(task.c, Person.id))
    return set(db.session.scalars(barred))


def _seated(holders: Holders, audiences: Sequence[Audience]) -> list[Hearer]:
    return [Hearer(person, audience) for audience in audiences for person in holders.of(NOWHERE, audience)]


def _appointed(run: Sweeping, judging: Judging, subjects: Mapping[int, Place]) -> defaultdict[int, list[Hearer]]:
    """By subject, who was named for it; they hear as what they do there, which is a supervisor's work."""
    found: defaultdict[int, list[Hearer]] = defaultdict(list)
    if judging.appointed is not None:
        rows = db.session.execute(judging.appointed(), asked(run.group_id, ids=list(subjects)))
        for subject_id, person_id in rows:
            found[subject_id].append(Hearer(person_id, Audience.SUPERVISOR))
    return found


def _for_leaders(run: Sweeping, judging: Judging, subjects: Mapping[int, Place]) -> set[int]:
    if judging.for_leaders is None:
        return set()
    return set(db.session.scalars(judging.for_leaders(), asked(run.group_id, ids=list(subjects))))


def _barred(
    run: Sweeping, kind: SubjectKind, subjects: Mapping[int, Place], people: Sequence[int]
) -> defaultdict[int, set[int]]:
    """By subject, those of some people who have a part in its work."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    values = asked(run.group_id, ids=list(subjects)) | {PEOPLE.key: people}
    for subject_id, person_id in db.session.execute(_barred_pairs(kind), values):
        found[subject_id].add(person_id)
    return found


@cache
def _barred_pairs(kind: SubjectKind) -> sa.Select[int, int]:
    chosen, task = table(kind, Which(numbered=True)), aliased(Task)
    return (
        sa.select(chosen.c.subject_id, Person.id)
        .join(task, task.id == chosen.c.task_id)
        .join(Person, Person.id.in_(PEOPLE))
        .where(is_barred(task, Person.id))
    )
