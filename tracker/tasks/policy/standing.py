"""How somebody stands to a group, a unit and a task; and which tasks they see."""

from functools import lru_cache

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.organisation import policy as organisation
from tracker.organisation.models import Unit
from tracker.organisation.rules import LEADERS, OFFICE, ContactRole, SeatRole
from tracker.tasks.models import Apportionment, Task, TaskPart
from tracker.tasks.rules import TaskState

OVERSEERS = LEADERS | OFFICE | {SeatRole.SUPERVISOR}
"""Seats that see everything of their group."""

UNIT_BUSINESS = frozenset(set(TaskState) - {TaskState.DRAFT, TaskState.PROPOSED})
"""States in which the units concerned see a task at all."""


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The tasks that somebody sees: their group's, or what their unit (or one below it) leads or takes part in.

    The unit that sums up an apportioned clause (汇总单位) sees all its rows.
    """
    overseen = actor.groups_as(*OVERSEERS)
    return _visible_to(tuple(sorted(actor.unit_ids)), tuple(sorted(overseen)), actor.person_id)


# Every page about tasks asks, and most several times: to build the condition takes longer than a page can spare.
@lru_cache(maxsize=1000)
def _visible_to(units: tuple[int, ...], overseen: tuple[int, ...], person_id: int | None) -> sa.ColumnElement[bool]:
    below = sa.select(Unit.id).where(Unit.parent_id.in_(units))
    takes_part = sa.exists().where(
        TaskPart.task_id == Task.id, sa.or_(TaskPart.unit_id.in_(units), TaskPart.unit_id.in_(below))
    )
    sums_up = Task.apportionment_id.in_(sa.select(Apportionment.id).where(Apportionment.summing_unit_id.in_(units)))
    own = sa.and_(
        Task.state.in_(UNIT_BUSINESS),
        sa.or_(Task.state != TaskState.CANCELLED, Task.issued_at.is_not(None)),
        sa.or_(Task.lead_unit_id.in_(units), Task.lead_unit_id.in_(below), takes_part, sums_up),
    )
    verifies = sa.and_(Task.verifier_id == person_id, Task.state.in_(UNIT_BUSINESS))
    return sa.or_(Task.group_id.in_(overseen), own, verifies)


def is_office(actor: Actor, group_id: int) -> bool:
    """Whether somebody works in the group's office."""
    return bool(actor.roles_in(group_id) & OFFICE)


def may_confirm_for(actor: Actor, group_id: int, unit_id: int | None) -> bool:
    """Whether somebody is the unit's head, or its deputy in charge for the group."""
    return unit_id is not None and organisation.may_confirm_for(actor, group_id, unit_id)


def may_draft_for(actor: Actor, group_id: int, unit_id: int | None, owner_id: int | None = None) -> bool:
    """Whether somebody may write for the unit: who may confirm, the liaison, and the task's owner."""
    if unit_id is None:
        return False
    return (
        may_confirm_for(actor, group_id, unit_id)
        or ContactRole.LIAISON in actor.contact_roles(group_id, unit_id)
        or (owner_id is not None and owner_id == actor.person_id and unit_id in actor.unit_ids)
    )
