"""Scheduler and worker under a clock that jumps: nothing goes out while it is in doubt, and then each message once."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast
from tests.clock import TODAY, Clock
from tests.letters.promises import held_post, in_force
from tests.outbox.servers import Authority, ChatServer, MailServer
from tests.outbox.world import READERS, courier, deliveries, set_up_mail, set_up_robot, tell
from tests.reminders.worlds import running_task, tick_once
from tracker.delivery.models import Delivery
from tracker.delivery.planning import plan_deliveries
from tracker.delivery.rules import DeliveryState, EndpointKind
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.kernel.jobs import beat
from tracker.organisation import commands as organisation
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel
from tracker.reminders import commands
from tracker.reminders.models import HeldRun, Reminder
from tracker.reminders.queries.held import open_doubt
from tracker.reminders.rules import Brake, HoldCause, HoldState, ReminderState
from tracker.reminders.sweep import sweep

STATE = DeliveryState
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _believed(now: datetime) -> bool:
    """Whether a tick believes the clock."""
    tick_once(now)
    return open_doubt() is None


def _health(app: Flask) -> tuple[int, dict[str, Any]]:
    answer = app.test_client().get("/healthz")
    return answer.status_code, answer.json or {}


def _told(session: Session, since: int) -> list[tuple[str, int]]:
    """What stands in inboxes beyond a number, and in whose."""
    query = sa.select(InboxItem.kind, InboxItem.recipient_id).where(InboxItem.id > since).order_by(InboxItem.id)
    found = [(kind, person) for kind, person in session.execute(query)]
    session.rollback()
    return found


def _last_item(session: Session) -> int:
    found = session.scalar(sa.select(sa.func.max(InboxItem.id))) or 0
    session.rollback()
    return found


def _received(server: MailServer) -> list[str]:
    return sorted(recipient for row in server.receipts.rows for recipient in row["to"])


@pytest.mark.parametrize("jump", [timedelta(days=365), -DAY], ids=["a year on", "a day back"])
def test_while_the_clock_is_in_doubt_nothing_goes_out_and_afterwards_each_once(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock, jump: timedelta
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    assert _believed(NOW)
    for reader in READERS:
        tell(cast, reader)
    assert plan_deliveries(NOW) == len(READERS)
    waits = deliveries()[-1].id
    with write_transaction() as session:
        session.execute(sa.update(Delivery).where(Delivery.id == waits).values(next_attempt_at=NOW + DAY))
    worker = courier()
    clock.set(NOW + jump)
    tell(cast, key="meanwhile", now=clock.now)
    # Before the scheduler has seen it, and after.
    for _turn in range(2):
        assert not worker.work()
    assert not _believed(clock.now)
    for _turn in range(2):
        assert not worker.work()
    assert mail_server.receipts.rows == []
    assert {row.state for row in deliveries()} == {STATE.PENDING}
    clock.set(NOW + timedelta(minutes=1))
    assert not worker.work()
    assert _believed(clock.now)
    for _turn in range(3):
        worker.work()
    assert len(set(_received(mail_server))) == len(_received(mail_server)) == 2
    assert [row.state for row in deliveries() if row.id == waits] == [STATE.PENDING]
    clock.set(NOW + DAY)
    for _turn in range(3):
        worker.work()
    assert len(set(_received(mail_server))) == len(_received(mail_server)) == 3


def test_a_clock_that_jumps_back_to_where_every_slot_is_done_is_doubted_all_the_same(
    app: Flask, cast: Cast, session: Session, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    for hours in range(25):
        clock.set(NOW + hours * HOUR)
        tick_once(clock.now)
    right, since, worker = clock.now, _last_item(session), courier()
    assert not worker.work()
    assert (_health(app)[1]["clock"], _health(app)[1]["watchdog"]) == ("ok", "ok")
    for hours in range(20):
        clock.set(right - DAY + hours * HOUR)
        tell(cast, key=f"meanwhile {hours}", now=clock.now)
        # No job is due by this clock, so none would find out; and nothing leaves.
        assert (list(tick_once(clock.now)), worker.work()) == ([], False)
    assert mail_server.receipts.rows == []
    run = open_doubt()
    assert run is not None
    assert (run.cause, run.last_at) == (HoldCause.CLOCK_BEHIND, right)
    session.rollback()
    administrator = cast.person_ids["administrator"]
    assert [one for one in _told(session, since) if one[0] != "task.issued"] == [("sweep.clock", administrator)]
    status, report = _health(app)
    assert (status, report["clock"], report["watchdog"]) == (503, "bad", "bad")
    clock.set(right + HOUR)
    assert not worker.work()
    assert {"release", "succeed", "watch"} <= set(tick_once(clock.now))
    worker.work()
    assert len(_received(mail_server)) == 1
    assert (_health(app)[1]["clock"], _health(app)[1]["watchdog"]) == ("ok", "ok")


def test_a_clock_that_was_ahead_and_is_confirmed_where_it_was_set_back_to_goes_on_from_there(
    app: Flask, cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    for hours in range(25):
        clock.set(NOW + hours * HOUR)
        tick_once(clock.now)
    worker = courier()
    worker.work()
    clock.set(NOW)
    assert not _believed(NOW)
    with write_transaction():
        commands.confirm_clock(reason="原先快了一天。", by=SYSTEM, now=NOW)
    tell(cast)
    # It remembers a later time itself, and forgets it by the next round.
    assert not worker.work()
    worker.work()
    assert len(_received(mail_server)) == 1
    clock.set(NOW + HOUR)
    # What the clock did in the future is not done, and comes in its time.
    assert {"release", "succeed", "watch"} <= set(tick_once(clock.now))
    assert open_doubt() is None
    assert (_health(app)[1]["clock"], _health(app)[1]["watchdog"]) == ("ok", "ok")


def test_a_year_ahead_nothing_but_the_watchdog_and_the_seal_goes_on_and_nobody_outside_hears_of_it(
    app: Flask, cast: Cast, session: Session, clock: Clock
) -> None:
    in_force(cast)
    with write_transaction():
        post, to = held_post(cast.person_ids["finance_head"]), cast.person("finance_deputy")
        organisation.hand_over(post, to=to, starts_on=TODAY + timedelta(days=100), by=SYSTEM, now=NOW)
    tick_once(NOW)
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 17))
    sweep(now=NOW, pause=lambda _seconds: None, brake=Brake(floor=0, first=0, factor=0))
    with write_transaction():
        run = session.scalars(sa.select(HeldRun)).one()
        commands.release_held(run, reason="核对无误", version=run.version, by=cast.actor("office_director"), now=NOW)
    held = sa.select(sa.func.count()).where(Reminder.state == ReminderState.HELD)
    planned = session.scalar(held)
    assert planned
    since = _last_item(session)
    for minutes in range(0, 60, 20):
        clock.set(NOW + timedelta(days=365, minutes=minutes))
        assert set(tick_once(clock.now)) <= {"seal_record", "watch"}
    administrator = cast.person_ids["administrator"]
    heard = _told(session, since)
    assert heard[0] == ("sweep.clock", administrator)
    assert set(heard[1:]) <= {("watch.scheduler_silent", administrator), ("watch.reminder_held", administrator)}
    assert session.scalar(held) == planned
    session.rollback()
    assert _health(app)[0] == 503
    # Set right again, what had waited goes out, and nothing that is to come.
    since = _last_item(session)
    clock.set(NOW + HOUR)
    assert {"release", "succeed", "watch"} <= set(tick_once(clock.now))
    assert open_doubt() is None
    kinds = {kind for kind, _person in _told(session, since)}
    assert any(kind.startswith("reminder.") for kind in kinds)
    assert not any("succe" in kind for kind in kinds)
    assert session.scalar(held) == 0
    assert session.scalars(sa.select(HeldRun.state).order_by(HeldRun.id)).all() == [HoldState.DONE, HoldState.DISCARDED]


@pytest.mark.parametrize("apart", [timedelta(minutes=9), timedelta(minutes=-9), timedelta(seconds=-30)])
def test_machines_whose_clocks_differ_a_little_raise_no_doubt_when_they_take_over(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock, apart: timedelta
) -> None:
    """The database's clock stands; who leads, and who sends, are a little off to either side of it."""
    set_up_mail(cast, mail_server.port, authority)
    for machine in (apart, -apart, apart):
        tick_once(NOW + machine)
        assert open_doubt() is None
    tell(cast)
    there = courier(now=lambda: NOW - apart)
    there.work()
    assert len(_received(mail_server)) == 1


