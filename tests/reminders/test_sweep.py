"""The sweep tells whom the ladder names, once, whatever happens between its runs."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW
from tests.oversight.flag_stories import late, raise_on
from tests.oversight.test_raising_by_rules import returned_again
from tests.reminders.worlds import running_task
from tests.tasks.stories import act, active, again, inbox
from tracker.kernel.actor import SYSTEM
from tracker.kernel.calendar import CalendarDay, cycle_of
from tracker.kernel.clock import LOCAL
from tracker.kernel.db import write_transaction
from tracker.organisation import commands as organisation
from tracker.organisation.models import Seat
from tracker.organisation.rules import SeatRole
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel
from tracker.oversight import notices
from tracker.reminders.commands import change_ladder
from tracker.reminders.models import Reminder
from tracker.reminders.reminding import CHUNK, PAUSE_SECONDS, Writer
from tracker.reminders.rules import Audience, LadderKind, ReminderState, Rung, SubjectName
from tracker.reminders.sweep import sweep
from tracker.tasks import commands as tasks
from tracker.tasks.models import Crossing, Task
from tracker.tasks.rules import TaskState

TODAY = date(2026, 3, 18)


def _sweep(now: datetime = NOW) -> dict[str, int]:
    return sweep(now=now, pause=lambda _seconds: None)


def _told(cast: Cast, session: Session) -> list[str]:
    names = {person: name for name, person in cast.person_ids.items()}
    rows = session.scalars(sa.select(InboxItem.recipient_id).where(InboxItem.kind.like("reminder.%")))
    found = sorted(names[row] for row in rows)
    session.rollback()
    return found


@pytest.mark.parametrize(
    ("due_on", "people"),
    [
        (date(2026, 3, 27), ["finance_liaison", "finance_staff"]),
        (date(2026, 3, 19), ["finance_liaison", "finance_staff"]),
        (date(2026, 3, 18), ["finance_liaison", "finance_staff"]),
        (date(2026, 3, 17), ["finance_deputy", "finance_liaison"]),
        (date(2026, 3, 13), ["finance_head", "office_clerk", "office_director", "office_secondee"]),
        (date(2026, 2, 24), ["leader", "supervisor"]),
    ],
)
def test_each_rung_tells_its_audience(cast: Cast, session: Session, due_on: date, people: list[str]) -> None:
    with write_transaction():
        running_task(cast, due_on=due_on, owner="finance_staff")
    assert _sweep()["reminders"] == len(people)
    assert _told(cast, session) == people


def test_a_part_climbs_to_the_leader_in_charge_of_its_task(cast: Cast, session: Session) -> None:
    with write_transaction() as writing:
        task = running_task(cast, due_on=date(2026, 6, 30), parts=(("town", date(2026, 3, 9)),))
        seats = sa.select(Seat.id).where(Seat.group_id == task.group_id, Seat.role == SeatRole.DEPUTY_LEADER)
        task.leader_seat_id = writing.scalars(seats).one()
    _sweep()
    assert _told(cast, session) == ["deputy_leader", "office_clerk", "office_director", "office_secondee", "town_head"]


def test_where_a_ladder_names_only_the_owner_a_part_is_its_unit_s_for_it_has_none(cast: Cast, session: Session) -> None:
    only = Rung(1, (Audience.OWNER,), channels=(Channel.MAIL,))
    with write_transaction():
        by = cast.actor("office_director")
        change_ladder(cast.group(), LadderKind.DEADLINE, (only,), version=0, by=by, now=NOW)
        running_task(cast, due_on=date(2026, 6, 30), parts=(("finance", date(2026, 3, 17)),))
    _sweep()
    assert _told(cast, session) == ["finance_liaison"]


@pytest.mark.parametrize(
    ("due_on", "people"),
    [
        (date(2026, 3, 13), ["education_head", "school_one_head"]),
        (date(2026, 2, 24), ["education_head"]),
    ],
)
def test_of_a_piece_that_was_handed_down_the_unit_above_is_told_and_not_the_group(
    cast: Cast, session: Session, due_on: date, people: list[str]
) -> None:
    with write_transaction() as writing:
        parent = running_task(cast, unit="education", due_on=date(2026, 6, 30))
        piece = running_task(cast, unit="school_one", due_on=due_on)
        writing.flush()
        piece.parent_id = parent.id
    _sweep()
    assert _told(cast, session) == people


def test_what_is_due_far_ahead_is_left_in_peace(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=TODAY + timedelta(days=60))
    assert _sweep()["reminders"] == 0


def test_running_twice_changes_nothing(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 16), parts=(("town", date(2026, 3, 16)),))
    first = _sweep()
    assert first["reminders"] > 0
    assert first["crossings"] == 2
    assert not any(_sweep().values())


def test_after_days_off_the_highest_rung_tells_and_lower_ones_go_on_record(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 18), owner="finance_staff")
    _sweep(NOW + timedelta(days=12))
    states = Counter((row.rung, row.state) for row in session.scalars(sa.select(Reminder)))
    assert {rung for rung, state in states if state is ReminderState.ACTIVE} == {7}
    assert {rung for rung, state in states if state is ReminderState.SUPERSEDED} == {-7, -1, 0, 1, 3}
    kinds = Counter(session.scalars(sa.select(InboxItem.kind)))
    # The warning that was passed over is a fact of its own, of which its unit is told.
    assert kinds == {"reminder.late": 4, "flag.yellow": 4}


def test_a_new_due_date_starts_the_ladder_anew(cast: Cast, session: Session) -> None:
    with write_transaction():
        task_id = running_task(cast, due_on=date(2026, 3, 17)).id
    _sweep()
    with write_transaction():
        task = session.get_one(Task, task_id)
        task.due_on = task.sort_on = date(2026, 3, 19)
        task.cycle += 1
    assert _sweep()["reminders"] == 1


def test_a_date_that_goes_back_to_what_it_was_climbs_on_from_where_it_stood(cast: Cast, session: Session) -> None:
    """Whoever hears of a rung of the date that counts again has heard of it; that it moved they hear each time."""
    first, between = date(2026, 3, 27), date(2026, 3, 19)
    with write_transaction():
        task = running_task(cast, due_on=first, owner="finance_staff")
    assert _sweep()["reminders"] == 2
    for due_on, told in ((between, 2), (first, 0)):
        act(tasks.adjust_time, again(task), new_due_on=due_on, basis="市通知。", by=cast.actor("office_director"))
        assert not _told_now(session), "what the clock said of the date before asks for no attention"
        assert _sweep()["reminders"] == told
    for name in ("finance_staff", "finance_liaison"):
        assert inbox(cast, name).count("task.time_adjusted") == 2
    for day_of_month, told in ((20, 0), (26, 2), (27, 2), (30, 2)):
        now = datetime(2026, 3, day_of_month, 8, tzinfo=LOCAL)
        assert _sweep(now)["reminders"] == told
    rungs = sa.select(Reminder.rung).where(Reminder.subject_id == task.id, Reminder.cycle == cycle_of(first))
    assert set(session.scalars(rungs)) == {-7, -1, 0, 1}


def _told_now(session: Session) -> list[str]:
    found = list(
        session.scalars(sa.select(InboxItem.kind).where(InboxItem.kind.like("reminder.%"), InboxItem.read_at.is_(None)))
    )
    session.rollback()
    return found


def test_a_new_owner_is_told_once(cast: Cast, session: Session) -> None:
    with write_transaction():
        task_id = running_task(cast, due_on=date(2026, 3, 19), owner="finance_staff").id
    _sweep()
    with write_transaction():
        session.get_one(Task, task_id).owner_id = cast.person_ids["finance_deputy"]
    assert _sweep()["reminders"] == 1
    assert _sweep()["reminders"] == 0


def test_when_nobody_of_the_audience_exists_the_next_hears(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 19), unit="construction")
    _sweep()
    assert _told(cast, session) == ["construction_head"]


def test_nothing_goes_out_on_a_free_day_but_the_crossing_is_written(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 16))
        session.add(CalendarDay(day=TODAY, working=False, note="放假"))
    counts = _sweep()
    assert (counts["reminders"], counts["crossings"]) == (0, 1)
    with write_transaction():
        session.execute(sa.delete(CalendarDay))
    session.info.clear()
    assert _sweep()["reminders"] > 0


def test_no_warning_goes_out_on_a_free_day(cast: Cast, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = active(cast)
    for _time in range(2):
        returned_again(cast, twice)
    with monkeypatch.context() as nobody:
        nobody.setattr(notices, "unit_listeners", lambda *_about, **_when: set())
        untold = late(cast)
        assert raise_on(cast, untold.id) == 1
    saturday, monday = NOW + timedelta(days=3), NOW + timedelta(days=5)
    found = _sweep(saturday)
    assert (found["flags"], found["told"]) == (0, 0)
    said = sa.select(InboxItem.kind).where(InboxItem.kind.startswith("flag."), InboxItem.created_at >= saturday)
    assert session.scalars(said).all() == []
    session.rollback()
    found = _sweep(monday)
    assert (found["flags"], found["told"]) == (1, 1)
    assert set(session.scalars(said)) == {"flag.yellow"}


@pytest.mark.parametrize("state", [TaskState.SUBMITTED, TaskState.SUSPENDED, TaskState.COMPLETED])
def test_what_is_not_running_is_neither_late_nor_reminded_of(cast: Cast, session: Session, state: TaskState) -> None:
    with write_transaction():
        task = running_task(cast, due_on=date(2026, 3, 9))
        task.submitted_at = NOW
        task.completed_at = NOW if state is TaskState.COMPLETED else None
        task.suspended_from = TaskState.ACTIVE if state is TaskState.SUSPENDED else None
        task.state = state
    assert not any(_sweep().values())


def test_an_extension_asked_in_time_makes_nobody_late(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 16)).extension_pending = True
    assert not any(_sweep().values())


def test_nothing_before_the_first_day_of_use_is_held_against_anybody(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 16))
        cast.group("g1").uses_from = date(2026, 3, 17)
    assert not any(_sweep().values())


def test_crossings_are_dated_by_the_deadline(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 13))
    _sweep()
    row = session.scalars(sa.select(Crossing)).one()
    assert (row.due_on, row.recorded_at) == (date(2026, 3, 13), NOW)


def test_an_archived_group_is_left_alone(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 13))
        cast.group("g1").ended_on = date(2026, 3, 17)
    assert not any(_sweep().values())


def test_somebody_whose_post_ended_yesterday_is_not_told(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 13))
        for appointment in cast.person("finance_head").appointments:
            organisation.end_appointment(appointment, by=SYSTEM, now=NOW)
    _sweep()
    assert "finance_head" not in _told(cast, session)
    assert "office_director" in _told(cast, session)


def test_where_one_writes_at_a_time_others_have_a_moment_after_each_chunk(cast: Cast, engine_name: str) -> None:
    pauses = list[float]()
    writer = Writer(cast.group_ids["g1"], NOW, write_transaction, pauses.append)
    for _chunk in range(3):
        assert writer.write(len, SubjectName.TASK, [1]) == 1
    assert pauses == ([PAUSE_SECONDS] * 3 if engine_name == "sqlite" else [])


@pytest.mark.postgres
def test_after_a_large_chunk_the_database_knows_how_much_is_there(cast: Cast, session: Session) -> None:
    with write_transaction():
        running_task(cast, due_on=date(2026, 3, 13))
    _sweep()
    rows = sa.text("SELECT reltuples FROM pg_class WHERE relname = 'reminder'")
    with write_transaction():
        # By chance it knows already: from another test, or because PostgreSQL looked by itself.
        session.execute(sa.text("UPDATE pg_class SET reltuples = -1 WHERE relname = 'reminder'"))
    writer = Writer(cast.group_ids["g1"], NOW, write_transaction, lambda _seconds: None)
    assert writer.write(len, SubjectName.TASK, range(CHUNK)) == CHUNK
    there = session.scalar(sa.select(sa.func.count()).select_from(Reminder))
    assert there
    assert session.scalar(rows) == there
