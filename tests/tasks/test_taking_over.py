"""Taking over work under way (接续): goes on with a new date, or was done before, or is left out."""

from datetime import date, datetime
from typing import Any

from tests.cast import NOW, TODAY, Cast
from tests.tasks.stories import DUE, act, acts_of, crossings, day, draft, inbox, refuses
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.tasks import commands
from tracker.tasks.commands import NewPart, PaperRoad
from tracker.tasks.models import Task
from tracker.tasks.rules import Every, TaskState

PAST = date(2026, 2, 27)
NEW = date(2026, 5, 29)


def _past(cast: Cast, **said: Any) -> Task:
    return draft(cast, **{"due_on": PAST, **said})


def test_work_under_way_goes_on_with_its_first_and_a_new_date(cast: Cast) -> None:
    task = _past(cast, parts=("construction",))
    for name in ("office_clerk", "supervisor", "finance_head"):
        with refuses(NotAllowed):
            commands.take_over(task, new_due_on=NEW, by=cast.actor(name), now=NOW)
    with refuses(Invalid, "new_due_on"):
        commands.take_over(task, new_due_on=None, by=cast.actor("office_director"), now=NOW)
    with refuses(Invalid, "new_due_on"):
        commands.take_over(task, new_due_on=date(2026, 3, 17), by=cast.actor("office_director"), now=NOW)
    act(commands.take_over, task, new_due_on=NEW, by=cast.actor("office_director"))
    assert (task.state, task.first_due_on, task.due_on, task.carried_over) == (TaskState.ACTIVE, PAST, NEW, True)
    assert acts_of(task)[-1] == "task.take_over"
    assert "task.issued" in inbox(cast, "finance_head")
    assert "task.part_issued" in inbox(cast, "construction_head")
    act(commands.record_crossings, cast.group(), now=day("2026-05-29"))
    assert crossings(task) == []


def test_only_what_is_past_is_taken_over(cast: Cast) -> None:
    for due_on in (DUE, TODAY, None):
        task = draft(cast, due_on=due_on)
        with refuses(Invalid, "new_due_on"):
            commands.take_over(task, new_due_on=NEW, by=cast.actor("leader"), now=NOW)


def test_taking_over_issues_so_it_needs_a_lead_unit_and_somebody_to_verify(cast: Cast) -> None:
    nobody = _past(cast, lead=None)
    with refuses(Invalid, "lead_unit_id"):
        commands.take_over(nobody, new_due_on=NEW, by=cast.actor("leader"), now=NOW)
    units = ("education", "government", "government_office", "supervision")
    everybody = _past(cast, parts=units)
    with refuses(Invalid, "lead_unit_id"):
        commands.take_over(everybody, new_due_on=NEW, by=cast.actor("leader"), now=NOW)
    without_one = _past(cast, parts=units[:3])
    act(commands.take_over, without_one, new_due_on=NEW, by=cast.actor("leader"))
    assert without_one.state is TaskState.ACTIVE


def test_parts_and_milestones_that_have_passed_are_put_right_first(cast: Cast) -> None:
    late_part = _past(cast, parts=[NewPart(cast.unit_ids["town"], due_on=date(2026, 2, 1))])
    late_step = _past(cast, milestones=[("摸底", date(2026, 2, 1))])
    for task in (late_part, late_step):
        with refuses(Invalid, "new_due_on"):
            commands.take_over(task, new_due_on=NEW, by=cast.actor("leader"), now=NOW)


def _monthly(cast: Cast, **said: Any) -> Task:
    """A draft for every month's 28th, with a part eight days earlier, that lay since February."""
    parts = [NewPart(cast.unit_ids["town"], due_on=date(2026, 2, 20)), NewPart(cast.unit_ids["construction"])]
    cadence = {"cadence_every": Every.MONTH, "cadence_day": 28, "due_on": date(2026, 2, 28)}
    return _past(cast, **{"parts": parts, **cadence, **said})


def _issue(now: datetime) -> int:
    with write_transaction():
        return commands.issue_due_periods(now=now)


def _dates(task: Task) -> list[date | None]:
    return [task.due_on, *(part.due_on for part in task.parts)]


