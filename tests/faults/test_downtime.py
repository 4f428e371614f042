"""After an hour, three days and thirty days of standstill: one digest for each person, and a trail without a gap."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import Cast
from tests.clock import NOW, Clock
from tests.outbox.world import allow, courier, give_addresses, mail_facts
from tests.reminders.reference import Days, Told, Work, expected
from tests.reminders.worlds import running_task, tick_once
from tracker.delivery import commands as delivering
from tracker.delivery import courier as couriers
from tracker.delivery.models import Delivery, DeliveryItem
from tracker.delivery.rules import DeliveryState, EndpointKind, Outcome
from tracker.delivery.senders import Answer, Letter
from tracker.kernel.clock import LOCAL
from tracker.kernel.db import db, write_transaction
from tracker.kernel.jobs import JobRun, RunState
from tracker.outbox.models import InboxItem
from tracker.reminders import commands
from tracker.reminders.models import Reminder
from tracker.reminders.queries.held import open_doubt
from tracker.reminders.rules import DEADLINE_LADDER, ReminderState

STOPPED = datetime(2026, 3, 16, 12, 30, tzinfo=LOCAL)
"""Half an hour before the slot of a Monday's noon."""
DUE = [date(2026, 3, 16) + timedelta(days=days) for days in (-10, -4, -1, 0, 1, 2, 3, 9, 14, 25, 33, 60)]
READERS = (
    *("finance_staff", "finance_liaison", "finance_deputy", "finance_head"),
    *("office_director", "leader", "town_head"),
)


@pytest.fixture
def received(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How many mails each address got; they are taken, and go nowhere."""
    own, addresses = app.extensions["settings"], Counter[str]()

    class Taker:
        def send(self, letter: Letter) -> Answer:
            addresses[letter.mail] += 1
            return Answer(Outcome.DELIVERED, "250")

    @contextmanager
    def line(*_what: object, **_more: object) -> Iterator[Taker]:
        yield Taker()

    monkeypatch.setattr(couriers, "open_line", line)
    allow(app, "127.0.0.1:2525")
    yield addresses
    app.extensions["settings"] = own


def _enter(cast: Cast) -> dict[int, int]:
    with write_transaction():
        give_addresses(cast, readers=READERS)
        by = cast.actor("administrator")
        delivering.add_endpoint(EndpointKind.MAIL, mail_facts(2525), group=None, by=by, now=NOW)
        return {running_task(cast, due_on=day, owner="finance_staff").id: n for n, day in enumerate(DUE)}


def _confirm(cast: Cast, now: datetime) -> bool:
    """Where days passed, an administrator says that the clock is right; whether that had to be said."""
    if open_doubt() is None:
        return False
    with write_transaction():
        commands.confirm_clock(reason="机房停电检修。", by=cast.actor("administrator"), now=now)
    assert "sweep" in tick_once(now)
    return True


def _address(name: str) -> str:
    return f"{name.replace('_', '.')}@example.gov.cn"


def _owed(told: Told, names: Mapping[int, str], before: set[int]) -> set[str]:
    """Where a mail is owed: to who is told by the reckoning, or of a warning since."""
    flagged = sa.select(InboxItem.recipient_id).where(InboxItem.id.not_in(before), InboxItem.key.startswith("flag:"))
    hear = {name for *_what, name in told} | {names[one] for one in db.session.scalars(flagged)}
    return {_address(name) for name in hear & set(READERS)}


@pytest.mark.parametrize("off", [timedelta(hours=1), timedelta(days=3), timedelta(days=30)], ids=["1h", "3d", "30d"])
def test_after_an_outage_each_hears_once_and_the_trail_has_no_gap(
    cast: Cast, received: Counter[str], one_clock: Clock, off: timedelta
) -> None:
    numbers, works = _enter(cast), [Work("finance", day, "finance_staff") for day in DUE]
    one_clock.set(STOPPED)
    tick_once(STOPPED)
    courier().work()
    # People work on: what is entered now is told by the slot at 13:00, or by whatever makes up for it.
    with write_transaction():
        numbers[running_task(cast, due_on=STOPPED.date(), unit="town").id] = len(DUE)
    works.append(Work("town", STOPPED.date(), None))
    before = set(db.session.scalars(sa.select(InboxItem.id)))
    first = Counter(received)
    received.clear()
    back = one_clock.advance(off)
    tick_once(back)
    assert _confirm(cast, back) == (off > timedelta(days=1.5))
    worker = courier()
    while worker.work():
        pass
    for minutes in (1, 20, 60):
        one_clock.set(back + timedelta(minutes=minutes))
        worker.work()
    # The trail: who is told by a plain reckoning of this day, and every rung below is on record for each task.
    names = {person: name for name, person in cast.person_ids.items()}
    rows = [row for row in db.session.scalars(sa.select(Reminder)) if row.subject_id in numbers]
    told, below = expected(works, DEADLINE_LADDER, Days({}), back.date(), roll=True)
    on_record = {
        (number, works[number].due_on, row.rung, row.repeat, names[row.recipient_id])
        for row in rows
        for number in (numbers[row.subject_id],)
    }
    assert told <= on_record
    assert {key[:3] for key in below} <= {key[:3] for key in on_record}
    # No barrage: of each task only the highest rung was told after the outage, and nobody got a second mail.
    fresh = sa.select(InboxItem.key).where(InboxItem.id.not_in(before), InboxItem.key.startswith("reminder:task:"))
    rungs = Counter(tuple(key.split(":")[2:4]) for key in {*db.session.scalars(fresh)})
    assert set(rungs.values()) <= {1}
    today = first.keys() if off < timedelta(days=1) else set[str]()
    assert received == Counter(_owed(told, names, before) - today)
    assert (received[_address("town_head")], max(first.values())) == (1, 1)
    slots = {run.slot: run.state for run in db.session.scalars(sa.select(JobRun).where(JobRun.job == "sweep"))}
    assert off > timedelta(days=1) or slots["2026-03-16T13:00"] is RunState.FINISHED
    assert {row.state for row in rows} <= {ReminderState.ACTIVE, ReminderState.SUPERSEDED}
    states = set(db.session.scalars(sa.select(Delivery.state).distinct()))
    assert states == {DeliveryState.SENT}
    if off > timedelta(days=1):
        mine = InboxItem.recipient_id == cast.person_ids["finance_head"]
        out = sa.exists().where(DeliveryItem.item_id == InboxItem.id)
        assert db.session.scalars(sa.select(InboxItem.key).where(mine, InboxItem.read_at.is_(None), ~out)).all() == []
