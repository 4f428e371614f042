"""Verifying and returning (核验、退回重办): by somebody else, at the desk or on site."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.tasks.stories import (
    DUE,
    a_file,
    act,
    active,
    active_part,
    acts_of,
    crossings,
    day,
    inbox,
    refuses,
    returned,
    submit,
    submitted,
)
from tracker.audit.queries import history
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.tasks import commands
from tracker.tasks.commands import NewPart, PaperRoad
from tracker.tasks.models import DueDateChange, Submission, Verification
from tracker.tasks.rules import Outcome, TaskState, VerificationMode


@pytest.mark.parametrize("name", ["office_clerk", "office_director", "supervisor", "leader", "deputy_leader"])
def test_office_supervisors_and_leaders_verify(cast: Cast, name: str) -> None:
    task = submitted(cast)
    act(commands.verify_completion, task, by=cast.actor(name), now=day("2026-03-20"))
    assert (task.state, task.completed_at) == (TaskState.COMPLETED, day("2026-03-20"))
    assert inbox(cast, "finance_head") == ["task.completed"]


def test_the_barred_verify_and_return_nothing(cast: Cast) -> None:
    task = submitted(cast, parts=("education",))
    for name in ("finance_head", "finance_deputy", "finance_liaison", "office_director", "office_clerk", "outsider"):
        with refuses(NotAllowed):
            commands.verify_completion(task, version=task.version, by=cast.actor(name), now=NOW)
        with refuses(NotAllowed):
            commands.return_for_rework(task, remark="不实。", version=task.version, by=cast.actor(name), now=NOW)
    act(commands.verify_completion, task, by=cast.actor("office_secondee"))
    assert task.state is TaskState.COMPLETED


def test_a_supervision_office_hosted_by_the_lead_unit_verifies(cast: Cast) -> None:
    task = submitted(cast, lead="education")
    act(
        commands.verify_completion,
        task,
        mode=VerificationMode.ON_SITE,
        remark="实地查看。",
        by=cast.actor("supervisor"),
    )
    verification = db.session.scalars(sa.select(Verification)).one()
    assert (verification.mode, verification.outcome) == (VerificationMode.ON_SITE, Outcome.PASSED)
    assert verification.verified_as == "优质均衡领导小组督导（督查）人员"


def test_a_sheet_is_signed_and_entered_by_the_uninvolved_alone(cast: Cast) -> None:
    task = submitted(cast, lead="education")
    paper = PaperRoad(cast.actor("leader"), a_file().sha256)
    for by, sheet in (
        ("office_clerk", paper),
        ("supervisor", paper),
        ("office_secondee", PaperRoad(cast.actor("education_head"))),
        ("office_secondee", PaperRoad(cast.actor("office_director"))),
    ):
        with refuses(NotAllowed):
            commands.verify_completion(task, version=task.version, by=cast.actor(by), now=NOW, paper=sheet)
        with refuses(NotAllowed):
            said = {"remark": "不实。", "version": task.version, "now": NOW}
            commands.return_for_rework(task, **said, by=cast.actor(by), paper=sheet)  # type: ignore[arg-type]
    verification = act(commands.verify_completion, task, by=cast.actor("office_secondee"), paper=paper)
    assert verification.verifier_id == cast.person_ids["leader"]
    assert verification.recorded_by_id == cast.person_ids["office_secondee"]
    assert history("task", task.id)[-1].new["signed_by"] == "罗正川"


def test_the_database_refuses_a_doer_who_verifies(cast: Cast) -> None:
    task = submitted(cast)
    submission = db.session.scalars(sa.select(Submission)).one()

    def row(verifier: str) -> Verification:
        return Verification(
            submission_id=submission.id,
            task_id=task.id,
            drafted_by_id=submission.drafted_by_id,
            confirmed_by_id=submission.confirmed_by_id,
            verifier_id=cast.person_ids[verifier],
            at=NOW,
            outcome=Outcome.PASSED,
            mode=VerificationMode.DESK,
        )

    with pytest.raises(sa.exc.IntegrityError), write_transaction() as session:
        session.add(row("finance_head"))
    with write_transaction() as session:
        session.add(row("supervisor"))


def test_a_return_says_what_is_missing_and_goes_back_to_the_unit(cast: Cast) -> None:
    task = submitted(cast)
    with refuses(Invalid, "remark"):
        by = cast.actor("supervisor")
        commands.return_for_rework(task, remark="", version=task.version, by=by, now=NOW)
    act(commands.return_for_rework, task, remark="缺台账。", by=cast.actor("supervisor"))
    assert (task.state, task.due_on, task.cycle) == (TaskState.RETURNED, DUE, 1)
    assert inbox(cast, "finance_liaison")[-1] == "task.returned"


def test_before_the_due_date_a_return_may_give_more_time_but_not_less(cast: Cast) -> None:
    task, same = submitted(cast), submitted(cast)
    by = cast.actor("supervisor")
    for new_due_on in (date(2026, 4, 16), date(2026, 3, 17)):
        with refuses(Invalid, "new_due_on"):
            commands.return_for_rework(
                task, remark="缺台账。", new_due_on=new_due_on, version=task.version, by=by, now=NOW
            )
    act(commands.return_for_rework, task, remark="缺台账。", new_due_on=date(2026, 4, 24), by=by)
    assert (task.due_on, task.first_due_on, task.cycle) == (date(2026, 4, 24), DUE, 2)
    act(commands.return_for_rework, same, remark="缺台账。", new_due_on=DUE, by=by)
    assert (same.due_on, same.cycle) == (DUE, 1)


def test_on_or_after_the_due_date_a_return_sets_a_new_one(cast: Cast) -> None:
    by = cast.actor("supervisor")
    for at in ("2026-04-17", "2026-05-20"):
        task, now = submitted(cast), day(at)
        for new_due_on in (None, DUE, now.date()):
            with refuses(Invalid, "new_due_on"):
                commands.return_for_rework(
                    task, remark="缺台账。", new_due_on=new_due_on, version=task.version, by=by, now=now
                )
        act(commands.return_for_rework, task, remark="缺台账。", new_due_on=date(2026, 5, 29), by=by, now=now)
        assert (task.state, task.due_on, task.first_due_on) == (TaskState.RETURNED, date(2026, 5, 29), DUE)
        assert act(commands.record_crossings, cast.group(), now=day("2026-05-29")) == 0
        assert crossings(task) == []


def test_a_date_given_by_a_return_is_kept_as_a_change(cast: Cast) -> None:
    task = submitted(cast)
    said: dict[str, Any] = {"remark": "缺台账。", "new_due_on": date(2026, 5, 8)}
    verification = act(commands.return_for_rework, task, **said, by=cast.actor("leader"))
    change = db.session.scalars(sa.select(DueDateChange)).one()
    assert (change.cause, change.old_due_on, change.new_due_on, change.basis) == (
        "return",
        DUE,
        date(2026, 5, 8),
        "缺台账。",
    )
    assert verification.new_due_on == date(2026, 5, 8)


def test_a_continuous_task_is_returned_without_a_date(cast: Cast) -> None:
    task = submitted(cast, due_on=None, continuous=True)
    said: dict[str, Any] = {"remark": "缺台账。", "new_due_on": date(2026, 5, 8)}
    act(commands.return_for_rework, task, **said, by=cast.actor("leader"))
    assert (task.state, task.due_on) == (TaskState.RETURNED, None)


def test_days_with_the_verifier_move_what_is_owed_inside_the_task(cast: Cast) -> None:
    parts = [NewPart(cast.unit_ids["construction"], "资料", date(2026, 4, 1)), NewPart(cast.unit_ids["town"], "场地")]
    task = active(cast, parts=parts, milestones=[("摸底", date(2026, 3, 20)), ("核定", date(2026, 4, 1))])
    submit(cast, task, now=day("2026-03-27"))
    said: dict[str, Any] = {"remark": "缺台账。", "by": cast.actor("leader"), "now": day("2026-04-06")}
    act(commands.return_for_rework, task, **said)
    assert [part.due_on for part in task.parts] == [date(2026, 4, 11), None]
    assert [step.due_on for step in task.milestones] == [date(2026, 3, 20), date(2026, 4, 11)]
    assert acts_of(task)[-2:] == ["task.return", "task.shift_dates"]
    assert crossings(task) == [("milestone", date(2026, 3, 20))]


def test_what_is_returned_the_same_day_moves_nothing_inside(cast: Cast) -> None:
    part = active_part(cast, parts=[NewPart(cast.unit_ids["construction"], "资料", date(2026, 4, 1))])
    submit(cast, part.task)
    act(commands.return_for_rework, part.task, remark="缺台账。", by=cast.actor("leader"))
    assert (part.due_on, acts_of(part.task)[-1]) == (date(2026, 4, 1), "task.return")


def test_what_was_returned_is_not_verified_and_a_stale_form_judges_nothing(cast: Cast) -> None:
    back, task = returned(cast), submitted(cast)
    by = cast.actor("supervisor")
    with refuses(Stale):
        commands.verify_completion(back, version=back.version, by=by, now=NOW)
    with refuses(Stale):
        commands.verify_completion(task, version=task.version - 1, by=by, now=NOW)
    act(commands.verify_completion, task, by=by)


def test_every_submission_is_judged_once(cast: Cast) -> None:
    task = returned(cast)
    submit(cast, task)
    act(commands.verify_completion, task, by=cast.actor("leader"))
    rows = db.session.scalars(sa.select(Verification).order_by(Verification.id)).all()
    assert [row.outcome for row in rows] == [Outcome.RETURNED, Outcome.PASSED]
    assert len({row.submission_id for row in rows}) == 2
