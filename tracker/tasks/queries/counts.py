"""Numbers: tasks by light and by unit, in grouped queries, never by going through rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.organisation.models import Unit
from tracker.tasks.models import Task
from tracker.tasks.queries.lights import Condition, codes, light_expression, of_the_group, own_light_expression
from tracker.tasks.queries.reckoning import Reckoning, reckoning
from tracker.tasks.queries.scope import pieces, selects
from tracker.tasks.rules import LIVE, OPEN, Light, LightFacts, TaskState, light_of

ISSUED_EVER = tuple(sorted(LIVE | {TaskState.COMPLETED}))
"""What the numbers of an overview are about: everything signed off and not cancelled."""


_LIGHTS = "INDEXED BY ix_task_lights"
"""Without statistics SQLite would rather read the rows, with all their text."""


@dataclass(slots=True)
class UnitLights:
    """A lead unit with its tasks by light. longest: working days of what is overdue longest (None: nothing is)."""

    unit_id: int
    unit: str
    lights: dict[Light, int] = field(default_factory=dict)
    live: int = 0
    longest: int | None = None
    updated_at: datetime | None = None

    @property
    def total(self) -> int:
        """All tasks ever issued to the unit and not cancelled."""
        return sum(self.lights.values())

    @property
    def done(self) -> int:
        """Tasks completed, on time or late."""
        return self.lights.get(Light.DONE, 0) + self.lights.get(Light.DONE_LATE, 0)

    @property
    def done_percent(self) -> int | None:
        """Share of the tasks that are completed, in whole percent."""
        return self.done * 100 // self.total if self.total else None


def counts_by_light(
    actor: Actor,
    *,
    today: date,
    group_id: int | None = None,
    unit_id: int | None = None,
    only_own: bool = False,
    day: Reckoning | None = None,
) -> dict[Light, int]:
    """How many tasks show each light among those that somebody sees; everything signed off and not cancelled.

    only_own: what their units lead or take part in, whatever else they see; where they only cooperate, by the light
    of their part. day: the reckoning of today, where the caller has it already.
    """
    marks, units = (day or reckoning(today)).marks, sorted(actor.unit_ids)
    light = light_expression(marks)
    seen = pieces(actor, group_id=group_id, unit_id=unit_id, only_own=only_own)
    watched = [piece for piece in seen if piece.whole_groups]
    own = [piece for piece in seen if not piece.whole_groups]
    # What somebody sees through their units leaves out the groups they watch over, so that the two add up.
    grouped = [_whole(key, light) for piece in watched for key in piece.keys]
    if own:
        ids = sa.union(*selects(own, (Task.id,), lambda state: [state.in_(codes(ISSUED_EVER))])).subquery("seen")
        owed = own_light_expression(marks, units) if only_own else light
        lit = sa.select(owed.label("light")).join(ids, ids.c.id == Task.id).subquery("lit")
        grouped.append(sa.select(lit.c.light, sa.func.count().label("number")).group_by(lit.c.light))
    counts = dict.fromkeys(Light, 0)
    for row in db.session.execute(sa.union_all(*grouped)) if grouped else ():
        counts[Light(row.light)] += row.number
    return counts


def _whole(group: Condition, light: sa.ColumnElement[str]) -> sa.Select[str, int]:
    """A whole group by unit and light, from the index that holds all a light depends on."""
    columns = light.label("light"), sa.func.count().label("number")
    query = (
        sa.select(*columns).where(group, of_the_group, Task.state.in_(ISSUED_EVER)).group_by(Task.lead_unit_id, light)
    )
    return query.with_hint(Task, _LIGHTS, "sqlite")


def counts_by_unit(group_id: int, *, today: date) -> list[UnitLights]:
    """The lead units of a group with their tasks by light, the worst first: overdue, then due soon, then open.

    One query. Who may see the group's numbers is the caller's question.
    """
    day = reckoning(today)
    marks = day.marks[group_id]
    counted = sa.union_all(_dated(group_id, day), _undated(group_id)).subquery("counted")
    rows = db.session.execute(sa.select(counted, Unit.name).join(Unit, Unit.id == counted.c.unit_id)).all()
    units: dict[int, UnitLights] = {}
    roll = day.groups[group_id].roll
    for row in rows:
        unit = units.setdefault(row.unit_id, UnitLights(row.unit_id, row.name))
        state = TaskState(row.state) if row.state is not None else None
        if state is None:
            light = Light(row.light)
        else:
            light = light_of(LightFacts(state, None, continuous=row.continuous, late=row.late), marks)
        unit.lights[light] = unit.lights.get(light, 0) + row.number
        unit.live += row.number if state in LIVE | {None} else 0
        if row.reported_at is not None:
            unit.updated_at = max(unit.updated_at or row.reported_at, row.reported_at)
        if light is Light.RED:
            unit.longest = day.days.late(row.oldest, roll=roll)
    return sorted(units.values(), key=_worst_first)


def _dated(group_id: int, day: Reckoning) -> sa.Select[*tuple[Any, ...]]:
    """Open tasks: what their light is depends on the day, so each is looked at."""
    light = light_expression({group_id: day.marks[group_id]})
    return (
        sa.select(
            Task.lead_unit_id.label("unit_id"),
            light.label("light"),
            sa.null().label("state"),
            sa.null().label("continuous"),
            sa.null().label("late"),
            sa.func.count().label("number"),
            sa.func.min(Task.sort_on).label("oldest"),
            sa.func.max(Task.reported_at).label("reported_at"),
        )
        .where(Task.group_id == group_id, of_the_group, Task.state.in_(sorted(OPEN)))
        .group_by(Task.lead_unit_id, light)
        .with_hint(Task, _LIGHTS, "sqlite")
    )


def _undated(group_id: int) -> sa.Select[*tuple[Any, ...]]:
    """All others: their light follows from columns that stand together in the index, which counts them as it goes."""
    kinds = (Task.lead_unit_id, Task.state, Task.continuous, Task.late)
    return (
        sa.select(
            Task.lead_unit_id,
            sa.null(),
            Task.state,
            Task.continuous,
            Task.late,
            sa.func.count(),
            sa.cast(sa.null(), sa.Date),
            sa.func.max(Task.reported_at),
        )
        .where(Task.group_id == group_id, of_the_group, Task.state.in_(sorted(set(ISSUED_EVER) - OPEN)))
        .group_by(*kinds)
        .with_hint(Task, _LIGHTS, "sqlite")
    )


def _worst_first(unit: UnitLights) -> tuple[Any, ...]:
    red, yellow = unit.lights.get(Light.RED, 0), unit.lights.get(Light.YELLOW, 0)
    return (-red, -(unit.longest or 0), -yellow, -unit.live, unit.unit)


def counts_by_state(group_id: int) -> dict[TaskState, int]:
    """How many tasks of a group stand in each state."""
    rows = db.session.execute(
        sa.select(Task.state, sa.func.count()).where(Task.group_id == group_id, of_the_group).group_by(Task.state)
    )
    return {row[0]: row[1] for row in rows}


def unaccepted_by_unit(group_ids: Sequence[int]) -> list[tuple[int, str, int, date | None]]:
    """Who has not signed for: (unit id, name, how many tasks, the earliest day to sign by), earliest first."""
    earliest = sa.func.min(Task.accept_by)
    rows = db.session.execute(
        sa.select(Unit.id, Unit.name, sa.func.count(), earliest)
        .select_from(Task)
        .join(Unit, Unit.id == Task.lead_unit_id)
        .where(Task.group_id.in_(group_ids), of_the_group, Task.state == TaskState.ISSUED)
        .group_by(Unit.id, Unit.name)
        .order_by(earliest, Unit.id)
    )
    return [(unit_id, name, number, day) for unit_id, name, number, day in rows]


def unreported_by_unit(group_ids: Sequence[int], *, since: datetime) -> list[tuple[int, str, int]]:
    """Who has not reported since an instant: (unit id, name, how many open tasks), most first."""
    number = sa.func.count()
    rows = db.session.execute(
        sa.select(Unit.id, Unit.name, number)
        .select_from(Task)
        .join(Unit, Unit.id == Task.lead_unit_id)
        .where(
            Task.group_id.in_(group_ids),
            of_the_group,
            Task.state.in_(sorted(OPEN - {TaskState.ISSUED})),
            sa.or_(Task.reported_at.is_(None), Task.reported_at < since),
        )
        .group_by(Unit.id, Unit.name)
        .order_by(number.desc(), Unit.id)
    )
    return [(unit_id, name, found) for unit_id, name, found in rows]
