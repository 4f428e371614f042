"""Flags brought to every state by the acts of the people of the cast."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.tasks.stories import active, day
from tracker.kernel.db import db, write_transaction
from tracker.oversight import commands
from tracker.oversight.models import Flag
from tracker.oversight.rules import FlagColour
from tracker.tasks.models import Task

LATE = day("2026-02-02")
"""When the late tasks of these tests went out."""
WAS_DUE = date(2026, 3, 6)
"""A Friday: on Wednesday 18 March it is eight working days late."""


def late(cast: Cast, **said: Any) -> Task:
    """A task that is overdue now, led by the finance bureau unless said otherwise."""
    return active(cast, **{"now": LATE, "due_on": WAS_DUE, **said})


def raise_on(
    cast: Cast,
    *ids: int,
    kind: str = "task",
    colour: FlagColour = FlagColour.YELLOW,
    rung: int = 3,
    group: str = "g1",
    now: datetime = NOW,
) -> int:
    """What the ladder asks for at a rung."""
    with write_transaction():
        return commands.raise_overdue_flags(cast.group_ids[group], kind, ids, colour=colour, rung=rung, now=now)


def look(cast: Cast, *, now: datetime = NOW, group: str = "g1") -> int:
    """What the sweep asks for."""
    with write_transaction():
        return commands.raise_flags_by_rules(cast.group_ids[group], now=now)


def flags_of(task: Task) -> list[Flag]:
    """The flags about a task and its parts, oldest first."""
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Flag).where(Flag.task_id == task.id).order_by(Flag.id)))


def flagged(cast: Cast, *, colour: FlagColour = FlagColour.YELLOW, now: datetime = NOW, **said: Any) -> Flag:
    """A flag of which its unit has just been told."""
    task = late(cast, **said)
    rung = 3 if colour is FlagColour.YELLOW else 8
    assert raise_on(cast, task.id, colour=colour, rung=rung, now=now) == 1
    [flag] = flags_of(task)
    return flag


def fresh(flag: Flag) -> Flag:
    """A flag as it stands in the database now."""
    db.session.expire_all()
    return db.session.get_one(Flag, flag.id)