def test_a_worker_whose_own_clock_alone_is_wrong_sends_nothing(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast)
    tick_once(NOW)
    for wrong in (-DAY, 11 * timedelta(minutes=1), DAY):
        there = courier(now=lambda wrong=wrong: NOW + wrong)  # type: ignore[misc]
        assert not there.work()
    assert deliveries() == []
    # Nobody else's work is held for that.
    assert open_doubt() is None
    courier().work()
    assert len(_received(mail_server)) == 1


def test_a_scheduler_that_stands_still_for_days_keeps_no_mail_of_a_worker_that_does_not(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tick_once(NOW)
    worker = courier()
    for hours in range(0, 49, 6):
        clock.set(NOW + hours * HOUR)
        worker.work()
    tell(cast, now=clock.now)
    clock.advance(timedelta(minutes=1))
    worker.work()
    assert len(_received(mail_server)) == 1
    clock.advance(timedelta(days=365))
    tell(cast, "town_head", key="ahead", now=clock.now)
    worker.work()
    assert len(_received(mail_server)) == 1


@pytest.mark.parametrize("role", ["scheduler", "worker"])
def test_a_sign_of_life_or_a_look_from_the_future_is_none(app: Flask, cast: Cast, clock: Clock, role: str) -> None:
    tick_once(NOW)
    with write_transaction():
        beat("worker", holder="here:2", now=NOW)
    assert (_health(app)[0], _health(app)[1][role]) == (200, "ok")
    clock.set(NOW - timedelta(seconds=30))
    assert _health(app)[0] == 200
    clock.set(NOW - HOUR)
    status, report = _health(app)
    assert (status, report[role], report["watchdog"]) == (503, "bad", "bad")


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["a day on", "a day back"])
def test_a_jump_before_the_first_tick_repeats_nothing_and_leaves_nothing_behind(
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
