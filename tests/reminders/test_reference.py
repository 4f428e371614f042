"""The set-based sweep and a plain reckoning agree on who is told what, whatever calendar, ladder and work there are."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.cast import Cast
from tests.clock import NOW
from tests.reminders.reference import Days, Told, Work, expected
from tests.reminders.strategies import calendars, ladders, todays, works
from tests.reminders.worlds import running_task
from tracker.kernel.calendar import CalendarDay, forget_working_days
from tracker.kernel.clock import LOCAL
from tracker.kernel.db import Base, db, write_transaction
from tracker.organisation.models import Seat
from tracker.organisation.rules import SeatRole
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel
from tracker.reminders import commands
from tracker.reminders.models import Reminder
from tracker.reminders.rules import DEADLINE_LADDER, Audience, LadderKind, ReminderState, Rung, SubjectName
from tracker.reminders.sweep import sweep

UNHURRIED = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
DAY_BY_DAY = settings(UNHURRIED, max_examples=8)
"""Each example sweeps for every one of its days."""


@st.composite
def situations(draw: st.DrawFn) -> tuple[date, dict[date, bool], tuple[Rung, ...], list[Work], bool]:
    """A day, a calendar, a ladder, some work, and whether due dates roll."""
    today = draw(todays)
    return today, draw(calendars(today)), draw(ladders()), draw(works(today)), draw(st.booleans())


Subject = tuple[SubjectName, int]
FAR_AHEAD = date(2040, 12, 31)
"""When a task is due of which only a part is looked at."""
EPOCH = date(1970, 1, 1)
"""The day from which cycles are numbered."""
EMPTIED = ("reminders", "oversight", "outbox", "tasks")


def _clear() -> None:
    """Leave the people, and nothing of what was done."""
    ours = {mapper.local_table for mapper in Base.registry.mappers if mapper.class_.__module__.split(".")[1] in EMPTIED}
    with write_transaction() as session:
        for table in reversed(db.metadata.sorted_tables):
            if table in ours:
                session.execute(sa.delete(table))
        session.execute(sa.delete(CalendarDay))
    forget_working_days()


def _enter(
    cast: Cast, works: Sequence[Work], rungs: Sequence[Rung], calendar: Mapping[date, bool], *, roll: bool
) -> dict[Subject, int]:
    """Put a situation into the database; returns the numbers of the work by its task or part."""
    _clear()
    with write_transaction() as session:
        session.add_all(CalendarDay(day=day, working=works, note="") for day, works in calendar.items())
        group = cast.group()
        group.roll_due_dates = roll
        seat = session.scalars(
            sa.select(Seat.id).where(Seat.group_id == group.id, Seat.role == SeatRole.DEPUTY_LEADER)
        ).one()
        numbers: dict[Subject, int] = {}
        for number, work in enumerate(works):
            if work.part:
                task = running_task(cast, due_on=FAR_AHEAD, unit="water", parts=((work.unit, work.due_on),))
            else:
                more: dict[str, Any] = {"unit": work.unit, "owner": work.owner, "milestones": work.milestones}
                task = running_task(cast, due_on=work.due_on, **more)
            task.leader_seat_id = seat if work.led else None
            session.flush()
            subject = (SubjectName.PART, task.parts[0].id) if work.part else (SubjectName.TASK, task.id)
            numbers[subject] = number
            numbers |= {(SubjectName.MILESTONE, step.id): number for step in task.milestones}
        if tuple(rungs) != DEADLINE_LADDER:
            by = cast.actor("office_director")
            commands.change_ladder(group, LadderKind.DEADLINE, rungs, version=0, by=by, now=NOW)
    forget_working_days()
    return numbers


def _written(cast: Cast, numbers: Mapping[Subject, int]) -> tuple[Told, Told]:
    names = {person: name for name, person in cast.person_ids.items()}
    told: Told = set()
    superseded: Told = set()
    for row in db.session.scalars(sa.select(Reminder)):
        number = numbers[SubjectName(row.subject_kind), row.subject_id]
        key = (number, EPOCH + timedelta(days=row.cycle), row.rung, row.repeat, names[row.recipient_id])
        (told if row.state is ReminderState.ACTIVE else superseded).add(key)
    db.session.rollback()
    return told, superseded


def _at(day: date, hour: int = 8, minute: int = 0, second: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=LOCAL)


def _sweep(now: datetime) -> dict[str, int]:
    forget_working_days()
    return sweep(now=now, pause=lambda _seconds: None)


@UNHURRIED
@given(situation=situations())
@example(
    # A due date on a make-up Saturday, one on the Sunday after it, and the leap day.
    situation=(
        date(2028, 3, 1),
        {date(2028, 2, 26): True, date(2028, 2, 28): False},
        DEADLINE_LADDER,
        [Work("finance", date(2028, 2, day), "finance_staff") for day in (26, 27, 29)],
        True,
    )
)
@example(
    # Parts that climbed to the leader in charge; over the task of one a leader watches, of the other none.
    situation=(
        date(2026, 3, 18),
        {},
        (Rung(7, (Audience.UNIT_HEAD, Audience.LEADER_IN_CHARGE), channels=(Channel.MAIL,)),),
        [Work("town", date(2026, 3, 9), led=True, part=True), Work("finance", date(2026, 3, 9), part=True)],
        False,
    )
)
@example(
    # Steps that nobody did, months before the date that passes now; one on that very date; one behind it.
    situation=(
        date(2026, 3, 27),
        {},
        DEADLINE_LADDER,
        [
            Work("finance", date(2026, 3, 20), milestones=(date(2026, 1, 23), date(2026, 2, 13))),
            Work("town", date(2026, 3, 20), milestones=(date(2026, 3, 20), date(2026, 10, 23))),
        ],
        True,
    )
)
@example(
    # A leader in charge and an owner, in this order, and neither is named.
    situation=(
        date(2026, 3, 18),
        {},
        (Rung(0, (Audience.LEADER_IN_CHARGE, Audience.OWNER), channels=(Channel.MAIL,)),),
        [Work("finance", date(2026, 3, 18))],
        False,
    )
)
def test_the_sweep_tells_whom_a_plain_reckoning_names(
    cast: Cast, situation: tuple[date, dict[date, bool], tuple[Rung, ...], list[Work], bool]
) -> None:
    today, calendar, rungs, work, roll = situation
    numbers = _enter(cast, work, rungs, calendar, roll=roll)
    counts = _sweep(_at(today))
    told, superseded = _written(cast, numbers)
    should, should_lie = expected(work, rungs, Days(calendar), today, roll=roll)
    assert (told, superseded) == (should, should_lie)
    assert counts["failed"] == 0
    messages = db.session.scalar(
        sa.select(sa.func.count()).select_from(InboxItem).where(InboxItem.kind.startswith("reminder."))
    )
    assert messages == counts["reminders"] == len(told)


@DAY_BY_DAY
@given(situation=situations(), days=st.integers(2, 16))
def test_day_by_day_everybody_hears_each_step_on_its_first_day_and_never_again(
    cast: Cast, situation: tuple[date, dict[date, bool], tuple[Rung, ...], list[Work], bool], days: int
) -> None:
    today, calendar, rungs, work, roll = situation
    numbers = _enter(cast, work, rungs, calendar, roll=roll)
    should: Told = set()
    for n in range(days):
        day = today + timedelta(days=n)
        fresh, _superseded = expected(work, rungs, Days(calendar), day, roll=roll)
        known = {key[:4] for key in should}
        should |= {key for key in fresh if key[:4] not in known}
        _sweep(_at(day))
    assert _written(cast, numbers)[0] == should


ZONES = ("UTC", "America/New_York", "Asia/Shanghai")


@contextmanager
def _host_in(zone: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("now", [_at(date(2026, 3, 18), 23, 59, 59), _at(date(2026, 3, 19), 0, 0, 0)])
def test_whatever_zone_the_host_is_in_midnight_in_china_counts(cast: Cast, zone: str, now: datetime) -> None:
    work = [Work("finance", date(2026, 3, day), "finance_staff") for day in (8, 13, 17, 18, 19, 20, 27)]
    numbers = _enter(cast, work, DEADLINE_LADDER, {}, roll=True)
    with _host_in(zone):
        _sweep(now)
        found = _written(cast, numbers)
    assert found == expected(work, DEADLINE_LADDER, Days({}), now.date(), roll=True)


@pytest.mark.parametrize("zone", ZONES)
def test_the_hour_that_summer_time_skips_elsewhere_skips_nothing_here(cast: Cast, zone: str) -> None:
    # New York's clocks went forward at this very instant.
    now = datetime(2026, 3, 8, 15, 0, tzinfo=LOCAL)
    work = [Work("finance", date(2026, 3, day)) for day in (6, 9, 10)]
    numbers = _enter(cast, work, DEADLINE_LADDER, {date(2026, 3, 8): True}, roll=True)
    with _host_in(zone):
        _sweep(now)
        found = _written(cast, numbers)
    assert found == expected(work, DEADLINE_LADDER, Days({date(2026, 3, 8): True}), now.date(), roll=True)
    assert found[0]
