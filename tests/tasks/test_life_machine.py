"""The life of tasks lived at random by the people of the cast: what must hold, holds after every act.

Everybody tries everything, often in the wrong state or without the right. Who is barred is known here from the cast
alone, and who was late from a diary kept beside the product, so that both are reckoned twice.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.cast import NOW, PEOPLE, Cast, enter_cast
from tests.engines import Database
from tracker.audit.models import AuditEntry
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Refusal
from tracker.tasks import commands
from tracker.tasks.commands import NewPart, NewReport, PaperRoad, TaskDraft
from tracker.tasks.models import (
    Adjustment,
    Crossing,
    DelayExplanation,
    DueDateChange,
    Evidence,
    Extension,
    Milestone,
    ProgressReport,
    SignOffBatch,
    Submission,
    Suspension,
    Task,
    TaskPart,
    Verification,
)
from tracker.tasks.rules import OPEN, AdjustmentKind, ExplanationState, PartState, ReportState, RequestState, TaskState

TABLES = (
    Task,
    TaskPart,
    Milestone,
    SignOffBatch,
    Submission,
    Verification,
    ProgressReport,
    Evidence,
    Adjustment,
    Extension,
    DueDateChange,
    DelayExplanation,
    Suspension,
    Crossing,
    AuditEntry,
)

LEADS = ("finance", "education", "town")
PARTNERS = ("construction", "education", "finance")
OVERSIGHT = ("leader", "deputy_leader", "office_director", "office_clerk", "office_secondee", "supervisor")
UNITS = (
    "finance_head",
    "finance_deputy",
    "finance_liaison",
    "finance_staff",
    "education_head",
    "town_head",
    "construction_head",
    "outsider",
)
PULLS = {"task.pull_parts_in"}
BRINGS = {
    "task.split": {"task.issue_subtask"},
    "task.return": {"task.shift_dates"} | PULLS,
    "task.resume": {"task.shift_dates"} | PULLS,
    "task.adjust_time": PULLS,
    "task.decide_adjustment": PULLS,
}
"""What an act may bring along, told after it and once each; every other act leaves one row."""

overseer = st.sampled_from(OVERSIGHT)
anybody = st.sampled_from(OVERSIGHT + UNITS)
which = st.integers(0, 2)
days = st.integers(1, 25)


class LifeOfTasks(RuleBasedStateMachine):
    """Up to three tasks of one group, some weeks, and everybody who has to do with them."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.database.reset()
        self.context = self.database.app.app_context()
        self.context.push()
        with write_transaction():
            self.cast: Cast = enter_cast()
        self.now: datetime = NOW
        self.exposed: set[tuple[int, date]] = set()
        """Task and due date that stood open and late at some moment: what a crossing may be written for."""
        self.crossings: dict[int, tuple[Any, ...]] = {}
        self.first_due: dict[int, date | None] = {}

    def teardown(self) -> None:
        db.session.remove()
        self.context.pop()

    # --- how an act is tried -----------------------------------------------------------------------------------------

    def tasks(self) -> Sequence[Task]:
        return db.session.scalars(sa.select(Task).order_by(Task.id)).all()

    def pick(self, index: int) -> Task | None:
        found = self.tasks()
        return found[index % len(found)] if found else None

    def rows(self) -> list[tuple[Any, ...]]:
        return [tuple(row) for model in TABLES for row in db.session.execute(sa.select(*model.__table__.c))]

    def attempt(
        self, command: Callable[..., Any], thing: Any, *, by: str, judge: Task | None = None, **said: Any
    ) -> bool:
        """Try an act; a refusal changes nothing, a success grows versions and adds its rows to the history."""
        db.session.rollback()
        before, audits = self.rows(), self.last_audit()
        versions = {task.id: task.version for task in self.tasks()}
        names = [by]
        paper: PaperRoad | None = said.get("paper")
        if paper is not None:
            names += [name for name, person in self.cast.person_ids.items() if person == paper.signatory.person_id]
        try:
            with write_transaction():
                command(thing, by=self.cast.actor(by), now=self.now, **said)
        except Refusal:
            assert self.rows() == before
            return False
        if judge is not None:
            self.check_uninvolved(judge, names)
        self.check_history(audits, versions)
        self.keep_diary()
        return True

    def last_audit(self) -> int:
        return db.session.scalar(sa.select(sa.func.max(AuditEntry.id))) or 0

    def check_uninvolved(self, task: Task, names: Sequence[str]) -> None:
        """From the cast alone: nobody who judges sits in a unit that does the work."""
        involved = {task.lead_unit_id} | {part.unit_id for part in task.parts}
        for name in names:
            assert self.cast.unit_ids[PEOPLE[name][1]] not in involved, f"{name} judged their own unit's work"

    def check_history(self, after: int, versions: dict[int, int]) -> None:
        entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.id > after).order_by(AuditEntry.id)).all()
        about = [entry for entry in entries if entry.subject_kind == "task"]
        assert about, "an act without a trace"
        first, *more = about
        followed = [entry.act for entry in more]
        assert set(followed) <= BRINGS.get(first.act, set()), [entry.act for entry in about]
        assert len(followed) == len(set(followed)), [entry.act for entry in about]
        for task_id in {entry.subject_id for entry in about if not entry.act.startswith("part.")}:
            assert db.session.get_one(Task, task_id).version > versions.get(task_id, 0)

    def keep_diary(self) -> None:
        """Note what is open and late at this moment, by the calendar alone."""
        self.exposed |= self.late_now()

    def late_now(self) -> set[tuple[int, date]]:
        today, calendar = local_date(self.now), working_days()
        return {
            (task.id, task.due_on)
            for task in self.tasks()
            if task.state in OPEN
            and task.due_on is not None
            and not task.extension_pending
            and calendar.on_or_after(task.due_on) < today
        }

    # --- the acts ----------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.tasks()) < 3)
    @rule(lead=st.sampled_from(LEADS), partner=st.sampled_from((None, *PARTNERS)), length=st.integers(2, 30))
    def issue(self, lead: str, partner: str | None, length: int) -> None:
        today = local_date(self.now)
        due_on = today + timedelta(days=length)
        unit = self.cast.unit_ids[partner] if partner not in (None, lead) else None
        draft = TaskDraft(
            title="核定学位缺口",
            lead_unit_id=self.cast.unit_ids[lead],
            due_on=due_on,
            parts=[] if unit is None else [NewPart(unit, "资料", today + timedelta(days=length // 2))],
            milestones=[("摸底", today + timedelta(days=length // 2))],
        )
        with write_transaction():
            clerk, leader = self.cast.actor("office_clerk"), self.cast.actor("deputy_leader")
            task = commands.draft_task(self.cast.group(), draft, by=clerk, now=self.now)
            batch = commands.propose_batch(self.cast.group(), [task], title="一批", by=clerk, now=self.now)
            commands.sign_off_batch(batch, version=batch.version, by=leader, now=self.now)
        self.first_due[task.id] = due_on

    @precondition(lambda self: len(self.tasks()) < 3)
    @rule(lead=st.sampled_from(LEADS), ago=days, ahead=days)
    def take_over(self, lead: str, ago: int, ahead: int) -> None:
        today = local_date(self.now)
        first = today - timedelta(days=ago)
        draft = TaskDraft(title="接续办理", lead_unit_id=self.cast.unit_ids[lead], due_on=first)
        with write_transaction():
            task = commands.draft_task(self.cast.group(), draft, by=self.cast.actor("office_clerk"), now=self.now)
            new = today + timedelta(days=ahead)
            commands.take_over(task, new_due_on=new, by=self.cast.actor("deputy_leader"), now=self.now)
        self.first_due[task.id] = first

    @rule(index=which, by=anybody)
    def accept(self, index: int, by: str) -> None:
        if task := self.pick(index):
            spoke = "某某" if by.startswith("office") else ""
            self.attempt(commands.accept_task, task, by=by, version=task.version, spoke_with=spoke)

    @rule(index=which, by=anybody, kind=st.sampled_from(AdjustmentKind), ahead=days)
    def ask_adjustment(self, index: int, by: str, kind: AdjustmentKind, ahead: int) -> None:
        if task := self.pick(index):
            new = local_date(self.now) + timedelta(days=ahead)
            said: dict[str, Any] = {"kind": kind, "reason": "不符。", "new_due_on": new, "version": task.version}
            self.attempt(commands.ask_adjustment, task, by=by, **said)

    @rule(by=overseer, approve=st.booleans(), unit=st.sampled_from(LEADS))
    def decide_adjustment(self, by: str, approve: bool, unit: str) -> None:
        row = db.session.scalar(sa.select(Adjustment).where(Adjustment.state == RequestState.PENDING))
        if row is not None:
            said: dict[str, Any] = {"approve": approve, "remark": "按此。", "new_standard": "按新标准。"}
            said |= {"new_lead_unit_id": self.cast.unit_ids[unit], "version": row.version}
            lead_before = row.task.lead_unit_id
            done = self.attempt(commands.decide_adjustment, row, by=by, **said)
            assert not done or self.cast.unit_ids[PEOPLE[by][1]] != lead_before

    @rule(index=which, by=anybody)
    def report(self, index: int, by: str) -> None:
        if task := self.pick(index):
            self.attempt(commands.report_progress, task, by=by, report=NewReport(text="在办。"), version=task.version)

    @rule(by=anybody)
    def confirm_report(self, by: str) -> None:
        row = db.session.scalar(sa.select(ProgressReport).where(ProgressReport.state == ReportState.DRAFT).limit(1))
        if row is not None:
            self.attempt(commands.confirm_report, row, by=by, version=row.version)

    @rule(index=which, by=st.sampled_from(UNITS))
    def draft_submission(self, index: int, by: str) -> None:
        if task := self.pick(index):
            self.attempt(commands.draft_submission, task, by=by, statement="完成。", version=task.version)

    @rule(index=which, by=st.sampled_from(UNITS))
    def submit(self, index: int, by: str) -> None:
        if task := self.pick(index):
            self.attempt(commands.submit_completion, task, by=by, statement="完成。", version=task.version)

    @rule(index=which)
    def head_goes_on(self, index: int) -> None:
        """The head of the lead unit does what comes next, so that lives get on."""
        if task := self.pick(index):
            [lead] = [name for name, unit in self.cast.unit_ids.items() if unit == task.lead_unit_id]
            self.accept(index, f"{lead}_head")
            self.submit(index, f"{lead}_head")

    @rule(index=which, by=anybody, stale=st.booleans(), signatory=st.sampled_from((None, "leader", "office_director")))
    def verify(self, index: int, by: str, stale: bool, signatory: str | None) -> None:
        if task := self.pick(index):
            paper = None if signatory is None else PaperRoad(self.cast.actor(signatory))
            version = task.version - stale
            done = self.attempt(commands.verify_completion, task, by=by, judge=task, version=version, paper=paper)
            assert not (done and stale)

    @rule(index=which, by=anybody, ahead=days, signatory=st.sampled_from((None, "leader", "office_director")))
    def send_back(self, index: int, by: str, ahead: int, signatory: str | None) -> None:
        if task := self.pick(index):
            paper = None if signatory is None else PaperRoad(self.cast.actor(signatory))
            new = local_date(self.now) + timedelta(days=ahead)
            said: dict[str, Any] = {"remark": "缺台账。", "new_due_on": new, "version": task.version, "paper": paper}
            self.attempt(commands.return_for_rework, task, by=by, judge=task, **said)

    @rule(index=which, by=st.sampled_from(UNITS), ahead=days)
    def ask_extension(self, index: int, by: str, ahead: int) -> None:
        if task := self.pick(index):
            new = (task.due_on or local_date(self.now)) + timedelta(days=ahead)
            said: dict[str, Any] = {"reason": "资金。", "new_due_on": new, "version": task.version}
            self.attempt(commands.ask_extension, task, by=by, **said)

    @rule(by=overseer, approve=st.booleans(), ahead=st.one_of(st.none(), days))
    def decide_extension(self, by: str, approve: bool, ahead: int | None) -> None:
        row = db.session.scalar(sa.select(Extension).where(Extension.state == RequestState.PENDING).limit(1))
        if row is not None:
            new = None if ahead is None else local_date(self.now) + timedelta(days=ahead)
            said: dict[str, Any] = {"approve": approve, "remark": "按此。", "new_due_on": new, "version": row.version}
            done = self.attempt(commands.decide_extension, row, by=by, judge=row.task, **said)
            assert not done or row.ordinal == 1 or by in {"leader", "deputy_leader"}

    @rule(index=which, by=overseer, ahead=days)
    def adjust_time(self, index: int, by: str, ahead: int) -> None:
        if task := self.pick(index):
            new = local_date(self.now) + timedelta(days=ahead)
            said: dict[str, Any] = {"new_due_on": new, "basis": "市通知。", "version": task.version}
            self.attempt(commands.adjust_time, task, by=by, judge=task, **said)

    @rule(index=which, by=overseer)
    def suspend(self, index: int, by: str) -> None:
        if task := self.pick(index):
            self.attempt(commands.suspend_task, task, by=by, judge=task, reason="暂缓。", version=task.version)

    @rule(index=which, by=overseer, ahead=st.one_of(st.none(), days))
    def resume(self, index: int, by: str, ahead: int | None) -> None:
        if task := self.pick(index):
            new = None if ahead is None else local_date(self.now) + timedelta(days=ahead)
            self.attempt(commands.resume_task, task, by=by, judge=task, new_due_on=new, version=task.version)

    @rule(index=which, by=overseer, really=st.integers(0, 4))
    def cancel(self, index: int, by: str, really: int) -> None:
        task = self.pick(index)
        if task is not None and not really:
            self.attempt(commands.cancel_task, task, by=by, judge=task, reason="撤销。", version=task.version)

    @rule(index=which, by=st.sampled_from(UNITS))
    def explain(self, index: int, by: str) -> None:
        if task := self.pick(index):
            self.attempt(commands.explain_delay, task, by=by, text="受阻。", version=task.version)

    @rule(by=anybody, ahead=st.one_of(st.none(), days))
    def answer(self, by: str, ahead: int | None) -> None:
        waiting = sa.select(DelayExplanation).where(DelayExplanation.state == ExplanationState.OPEN)
        row = db.session.scalar(waiting.limit(1))
        if row is not None:
            new = None if ahead is None else local_date(self.now) + timedelta(days=ahead)
            said: dict[str, Any] = {"remark": "已阅。", "new_due_on": new, "version": row.version}
            self.attempt(commands.answer_explanation, row, by=by, judge=row.task, **said)

    @rule(by=anybody)
    def on_a_part(self, by: str) -> None:
        """A cooperating unit does what comes next: signs for its part, reports on it, completes it."""
        owed = sa.select(TaskPart).where(TaskPart.state.in_([PartState.ISSUED, PartState.ACTIVE]))
        for part in db.session.scalars(owed.order_by(TaskPart.id)).all():
            version = part.version
            if part.state is PartState.ISSUED:
                spoke = "某某" if by.startswith("office") else ""
                done = self.attempt(commands.accept_part, part, by=by, version=version, spoke_with=spoke)
            elif part.reported_at is None:
                done = self.attempt(commands.report_part, part, by=by, report=NewReport(text="供。"), version=version)
            else:
                done = self.attempt(commands.complete_part, part, by=by, version=version)
            assert not done or part.version > version

    @rule(index=which, by=st.sampled_from(UNITS))
    def milestone(self, index: int, by: str) -> None:
        task = self.pick(index)
        if task is not None and task.milestones:
            self.attempt(commands.complete_milestone, task.milestones[0], by=by, version=task.version)

    # --- time --------------------------------------------------------------------------------------------------------

    @rule(days=st.integers(1, 12), swept=st.booleans())
    def days_pass(self, days: int, swept: bool) -> None:
        for _ in range(days):
            self.now += timedelta(days=1)
            self.keep_diary()
        if swept:
            self.sweep()

    @rule()
    def sweep(self) -> None:
        with write_transaction():
            commands.record_crossings(self.cast.group(), now=self.now)
        assert self.late_now() <= self.written()

    # --- what must hold ----------------------------------------------------------------------------------------------

    def written(self) -> set[tuple[int, date]]:
        rows = db.session.execute(sa.select(Crossing.task_id, Crossing.due_on).where(Crossing.kind == "task"))
        return {(task_id, due_on) for task_id, due_on in rows}

    @invariant()
    def crossings_never_vanish_or_change(self) -> None:
        columns = Crossing.__table__.c
        found = {row.id: tuple(row) for row in db.session.execute(sa.select(*columns))}
        assert self.crossings.items() <= found.items()
        self.crossings = found

    @invariant()
    def who_was_late_has_a_crossing_and_nobody_else(self) -> None:
        written = self.written()
        assert written <= self.exposed, "late for days that do not count"
        assert self.exposed - written <= self.late_now(), "a deadline that passed was lost"

    @invariant()
    def the_first_due_date_is_kept(self) -> None:
        assert {task.id: task.first_due_on for task in self.tasks()} == self.first_due

    @invariant()
    def lateness_is_fixed_at_submission(self) -> None:
        crossed = {task_id for task_id, _due in self.written()}
        for task in self.tasks():
            if task.state in {TaskState.SUBMITTED, TaskState.COMPLETED}:
                assert task.late == (task.id in crossed)

    @invariant()
    def the_doer_never_verified(self) -> None:
        for row in db.session.scalars(sa.select(Verification)):
            submission = row.submission
            assert not {row.verifier_id, row.recorded_by_id} & {submission.drafted_by_id, submission.confirmed_by_id}

    @invariant()
    def replaying_the_history_gives_the_present(self) -> None:
        entries = sa.select(AuditEntry).where(AuditEntry.subject_kind == "task").order_by(AuditEntry.id)
        replayed: dict[int, str] = {}
        for entry in db.session.scalars(entries):
            if "state" in entry.new:
                assert entry.old.get("state") == replayed.get(entry.subject_id), entry.act
                replayed[entry.subject_id] = entry.new["state"]
        assert replayed == {task.id: task.state for task in self.tasks()}

    @invariant()
    def no_part_that_is_owed_is_due_after_its_task(self) -> None:
        owed = TaskPart.state.in_([PartState.ISSUED, PartState.ACTIVE])
        beyond = sa.select(TaskPart.id).join(Task).where(owed, Task.state.in_(sorted(OPEN)))
        assert db.session.scalars(beyond.where(TaskPart.due_on > Task.due_on)).all() == []

    @invariant()
    def every_due_date_can_be_traced_from_the_first(self) -> None:
        changes = db.session.scalars(sa.select(DueDateChange).order_by(DueDateChange.id)).all()
        for task in self.tasks():
            due_on = task.first_due_on
            for change in changes:
                if change.task_id == task.id:
                    assert change.old_due_on == due_on
                    due_on = change.new_due_on
            assert task.due_on == due_on


def assert_laws_hold(database: Database, *, lives: int, steps: int) -> None:
    machine = type("Life", (LifeOfTasks,), {"database": database})
    unhurried = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
    bounds = settings(max_examples=lives, stateful_step_count=steps, deadline=None, suppress_health_check=unhurried)
    run_state_machine_as_test(machine, settings=bounds)


@pytest.mark.sqlite
def test_whatever_people_do_the_life_of_a_task_keeps_its_laws(database: Database) -> None:
    assert_laws_hold(database, lives=18, steps=40)


@pytest.mark.postgres
def test_the_laws_hold_on_the_other_engine_too(database: Database) -> None:
    assert_laws_hold(database, lives=4, steps=30)
