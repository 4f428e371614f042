"""What was due and reached nobody is found: a message that no digest took in, a task that a rung passed over."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW, Clock
from tests.outbox.world import allow, give_addresses, mail_facts, tell
from tests.reminders.worlds import running_task
from tracker.accounts.models import Account
from tracker.audit.commands import record
from tracker.delivery import commands
from tracker.delivery.models import ChannelEndpoint, Delivery, DeliveryItem, DeliveryPreference
from tracker.delivery.planning import LOOK_BACK, plan_deliveries
from tracker.delivery.rules import EndpointKind
from tracker.kernel import leases
from tracker.kernel.actor import SYSTEM
from tracker.kernel.calendar import CalendarYear
from tracker.kernel.db import write_transaction
from tracker.kernel.installation import hold_deliveries, release_deliveries
from tracker.kernel.jobs import JobRun, RunState
from tracker.organisation.models import LeadershipGroup, Person
from tracker.outbox.models import InboxItem
from tracker.reminders import ticks
from tracker.reminders.commands import confirm_clock, step_aside, watch_clock
from tracker.reminders.jobs import all_jobs
from tracker.reminders.models import HeldRun, LadderPolicy, Reminder, SweepClock
from tracker.reminders.rules import LadderKind, ReminderState, SubjectName
from tracker.tasks.models import Task
from tracker.tasks.rules import TaskState
from tracker.upkeep import checks, overlooked
from tracker.upkeep.rules import Code, Found

LONG_AGO = NOW - timedelta(days=1)
NOON = NOW + timedelta(hours=2, minutes=30)


@pytest.fixture(autouse=True)
def _database_clock(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's clock goes with the test's."""
    monkeypatch.setattr(leases, "database_now", lambda: clock.now)


@pytest.fixture
def lost(app: Flask, cast: Cast, session: Session) -> Iterator[Session]:
    """A message of yesterday evening was in a digest of today, which is gone before it was sent."""
    own = app.extensions["settings"]
    allow(app, "127.0.0.1:2525")
    with write_transaction():
        give_addresses(cast)
        by = cast.actor("administrator")
        commands.add_endpoint(EndpointKind.MAIL, mail_facts(2525), group=None, by=by, now=LONG_AGO)
    tell(cast, now=LONG_AGO + timedelta(hours=8))
    assert plan_deliveries(NOW) == 1
    assert _left_out() == []
    with write_transaction() as writing:
        writing.execute(sa.delete(DeliveryItem))
        writing.execute(sa.delete(Delivery))
    yield session
    app.extensions["settings"] = own


def _left_out(now: datetime = NOON) -> list[Found]:
    return list(overlooked.messages(now))


def test_a_message_whose_digest_is_gone_is_found_and_is_none_once_it_is_planned_again(lost: Session) -> None:
    assert _left_out() == [Found(Code.MESSAGE_LEFT_OUT, "mail", 1)]
    lost.rollback()
    plan_deliveries(NOON)
    assert _left_out() == []


def _hours(**said: int) -> Callable[[Session], object]:
    def ask(session: Session) -> None:
        reader = session.scalars(sa.select(InboxItem.recipient_id)).one()
        session.add(DeliveryPreference(person_id=reader, **{"digest_hour": 9, **said}, updated_at=NOW))

    return ask


def _has(model: type, **values: object) -> Callable[[Session], object]:
    return lambda session: session.execute(sa.update(model).values(**values))


def _let_go(at: datetime) -> None:
    hold_deliveries(reason="restored", now=NOW)
    assert release_deliveries(now=at)


def _doubt_the_clock(session: Session, *, until: datetime | None = None) -> None:
    row = SweepClock(name="sweep", at=NOW - timedelta(days=30))
    session.add(row)
    session.flush()
    assert watch_clock(now=NOW) is not None
    if until is not None:
        confirm_clock(reason="放假", by=SYSTEM, now=NOW)
        session.execute(sa.update(HeldRun).values(decided_at=until))


IN_ORDER: dict[str, Callable[[Session], object]] = {
    "it was read": _has(InboxItem, read_at=NOW),
    "it is for the inbox alone": _has(InboxItem, channels=""),
    "it came just now": _has(InboxItem, created_at=NOON - timedelta(minutes=29)),
    "it is no news any more": _has(InboxItem, created_at=NOON - LOOK_BACK),
    "its reader has no address": _has(Person, email=""),
    "its reader has no account": _has(Account, active=False),
    "its reader does without mail": _hours(mail=False),
    "its reader has a later hour": _hours(digest_hour=12),
    "its reader wants quiet": _hours(quiet_from=11, quiet_until=14),
    "its group speaks later": _has(LeadershipGroup, messages_from=12),
    "there is no way out": _has(ChannelEndpoint, enabled=False, disabled_reason="停用"),
    "the way out is new": _has(ChannelEndpoint, created_at=NOON - timedelta(minutes=29)),
    "all is on hold": lambda _session: hold_deliveries(reason="restored", now=NOW),
    "all was let go just now": lambda _session: _let_go(NOON - timedelta(minutes=29)),
    "the clock is in doubt": _doubt_the_clock,
    "the clock was in doubt just now": lambda session: _doubt_the_clock(session, until=NOON - timedelta(minutes=29)),
}


@pytest.mark.parametrize("why", IN_ORDER)
def test_a_message_that_nobody_may_send_yet_or_any_more_is_no_finding(lost: Session, why: str) -> None:
    with write_transaction() as session:
        IN_ORDER[why](session)
    assert _left_out() == []


