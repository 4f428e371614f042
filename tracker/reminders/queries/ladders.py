"""A group's ladders as they count now, and every version there was."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.outbox.rules import parted
from tracker.reminders.models import LadderPolicy, LadderRung
from tracker.reminders.rules import Audience, Ladder, LadderKind, Rung, default_ladder, new_warnings


def ladder_of(group_id: int, kind: LadderKind) -> Ladder:
    """A group's ladder: its newest version, or the defaults where it never changed any or took them back."""
    all_versions = (
        sa.select(LadderPolicy)
        .where(LadderPolicy.group_id == group_id, LadderPolicy.ladder == kind)
        .order_by(LadderPolicy.version.desc())
        .options(selectinload(LadderPolicy.rungs))
    )
    history = [as_ladder(policy) for policy in db.session.scalars(all_versions)]
    history.append(default_ladder(kind))
    return replace(history[0], warnings=new_warnings(history))


def ladders_of(group_ids: Sequence[int], kind: LadderKind) -> dict[int, Ladder]:
    """One ladder of some groups: two queries."""
    newest = (
        sa.select(sa.func.max(LadderPolicy.id))
        .where(LadderPolicy.group_id.in_(group_ids), LadderPolicy.ladder == kind)
        .group_by(LadderPolicy.group_id)
    )
    policies = sa.select(LadderPolicy).where(LadderPolicy.id.in_(newest)).options(selectinload(LadderPolicy.rungs))
    found = {policy.group_id: as_ladder(policy) for policy in db.session.scalars(policies)}
    return {group_id: found.get(group_id) or default_ladder(kind) for group_id in group_ids}


def as_ladder(policy: LadderPolicy) -> Ladder:
    """A version as the rules know it."""
    if policy.restores_defaults:
        rungs = default_ladder(policy.ladder).rungs
    else:
        rungs = tuple(_rung(row) for row in policy.rungs)
    return Ladder(policy.ladder, rungs, policy.version, local_date(policy.made_at))


def _rung(row: LadderRung) -> Rung:
    return Rung(
        row.offset,
        tuple(Audience(code) for code in row.audiences.split(",")),
        row.effect,
        parted(row.channels),
        row.repeat_every,
        row.repeat_times,
    )


def first_rungs(group_id: int) -> Mapping[str, int]:
    """By effect: the first working day of lateness at which a group's ladder of deadlines has it."""
    rungs = ladder_of(group_id, LadderKind.DEADLINE).rungs
    return {rung.effect.value: rung.offset for rung in reversed(rungs)}


def versions(group_id: int, kind: LadderKind) -> Sequence[LadderPolicy]:
    """Every version of a group's ladder, the newest first."""
    query = (
        sa.select(LadderPolicy)
        .where(LadderPolicy.group_id == group_id, LadderPolicy.ladder == kind)
        .order_by(LadderPolicy.version.desc())
        .options(joinedload(LadderPolicy.made_by), selectinload(LadderPolicy.rungs))
    )
    return db.session.scalars(query).all()
