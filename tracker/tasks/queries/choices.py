"""What drop-downs of the pages of tasks offer; never more than the reader may know of."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.prepared import Prepared
from tracker.organisation.models import Appointment, LeadershipGroup, MemberUnit, Person, Post, Seat, Unit, on_day
from tracker.organisation.queries import seat_holders
from tracker.organisation.rules import LABELS, LEADERS, OFFICE_DIRECTORS, SeatRole, UnitKind
from tracker.plans.models import Phase, Plan
from tracker.plans.rules import PlanState
from tracker.tasks.models import Task
from tracker.tasks.policy import OVERSEERS, UNIT_BUSINESS, confirmers, involved_units
from tracker.tasks.queries.lights import codes
from tracker.tasks.queries.reckoning import Reckoning
from tracker.tasks.queries.scope import (
    ids_of_others,
    ids_to_verify,
    looked_up_group,
    looked_up_state,
    watched_groups,
)
from tracker.tasks.rules import TaskState

Choices = list[tuple[int, str]]


def groups_of(actor: Actor, day: Reckoning) -> Choices:
    """The groups that somebody has to do with, by seat or through their units; of two short names alike, the full."""
    known = {seat.group_id for seat in actor.seats} | {group_id for group_id, _unit in actor.member_units}
    rows = sorted((group for group in day.groups.values() if group.id in known), key=lambda group: group.full_name)
    shorts = [group.name for group in rows]
    return [(group.id, group.name if shorts.count(group.name) == 1 else group.full_name) for group in rows]


def _choices_of_lists() -> sa.CompoundSelect[str, int, str]:
    units: Any = sa.bindparam("units", expanding=True)
    led = sa.select(MemberUnit.unit_id).where(MemberUnit.group_id.in_(sa.bindparam("watched", expanding=True)))
    seen = sa.or_(Unit.id.in_(units), Unit.parent_id.in_(units), Unit.id.in_(led), Unit.parent_id.in_(led))
    unit_rows = sa.select(sa.literal("unit").label("kind"), Unit.id, Unit.name).where(seen, Unit.ended_on.is_(None))
    phase_rows = (
        sa.select(sa.literal("phase"), Phase.id, Phase.name)
        .join(Plan, Plan.id == Phase.plan_id)
        .where(Plan.group_id.in_(sa.bindparam("groups", expanding=True)), Plan.state == PlanState.ACTIVE)
    )
    return sa.union_all(unit_rows, phase_rows, _people_of(seen), _owners_of_others(units))


def _people_of(seen: sa.ColumnElement[bool]) -> sa.Select[str, int, str]:
    """Who holds or held a post in these units, and so may own a task that they lead."""
    return (
        sa.select(sa.literal("person"), Appointment.person_id, Person.name + "（" + Unit.name + "）")
        .join(Post, Post.id == Appointment.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .join(Person, Person.id == Appointment.person_id)
        .where(seen)
    )


def _out_with(group: Any) -> list[sa.ColumnElement[bool]]:
    """What units see of what concerns them, perhaps of one group alone."""
    return [
        looked_up_state.in_(codes(UNIT_BUSINESS)),
        sa.or_(looked_up_state != TaskState.CANCELLED.value, Task.issued_at.is_not(None)),
        looked_up_group == sa.func.coalesce(group, Task.group_id),
    ]


def _owners_of_others(units: Any) -> sa.Select[str, int, str]:
    """Who owns what units see and do not lead."""
    concerned = sa.union_all(*ids_of_others(units), ids_to_verify(sa.bindparam("person", type_=sa.Integer)))
    return (
        sa.select(sa.literal("owner"), Person.id, Person.name + "（" + Unit.name + "）")
        .select_from(Task)
        .join(Person, Person.id == Task.owner_id)
        .join(Unit, Unit.id == Task.lead_unit_id)
        .where(Task.id.in_(concerned), *_out_with(sa.bindparam("group", type_=sa.Integer)))
        .distinct()
    )


def _owning_people() -> sa.Select[int]:
    """Those of some people who own a task of these groups, or one that went out to these units."""
    units: Any = sa.bindparam("units", expanding=True)
    below = sa.select(Unit.id).where(Unit.parent_id.in_(units))
    lead = Task.lead_unit_id + 0
    own = sa.and_(sa.or_(lead.in_(units), lead.in_(below)), *_out_with(sa.bindparam("group", type_=sa.Integer)))
    watched = looked_up_group.in_(sa.bindparam("watched", expanding=True))
    # The first one found is enough: no engine shall read all that somebody owns, or ever owned.
    first = sa.select(Task.id).where(Task.owner_id == Person.id, sa.or_(watched, own)).limit(1).scalar_subquery()
    return sa.select(Person.id).where(Person.id.in_(sa.bindparam("people", expanding=True)), first.is_not(None))


_CHOICES, _OWNING = Prepared(_choices_of_lists), Prepared(_owning_people)


def list_choices(actor: Actor, *, group_id: int | None) -> dict[str, Choices]:
    """Units, phases and owners by which somebody can narrow a list: two queries.

    Who watches over a group chooses among its lead units; a unit, among itself and what lies below it.
    """
    watched = [group for group in watched_groups(actor) if group_id in (None, group)]
    groups = {group for group, _unit in actor.member_units} | set(watched)
    wanted = sorted(group for group in groups if group_id in (None, group))
    seen = {"units": sorted(actor.unit_ids), "watched": watched, "group": group_id}
    found: dict[str, dict[int, str]] = {"unit": {}, "phase": {}, "person": {}, "owner": {}}
    for kind, row_id, name in _CHOICES.rows(**seen, groups=wanted, person=actor.person_id):
        found[kind].setdefault(row_id, name)
    people = found["person"]
    owning = [row[0] for row in _OWNING.rows(**seen, people=sorted(people))] if people else []
    owners = found["owner"] | {person: people[person] for person in owning}
    return {
        "unit": sorted(found["unit"].items(), key=lambda choice: choice[1]),
        "phase": sorted(found["phase"].items()),
        "owner": sorted(owners.items(), key=lambda choice: choice[1]),
    }


def units_for(group: LeadershipGroup) -> Choices:
    """The units of a group's region that can lead or cooperate; members first."""
    member = sa.exists().where(MemberUnit.group_id == group.id, MemberUnit.unit_id == Unit.id)
    rows = db.session.execute(
        sa.select(Unit.id, Unit.name)
        .where(Unit.region_id == group.region_id, Unit.ended_on.is_(None))
        .order_by(sa.not_(member), Unit.kind, Unit.pinyin, Unit.id)
    )
    return [(row[0], row[1]) for row in rows]


