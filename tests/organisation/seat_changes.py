"""What the tests of changing seats by proposal begin with: the finance bureau, its seat, and each step of the road."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import NOW, TODAY, Cast
from tracker.kernel.actor import SYSTEM
from tracker.kernel.errors import Refusal
from tracker.organisation import commands
from tracker.organisation.models import Appointment, LeadershipGroup, Person, Seat, SeatChange, SeatNotice
from tracker.organisation.rules import (
    GroupSettings,
    SeatRole,
    Succession,
)
from tracker.outbox.models import InboxItem

TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
LATER, BEFORE = NOW + timedelta(days=1), NOW - timedelta(days=1)
NUMBER = "澄优办〔2026〕4号"


def set_succession(cast: Cast, succession: Succession, *, now: Any = NOW) -> LeadershipGroup:
    """Let the first group's seats pass on in a way."""
    group = cast.group()
    settings = GroupSettings(succession=succession)
    commands.change_group_settings(
        group, settings=settings, version=group.version, by=cast.actor("office_director"), now=now
    )
    return group


def finance_seat(cast: Cast, session: Session) -> Seat:
    """The newest seat of a person of the finance bureau as a member."""
    ours = (Seat.group_id == cast.group_ids["g1"], Seat.role == SeatRole.MEMBER, Seat.unit_id.is_(None))
    return session.scalars(sa.select(Seat).where(*ours).order_by(Seat.id.desc())).all()[0]


@contextmanager
def undone(session: Session, refusal: type[Refusal]) -> Iterator[pytest.ExceptionInfo[Any]]:
    """An act is refused, and what it had begun is undone, as at the end of a request."""
    place = session.begin_nested()
    with pytest.raises(refusal) as found:
        yield found
    place.rollback()
    session.expire_all()


def post_held(session: Session, person_id: int) -> Appointment:
    """The post that somebody holds."""
    return session.scalars(sa.select(Appointment).where(Appointment.person_id == person_id)).one()


def new_head(cast: Cast, session: Session) -> Person:
    """The finance bureau gets another head today."""
    before = post_held(session, cast.person_ids["finance_head"])
    successor = commands.add_person(cast.region(), name="甄接任", by=SYSTEM, now=NOW)
    commands.hand_over(before, to=successor, starts_on=TODAY, by=cast.actor("office_clerk"), now=NOW)
    return successor


def propose(cast: Cast, session: Session, who: str = "finance_head", **other: Any) -> SeatChange:
    """The finance bureau proposes that its deputy takes over the seat."""
    deputy = post_held(session, cast.person_ids["finance_deputy"])
    facts = {"successor": deputy, "reason": "工作分工调整", "by": cast.actor(who), "now": NOW, **other}
    return commands.propose_seat_change(finance_seat(cast, session), **facts)


def approve(cast: Cast, change: SeatChange, who: str = "leader", **other: Any) -> None:
    """A leader approves."""
    facts = {"approve": True, "version": change.version, "by": cast.actor(who), "now": NOW, **other}
    commands.decide_seat_change(change, **facts)


def issue(cast: Cast, changes: list[SeatChange], who: str = "office_clerk", **other: Any) -> SeatNotice:
    """The office issues the notice."""
    facts = {"changes": changes, "document_number": NUMBER, "by": cast.actor(who), "now": NOW, **other}
    return commands.issue_seat_notice(cast.group(), **facts)


def told(session: Session, kind: str) -> set[int]:
    """Who has a message of a kind."""
    return set(session.scalars(sa.select(InboxItem.recipient_id).where(InboxItem.kind == kind)))


def roles(cast: Cast, person_id: int) -> set[str]:
    """The seats that somebody holds in the first group today."""
    found = [name for name, known in cast.person_ids.items() if known == person_id]
    cast.person_ids.setdefault(f"person {person_id}", person_id)
    return set(cast.actor(found[0] if found else f"person {person_id}").roles_in(cast.group_ids["g1"]))
