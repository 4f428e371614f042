"""Handing in (报请办结): by head or deputy of the lead unit alone; lateness is fixed there and then."""

from datetime import date

import pytest

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
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.tasks import commands
from tracker.tasks.commands import NewReport
from tracker.tasks.rules import ReportState, RequestState, TaskState


def test_only_head_and_deputy_of_the_lead_unit_hand_in(cast: Cast) -> None:
    part = active_part(cast)
    task = part.task
    for name in ("finance_liaison", "finance_staff", "construction_head", "office_director", "leader"):
        with refuses(NotAllowed):
            commands.submit_completion(task, statement="完成。", version=task.version, by=cast.actor(name), now=NOW)
    submission = act(commands.submit_completion, task, statement="完成。", by=cast.actor("finance_deputy"))
    assert (task.state, task.submitted_at, task.late) == (TaskState.SUBMITTED, NOW, False)
    assert (submission.due_on, submission.late_days, submission.state) == (DUE, 0, ReportState.CONFIRMED)
    assert inbox(cast, "supervisor") == ["task.submitted"]
    assert inbox(cast, "leader") == []


def test_verifying_falls_to_the_leaders_where_everybody_else_is_involved(cast: Cast) -> None:
    task = active(cast, lead="education", parts=("supervision", "government_office"))
    act(commands.submit_completion, task, statement="完成。", by=cast.actor("education_head"))
    assert inbox(cast, "leader") == inbox(cast, "deputy_leader") == ["task.submitted"]
    assert "task.submitted" not in inbox(cast, "office_director")


def test_an_appointed_verifier_alone_is_told(cast: Cast) -> None:
    task = active(cast)
    act(commands.appoint_verifier, task, person=cast.person("water_head"), by=cast.actor("leader"))
    submit(cast, task)
    assert inbox(cast, "water_head") == ["task.submitted"]
    assert inbox(cast, "supervisor") == []


def test_a_statement_is_needed(cast: Cast) -> None:
    task = active(cast)
    with refuses(Invalid, "statement"):
        commands.submit_completion(task, statement=" ", version=task.version, by=cast.actor("finance_head"), now=NOW)


def test_a_liaison_drafts_and_the_head_confirms(cast: Cast) -> None:
    task = active(cast)
    for name in ("finance_staff", "office_clerk"):
        with refuses(NotAllowed):
            commands.draft_submission(task, statement="完成。", version=task.version, by=cast.actor(name), now=NOW)
    with refuses(Invalid, "statement"):
        by = cast.actor("finance_liaison")
        commands.draft_submission(task, statement="", version=task.version, by=by, now=NOW)
    draft = act(commands.draft_submission, task, statement="初稿。", by=cast.actor("finance_liaison"))
    assert (task.state, draft.state) == (TaskState.ACTIVE, ReportState.DRAFT)
    assert inbox(cast, "finance_head")[-1] == "task.draft_submission"
    again = act(commands.draft_submission, task, statement="二稿。", by=cast.actor("finance_liaison"))
    assert again is draft
    submission = act(commands.submit_completion, task, statement="定稿。", by=cast.actor("finance_head"))
    assert submission is draft
    assert (draft.statement, draft.drafted_by_id) == ("定稿。", cast.person_ids["finance_liaison"])
    with refuses(Stale):
        by = cast.actor("finance_liaison")
        commands.draft_submission(task, statement="又稿。", version=task.version, by=by, now=NOW)


def test_evidence_is_needed_where_the_task_says_so(cast: Cast) -> None:
    head = cast.actor("finance_head")
    with_files, with_report = active(cast, evidence_required=True), active(cast, evidence_required=True)
    with refuses(Invalid, "files"):
        commands.submit_completion(with_files, statement="完成。", version=with_files.version, by=head, now=NOW)
    submission = act(
        commands.submit_completion,
        with_files,
        statement="完成。",
        files=[a_file()],
        fact_on=date(2026, 3, 1),
        by=head,
    )
    assert [evidence.fact_on for evidence in submission.evidence] == [date(2026, 3, 1)]
    act(commands.report_progress, with_report, report=NewReport(text="附件。", files=[a_file()]), by=head)
    act(commands.submit_completion, with_report, statement="完成。", by=head)


