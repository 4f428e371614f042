"""Flags as their pages show them: one with everything that happened to it, and lists."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.oversight import policy
from tracker.oversight.models import Flag, FlagEvent
from tracker.oversight.rules import period_is_over


def visible_flag(actor: Actor, flag_id: int) -> Flag:
    """A flag that somebody sees; raises NotVisible for any other."""
    flag = db.session.scalar(
        sa.select(Flag)
        .where(Flag.id == flag_id, policy.flags_visible_to(actor))
        .options(joinedload(Flag.task), joinedload(Flag.unit), joinedload(Flag.group), joinedload(Flag.owner))
    )
    if flag is None:
        raise NotVisible
    return flag


def flags_about(actor: Actor, task_id: int) -> Sequence[Flag]:
    """The flags about a task and its parts that somebody sees, newest first."""
    seen = sa.select(Flag).where(Flag.task_id == task_id, policy.flags_visible_to(actor))
    return db.session.scalars(seen.options(joinedload(Flag.unit)).order_by(Flag.id.desc())).all()


def visible_flags(actor: Actor, ids: Sequence[int]) -> Sequence[Flag]:
    """Those of some flags that somebody sees, the oldest first."""
    seen = sa.select(Flag).where(Flag.id.in_(ids), policy.flags_visible_to(actor)).options(joinedload(Flag.unit))
    return db.session.scalars(seen.order_by(Flag.id)).all()


def earlier_flags(actor: Actor, flag: Flag, *, limit: int = 20) -> Sequence[Flag]:
    """Other flags on the same unit that somebody sees, newest first: what was decided before."""
    return db.session.scalars(
        sa.select(Flag)
        .where(
            Flag.group_id == flag.group_id,
            Flag.unit_id == flag.unit_id,
            Flag.id != flag.id,
            policy.flags_visible_to(actor),
        )
        .order_by(Flag.raised_at.desc(), Flag.id.desc())
        .limit(limit)
    ).all()


def period_over(flag: Flag, *, today: date) -> bool:
    """Whether a decision about a flag could be taken today."""
    return period_is_over(today, statement_by=flag.statement_by, used=flag.period_used_at is not None)


def events_of(flag: Flag) -> Sequence[FlagEvent]:
    """Everything that happened to a flag, newest first."""
    return db.session.scalars(
        sa.select(FlagEvent)
        .where(FlagEvent.flag_id == flag.id)
        .options(joinedload(FlagEvent.by))
        .order_by(FlagEvent.id.desc())
    ).all()
