"""Ladder and delivery lived at random on the real services: fake mail, a clock of its own, deaths at named places.

`python -m tests.faults.machine URL FOLDER --lives 500 --steps 30` plays the long form and prints what it found as JSON;
on PostgreSQL a database of its own is made on the server of URL.
"""

import argparse
import contextlib
import json
import os
import secrets
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import sqlalchemy as sa
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.cast import NOW, Cast, enter_cast
from tests.engines import Database, Postgresql, Sqlite
from tests.outbox.world import allow, give_addresses, mail_facts
from tests.reminders.reference import Days, Work, people, steps
from tests.reminders.worlds import running_task, tick_once
from tests.tasks.stories import active, head_of
from tracker.delivery import commands as delivering
from tracker.delivery import courier as couriers
from tracker.delivery.courier import Courier
from tracker.delivery.models import Delivery, DeliveryAttempt, DeliveryItem
from tracker.delivery.planning import LOOK_BACK, plan_deliveries
from tracker.delivery.rendering import write_digest
from tracker.delivery.rules import GRAVE, DeliveryState, EndpointKind, Outcome
from tracker.delivery.senders import Answer, Letter
from tracker.kernel import clock as kernel_clock
from tracker.kernel import crashpoints, leases
from tracker.kernel.clock import LOCAL, local_date
from tracker.kernel.crashpoints import NAMES
from tracker.kernel.db import UtcDateTime, bare, db, write_transaction
from tracker.kernel.errors import Refusal
from tracker.kernel.installation import deliveries_held
from tracker.kernel.jobs import JobRun
from tracker.outbox.commands import mark_all_read
from tracker.outbox.models import InboxItem
from tracker.oversight.models import Flag
from tracker.reminders import commands as reminding
from tracker.reminders.models import HeldRun, Reminder, SweepClock
from tracker.reminders.queries.held import open_doubt
from tracker.reminders.rules import DEADLINE_LADDER, DEFAULTS, Brake, HoldState, LadderKind, ReminderState
from tracker.reminders.sweep import sweep
from tracker.tasks import commands
from tracker.tasks.models import Crossing, Task
from tracker.tasks.rules import OPEN
from tracker.upkeep.backup.restoring import AFTERWARDS

READERS = (
    "finance_head",
    "finance_deputy",
    "finance_liaison",
    "finance_staff",
    "education_head",
    "town_head",
    "office_director",
    "office_clerk",
    "deputy_leader",
    "leader",
    "supervisor",
)
LEADS = ("finance", "education", "town")
OVER = frozenset(DeliveryState) - {DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.SENDING}
TOLD = [bare(model) for model in (Reminder, InboxItem, JobRun, SweepClock, Delivery, DeliveryItem, DeliveryAttempt)]
"""The tables in which stands who was told of what, and how far the clock's jobs are; each before what refers to it."""
MORNING = 9
PLACES = (*sorted(NAMES), "deliver.begun", "deliver.sent", "deliver.sent", "deliver.sent", "digest.written")
"""Where somebody dies: the places from which there is no way back oftener than others."""

ON_THE_WAY = ("complete", "change_date", "cancel", "acknowledge", "reassign")
ACTS = (*ON_THE_WAY, "issue", "bring_in_late", "hand_in", "reopen")
which = st.integers(0, 2)
hours = st.sampled_from((0, 0, 0, 1, 5))
"""So much later; none: on the next morning."""


TAKEN = frozenset({"ok", "taken, and no answer"})
"""How a mail server answers that has the mail."""


class Killed(BaseException):
    """A process died."""


def _die(_code: int) -> None:
    raise Killed