def test_what_a_cooperating_unit_filed_is_not_the_leads_evidence(cast: Cast) -> None:
    part = active_part(cast, evidence_required=True)
    said = NewReport(text="附件。", files=[a_file()])
    act(commands.report_part, part, report=said, by=cast.actor("construction_head"))
    with refuses(Invalid, "files"):
        commands.submit_completion(
            part.task, statement="完成。", version=part.task.version, by=cast.actor("finance_head"), now=NOW
        )


@pytest.mark.parametrize(
    ("at", "late", "days"),
    [
        ("2026-04-17T23:59:59+08:00", False, 0),
        ("2026-04-18T00:00:00+08:00", True, 1),
        ("2026-04-20T09:00:00+08:00", True, 1),
        ("2026-04-21T09:00:00+08:00", True, 2),
    ],
)
def test_late_is_counted_by_the_local_day(cast: Cast, at: str, late: bool, days: int) -> None:
    task = active(cast)
    submission = submit(cast, task, now=day("2026-04-17").fromisoformat(at))
    assert (task.late, submission.late_days) == (late, days)
    assert crossings(task) == ([("task", DUE)] if late else [])


def test_due_on_a_day_without_work_lasts_to_the_next_working_day(cast: Cast) -> None:
    sunday = date(2026, 4, 12)
    monday, tuesday = active(cast, due_on=sunday), active(cast, due_on=sunday)
    submit(cast, monday, now=day("2026-04-13"))
    submit(cast, tuesday, now=day("2026-04-14"))
    assert (monday.late, tuesday.late) == (False, True)
    assert crossings(tuesday) == [("task", sunday)]
    with write_transaction():
        cast.group().roll_due_dates = False
    strict = active(cast, due_on=sunday)
    submit(cast, strict, now=day("2026-04-13"))
    assert strict.late


def test_a_slow_verifier_makes_nobody_late(cast: Cast) -> None:
    task = submitted(cast)
    assert act(commands.record_crossings, cast.group(), now=day("2026-05-20")) == 0
    act(commands.verify_completion, task, by=cast.actor("supervisor"), now=day("2026-05-21"))
    assert (task.late, crossings(task)) == (False, [])


def test_what_the_sweep_wrote_is_not_written_twice(cast: Cast) -> None:
    task = active(cast)
    act(commands.record_crossings, cast.group(), now=day("2026-04-20"))
    submit(cast, task, now=day("2026-04-21"))
    assert crossings(task) == [("task", DUE)]


def test_what_was_late_once_is_completed_late_though_made_good_in_time(cast: Cast) -> None:
    task = active(cast)
    submit(cast, task, now=day("2026-04-20"))
    supervisor = cast.actor("supervisor")
    said = {"remark": "缺台账。", "new_due_on": date(2026, 5, 8)}
    act(commands.return_for_rework, task, **said, by=supervisor, now=day("2026-04-21"))
    submission = submit(cast, task, now=day("2026-05-06"))
    act(commands.verify_completion, task, by=supervisor, now=day("2026-05-07"))
    assert (task.late, submission.late_days) == (True, 0)
    assert crossings(task) == [("task", DUE)]


def test_a_request_that_waited_falls_away_and_made_nobody_late(cast: Cast) -> None:
    task, head = active(cast), cast.actor("finance_head")
    extension = act(commands.ask_extension, task, reason="资金未到。", new_due_on=date(2026, 5, 8), by=head)
    submit(cast, task, now=day("2026-04-20"))
    assert (extension.state, extension.decided_by_id) == (RequestState.WITHDRAWN, None)
    assert (task.late, task.extension_pending, crossings(task)) == (False, False, [])
    with refuses(Stale):
        by = cast.actor("office_director")
        commands.decide_extension(extension, approve=True, version=extension.version, by=by, now=NOW)


def test_a_task_is_handed_in_again_after_a_return(cast: Cast) -> None:
    task = returned(cast)
    submit(cast, task)
    assert acts_of(task)[-3:] == ["task.submit", "task.return", "task.submit"]


def test_a_continuous_task_may_come_to_its_end_too_and_is_never_late(cast: Cast) -> None:
    task = submitted(cast, due_on=None, continuous=True, submitted_at=day("2027-04-20"))
    assert (task.state, task.late) == (TaskState.SUBMITTED, False)


def test_a_second_click_hands_in_nothing(cast: Cast) -> None:
    task = active(cast)
    version = task.version
    submit(cast, task)
    with refuses(Stale):
        commands.submit_completion(task, statement="完成。", version=version, by=cast.actor("finance_head"), now=NOW)