def test_what_recurs_is_taken_over_as_the_period_that_runs_and_goes_on(cast: Cast) -> None:
    task = _monthly(cast)
    act(commands.take_over, task, new_due_on=None, by=cast.actor("leader"))
    assert _dates(task) == [date(2026, 3, 28), date(2026, 3, 20), None]
    assert (task.first_due_on, task.period, task.carried_over) == (date(2026, 2, 28), "2026-03", True)
    assert _issue(day("2026-04-01")) == 1
    assert task.series is not None
    following = db.session.query(Task).filter_by(series_id=task.series_id, period="2026-04").one()
    assert _dates(following) == [date(2026, 4, 28), date(2026, 4, 20), None]


def test_the_new_date_of_what_recurs_lies_in_the_period_that_runs(cast: Cast) -> None:
    task, leader = _monthly(cast), cast.actor("leader")
    for wrong in (date(2026, 3, 17), date(2026, 4, 1)):
        with refuses(Invalid, "new_due_on"):
            commands.take_over(task, new_due_on=wrong, by=leader, now=NOW)
    act(commands.take_over, task, new_due_on=TODAY, by=leader)
    assert (_dates(task), task.period) == ([TODAY, TODAY, None], "2026-03")


def test_after_this_periods_date_the_next_one_is_taken_over(cast: Cast) -> None:
    task, at = _monthly(cast, parts=()), day("2026-03-30")
    act(commands.take_over, task, new_due_on=None, by=cast.actor("leader"), now=at)
    assert (task.due_on, task.period) == (date(2026, 4, 28), "2026-04")
    assert _issue(day("2026-04-01")) == 0
    assert _issue(day("2026-05-01")) == 1


def test_what_was_done_before_is_entered_as_done(cast: Cast) -> None:
    task = _past(cast)
    said: dict[str, Any] = {"done_on": date(2026, 2, 20), "remark": "见上年总结。"}
    for name in ("office_clerk", "supervisor", "finance_head"):
        with refuses(NotAllowed):
            commands.enter_done(task, **said, by=cast.actor(name), now=NOW)
    act(commands.enter_done, task, **said, by=cast.actor("office_director"))
    assert (task.state, task.late, task.carried_over, task.due_on) == (TaskState.COMPLETED, False, True, PAST)
    assert task.completed_at is not None
    assert local_date(task.completed_at) == date(2026, 2, 20)


def test_nobody_enters_the_work_of_their_own_unit_as_done(cast: Cast) -> None:
    task = _past(cast, lead="education")
    said: dict[str, Any] = {"done_on": date(2026, 2, 20), "remark": ""}
    with refuses(NotAllowed):
        commands.enter_done(task, **said, by=cast.actor("office_director"), now=NOW)
    paper = PaperRoad(cast.actor("leader"))
    with refuses(NotAllowed):
        commands.enter_done(task, **said, by=cast.actor("office_clerk"), now=NOW, paper=paper)
    act(commands.enter_done, task, **said, by=cast.actor("office_secondee"), paper=paper)
    assert task.state is TaskState.COMPLETED


def test_what_is_still_to_come_is_not_entered_as_done(cast: Cast) -> None:
    said: dict[str, Any] = {"done_on": TODAY, "remark": "", "by": cast.actor("leader"), "now": NOW}
    for task in (draft(cast), draft(cast, due_on=TODAY), draft(cast, due_on=None, continuous=True)):
        with refuses(Invalid, "done_on"):
            commands.enter_done(task, **said)
    for done_on in (date(2026, 3, 19), date(1, 1, 1)):
        past = _past(cast)
        with refuses(Invalid, "done_on"):
            commands.enter_done(past, **{**said, "done_on": done_on})
    nobodys = _past(cast, lead=None)
    with refuses(Invalid, "lead_unit_id"):
        commands.enter_done(nobodys, **said)
    undated = draft(cast, due_on=None)
    act(commands.enter_done, undated, done_on=TODAY, remark="", by=cast.actor("leader"))
    assert (undated.state, undated.due_on, undated.first_due_on) == (TaskState.COMPLETED, TODAY, TODAY)


def test_a_task_under_way_is_not_entered_as_done(cast: Cast) -> None:
    task = _past(cast)
    act(commands.take_over, task, new_due_on=NEW, by=cast.actor("leader"))
    with refuses(Invalid, "done_on"):
        commands.enter_done(task, done_on=TODAY, remark="", by=cast.actor("leader"), now=NOW)
    later = day("2026-06-10")
    with refuses(Stale):
        commands.enter_done(task, done_on=TODAY, remark="", by=cast.actor("leader"), now=later)