def test_on_a_day_off_nothing_is_left_out(lost: Session) -> None:
    assert (_left_out(NOON + timedelta(days=3)), len(_left_out(NOON + timedelta(days=5)))) == ([], 1)


def test_who_had_a_digest_today_hears_the_rest_tomorrow(lost: Session, cast: Cast) -> None:
    plan_deliveries(NOW)
    with write_transaction() as session:
        session.execute(sa.update(Delivery).values(state="cancelled", ended_at=NOW))
    tell(cast, key="another", now=NOW)
    assert (_left_out(), len(_left_out(NOON + timedelta(days=1)))) == ([], 1)


@pytest.fixture
def swept(cast: Cast, session: Session) -> Session:
    """A task is twenty days late, and the sweep of this morning has told everybody."""
    with write_transaction():
        running_task(cast, due_on=date(2026, 2, 26), owner="finance_staff", now=LONG_AGO)
        running_task(cast, due_on=date(2026, 9, 30), owner="finance_staff", now=LONG_AGO)
    _sweep(NOW)
    assert _passed_over() == []
    session.rollback()
    return session


def _sweep(now: datetime) -> None:
    job = next(job for job in all_jobs() if job.name == "sweep")
    counts, error = ticks.run_by_hand(job, now.strftime("%Y-%m-%dT%H:%M"), holder="here:1", now=now)
    assert (counts["failed"], error) == (0, "")


def _passed_over() -> list[Found]:
    return list(overlooked.steps(NOON))


def _forget(session: Session) -> None:
    session.execute(sa.delete(Reminder))
    session.execute(sa.delete(InboxItem))


def test_a_late_task_without_any_trace_of_its_rung_is_found_and_told_of_by_the_next_sweep(
    swept: Session, clock: Clock
) -> None:
    with write_transaction() as session:
        _forget(session)
    (found,) = _passed_over()
    assert (found.code, found.count) == (Code.STEP_PASSED_OVER, 1)
    swept.rollback()
    _sweep(clock.advance(NOON - NOW))
    assert _passed_over() == []


def _late_task(session: Session) -> Task:
    return session.scalars(sa.select(Task).where(Task.due_on == date(2026, 2, 26))).one()


def _acted_upon(session: Session) -> None:
    task = _late_task(session)
    record("task.edit", "task", task.id, by=SYSTEM, now=NOON, group_id=task.group_id)


def _aside(session: Session) -> None:
    task = _late_task(session)
    step_aside(SubjectName.TASK, task.id, group_id=task.group_id, error="x", now=NOW)


def _new_ladder(session: Session) -> None:
    group_id = session.scalars(sa.select(LeadershipGroup.id).order_by(LeadershipGroup.id)).first()
    session.add(
        LadderPolicy(group_id=group_id, ladder=LadderKind.DEADLINE, version=1, restores_defaults=True, made_at=NOON)
    )


def _settings(session: Session) -> None:
    for group_id in session.scalars(sa.select(LeadershipGroup.id)).all():
        record("organisation.change_group_settings", "group", group_id, by=SYSTEM, now=NOON, group_id=group_id)


def _ran(**values: object) -> Callable[[Session], object]:
    return lambda session: session.execute(sa.update(JobRun).where(JobRun.job == "sweep").values(**values))


def _put_back_the_clock(session: Session) -> None:
    session.execute(sa.update(SweepClock).values(at=NOW - timedelta(days=30)))
    assert watch_clock(now=NOW) is not None


UNTOUCHED: dict[str, Callable[[Session], object]] = {
    "it changed since": _has(Task, updated_at=NOW),
    "it was acted upon since": _acted_upon,
    "it rests": _has(Task, extension_pending=True),
    "it was handed in": _has(Task, state=TaskState.SUBMITTED, submitted_at=NOW),
    "it stepped aside": _aside,
    "its group has another ladder since": _new_ladder,
    "its group has other settings since": _settings,
    "its group is over": _has(LeadershipGroup, ended_on=date(2026, 3, 18)),
    "its group began later": _has(LeadershipGroup, uses_from=date(2026, 3, 1)),
    "there is another calendar since": lambda session: session.add(
        CalendarYear(year=2031, status="published", source="x", updated_at=NOW)
    ),
    "no sweep has ended": _ran(state=RunState.RUNNING),
    "the sweep failed in part, which is found": _ran(counts={"failed": 1}),
    "the sweep was on a day off": _ran(started_at=NOW - timedelta(days=3)),
    "the clock is in doubt": _put_back_the_clock,
}


@pytest.mark.parametrize("why", UNTOUCHED)
def test_a_task_that_the_ladder_would_not_tell_of_is_no_finding(swept: Session, why: str) -> None:
    with write_transaction() as session:
        _forget(session)
        UNTOUCHED[why](session)
    assert _passed_over() == []


@pytest.mark.parametrize("state", [ReminderState.SUPERSEDED, ReminderState.CANCELLED])
def test_whatever_became_of_a_reminder_it_is_a_trace(swept: Session, state: ReminderState) -> None:
    with write_transaction() as session:
        session.execute(sa.update(Reminder).values(state=state))
    assert _passed_over() == []


def test_the_watchdog_asks_both(lost: Session) -> None:
    assert {overlooked.messages, overlooked.steps} <= set(checks.CHECKS)
    assert Found(Code.MESSAGE_LEFT_OUT, "mail", 1) in checks.look(NOON)
