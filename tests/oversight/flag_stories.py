"""Flags brought to every state by the acts of the people of the cast."""

from datetime import date, datetime
from itertools import product
from typing import Any

import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.retelling import retold_story
from tests.tasks.stories import act, active, day, head_of
from tracker.kernel.db import db, write_transaction
from tracker.organisation.models import Appointment, Post, Seat
from tracker.organisation.rules import SeatRole
from tracker.oversight import commands
from tracker.oversight.models import Flag, FlagProposal
from tracker.oversight.rules import LIGHT_KINDS, Card, DecisionKind, FlagColour, FlagSubject, ReviewOutcome
from tracker.reminders.sweep import BY_RULES
from tracker.tasks.models import Task

LATE = day("2026-02-02")
"""When the late tasks of these tests went out."""
WAS_DUE = date(2026, 3, 6)
"""A Friday: on Wednesday 18 March it is eight working days late."""


@retold_story
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
    group_id, found = cast.group_ids[group], 0
    for rule, kind in product(BY_RULES, FlagSubject):
        with write_transaction():
            ids = commands.to_look_at(group_id, rule, kind)
            found += commands.raise_flags_by_rule(group_id, rule, kind, ids, now=now)
    return found


def tell(cast: Cast, *, now: datetime = NOW, group: str = "g1") -> int:
    """What the sweep does about flags of which nobody has been told."""
    group_id = cast.group_ids[group]
    with write_transaction():
        return commands.tell_untold(group_id, commands.untold_flags(group_id), now=now)


def flags_of(task: Task) -> list[Flag]:
    """The flags about a task and its parts, oldest first."""
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Flag).where(Flag.task_id == task.id).order_by(Flag.id)))


@retold_story
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


AFTER = day("2026-03-26")
"""The first day on which somebody may decide on a flag of NOW whose unit has not said that it has said all."""


@retold_story
def ready(cast: Cast, **said: Any) -> Flag:
    """A flag whose unit has said everything, so that somebody may decide at once."""
    flag = flagged(cast, **said)
    act(commands.state_case, flag, text="已说明。", ends_period=True, by=cast.actor(head_of(cast, flag.task)))
    return fresh(flag)


def proposed(
    cast: Cast,
    flag: Flag,
    kind: DecisionKind = DecisionKind.INTERVIEW,
    *,
    card: Card = Card.NONE,
    by: str = "supervisor",
    now: datetime = AFTER,
) -> FlagProposal:
    """What the supervisor proposes."""
    said: dict[str, Any] = {"kind": kind, "card": card, "reason": "多次催办无果。", "by": cast.actor(by)}
    return act(commands.propose_decision, fresh(flag), now=now, **said)


@retold_story
def decided(cast: Cast, kind: DecisionKind = DecisionKind.URGE, **said: Any) -> Flag:
    """A flag decided by the supervisor, or as proposed by the leader."""
    flag = ready(cast, **said)
    by = "supervisor"
    if kind not in LIGHT_KINDS:
        proposed(cast, flag, kind, now=NOW)
        by = "leader"
    act(commands.decide_flag, fresh(flag), kind=kind, reason="情况属实。", by=cast.actor(by))
    return fresh(flag)


def decided_by_leaders(cast: Cast) -> Flag:
    """A flag that the leader decided on what the deputy leader proposed, because no supervisor sits."""
    flag = ready(cast)
    vacate(cast, SeatRole.SUPERVISOR)
    proposed(cast, flag, by="deputy_leader", now=NOW)
    by = cast.actor("leader")
    act(commands.decide_flag, fresh(flag), kind=DecisionKind.INTERVIEW, reason="情况属实。", by=by)
    return fresh(flag)


def reviewed(cast: Cast, flag: Flag, outcome: ReviewOutcome, **said: Any) -> Flag:
    """A flag whose decision the deputy leader looked at again."""
    review = act(commands.ask_review, fresh(flag), grounds="情况有变。", by=cast.actor(head_of(cast, flag.task)))
    words: dict[str, Any] = {"remark": "经复核。", "version": fresh(flag).version, "by": cast.actor("deputy_leader")}
    act(commands.decide_review, review, outcome=outcome, **{**words, **said})
    return fresh(flag)


def vacate(cast: Cast, *roles: SeatRole) -> None:
    """Nobody has sat in these seats of the first group since yesterday."""
    with write_transaction():
        seats = sa.update(Seat).where(Seat.group_id == cast.group_ids["g1"], Seat.role.in_(roles))
        db.session.execute(seats.values(ends_on=date(2026, 3, 17)))
    db.session.expire_all()


def also_supervises(cast: Cast, name: str) -> None:
    """Somebody of the office sits as a supervisor too."""
    with write_transaction() as session:
        session.add(
            Seat(
                group_id=cast.group_ids["g1"],
                role=SeatRole.SUPERVISOR,
                person_id=cast.person_ids[name],
                starts_on=date(2026, 1, 1),
            )
        )


def served(cast: Cast, name: str, unit: str = "finance") -> None:
    """Somebody worked in a unit until after the late tasks went out."""
    with write_transaction() as session:
        post_id = session.scalars(sa.select(Post.id).where(Post.unit_id == cast.unit_ids[unit])).first()
        dates = {"starts_on": date(2025, 1, 1), "ends_on": date(2026, 2, 10)}
        session.add(Appointment(person_id=cast.person_ids[name], post_id=post_id, **dates))


def allow_cards(cast: Cast) -> None:
    """Let the group use cards."""
    with write_transaction():
        commands.set_accountability(
            cast.group(),
            statement_days=5,
            review_days=30,
            decide_within_days=5,
            uses_cards=True,
            version=1,
            by=cast.actor("office_director"),
            now=NOW,
        )
