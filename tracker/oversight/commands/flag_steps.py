"""What every act on a flag shares: the step once and from the right state, its event, and the record."""

from datetime import date, datetime

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.oversight.models import Flag, FlagEvent
from tracker.oversight.queries.flag_facts import group_setting
from tracker.oversight.rules import FLAG_MOVES, PROPOSED_KINDS, Card, DecisionKind, FlagMove, period_is_over
from tracker.tasks.commands import PaperRoad, require_at_work
from tracker.tasks.commands.moving import on_paper

MAX_NUMBER = 60


def step(flag: Flag, move: FlagMove, *, version: int, by: Actor, now: datetime, **details: object) -> None:
    """Take a step in the life of a flag, once and from the right state, and keep it for good.

    Of two who race, or whose page is out of date, the second is refused: also what the unit has said since.
    """
    require_at_work(flag.group)
    sources, target = FLAG_MOVES[move]
    take(flag, version=version, states=sources)
    old = flag.state
    flag.state = target or old
    _enter(flag, move, old_state=old, by=by, now=now, **details)


def _enter(flag: Flag, move: FlagMove, *, old_state: object, by: Actor, now: datetime, **details: object) -> None:
    """Write down a step: as an event of the flag, and in the record of acts."""
    kept = {key: value.isoformat() if isinstance(value, date) else value for key, value in details.items()}
    db.session.add(
        FlagEvent(
            flag_id=flag.id,
            move=move,
            old_state=old_state,
            new_state=flag.state,
            details=kept,
            by_id=by.person_id,
            by_as=by.capacity(flag.group_id, flag.unit_id),
            at=now,
        )
    )
    record(
        f"flag.{move.value}",
        "flag",
        flag.id,
        by=by,
        now=now,
        group_id=flag.group_id,
        unit_id=flag.unit_id,
        old={"state": old_state},
        new={"state": flag.state, **details},
    )


def signed_for_unit(flag: Flag, paper: PaperRoad | None) -> dict[str, object]:
    """What the history says of a unit's paper: who signed it there, as what, and the scan."""
    said = on_paper(paper, flag.group_id)
    return said if paper is None else said | {"signed_as": paper.signatory.capacity(flag.group_id, flag.unit_id)}


def require_period_over(flag: Flag, *, now: datetime) -> None:
    """Nothing is proposed or decided before the unit was told and its period ran out or was used."""
    if period_is_over(local_date(now), statement_by=flag.statement_by, used=flag.period_used_at is not None):
        return
    if flag.statement_by is None:
        raise Stale(_l("还没有告知单位，不能处理。"))
    raise Stale(_l("陈述申辩期到 %(day)s 为止，期满或者单位说明完毕后才能处理。", day=flag.statement_by))


def checked_card(flag: Flag, kind: DecisionKind, card: Card) -> Card:
    """A card goes only with an interview or a circular, in a group that uses cards."""
    if card is not Card.NONE:
        if not group_setting(flag.group_id).uses_cards:
            raise Invalid({"card": _l("本领导小组没有使用黄牌、红牌。")})
        if kind not in PROPOSED_KINDS:
            raise Invalid({"card": _l("只有约谈、通报批评可以用牌。")})
    return card


def paper_number(value: str) -> str:
    """The number of the paper on which it stands (文号), or nothing."""
    return one_line(value, "paper_number", limit=MAX_NUMBER)
