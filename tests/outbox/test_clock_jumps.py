"""A worker under a clock that jumps: nothing goes out while it is in doubt, and afterwards each message once."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.outbox.servers import Authority, ChatServer, MailServer
from tests.outbox.world import READERS, courier, deliveries, set_up_mail, set_up_robot, tell
from tracker.delivery.models import Delivery
from tracker.delivery.planning import plan_deliveries
from tracker.delivery.rules import DeliveryState, EndpointKind
from tracker.kernel import leases
from tracker.kernel.db import write_transaction
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel
from tracker.reminders.sweep import sweep_on_time

STATE = DeliveryState
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _database_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """One machine has one clock: the database's jumps with it."""
    monkeypatch.setattr(leases, "database_now", lambda: clock.now)


def _sweep(now: datetime) -> bool:
    """Whether the clock was believed."""
    return "held" not in sweep_on_time(now=now, pause=lambda _seconds: None)


def _received(server: MailServer) -> list[str]:
    return sorted(recipient for row in server.receipts.rows for recipient in row["to"])


@pytest.mark.parametrize("jump", [timedelta(days=365), -DAY], ids=["a year on", "a day back"])
def test_while_the_clock_is_in_doubt_nothing_goes_out_and_afterwards_each_once(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock, jump: timedelta
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    assert _sweep(NOW)
    for reader in READERS:
        tell(cast, reader)
    assert plan_deliveries(NOW) == len(READERS)
    waits = deliveries()[-1].id
    with write_transaction() as session:
        session.execute(sa.update(Delivery).where(Delivery.id == waits).values(next_attempt_at=NOW + DAY))
    worker = courier()
    clock.set(NOW + jump)
    assert not _sweep(clock.now)
    tell(cast, key="meanwhile", now=clock.now)
    for _turn in range(3):
        assert not worker.work()
    assert mail_server.receipts.rows == []
    assert {row.state for row in deliveries()} == {STATE.PENDING}
    clock.set(NOW + timedelta(minutes=1))
    assert _sweep(clock.now)
    for _turn in range(3):
        worker.work()
    assert len(set(_received(mail_server))) == len(_received(mail_server)) == 2
    assert [row.state for row in deliveries() if row.id == waits] == [STATE.PENDING]
    clock.set(NOW + DAY)
    for _turn in range(3):
        worker.work()
    assert len(set(_received(mail_server))) == len(_received(mail_server)) == 3


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["a day on", "a day back"])
def test_a_jump_that_no_sweep_has_seen_yet_repeats_nothing_and_leaves_nothing_behind(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock, jump: timedelta
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    worker = courier()
    for reader in READERS[:2]:
        tell(cast, reader)
    worker.work()
    for moment in (NOW + jump, NOW + timedelta(minutes=1)):
        clock.set(moment)
        for _turn in range(2):
            worker.work()
    assert len(set(_received(mail_server))) == len(_received(mail_server)) == 2
    # And who is told first now is planned for at once, whatever time it was at the last look.
    tell(cast, READERS[2], key="after", now=clock.now)
    clock.advance(timedelta(seconds=20))
    worker.work()
    assert len(_received(mail_server)) == 3


def test_a_robot_is_not_kept_waiting_by_a_clock_that_was_set_back(
    cast: Cast, authority: Authority, chat_server: ChatServer, clock: Clock
) -> None:
    set_up_robot(cast, EndpointKind.WECOM, chat_server.url(), authority)
    clock.set(NOW + DAY)
    for reader in READERS[:2]:
        tell(cast, reader, channels=(Channel.CHAT,), now=clock.now)
    worker = courier()
    worker.work()
    assert len(chat_server.receipts.rows) == 2
    clock.set(NOW)
    with write_transaction() as session:
        session.execute(sa.update(InboxItem).values(read_at=NOW))
    tell(cast, READERS[2], channels=(Channel.CHAT,), now=clock.now)
    worker.work()
    assert len(chat_server.receipts.rows) == 3
