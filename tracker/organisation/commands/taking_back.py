"""Take back what bringing in a plan newly entered, as far as nothing else has come to rest on it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.verdict import require
from tracker.organisation import policy
from tracker.organisation.models import (
    Appointment,
    LeadershipGroup,
    MemberUnit,
    Person,
    Post,
    Seat,
    Unit,
    UnitShortName,
)

Bundle = Sequence[tuple[str, Any, Sequence[int]]]
"""Rows that go together or not at all: kind, model, ids."""

MADE_KINDS = ("groups", "seats", "member_units", "persons", "appointments", "posts", "units", "short_names")


def take_back(
    group: LeadershipGroup, *, made: Mapping[str, Iterable[int]], by: Actor, now: datetime
) -> dict[str, list[int]]:
    """Remove rows (ids by kind) that nothing else refers to; gives back those that were removed.

    A newly founded group that anything else refers to by now stays with all its seats; a person who has an account by
    now stays with their posts.
    """
    require(policy.may_keep_group(by, group))
    ids = {kind: sorted(made.get(kind, ())) for kind in MADE_KINDS}
    if ids["groups"]:
        require(policy.may_found_group(by, group.region))
    group_id = group.id
    removed: dict[str, list[int]] = {kind: [] for kind in MADE_KINDS}
    db.session.flush()
    for bundle in _bundles(ids):
        if _remove(bundle):
            for kind, _model, rows in bundle:
                removed[kind] += rows
    db.session.expire_all()
    record("organisation.take_back", "group", group_id, by=by, now=now, group_id=group_id, old=removed)
    return removed


def _bundles(ids: Mapping[str, list[int]]) -> Iterable[Bundle]:
    seats = [("seats", Seat, [row]) for row in ids["seats"]]
    members = [("member_units", MemberUnit, [row]) for row in ids["member_units"]]
    if ids["groups"]:
        yield [*seats, *members, ("groups", LeadershipGroup, ids["groups"])]
    else:
        yield from ([single] for single in (*seats, *members))
    held = _by_owner(Appointment.person_id, Appointment.id, ids["appointments"])
    for person in ids["persons"]:
        yield [("appointments", Appointment, held.pop(person, [])), ("persons", Person, [person])]
    yield from ([("appointments", Appointment, rows)] for rows in held.values())
    yield from ([("posts", Post, [row])] for row in ids["posts"])
    names = _by_owner(UnitShortName.unit_id, UnitShortName.id, ids["short_names"])
    for unit in reversed(ids["units"]):
        yield [("short_names", UnitShortName, names.pop(unit, [])), ("units", Unit, [unit])]
    yield from ([("short_names", UnitShortName, rows)] for rows in names.values())


def _by_owner(owner: Any, column: Any, ids: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for owner_id, row_id in db.session.execute(sa.select(owner, column).where(column.in_(ids)).order_by(column)):
        found.setdefault(owner_id, []).append(row_id)
    return found


def _remove(bundle: Bundle) -> bool:
    """Remove rows together, unless another row refers to one of them: the database's own foreign keys say so."""
    try:
        with db.session.begin_nested():
            for _kind, model, rows in bundle:
                db.session.execute(
                    sa.delete(model).where(model.id.in_(rows)).execution_options(synchronize_session=False)
                )
    except IntegrityError:
        return False
    return True
