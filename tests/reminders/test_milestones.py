"""Steps inside a task have their own ladders: none hides another, and the due date never waits for them."""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW, TODAY
from tests.reminders.worlds import running_task
from tests.tasks.pages.acting import ClientAs
from tracker.kernel.calendar import cycle_of
from tracker.kernel.db import write_transaction
from tracker.outbox.models import InboxItem
from tracker.oversight.models import Flag, SupervisionNotice
from tracker.reminders.models import Reminder
from tracker.reminders.rules import DEADLINE_LADDER, ReminderState
from tracker.reminders.sweep import sweep
from tracker.tasks.models import Milestone, Task


def _sweep(day: date = TODAY) -> dict[str, int]:
    return sweep(now=NOW + (day - TODAY), pause=lambda _seconds: None)


def test_a_milestone_that_is_moved_begins_anew(cast: Cast, session: Session) -> None:
    with write_transaction():
        milestone_id = running_task(cast, due_on=date(2026, 12, 1), milestones=[TODAY]).milestones[0].id
    assert _sweep()["reminders"] == 1
    with write_transaction():
        session.get_one(Milestone, milestone_id).due_on = TODAY + timedelta(days=1)
    assert _sweep()["reminders"] == 1
    assert len(set(session.scalars(sa.select(Reminder.cycle)))) == 2


def test_an_undone_milestone_hides_neither_the_next_nor_the_due_date(cast: Cast, session: Session) -> None:
    steps = (date(2026, 1, 23), date(2026, 2, 27))
    dates = (*steps, date(2026, 3, 20))
    with write_transaction():
        task_id = running_task(cast, due_on=date(2026, 3, 20), milestones=steps).id
    days = [date(2026, 1, 12) + timedelta(days=n) for n in range(100)]
    for day in days:
        _sweep(day)
    rungs = {rung.offset for rung in DEADLINE_LADDER}
    told = session.execute(sa.select(Reminder.cycle, Reminder.rung).where(Reminder.state == ReminderState.ACTIVE))
    assert {tuple(row) for row in told} == {(cycle_of(day), rung) for day in dates for rung in rungs}
    flags = session.execute(sa.select(Flag.due_on, Flag.colour).where(Flag.task_id == task_id, Flag.rung.is_not(None)))
    assert sorted(tuple(row) for row in flags) == [(day, colour) for day in dates for colour in ("red", "yellow")]
    drafted = session.scalars(sa.select(SupervisionNotice.cycle).order_by(SupervisionNotice.cycle)).all()
    assert drafted == [cycle_of(day) for day in dates]


def test_a_due_date_that_came_before_a_milestone_is_followed_alone(cast: Cast, session: Session) -> None:
    due_on = date(2026, 2, 13)
    with write_transaction():
        running_task(cast, due_on=due_on, milestones=[due_on, date(2026, 3, 18)])
    assert _sweep()["reminders"] > 0
    assert set(session.scalars(sa.select(Reminder.subject_kind))) == {"task"}
    assert set(session.scalars(sa.select(Reminder.cycle))) == {cycle_of(due_on)}
    assert session.scalars(sa.select(Flag.due_on).distinct()).all() == [due_on]


def test_reminders_of_a_milestone_say_that_they_are_and_show_on_the_page(
    cast: Cast, session: Session, client_as: ClientAs
) -> None:
    with write_transaction():
        task = running_task(cast, due_on=date(2026, 12, 1), milestones=[date(2026, 3, 17)])
        task_id = task.id
    _sweep()
    [said] = session.scalars(sa.select(InboxItem).where(InboxItem.recipient_id == cast.person_ids["finance_deputy"]))
    assert (said.kind, said.params["title"]) == ("reminder.milestone_late", "落实生均公用经费·节点1")
    inbox = client_as("finance_deputy").get("/inbox").text
    assert "年度节点逾期提醒：落实生均公用经费·节点1" in inbox
    page = client_as("finance_head").get(f"/tasks/{task_id}").text
    assert "年度节点：节点1" in page


def test_a_new_owner_hears_of_a_milestone_that_was_told_before(cast: Cast, session: Session) -> None:
    with write_transaction():
        task_id = running_task(cast, due_on=date(2026, 12, 1), milestones=[TODAY], owner="finance_staff").id
    _sweep()
    with write_transaction():
        session.get_one(Task, task_id).owner_id = cast.person_ids["finance_deputy"]
    assert [_sweep()["reminders"], _sweep()["reminders"]] == [1, 0]
