"""Suspending, resuming, cancelling (暂停、恢复、撤销)."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TODAY, Cast
from tests.tasks.stories import (
    DUE,
    IN_STATE,
    a_file,
    act,
    active,
    active_part,
    acts_of,
    crossings,
    day,
    draft,
    inbox,
    issued,
    refuses,
    submit,
    suspended,
)
from tracker.audit.queries import history
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.tasks import commands
from tracker.tasks.commands import NewPart, PaperRoad
from tracker.tasks.models import Suspension
from tracker.tasks.rules import AdjustmentKind, PartState, RequestState, TaskState


def test_office_and_leaders_let_a_task_rest_and_say_why(cast: Cast) -> None:
    task = active(cast)
    for name in ("supervisor", "finance_head", "outsider"):
        with refuses(NotAllowed):
            commands.suspend_task(task, reason="暂缓。", version=task.version, by=cast.actor(name), now=NOW)
    with refuses(Invalid, "reason"):
        commands.suspend_task(task, reason="", version=task.version, by=cast.actor("leader"), now=NOW)
    act(commands.suspend_task, task, reason="暂缓。", by=cast.actor("office_clerk"))
    assert (task.state, task.suspended_from) == (TaskState.SUSPENDED, TaskState.ACTIVE)
    assert inbox(cast, "finance_head") == ["task.suspended"]


def test_the_barred_suspend_resume_and_cancel_nothing_also_not_on_paper(cast: Cast) -> None:
    task, resting = active(cast, lead="education"), suspended(cast, lead="education")
    own, leaders = PaperRoad(cast.actor("office_director")), PaperRoad(cast.actor("leader"), a_file().sha256)
    for by, paper in (("office_director", None), ("office_clerk", leaders), ("office_secondee", own)):
        said: dict[str, Any] = {"by": cast.actor(by), "now": NOW, "paper": paper}
        with refuses(NotAllowed):
            commands.suspend_task(task, reason="暂缓。", version=task.version, **said)
        with refuses(NotAllowed):
            commands.resume_task(resting, new_due_on=None, version=resting.version, **said)
        with refuses(NotAllowed):
            commands.cancel_task(task, reason="撤销。", version=task.version, **said)
    good: dict[str, Any] = {"by": cast.actor("office_secondee"), "paper": leaders}
    act(commands.resume_task, resting, new_due_on=None, **good)
    act(commands.suspend_task, task, reason="暂缓。", **good)
    act(commands.cancel_task, task, reason="撤销。", **good)
    assert [entry.new.get("signed_by") for entry in history("task", task.id)[-2:]] == ["罗正川", "罗正川"]


def test_days_at_rest_never_make_a_crossing(cast: Cast) -> None:
    task = suspended(cast, suspended_at=day("2026-04-16"))
    assert act(commands.record_crossings, cast.group(), now=day("2026-06-01")) == 0
    act(commands.resume_task, task, new_due_on=None, by=cast.actor("leader"), now=day("2026-06-01"))
    assert (task.due_on, task.first_due_on, task.cycle) == (DUE + timedelta(days=46), DUE, 2)
    assert act(commands.record_crossings, cast.group(), now=day("2026-06-01")) == 0
    assert crossings(task) == []


def test_resuming_proposes_the_date_moved_by_the_rest(cast: Cast) -> None:
    task = suspended(cast)
    assert commands.proposed_resume_date(task, now=day("2026-03-28")) == DUE + timedelta(days=10)
    assert commands.proposed_resume_date(active(cast), now=NOW) is None
    by = cast.actor("leader")
    for wrong in (date(2026, 3, 27), date(2101, 1, 1)):
        with refuses(Invalid, "new_due_on"):
            commands.resume_task(task, new_due_on=wrong, version=task.version, by=by, now=day("2026-03-28"))
    act(commands.resume_task, task, new_due_on=DUE, by=by, now=day("2026-03-28"))
    assert (task.state, task.due_on, task.cycle) == (TaskState.ACTIVE, DUE, 1)


def test_a_deadline_that_passed_before_the_rest_stays_on_record(cast: Cast) -> None:
    task = active(cast)
    leader = cast.actor("leader")
    act(commands.suspend_task, task, reason="暂缓。", by=leader, now=day("2026-04-20"))
    assert crossings(task) == [("task", DUE)]
    act(commands.resume_task, task, new_due_on=None, by=leader, now=day("2026-05-20"))
    assert task.due_on == date(2026, 5, 21)
    submit(cast, task, now=day("2026-05-20"))
    assert task.late


def test_what_is_owed_inside_moves_with_the_rest(cast: Cast) -> None:
    parts = [NewPart(cast.unit_ids["construction"], "资料", date(2026, 4, 1))]
    task = suspended(cast, parts=parts, milestones=[("摸底", date(2026, 4, 3))])
    act(commands.resume_task, task, new_due_on=None, by=cast.actor("leader"), now=day("2026-03-28"))
    assert (task.parts[0].due_on, task.next_milestone_on) == (date(2026, 4, 11), date(2026, 4, 13))
    assert acts_of(task)[-2:] == ["task.resume", "task.shift_dates"]


def test_a_continuous_task_resumes_without_a_date(cast: Cast) -> None:
    task = suspended(cast, due_on=None, continuous=True)
    act(commands.resume_task, task, new_due_on=DUE, by=cast.actor("leader"), now=day("2026-03-28"))
    assert (task.state, task.due_on) == (TaskState.ACTIVE, None)


def test_what_was_not_signed_for_gets_its_limit_anew(cast: Cast) -> None:
    task, leader = issued(cast), cast.actor("leader")
    act(commands.suspend_task, task, reason="暂缓。", by=leader)
    act(commands.resume_task, task, new_due_on=None, by=leader, now=day("2026-04-01"))
    assert (task.state, task.accept_by) == (TaskState.ISSUED, date(2026, 4, 6))


def test_every_rest_has_its_days(cast: Cast) -> None:
    task, leader = suspended(cast), cast.actor("leader")
    act(commands.resume_task, task, new_due_on=None, by=leader, now=day("2026-03-20"))
    act(commands.suspend_task, task, reason="再缓。", by=leader, now=day("2026-03-23"))
    act(commands.cancel_task, task, reason="撤销。", by=leader, now=day("2026-03-25"))
    rests = db.session.scalars(sa.select(Suspension).order_by(Suspension.id)).all()
    assert [(rest.starts_on, rest.ends_on) for rest in rests] == [
        (TODAY, date(2026, 3, 20)),
        (date(2026, 3, 23), date(2026, 3, 25)),
    ]


# --- cancelling ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [s for s in TaskState if s not in {"draft", "proposed", "completed", "cancelled"}])
def test_what_is_out_is_cancelled_by_office_and_leaders_with_a_reason(cast: Cast, state: TaskState) -> None:
    task = IN_STATE[state](cast)
    for name in ("supervisor", "finance_head"):
        with refuses(NotAllowed):
            commands.cancel_task(task, reason="撤销。", version=task.version, by=cast.actor(name), now=NOW)
    with refuses(Invalid, "reason"):
        commands.cancel_task(task, reason=" ", version=task.version, by=cast.actor("leader"), now=NOW)
    act(commands.cancel_task, task, reason="撤销。", by=cast.actor("office_clerk"))
    assert (task.state, task.suspended_from) == (TaskState.CANCELLED, None)
    assert inbox(cast, "finance_head") == ["task.cancelled"]


def test_a_draft_is_left_out_by_the_office_or_a_leader_and_nobody_else_hears_of_it(cast: Cast) -> None:
    task, other = draft(cast, lead="education"), draft(cast, lead="education")
    for name in ("supervisor", "education_head"):
        with refuses(NotAllowed):
            commands.cancel_task(task, reason="重复。", version=task.version, by=cast.actor(name), now=NOW)
    act(commands.cancel_task, task, reason="重复。", by=cast.actor("office_clerk"))
    act(commands.cancel_task, other, reason="重复。", by=cast.actor("leader"))
    assert inbox(cast, "education_head") == []


def test_parts_and_requests_end_with_their_task(cast: Cast) -> None:
    part = active_part(cast)
    task = part.task
    act(commands.report_part, part, report=commands.NewReport(text="已提供。"), by=cast.actor("construction_head"))
    extension = act(
        commands.ask_extension, task, reason="资金。", new_due_on=date(2026, 5, 8), by=cast.actor("finance_head")
    )
    act(commands.cancel_task, task, reason="撤销。", by=cast.actor("leader"))
    assert (part.state, part.version) == (PartState.CANCELLED, 4)
    assert (extension.state, task.extension_pending) == (RequestState.WITHDRAWN, False)
    assert "task.cancelled" in inbox(cast, "construction_head")


def test_what_a_cooperating_unit_has_done_stays_done(cast: Cast) -> None:
    part = active_part(cast)
    head = cast.actor("construction_head")
    act(commands.report_part, part, report=commands.NewReport(text="已提供。"), by=head)
    act(commands.complete_part, part, by=head)
    act(commands.cancel_task, part.task, reason="撤销。", by=cast.actor("leader"))
    assert part.state is PartState.DONE


def test_an_adjustment_that_waits_falls_away_with_its_task(cast: Cast) -> None:
    task = issued(cast)
    adjustment = act(
        commands.ask_adjustment, task, kind=AdjustmentKind.STANDARD, reason="过高。", by=cast.actor("finance_head")
    )
    act(commands.cancel_task, task, reason="撤销。", by=cast.actor("leader"))
    assert (adjustment.state, adjustment.decided_by_id) == (RequestState.WITHDRAWN, None)
    with refuses(Stale):
        by = cast.actor("leader")
        commands.decide_adjustment(adjustment, approve=False, remark="否", version=2, by=by, now=NOW)


def test_a_crossing_survives_the_cancelling(cast: Cast) -> None:
    task = active(cast)
    act(commands.cancel_task, task, reason="撤销。", by=cast.actor("leader"), now=day("2026-04-20"))
    assert crossings(task) == [("task", DUE)]
