"""A unit's portrait (单位画像): what the facts say of its work over time; no points, no ranking, no persons."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.desk.queries.flags import decided_before
from tracker.desk.queries.pasts import Past, light_on, pasts_of
from tracker.kernel.calendar import WorkingDays, working_days
from tracker.kernel.db import db
from tracker.organisation.models import LeadershipGroup
from tracker.oversight.models import Flag, Statement, SupervisionNotice, Urge
from tracker.oversight.rules import DecisionKind, FlagState, StatementState
from tracker.tasks.models import (
    Crossing,
    DelayExplanation,
    Extension,
    Task,
    Verification,
)
from tracker.tasks.queries import counts_by_unit
from tracker.tasks.rules import (
    LIVE,
    Light,
    Outcome,
    RequestState,
    TaskState,
)

MONTHS = 12
"""So many month ends are looked back on."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Counts by light at the end of a day, derived from facts."""

    day: date
    lights: Mapping[Light, int]


@dataclass(frozen=True, slots=True)
class Portrait:
    """What the facts say of one unit in one group."""

    now: Mapping[Light, int]
    months: Sequence[Snapshot]
    since: date
    finished: int
    on_time: int
    early: int
    straight: int
    """Finished without ever being returned."""
    counts: Mapping[str, int]
    decisions: Mapping[DecisionKind, int]
    flags: Sequence[Flag]


def portrait(group: LeadershipGroup, unit_id: int, *, today: date) -> Portrait:
    """One unit's portrait: a handful of indexed queries, however long its history."""
    pasts = pasts_of(group.id, unit_id)
    calendar = working_days()
    ends = [day for day in _month_ends(today) if day >= group.uses_from]
    since = max(group.uses_from, _months_before(today, MONTHS))
    finished = [past for past in pasts if past.task.state is TaskState.COMPLETED and past.handed_in]
    lights = {unit.unit_id: unit.lights for unit in counts_by_unit(group.id, today=today)}
    return Portrait(
        now=dict.fromkeys(Light, 0) | lights.get(unit_id, {}),
        months=[Snapshot(day, _counts(pasts, group, day, calendar)) for day in ends],
        since=since,
        finished=len(finished),
        on_time=sum(not past.task.late for past in finished),
        early=sum(_was_early(past) for past in finished),
        straight=sum(len(past.handed_in) == 1 for past in finished),
        counts=_numbers(group.id, unit_id, [past.task.id for past in pasts]),
        decisions=decided_before(group.id, [unit_id])[unit_id].counts,
        flags=db.session.scalars(
            sa.select(Flag).where(Flag.group_id == group.id, Flag.unit_id == unit_id).order_by(Flag.id.desc()).limit(20)
        ).all(),
    )


def _was_early(past: Past) -> bool:
    last = past.handed_in[-1]
    return last.due_on is not None and last.on < last.due_on and not past.task.late


def _counts(pasts: Iterable[Past], group: LeadershipGroup, day: date, calendar: WorkingDays) -> dict[Light, int]:
    found = dict.fromkeys(Light, 0)
    for past in pasts:
        light = light_on(past, group, day, calendar)
        if light is not None:
            found[light] += 1
    return found


def _month_ends(today: date) -> list[date]:
    """The last days of the months before this one, oldest first."""
    ends = []
    day = today.replace(day=1) - timedelta(days=1)
    for _ in range(MONTHS):
        ends.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return ends[::-1]


def _months_before(today: date, months: int) -> date:
    day = today.replace(day=1)
    for _ in range(months):
        day = (day - timedelta(days=1)).replace(day=1)
    return day


def _numbers(group_id: int, unit_id: int, task_ids: Sequence[int]) -> dict[str, int]:
    """How often things happened, each as one count."""
    of_tasks = Task.id.in_(list(task_ids))
    counted: dict[str, Any] = {
        "crossings": sa.select(sa.func.count()).where(
            Crossing.unit_id == unit_id, Crossing.task_id.in_(sa.select(Task.id).where(Task.group_id == group_id))
        ),
        "returns": sa.select(sa.func.count()).where(
            Verification.outcome == Outcome.RETURNED, Verification.task_id.in_(list(task_ids))
        ),
        "extensions": sa.select(sa.func.count()).where(
            Extension.state == RequestState.APPROVED, Extension.task_id.in_(list(task_ids))
        ),
        "explanations": sa.select(sa.func.count()).where(DelayExplanation.task_id.in_(list(task_ids))),
        "urges": sa.select(sa.func.count()).where(
            Urge.unit_id == unit_id, Urge.task_id.in_(sa.select(Task.id).where(Task.group_id == group_id))
        ),
        "notices": sa.select(sa.func.count()).where(
            SupervisionNotice.group_id == group_id,
            SupervisionNotice.unit_id == unit_id,
            SupervisionNotice.signed_at.is_not(None),
        ),
        "statements": sa.select(sa.func.count())
        .select_from(Statement)
        .join(Flag)
        .where(Flag.group_id == group_id, Flag.unit_id == unit_id, Statement.state == StatementState.GIVEN),
        "running": sa.select(sa.func.count()).where(of_tasks, Task.state.in_(sorted(LIVE))),
    }
    row = db.session.execute(sa.select(*(query.scalar_subquery().label(name) for name, query in counted.items()))).one()
    flags: dict[str, int] = defaultdict(int)
    states = sa.select(Flag.colour, Flag.state, sa.func.count()).where(
        Flag.group_id == group_id, Flag.unit_id == unit_id
    )
    for colour, state, number in db.session.execute(states.group_by(Flag.colour, Flag.state)):
        key = "withdrawn" if state is FlagState.WITHDRAWN else colour.value
        flags[key] += number
    return {**row._asdict(), "yellow": flags["yellow"], "red": flags["red"], "withdrawn": flags["withdrawn"]}
