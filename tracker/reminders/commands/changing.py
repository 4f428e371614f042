"""Change a group's ladder: always by a new version, so that what was told keeps the one it was told by."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import LeadershipGroup
from tracker.outbox.rules import joined
from tracker.reminders import policy
from tracker.reminders.models import LadderPolicy, LadderRung
from tracker.reminders.queries.ladders import ladder_of
from tracker.reminders.rules import DEFAULTS, LadderKind, Rung, faults

MAX_REASON = 200


def change_ladder(
    group: LeadershipGroup,
    kind: LadderKind,
    rungs: Sequence[Rung],
    *,
    reason: str = "",
    version: int,
    by: Actor,
    now: datetime,
) -> LadderPolicy:
    """Give a group's ladder other rungs, from the next sweep on. version: the one that was on the screen.

    A fault of a rung is said at the field `rungs-<place>`.
    """
    require(policy.may_change_ladders(by, group.id))
    _check_open(group)
    check_rungs(kind, rungs)
    reason = one_line(reason, "reason", limit=MAX_REASON)
    rows = [
        LadderRung(
            offset=rung.offset,
            audiences=",".join(rung.audience),
            channels=joined(rung.channels),
            effect=rung.effect,
            repeat_every=rung.repeat_every,
            repeat_times=rung.repeat_times,
        )
        for rung in rungs
    ]
    made = LadderPolicy(rungs=rows, restores_defaults=False, reason=reason)
    return _write(group, kind, made, rungs, act="ladder.change", version=version, by=by, now=now)


def check_rungs(kind: LadderKind, rungs: Sequence[Rung]) -> None:
    """What cannot be a ladder is said so, before it is kept and before anybody counts days by it."""
    wrong = faults(kind, rungs)
    if wrong:
        raise Invalid({f"rungs-{place}" if place is not None else "rungs": sentence for place, sentence in wrong})


def restore_ladder(group: LeadershipGroup, kind: LadderKind, *, version: int, by: Actor, now: datetime) -> LadderPolicy:
    """Let the defaults count again, as a version of its own."""
    require(policy.may_change_ladders(by, group.id))
    _check_open(group)
    made = LadderPolicy(restores_defaults=True)
    return _write(group, kind, made, DEFAULTS[kind], act="ladder.restore", version=version, by=by, now=now)


def _check_open(group: LeadershipGroup) -> None:
    if group.ended_on is not None:
        raise Stale(_l("该领导小组已经结束并归档。"))


def _write(
    group: LeadershipGroup,
    kind: LadderKind,
    made: LadderPolicy,
    rungs: Sequence[Rung],
    *,
    act: str,
    version: int,
    by: Actor,
    now: datetime,
) -> LadderPolicy:
    """Add a version after the one that was seen; of two who change at once, the second is told."""
    db.session.execute(sa.select(LeadershipGroup.id).where(LeadershipGroup.id == group.id).with_for_update())
    old = ladder_of(group.id, kind)
    if old.version != version:
        raise Stale
    made.group_id, made.ladder, made.version = group.id, kind, version + 1
    made.made_by_id, made.made_as, made.made_at = by.person_id, by.capacity(group.id), now
    db.session.add(made)
    db.session.flush()
    record(
        act,
        "ladder",
        made.id,
        by=by,
        now=now,
        group_id=group.id,
        old={"rungs": _said(old.rungs)},
        new={"ladder": kind, "version": made.version, "rungs": _said(rungs), "reason": made.reason or ""},
    )
    return made


def _said(rungs: Sequence[Rung]) -> list[str]:
    """The rungs as the record keeps them: codes, one line each."""
    return [
        f"{rung.offset:+d} {'/'.join(rung.audience)} {rung.effect} {joined(rung.channels)}"
        + (f" x{rung.repeat_times}/{rung.repeat_every}" if rung.repeat_every else "")
        for rung in rungs
    ]
