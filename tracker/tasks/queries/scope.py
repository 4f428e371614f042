"""Which tasks somebody sees, cut into pieces that each follow one index.

policy.visible_to says the same in one condition, for a single task. Over many tasks its OR would make both engines
read everything, so lists ask piece by piece and join the pieces; a test holds the two against each other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.organisation.models import Unit
from tracker.tasks.models import Apportionment, Task, TaskPart
from tracker.tasks.policy import OVERSEERS, UNIT_BUSINESS
from tracker.tasks.queries.lights import Condition, codes, of_the_group
from tracker.tasks.rules import TaskState

MOST_APART = 12
"""So many SELECTs of one state each are joined; past that, states are asked for together and sorted."""

looked_up_state: Any = sa.type_coerce(Task.state, sa.String).op("||")("")
"""The state, hidden from SQLite's index on it. Without statistics SQLite would rather read every open task there is
than look up the few whose ids are known."""

looked_up_group: Any = Task.group_id + 0
"""The group, hidden likewise."""

Asking = Callable[[Any], Sequence[Condition]]
"""Conditions of a filter, given the column (or expression) of the state."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of what somebody sees. keys: one condition each that an index begins with; rest: what also holds.

    looked_up: the key names tasks by id rather than by group or unit and state. whole_groups: each key is a group.
    """

    keys: Sequence[Condition]
    rest: Asking = lambda _state: ()
    looked_up: bool = False
    whole_groups: bool = False


def watched_groups(actor: Actor) -> list[int]:
    """The groups in which somebody sees everything."""
    return sorted(actor.groups_as(*OVERSEERS))


def pieces(
    actor: Actor,
    *,
    group_id: int | None = None,
    unit_id: int | None = None,
    only_own: bool = False,
    handed_down: bool = False,
) -> list[Piece]:
    """What somebody sees, perhaps of one group or one lead unit alone.

    only_own: what their units and those below lead or take part in, even where they also watch over the group; not
    what they sum up for others or verify. handed_down: also the pieces of tasks that others answer for; without it
    somebody sees such a piece only where their own unit does it.
    """
    watched = [] if only_own else watched_groups(actor)
    found: list[Piece] = []
    wanted = [group for group in watched if group_id in (None, group)]
    if wanted:
        found.append(_watching(wanted, unit_id, [] if handed_down else [of_the_group]))
    if group_id is not None and group_id in watched:
        return found
    rest = _rest_of_own(watched, group_id, unit_id)
    units = sorted(actor.unit_ids)
    if not handed_down:
        rest = _with(rest, sa.or_(of_the_group, Task.lead_unit_id.in_(units), Task.verifier_id == actor.person_id))
    if unit_id in units:
        found.append(Piece([Task.lead_unit_id == unit_id], rest))
    elif units:
        found.append(Piece([Task.lead_unit_id == unit for unit in units], rest))
    others = units if unit_id not in units else []
    ids = (_ids_of_own(others) if others else []) if only_own else _ids_concerned(others, actor.person_id)
    if ids:
        found.append(Piece([Task.id.in_(sa.union_all(*ids))], rest, looked_up=True))
    return found


def _ids_concerned(units: Sequence[int], person_id: int | None) -> list[sa.Select[int]]:
    """The tasks that somebody sees otherwise than as the lead: below them, as a part, summing up, verifying."""
    found = ids_of_others(units) if units else []
    if person_id is not None:
        found.append(ids_to_verify(person_id))
    return found


def _ids_of_own(units: Any) -> list[sa.Select[int]]:
    """The tasks in which units or what lies below them take part, and those that are led below them."""
    below = sa.select(Unit.id).where(Unit.parent_id.in_(units))
    concerned = sa.union(sa.select(Unit.id).where(Unit.id.in_(units)), below)
    return [
        sa.select(TaskPart.task_id).where(TaskPart.unit_id.in_(concerned)),
        sa.select(Task.id).correlate(None).where(Task.lead_unit_id.in_(below)),
    ]


def ids_of_others(units: Any) -> list[sa.Select[int]]:
    """The tasks that units see and do not lead: as a part, led below them, summed up by them (汇总单位)."""
    sums_up = sa.select(Apportionment.id).where(Apportionment.summing_unit_id.in_(units))
    return [*_ids_of_own(units), sa.select(Task.id).correlate(None).where(Task.apportionment_id.in_(sums_up))]


def ids_to_verify(person_id: Any) -> sa.Select[int]:
    """The tasks that somebody was appointed to verify."""
    found = sa.select(Task.id).correlate(None)
    return found.where(Task.verifier_id == person_id, Task.verifier_id.is_not(None))


def _watching(groups: Sequence[int], unit_id: int | None, also: Sequence[Condition]) -> Piece:
    if unit_id is not None:
        return Piece([Task.lead_unit_id == unit_id], lambda _state: [Task.group_id.in_(groups), *also])
    return Piece([Task.group_id == group for group in groups], lambda _state: also, whole_groups=True)


def _with(asking: Asking, also: Condition) -> Asking:
    return lambda state: [*asking(state), also]


def _rest_of_own(watched: Sequence[int], group_id: int | None, unit_id: int | None) -> Asking:
    plain: list[Condition] = []
    if watched:
        plain.append(Task.group_id.not_in(watched))
    if group_id is not None:
        plain.append(Task.group_id == group_id)
    if unit_id is not None:
        plain.append(Task.lead_unit_id == unit_id)

    def rest(state: Any) -> list[Condition]:
        return [
            *plain,
            state.in_(codes(UNIT_BUSINESS)),
            sa.or_(state != TaskState.CANCELLED.value, Task.issued_at.is_not(None)),
        ]

    return rest


def selects(
    pieces_of: Sequence[Piece],
    columns: Sequence[Any],
    asked: Asking,
    *,
    states: Sequence[TaskState] | None = None,
) -> list[sa.Select[*tuple[Any, ...]]]:
    """One SELECT for each key of each piece; with states, one for each state too, so that each follows its index.

    Where that would become too many, keys and states are put together again.
    """
    apart = states is not None and len(states) * sum(len(p.keys) for p in pieces_of if not p.looked_up) <= MOST_APART
    found: list[sa.Select[*tuple[Any, ...]]] = []
    # Building clauses costs more than running them: each is built once and shared by the pieces.
    rest, wanted = cache(lambda asking, state: tuple(asking(state))), cache(lambda state: tuple(asked(state)))
    for piece in pieces_of:
        state = looked_up_state if piece.looked_up else Task.state
        keys = piece.keys if len(piece.keys) <= MOST_APART else [sa.or_(*piece.keys)]
        for key in keys:
            base = sa.select(*columns).where(key, *rest(piece.rest, state), *wanted(state))
            if states is None:
                found.append(base)
            elif apart and not piece.looked_up:
                found += [base.where(Task.state == one) for one in states]
            else:
                found.append(base.where(state.in_(codes(states))))
    return found