class Post:
    """A mail server that is not there: what it was given, and how it answers."""

    def __init__(self, check: Callable[[Letter], None]) -> None:
        self.check, self.mode = check, "ok"
        self.received: Counter[str] = Counter()
        self.wrong: list[AssertionError] = []
        """What should not have left. The courier takes whatever is raised in a send for a doubt, so it is kept here."""

    def send(self, letter: Letter) -> Answer:
        try:
            self.check(letter)
        except AssertionError as wrong:
            self.wrong.append(wrong)
            raise
        if self.mode in TAKEN:
            self.received[letter.message_id] += 1
        return {
            "ok": Answer(Outcome.DELIVERED, "250"),
            "later": Answer(Outcome.TEMPORARY, "450"),
            "never": Answer(Outcome.PERMANENT, "550"),
        }.get(self.mode, Answer(Outcome.UNKNOWN, "eof"))

    @contextmanager
    def line(self, *_what: object, **_more: object) -> Iterator["Post"]:
        yield self


MODES = ("ok", "ok", "ok", "later", "never", "lost, and no answer", "taken, and no answer")


class LadderAndPost(RuleBasedStateMachine):
    """Up to three tasks of one group, some weeks, a scheduler and a worker that die and come again."""

    database: Database
    deaths: Counter[str]
    """How often somebody died where, over all lives."""

    def __init__(self) -> None:
        super().__init__()
        self.database.reset()
        self.rest = contextlib.ExitStack()
        self.rest.enter_context(self.database.app.app_context())
        self.now: datetime = NOW
        self.post = Post(self.check_letter)
        self.carried: Counter[tuple[int, str]] = Counter()
        self.unmarked: Counter[tuple[int, str]] = Counter()
        self.taken_first: dict[str, int] = {}
        """How urgent each mail was when it was taken for the first time."""
        self.at_work: list[datetime] = []
        self.meanwhile: Callable[[], None] | None = None
        self.written = write_digest
        own = self.database.app.extensions["settings"]
        self.rest.callback(self.database.app.extensions.update, settings=own)
        for target, name, value in (
            (leases, "database_now", lambda: self.now),
            (crashpoints, "os", SimpleNamespace(_exit=_die)),
            (couriers, "open_line", self.post.line),
            (couriers, "write_digest", self.write),
        ):
            self.rest.enter_context(mock.patch.object(target, name, value))
        kernel_clock.set_source(lambda: self.now)
        self.rest.callback(kernel_clock.set_source, None)
        allow(self.database.app, "127.0.0.1:2525")
        with write_transaction():
            self.cast: Cast = enter_cast()
            give_addresses(self.cast, readers=READERS)
            for other in ("g2", "g3"):
                # One group is enough; sweeps go over the others in vain.
                self.cast.group(other).ended_on = local_date(NOW) - timedelta(days=1)
            administrator = self.cast.actor("administrator")
            delivering.add_endpoint(EndpointKind.MAIL, mail_facts(2525), group=None, by=administrator, now=NOW)
        self.begin_anew()
        self.issue(0, 8)
        self.bring_in_late(1, 1)
        # From the first run on a clock that jumps is known to.
        self.live()

    def begin_anew(self) -> None:
        """Another process takes the place of the one that died."""
        db.session.remove()
        # Whoever is dead on this machine is known to be; the lead is free.
        self.courier = Courier("host:1", lambda: self.now, wait=lambda _seconds: None, chance=lambda: 0.5)

    def teardown(self) -> None:
        try:
            self.all_comes_to_an_end()
        finally:
            db.session.remove()
            self.rest.close()

    # --- what they do ------------------------------------------------------------------------------------------------

    def act(self, command: Callable[..., Any], *what: Any, by: str, **said: Any) -> None:
        with contextlib.suppress(Refusal), write_transaction():
            command(*what, by=self.cast.actor(by), now=self.now, **said)

    def pick(self, index: int) -> Task | None:
        db.session.rollback()
        found = db.session.scalars(sa.select(Task).order_by(Task.id)).all()
        return found[index % len(found)] if found else None

    def tick(self) -> Sequence[str]:
        return tick_once(self.now)

    def work(self) -> None:
        if Days({}).works(local_date(self.now)):
            self.at_work.append(self.now)
        for _round in range(20):
            again = self.courier.work()
            if self.post.wrong:
                raise self.post.wrong[0]
            if not again:
                return

    def live(self) -> None:
        """Scheduler and worker do what is due now."""
        if "sweep" in self.tick() and not self.clock_is_doubted():
            self.check_sweep()
        self.work()

    def clock_is_doubted(self) -> bool:
        db.session.rollback()
        return open_doubt() is not None

    def standing(self) -> tuple[Any, ...]:
        """What nobody may touch while the clock is in doubt, and how many alarms there were of it."""
        db.session.rollback()
        states = sa.select(Reminder.state, sa.func.count()).group_by(Reminder.state).order_by(Reminder.state)
        outside = sa.select(sa.func.count()).where(InboxItem.recipient_id != self.cast.person_ids["administrator"])
        facts = (Crossing, Flag, Delivery)
        return (
            [tuple(row) for row in db.session.execute(states)],
            db.session.scalar(outside),
            *(self.count(model) for model in facts),
            self.post.received.total(),
        )

    def alarms(self) -> int:
        db.session.rollback()
        return db.session.scalar(sa.select(sa.func.count()).where(InboxItem.kind == "sweep.clock")) or 0

    def go_on_in_doubt(self) -> None:
        """Worker and scheduler come to a clock that cannot be right, the worker first."""
        stood, alarms = self.standing(), self.alarms()
        for _turn in range(2):
            self.courier.work()
            ran = self.tick()
            assert set(ran) <= {"seal_record", "watch"}, f"by a clock in doubt {ran} ran"
            assert self.clock_is_doubted(), f"the clock is believed at {self.now}"
        assert self.standing() == stood, "something was told, sent or put on record by a clock in doubt"
        assert self.alarms() == alarms + 1

    def believe(self) -> None:
        """After days off an administrator says that the clock is right; the next tick makes up for what was missed."""
        self.act(reminding.confirm_clock, by="administrator", reason="停机两日。")
        assert "sweep" in self.tick()
        self.check_sweep()

    def issue(self, index: int, ahead: int) -> None:
        if self.count(Task) < 3:
            active(self.cast, now=self.now, lead=LEADS[index], due_on=local_date(self.now) + timedelta(days=ahead))

    def bring_in_late(self, index: int, ahead: int) -> None:
        if self.count(Task) < 3:
            due_on = local_date(self.now) - timedelta(days=ahead)
            owner = "finance_staff" if index == 0 and ahead % 2 else None
            with write_transaction():
                running_task(self.cast, due_on=due_on, unit=LEADS[index], owner=owner, now=self.now)

    def change_date(self, index: int, ahead: int) -> None:
        if task := self.pick(index):
            new = local_date(self.now) + timedelta(days=ahead)
            self.act(commands.adjust_time, task, by="leader", new_due_on=new, basis="市通知。", version=task.version)

    def hand_in(self, index: int, ahead: int) -> None:
        if task := self.pick(index):
            said = {"statement": "已完成。", "version": task.version}
            self.act(commands.submit_completion, task, by=head_of(self.cast, task), **said)

    def reopen(self, index: int, ahead: int) -> None:
        if task := self.pick(index):
            new = local_date(self.now) + timedelta(days=ahead)
            said = {"remark": "缺台账。", "new_due_on": new, "version": task.version}
            self.act(commands.return_for_rework, task, by="supervisor", **said)

    def complete(self, index: int, ahead: int) -> None:
        self.hand_in(index, ahead)
        if task := self.pick(index):
            self.act(commands.verify_completion, task, by="supervisor", version=task.version)

    def cancel(self, index: int, ahead: int) -> None:
        if task := self.pick(index):
            self.act(commands.cancel_task, task, by="leader", reason="撤销。", version=task.version)

    def reassign(self, index: int, ahead: int) -> None:
        if task := self.pick(index):
            person = self.cast.person("finance_staff") if ahead % 2 else None
            self.act(commands.assign_owner, task, person, by=head_of(self.cast, task), version=task.version)

    def acknowledge(self, index: int, ahead: int) -> None:
        self.act(mark_all_read, by=READERS[(index * ahead) % len(READERS)])

    @rule(index=which, ahead=st.integers(1, 20), what=st.sampled_from(ACTS))
    def do(self, index: int, ahead: int, what: str) -> None:
        getattr(self, what)(index, ahead)

    def go_on(self, later: int) -> None:
        """Let time pass: some hours, or until the next morning."""
        if later:
            self.now += timedelta(hours=later)
        else:
            local = self.now.astimezone(LOCAL).replace(hour=MORNING, minute=30) + timedelta(days=1)
            self.now = local.astimezone(self.now.tzinfo)

    @rule(later=hours, mode=st.sampled_from(MODES))
    def pass_time(self, later: int, mode: str) -> None:
        self.post.mode = mode
        self.go_on(later)
        self.live()

    def hold_and_release(self) -> None:
        """A sweep is held for being too much, and somebody lets it go; the next tick carries that out."""
        if not self.clock_is_doubted():
            sweep(now=self.now, brake=Brake(factor=0, floor=0, first=0))
            for run in db.session.scalars(sa.select(HeldRun).where(HeldRun.state == HoldState.HELD)).all():
                self.act(reminding.release_held, run, by="office_director", reason="核对无误", version=run.version)

    @initialize(place=st.sampled_from(sorted(NAMES)))
    def die_first(self, place: str) -> None:
        """Somebody dies in every life, so that a handful of them proves something too; on such a morning anywhere."""
        before = self.deaths.total()
        self.bring_in_late(2, 2)
        self.die(place, 0)
        assert self.deaths.total() == before + 1, f"nobody came to {place}"

    @rule(place=st.sampled_from(PLACES), index=which)
    def die(self, place: str, index: int) -> None:
        """Whoever comes to a place dies there, and another goes on a minute and a half later."""
        self.post.mode = "ok"
        # So that on the next morning there is something to tell: otherwise nobody comes there.
        self.change_date(index, 1)
        self.go_on(0)
        if place.startswith("sweep.release."):
            self.hold_and_release()
        crashpoints.arm(place)
        try:
            self.live()
        except Killed:
            self.deaths[place] += 1
        crashpoints._armed.clear()
        self.begin_anew()
        self.now += timedelta(seconds=90)
        self.live()

    @rule(later=hours, index=which, what=st.sampled_from(ON_THE_WAY))
    def meet_on_the_way(self, later: int, index: int, what: str) -> None:
        """Something happens between the writing of a digest and its leaving."""
        self.post.mode = "ok"
        self.go_on(later)
        self.meanwhile = partial(self.do, index, 5, what)
        self.live()
        self.meanwhile = None

    @rule(days=st.integers(2, 9))
    def be_off(self, days: int) -> None:
        """Everything stands still for days; what is found then counts once somebody says that the clock is right."""
        self.now += timedelta(days=days)
        self.go_on_in_doubt()
        self.believe()
        self.work()

    @rule(days=st.sampled_from((-40, -2, 4, 400)), index=which, released=st.booleans())
    def go_by_a_wrong_clock(self, days: int, index: int, released: bool) -> None:
        """By a clock that jumped nothing leaves, be it told and unsent or held and released; nor does it matter after.

        It jumps where each slot of the days before was done, or to where none ever was.
        """
        self.post.mode = "ok"
        self.change_date(index, 1)
        self.go_on(0)
        if released:
            self.hold_and_release()
        else:
            self.tick()
            plan_deliveries(self.now)
        right = self.now
        self.now += timedelta(days=days)
        self.go_on_in_doubt()
        self.now = right + timedelta(minutes=5)
        self.live()
        assert not self.clock_is_doubted()

    @rule(later=hours, mode=st.sampled_from(MODES), told=st.booleans(), ticking=st.booleans())
    def restore(self, later: int, mode: str, told: bool, ticking: bool) -> None:
        """A backup is made, messages leave, and it is brought back; what was told is in it, or not even that.

        Until somebody releases them nothing leaves. Of what left in between nothing that the backup knows leaves again,
        and what it does not know only with a word of it. ticking: the scheduler is there before the release.
        """
        self.post.mode = mode
        self.go_on(later)
        if told:
            self.tick()
        stood, carried = self.backed_up(), Counter(self.carried)
        self.tick()
        self.work()
        self.now += timedelta(minutes=5)
        self.bring_back(stood)
        self.post.mode, meanwhile, unmarked = "ok", Counter(self.carried), Counter(self.unmarked)
        self.begin_anew()
        self.now += timedelta(minutes=5)
        if ticking:
            self.tick()
        self.work()
        assert self.carried == meanwhile, "something left before it was released"
        self.act(delivering.release_held, by="administrator")
        assert not deliveries_held()
        waits = sa.select(Delivery.id).where(Delivery.state.not_in(OVER))
        assert db.session.scalars(waits).all() == [], "after a release something still waits"
        self.live()
        self.go_on(0)
        self.live()
        known = {(row["recipient_id"], row["key"]) for row in stood[bare(InboxItem)]}
        left = {item for item in meanwhile if meanwhile[item] > carried[item]}
        again = {item for item in left & known if self.carried[item] > meanwhile[item]}
        assert not again, f"messages {again} left before the backup was brought back, and again after it"
        silent = {item for item in left - known if self.unmarked[item] > unmarked[item]}
        assert not silent, f"messages {silent} left before the backup was brought back, and after it without a word"

    def backed_up(self) -> dict[sa.Table, list[dict[str, Any]]]:
        """What telling people writes, whole."""
        db.session.rollback()
        return {table: [dict(row) for row in db.session.execute(sa.select(table)).mappings()] for table in TOLD}

    def bring_back(self, stood: dict[sa.Table, list[dict[str, Any]]]) -> None:
        """Let it all stand as it did, and do what a restore does of itself."""
        since = sa.bindparam("now", self.now, type_=UtcDateTime())
        with write_transaction() as session:
            for table in reversed(stood):
                session.execute(sa.delete(table))
            for table, rows in stood.items():
                if rows:
                    session.execute(sa.insert(table), rows)
            for text in AFTERWARDS.values():
                named = [since] if ":now" in text else []
                session.execute(sa.text(text).bindparams(*named))

    # --- what must hold ----------------------------------------------------------------------------------------------

    def count(self, model: Any) -> int:
        db.session.rollback()
        return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0

    def write(self, delivery_id: int, **more: Any) -> Any:
        """Write a digest, and let happen what was to happen meanwhile."""
        found = self.written(delivery_id, **more)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            db.session.rollback()
            meanwhile()
        return found

    def check_letter(self, letter: Letter) -> None:
        """What leaves now is unread, and about work that is open."""
        db.session.rollback()
        item = sa.select(InboxItem).join(DeliveryItem, DeliveryItem.item_id == InboxItem.id).join(Delivery)
        found = db.session.scalars(item.where(Delivery.message_id == letter.message_id, DeliveryItem.included == 1))
        items = found.all()
        assert items, "a mail without a message"
        marked = "可能重复" in letter.payload["subject"]
        if self.post.received[letter.message_id]:
            grave = self.taken_first[letter.message_id] >= GRAVE
            assert grave and marked, f"{letter.message_id} goes out again: grave {grave}, says so {marked}"
        if self.post.mode in TAKEN:
            urgency = db.session.scalar(sa.select(Delivery.urgency).where(Delivery.message_id == letter.message_id))
            self.taken_first.setdefault(letter.message_id, urgency or 0)
            carried = [(one.recipient_id, one.key) for one in items]
            self.carried.update(carried)
            self.unmarked.update([] if marked else carried)
        for one in items:
            assert one.read_at is None, f"sent though it was settled: {one.key}"
            if one.key.startswith("reminder:task:"):
                state = db.session.get_one(Task, one.subject_id, populate_existing=True).state
                assert state in OPEN, f"sent though the task is {state}"
        db.session.rollback()

    def check_sweep(self) -> None:
        """Whoever ought to hear today by a plain reckoning has heard, and what lies below is on record."""
        db.session.rollback()
        today, calendar = local_date(self.now), Days({})
        if not calendar.works(today):
            return
        names = {person: name for name, person in self.cast.person_ids.items()}
        heads = {unit_id: name for name, unit_id in self.cast.unit_ids.items()}
        roll = self.cast.group().roll_due_dates
        for task in db.session.scalars(sa.select(Task).where(Task.state.in_(OPEN))):
            assert task.due_on is not None
            owner = names[task.owner_id] if task.owner_id else None
            work = Work(heads[task.lead_unit_id or 0], task.due_on, owner, led=task.leader_seat_id is not None)
            position = calendar.position(task.due_on, today, roll=roll)
            reached = [rung for day, rung, _again in steps(DEADLINE_LADDER) if day <= position]
            rows = self.reminders(task)
            for offset in reached:
                assert offset in rows, f"no trace of rung {offset} for task {task.id} on {today}"
            if reached:
                top = next(rung for rung in DEADLINE_LADDER if rung.offset == max(reached))
                missing = people(work, top) - {names[person] for person in rows[top.offset]}
                assert not missing, f"rung {top.offset} of task {task.id} was not heard by {missing}"
        db.session.rollback()

    @staticmethod
    def reminders(task: Task) -> dict[int, set[int]]:
        """Who has what on record of a task's present date, by rung."""
        assert task.due_on is not None
        cycle = (task.due_on - date(1970, 1, 1)).days
        query = sa.select(Reminder.rung, Reminder.recipient_id).where(
            Reminder.subject_kind == "task", Reminder.subject_id == task.id, Reminder.cycle == cycle
        )
        found: dict[int, set[int]] = {}
        for rung, person in db.session.execute(query):
            found.setdefault(rung, set()).add(person)
        return found

    @invariant()
    def keys_are_unique(self) -> None:
        db.session.rollback()
        what = (Reminder.subject_kind, Reminder.subject_id, Reminder.cycle, Reminder.rung, Reminder.repeat)
        for columns in (
            (*what, Reminder.recipient_id),
            (InboxItem.recipient_id, InboxItem.key),
            (DeliveryItem.item_id, DeliveryItem.channel),
            (Delivery.recipient_id, Delivery.channel, Delivery.endpoint_id, Delivery.digest_key),
        ):
            twice = sa.select(*columns).group_by(*columns).having(sa.func.count() > 1)
            assert db.session.execute(twice).all() == []

    @invariant()
    def who_is_told_has_it_in_the_inbox(self) -> None:
        told = sa.select(Reminder).where(Reminder.state == ReminderState.ACTIVE)
        wanted = {
            (row.recipient_id, f"reminder:{row.subject_kind}:{row.subject_id}:{row.cycle}:{row.rung}")
            for row in db.session.scalars(told)
        }
        items = sa.select(InboxItem.recipient_id, InboxItem.key).where(InboxItem.key.startswith("reminder:"))
        assert {(person, key) for person, key in db.session.execute(items)} == wanted

    @invariant()
    def no_rung_is_skipped_without_a_trace(self) -> None:
        rows = sa.select(Reminder.subject_kind, Reminder.subject_id, Reminder.ladder, Reminder.cycle, Reminder.rung)
        climbed: dict[tuple[Any, ...], set[int]] = {}
        for *subject, rung in db.session.execute(rows.distinct()):
            climbed.setdefault(tuple(subject), set()).add(rung)
        for subject_key, rungs in climbed.items():
            ladder = {rung.offset for rung in DEFAULTS[LadderKind(subject_key[2])]}
            skipped = {offset for offset in ladder if offset < max(rungs)} - rungs
            assert not skipped, f"{subject_key} skipped {skipped}"

    @invariant()
    def the_level_never_falls(self) -> None:
        keys = sa.select(InboxItem.key).where(InboxItem.key.startswith("reminder:")).order_by(InboxItem.id)
        stands: dict[str, int] = {}
        for key in db.session.scalars(keys):
            subject, _colon, rung = key.rpartition(":")
            assert int(rung) >= stands.get(subject, -99), f"{key} after rung {stands[subject]}"
            stands[subject] = int(rung)

    @invariant()
    def nothing_goes_out_twice_unless_it_says_so(self) -> None:
        for row in db.session.scalars(sa.select(Delivery)):
            received = self.post.received[row.message_id]
            # Grave ones that nobody knows the end of go out once more, and say so.
            assert received <= 1 + row.resent, f"delivery {row.id} was received {received} times"
            assert row.state is not DeliveryState.SENT or received, f"delivery {row.id} is sent and was not received"
        db.session.rollback()

    def all_comes_to_an_end(self) -> None:
        """After some quiet mornings nothing waits, and what is unread went out or is on record as doubtful."""
        self.post.mode, ended = "ok", self.now
        for _morning in range(5):
            self.go_on(0)
            self.live()
            self.work()
        db.session.rollback()
        states = set(db.session.scalars(sa.select(Delivery.state).distinct()))
        assert states <= OVER, f"at the end deliveries are {states}"
        readers = [self.cast.person_ids[name] for name in READERS]
        # Who had worked on no two days within a month finds it too old to be news.
        owed = [
            sa.and_(InboxItem.created_at <= first, InboxItem.created_at > second - LOOK_BACK)
            for first, second in pairwise(sorted({local_date(at): at for at in self.at_work}.values()))
        ]
        left_out = sa.select(InboxItem.key, InboxItem.recipient_id, InboxItem.created_at).where(
            InboxItem.recipient_id.in_(readers),
            InboxItem.read_at.is_(None),
            InboxItem.channels.contains("mail"),
            InboxItem.created_at < ended,
            sa.or_(*owed),
            ~sa.exists().where(DeliveryItem.item_id == InboxItem.id),
        )
        found = [f"{key} of {who} of {at}" for key, who, at in db.session.execute(left_out)]
        assert not found, f"never went out until {self.now}: {found}"


