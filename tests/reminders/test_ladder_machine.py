"""The ladder lived at random: dates move, work is handed in, returned and passed on, the clock jumps; its laws hold."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.cast import NOW, Cast, enter_cast
from tests.engines import Database
from tests.reminders.worlds import running_task
from tracker.kernel.calendar import forget_working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Refusal
from tracker.outbox.models import InboxItem
from tracker.reminders.commands import confirm_clock
from tracker.reminders.models import Reminder
from tracker.reminders.rules import DEADLINE_LADDER, ReminderState
from tracker.reminders.sweep import sweep_on_time
from tracker.tasks import commands
from tracker.tasks.models import Task
from tracker.tasks.rules import OPEN

which = st.integers(0, 2)


class LifeOfLadders(RuleBasedStateMachine):
    """A few tasks of the finance bureau, and days that pass."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.database.reset()
        self.context = self.database.app.app_context()
        self.context.push()
        forget_working_days()
        self.now = NOW
        with write_transaction():
            self.cast: Cast = enter_cast()

    def teardown(self) -> None:
        db.session.remove()
        self.context.pop()

    def tasks(self) -> Sequence[Task]:
        return db.session.scalars(sa.select(Task).order_by(Task.id)).all()

    def attempt(self, index: int, command: Any, by: str, **said: Any) -> None:
        """Do something to a task; what is refused changes nothing."""
        self.now += timedelta(minutes=1)
        tasks = self.tasks()
        if index >= len(tasks):
            return
        try:
            with write_transaction() as session:
                task = session.get_one(Task, tasks[index].id)
                command(task, version=task.version, by=self.cast.actor(by), now=self.now, **said)
        except Refusal:
            pass

    @initialize(ahead=st.integers(-10, 12))
    def first(self, ahead: int) -> None:
        self.create(ahead)

    @rule(ahead=st.integers(-10, 12))
    def create(self, ahead: int) -> None:
        if len(self.tasks()) < 3:
            with write_transaction():
                due_on = local_date(self.now) + timedelta(days=ahead)
                running_task(self.cast, due_on=due_on, owner="finance_staff", now=self.now)

    @rule(index=which, ahead=st.integers(0, 12))
    def move_the_date(self, index: int, ahead: int) -> None:
        due_on = local_date(self.now) + timedelta(days=ahead)
        self.attempt(index, commands.adjust_time, "leader", new_due_on=due_on, basis="区里通知")

    @rule(index=which)
    def hand_in(self, index: int) -> None:
        self.attempt(index, commands.submit_completion, "finance_head", statement="已完成。")
        unread = sa.select(InboxItem.subject_id).where(
            InboxItem.kind.in_(["reminder.near", "reminder.late"]), InboxItem.read_at.is_(None)
        )
        open_ids = {task.id for task in self.tasks() if task.state in OPEN}
        assert set(db.session.scalars(unread)) <= open_ids

    @rule(index=which)
    def send_back(self, index: int) -> None:
        self.attempt(index, commands.return_for_rework, "supervisor", remark="缺少台账。")

    @rule(index=which)
    def verify(self, index: int) -> None:
        self.attempt(index, commands.verify_completion, "supervisor", remark="齐全。")

    @rule(index=which)
    def rest(self, index: int) -> None:
        self.attempt(index, commands.suspend_task, "leader", reason="等待文件。")

    @rule(index=which, name=st.sampled_from(["finance_staff", "finance_deputy", "finance_liaison"]))
    def pass_on(self, index: int, name: str) -> None:
        self.attempt(index, commands.assign_owner, "finance_head", person=self.cast.person(name))

    @rule(days=st.integers(0, 6), away=st.booleans())
    def days_pass(self, days: int, away: bool) -> None:
        """Sweeps run day by day; or the machine was off, and somebody says that its clock is right."""
        for _day in range(0 if away else days):
            self.now += timedelta(days=1)
            self.tick()
        if away:
            self.now += timedelta(days=days)
            self.tick()

    def tick(self) -> None:
        self.now += timedelta(minutes=1)
        open_ids = {task.id for task in self.tasks() if task.state in OPEN and not task.extension_pending}
        if "held" in self.sweep(self.now):
            with write_transaction():
                from_the_shell = self.cast.actor("administrator")
                confirm_clock(reason="停机", by=from_the_shell, now=self.now)
            assert "held" not in self.sweep(self.now)
        fresh = sa.select(Reminder.subject_id).where(Reminder.created_at == self.now, Reminder.subject_kind == "task")
        assert set(db.session.scalars(fresh)) <= open_ids
        before = self.written()
        self.sweep(self.now)
        assert self.written() == before

    @rule(jump=st.sampled_from([timedelta(days=365), timedelta(days=-2)]))
    def the_clock_jumps(self, jump: timedelta) -> None:
        self.tick()
        before = self.written()
        assert self.sweep(self.now + jump) == {"held": 1}
        assert self.written() == before

    def sweep(self, now: datetime) -> dict[str, int]:
        db.session.rollback()
        return dict(sweep_on_time(now=now, pause=lambda _seconds: None))

    def written(self) -> tuple[int, int]:
        reminders = db.session.scalar(sa.select(sa.func.count()).select_from(Reminder)) or 0
        messages = sa.select(sa.func.count()).select_from(InboxItem).where(InboxItem.kind.like("reminder.%"))
        return reminders, db.session.scalar(messages) or 0

    @invariant()
    def everybody_who_is_told_has_one_message(self) -> None:
        active = sa.select(sa.func.count()).select_from(Reminder).where(Reminder.state == ReminderState.ACTIVE)
        assert db.session.scalar(active) == self.written()[1]

    @invariant()
    def no_rung_is_skipped_without_a_record_and_none_falls(self) -> None:
        offsets = [rung.offset for rung in DEADLINE_LADDER]
        rows = db.session.scalars(sa.select(Reminder).where(Reminder.ladder == "deadline").order_by(Reminder.id)).all()
        cycles: dict[tuple[int, int], list[Reminder]] = {}
        for row in rows:
            cycles.setdefault((row.subject_id, row.cycle), []).append(row)
        for found in cycles.values():
            active = [row.rung for row in found if row.state is ReminderState.ACTIVE]
            assert active == sorted(active)
            reached = [offset for offset in offsets if offset <= max(row.rung for row in found)]
            assert {row.rung for row in found} == set(reached)


def assert_laws_hold(database: Database, *, lives: int, steps: int) -> None:
    machine = type("Life", (LifeOfLadders,), {"database": database})
    unhurried = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
    bounds = settings(max_examples=lives, stateful_step_count=steps, deadline=None, suppress_health_check=unhurried)
    run_state_machine_as_test(machine, settings=bounds)


@pytest.mark.sqlite
def test_whatever_happens_the_ladder_keeps_its_laws(database: Database) -> None:
    assert_laws_hold(database, lives=8, steps=14)


@pytest.mark.postgres
def test_the_ladders_laws_hold_on_the_other_engine_too(database: Database) -> None:
    assert_laws_hold(database, lives=3, steps=10)
