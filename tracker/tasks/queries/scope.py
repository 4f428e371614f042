"""Which tasks somebody sees, cut into pieces that each follow one index.

policy.visible_to says the same in one condition, for a single task. Over many tasks its OR would make both engines
read everything, so lists ask piece by piece and join the pieces; a test holds the two against each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.organisation.models import Unit
from tracker.tasks.models import Apportionment, Task, TaskPart
from tracker.tasks.policy import OVERSEERS, UNIT_BUSINESS
from tracker.tasks.rules import TaskState

Condition = sa.ColumnElement[bool]

MAX_PIECES = 24


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of what somebody sees. keys: one condition each that an index begins with; rest: what also holds."""

    keys: Sequence[Condition]
    rest: Sequence[Condition] = ()
    own: bool = False
    """Seen through one's unit (or as verifier), not as somebody who watches over the group."""


def watched_groups(actor: Actor) -> list[int]:
    """The groups in which somebody sees everything."""
    return sorted(actor.groups_as(*OVERSEERS))


def pieces(
    actor: Actor, *, group_id: int | None = None, unit_id: int | None = None, only_own: bool = False
) -> list[Piece]:
    """What somebody sees, perhaps of one group or one lead unit alone.

    only_own: through their units alone, even where they also watch over the group.
    """
    watched = [] if only_own else watched_groups(actor)
    found: list[Piece] = []
    wanted = [group for group in watched if group_id in (None, group)]
    if wanted:
        found.append(_watching(wanted, unit_id))
    if group_id is not None and group_id in watched:
        return found
    rest = _rest_of_own(watched, group_id, unit_id)
    units = sorted(actor.unit_ids)
    if units:
        found += _through_units(units, rest, unit_id)
    if actor.person_id is not None:
        verifies = (Task.verifier_id == actor.person_id, Task.verifier_id.is_not(None))
        found.append(Piece([sa.and_(*verifies)], rest, own=True))
    return found


def _watching(groups: Sequence[int], unit_id: int | None) -> Piece:
    if unit_id is not None:
        return Piece([Task.lead_unit_id == unit_id], [Task.group_id.in_(groups)])
    return Piece([Task.group_id == group for group in groups])


def _rest_of_own(watched: Sequence[int], group_id: int | None, unit_id: int | None) -> list[Condition]:
    rest: list[Condition] = [
        Task.state.in_(UNIT_BUSINESS),
        sa.or_(Task.state != TaskState.CANCELLED, Task.issued_at.is_not(None)),
    ]
    if watched:
        rest.append(Task.group_id.not_in(watched))
    if group_id is not None:
        rest.append(Task.group_id == group_id)
    if unit_id is not None:
        rest.append(Task.lead_unit_id == unit_id)
    return rest


def _through_units(units: Sequence[int], rest: Sequence[Condition], unit_id: int | None) -> list[Piece]:
    if unit_id in units:
        return [Piece([Task.lead_unit_id == unit_id], rest, own=True)]
    below = sa.select(Unit.id).where(Unit.parent_id.in_(units))
    parts = sa.select(TaskPart.task_id).where(
        TaskPart.unit_id.in_(sa.select(Unit.id).where(sa.or_(Unit.id.in_(units), Unit.parent_id.in_(units))))
    )
    sums_up = sa.select(Apportionment.id).where(Apportionment.summing_unit_id.in_(units))
    return [
        Piece([Task.lead_unit_id == unit for unit in units], rest, own=True),
        Piece([Task.lead_unit_id.in_(below)], rest, own=True),
        Piece([Task.id.in_(parts)], rest, own=True),
        Piece([Task.apportionment_id.in_(sums_up)], rest, own=True),
    ]


def selects(
    pieces_of: Sequence[Piece],
    columns: Sequence[Any],
    conditions: Sequence[Condition],
    *,
    states: Sequence[TaskState] | None = None,
) -> list[sa.Select[*tuple[Any, ...]]]:
    """One SELECT for each piece; with states, one for each state too, so that each follows its index in order.

    Where that would become too many, keys and states are put together again.
    """
    keys = sum(len(piece.keys) for piece in pieces_of)
    apart = states is not None and keys * len(states) <= MAX_PIECES
    found: list[sa.Select[*tuple[Any, ...]]] = []
    for piece in pieces_of:
        own = [sa.or_(*piece.keys)] if keys > MAX_PIECES and len(piece.keys) > 1 else piece.keys
        for key in own:
            base = sa.select(*columns).where(key, *piece.rest, *conditions)
            if states is None:
                found.append(base)
            elif apart:
                found += [base.where(Task.state == state) for state in states]
            else:
                found.append(base.where(Task.state.in_(states)))
    return found
