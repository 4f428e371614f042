"""Which group on file a group in the paper is, and which of its seats are there already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.organisation import policy
from tracker.organisation.models import Appointment, LeadershipGroup, Person, Post, Region, Seat, Unit, on_day
from tracker.organisation.rules import PostRank, SeatRole
from tracker.plans.guesses import HEAD_IN_GENERAL
from tracker.plans.study.names import NEW


@dataclass(slots=True)
class GroupStudy:
    """A group in the paper: where it may go, where it goes, and how its seats compare with those on file."""

    options: list[LeadershipGroup]
    may_found: bool
    taken: bool
    choice: str = ""
    known: set[int] = field(default_factory=set)
    """Places of the seats in the paper that are on file already."""
    only_on_file: list[str] = field(default_factory=list)

    @property
    def group_id(self) -> int | None:
        """The group on file that it is; None where it is new or not yet said."""
        return int(self.choice) if self.choice not in {"", NEW} else None

    @property
    def group(self) -> LeadershipGroup | None:
        """The group on file that it is."""
        return next((group for group in self.options if group.id == self.group_id), None)


def groups_to_choose(actor: Actor, region: Region) -> list[LeadershipGroup]:
    """The groups at work in a region to which somebody may add a plan."""
    rows = db.session.scalars(
        sa.select(LeadershipGroup)
        .where(LeadershipGroup.region_id == region.id, LeadershipGroup.ended_on.is_(None))
        .order_by(LeadershipGroup.name, LeadershipGroup.id)
    ).all()
    return [group for group in rows if policy.may_keep_group(actor, group)]


def ask_group(
    row: Mapping[str, Any],
    options: Sequence[LeadershipGroup],
    *,
    may_found: bool,
    units: Mapping[str, int | None],
    day: date,
) -> GroupStudy:
    """Where a group in the paper goes: the one of its name, the only one that the office may add to, or a new one."""
    found = GroupStudy(list(options), may_found, bool(row["take"]))
    allowed = {str(group.id) for group in options} | ({NEW} if may_found else set())
    namesake = next((group for group in options if group.name == row["name"]), None)
    if row["target"] in allowed:
        found.choice = row["target"]
    elif namesake is not None:
        found.choice = str(namesake.id)
    elif may_found:
        found.choice = NEW
    elif len(options) == 1:
        found.choice = str(options[0].id)
    if found.group_id is not None:
        _compare(found, row, units, day)
    return found


def _compare(found: GroupStudy, row: Mapping[str, Any], units: Mapping[str, int | None], day: date) -> None:
    on_file = _seats(found.group_id, day)
    matched: set[int] = set()
    for place, seat in enumerate(row["seats"]):
        keys = _keys(seat, units)
        same = {seat_id for seat_id, (_label, known) in on_file.items() if known & keys}
        if same:
            found.known.add(place)
            matched |= same
    found.only_on_file = [label for seat_id, (label, _known) in on_file.items() if seat_id not in matched]


def _keys(seat: Mapping[str, Any], units: Mapping[str, int | None]) -> set[tuple[object, ...]]:
    """By what a seat in the paper is recognised: its person; a post or a unit where it names no person."""
    role = SeatRole(seat["role"])
    if seat["person"]:
        return {(role, seat["person"])}
    named = {(units.get(post["unit"]), post["post"]) for post in seat["posts"]}
    keys: set[tuple[object, ...]] = {(role, unit_id, title) for unit_id, title in named if unit_id is not None}
    return keys | {(*key[:2], PostRank.HEAD) for key in keys if key[2] in HEAD_IN_GENERAL}


def _seats(group_id: int | None, day: date) -> dict[int, tuple[str, set[tuple[object, ...]]]]:
    holder, named = aliased(Person), aliased(Person)
    seated = aliased(Unit)
    rows = db.session.execute(
        sa.select(Seat, named.name, holder.name, Post.title, Post.rank, Unit.id, Unit.name, seated.id, seated.name)
        .outerjoin(named, named.id == Seat.person_id)
        .outerjoin(Post, Post.id == Seat.post_id)
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .outerjoin(Appointment, sa.and_(Appointment.post_id == Post.id, on_day(Appointment, day)))
        .outerjoin(holder, holder.id == Appointment.person_id)
        .outerjoin(seated, seated.id == Seat.unit_id)
        .where(Seat.group_id == group_id, on_day(Seat, day))
        .order_by(Seat.position, Seat.id)
    ).all()
    found: dict[int, tuple[str, set[tuple[object, ...]]]] = {}
    for seat, person, post_holder, title, rank, unit_id, unit, seated_id, seated_name in rows:
        label = " ".join(filter(None, (f"{unit or seated_name or ''}{title or ''}", post_holder or person)))
        label, keys = found.setdefault(seat.id, (label, set()))
        keys |= {(seat.role, name) for name in (person, post_holder) if name}
        if unit_id is not None:
            keys |= {(seat.role, unit_id, title), (seat.role, unit_id, rank)}
        if seated_id is not None:
            keys.add((seat.role, seated_id, ""))
    return found