def units_by_kind(group: LeadershipGroup) -> dict[UnitKind, Choices]:
    """The units that a clause can bind, kind by kind (各镇街, 各学校); members first."""
    member = sa.exists().where(MemberUnit.group_id == group.id, MemberUnit.unit_id == Unit.id)
    rows = db.session.execute(
        sa.select(Unit.kind, Unit.id, Unit.name)
        .where(Unit.region_id == group.region_id, Unit.ended_on.is_(None))
        .order_by(sa.not_(member), Unit.pinyin, Unit.id)
    )
    found: dict[UnitKind, Choices] = {kind: [] for kind in UnitKind}
    for kind, unit_id, name in rows:
        found[kind].append((unit_id, name))
    return {kind: units for kind, units in found.items() if units}


def units_below(task: Task) -> Choices:
    """The sections and schools to which a lead unit can hand down."""
    rows = db.session.execute(
        sa.select(Unit.id, Unit.name)
        .where(Unit.parent_id == task.lead_unit_id, Unit.ended_on.is_(None))
        .order_by(Unit.kind, Unit.pinyin, Unit.id)
    )
    return [(row[0], row[1]) for row in rows]


def _people(condition: sa.ColumnElement[bool], *, day: date, with_unit: bool = False) -> Choices:
    rows = db.session.execute(
        sa.select(Person.id, Person.name, Post.title, Unit.name)
        .join(Appointment, Appointment.person_id == Person.id)
        .join(Post, Post.id == Appointment.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(condition, on_day(Appointment, day))
        .order_by(Unit.kind, Unit.id, Post.rank, Person.id)
    )
    found: dict[int, str] = {}
    for person_id, name, title, unit in rows:
        found.setdefault(person_id, f"{name}（{unit if with_unit else ''}{title}）")
    return list(found.items())


def people_of_lead(task: Task, *, day: date) -> Choices:
    """The people of the lead unit, to give a task to."""
    return _people(Post.unit_id == task.lead_unit_id, day=day)


def possible_verifiers(task: Task, *, day: date) -> Choices:
    """The people of the group's units that have nothing to do with a task."""
    involved = sorted(involved_units(task))
    members = sa.select(MemberUnit.unit_id).where(MemberUnit.group_id == task.group_id)
    seats = seat_holders(task.group_id, day=day, roles=OVERSEERS)
    free = sa.and_(
        Unit.id.not_in(involved),
        sa.or_(Unit.parent_id.is_(None), Unit.parent_id.not_in(involved)),
        sa.or_(Unit.id.in_(members), Person.id.in_(seats)),
    )
    return _people(free, day=day, with_unit=True)


def signatories(group_id: int, *, day: date) -> Choices:
    """Who can have signed on paper: leaders, directors and supervisors of a group."""
    roles = LEADERS | OFFICE_DIRECTORS | {SeatRole.SUPERVISOR}
    return _people(Person.id.in_(seat_holders(group_id, day=day, roles=roles)), day=day, with_unit=True)


def unit_signatories(group_id: int, unit_id: int, *, day: date) -> Choices:
    """Who can have signed on paper for a unit: its head and deputy in charge."""
    return _people(Person.id.in_(confirmers(group_id, unit_id, day=day)), day=day)


def leader_seats(group_id: int, *, day: date) -> Choices:
    """The seats of a group's leaders."""
    rows = db.session.scalars(
        sa.select(Seat)
        .where(Seat.group_id == group_id, Seat.role.in_(sorted(LEADERS)), on_day(Seat, day))
        .order_by(Seat.position, Seat.id)
    ).all()
    return [(seat.id, _seat_name(seat)) for seat in rows]


def _seat_name(seat: Seat) -> str:
    who = seat.person.name if seat.person is not None else ""
    post = f"{seat.post.unit.name}{seat.post.title}" if seat.post is not None else seat.title
    return f"{LABELS[seat.role]} {who or post}"


def plan_phases(group_id: int) -> Choices:
    """The phases of a group's plans."""
    rows = db.session.execute(
        sa.select(Phase.id, Phase.name)
        .join(Plan, Plan.id == Phase.plan_id)
        .where(Plan.group_id == group_id, Plan.state == PlanState.ACTIVE)
        .order_by(Phase.plan_id, Phase.position)
    )
    return [(row[0], row[1]) for row in rows]


def plan_of_phase(phase_id: int | None) -> int | None:
    """The plan that a phase belongs to."""
    phase = db.session.get(Phase, phase_id) if phase_id is not None else None
    return phase.plan_id if phase is not None else None
