"""Flags as their pages show them: one with everything that happened to it, and lists."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.oversight import policy
from tracker.oversight.models import Flag, FlagEvent


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


def events_of(flag: Flag) -> Sequence[FlagEvent]:
    """Everything that happened to a flag, newest first."""
    return db.session.scalars(
        sa.select(FlagEvent)
        .where(FlagEvent.flag_id == flag.id)
        .options(joinedload(FlagEvent.by))
        .order_by(FlagEvent.id.desc())
    ).all()