def assert_laws_hold(database: Database, *, lives: int, steps: int, deaths: Counter[str]) -> None:
    """Live so many lives, and find a law that does not hold; counts who died where.

    Others each time, but where a run decides (nothing may be skipped): that says the same of the same tree. FAULT_SEED
    plays those of a run that failed again.
    """
    chosen = int(
        os.environ.get("FAULT_SEED") or (0 if os.environ.get("ZEREN_REQUIRE_ALL") == "1" else secrets.randbelow(10**9))
    )
    machine = seed(chosen)(type("Lived", (LadderAndPost,), {"database": database, "deaths": deaths}))
    unhurried = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
    bounds = settings(
        max_examples=lives,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=unhurried,
        derandomize=False,
        database=None,
    )
    try:
        run_state_machine_as_test(machine, settings=bounds)
    except BaseException as broken:
        broken.add_note(f"FAULT_SEED={chosen} plays these lives again")
        raise


def main(arguments: Sequence[str]) -> int:
    """Play many lives; prints what was found as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lives", type=int, default=500)
    parser.add_argument("--steps", type=int, default=30)
    said = parser.parse_args(arguments)
    began, found, deaths = time.monotonic(), list[str](), Counter[str]()
    database: Database = (
        Sqlite(said.folder) if said.url.startswith("sqlite") else Postgresql(said.folder, said.url, "zeren_lives")
    )
    try:
        assert_laws_hold(database, lives=said.lives, steps=said.steps, deaths=deaths)
    except AssertionError as broken:
        found = [str(broken).splitlines()[0]]
        print(broken, *broken.__notes__, sep="\n", file=sys.stderr)  # noqa: T201
    database.release()
    seconds = round(time.monotonic() - began, 1)
    if not deaths:
        found.append("nobody died")
    counted = {"lives": said.lives, "steps": said.steps, "deaths": deaths.total(), "places": len(deaths)}
    print(json.dumps({"faults": found, **counted, "seconds": seconds}))  # noqa: T201
    for place, times in sorted(deaths.items()):
        print(f"{place}: {times}", file=sys.stderr)  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
