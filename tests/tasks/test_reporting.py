"""Who has the task, and reports of progress: the liaison drafts, a head confirms; “无变化” is a report."""

from datetime import date
from typing import Any

import pytest

from tests.cast import NOW, TODAY, Cast
from tests.factories import make_person
from tests.tasks.stories import (
    a_file,
    act,
    active,
    active_part,
    acts_of,
    completed,
    day,
    inbox,
    issued,
    refuses,
    returned,
    submit,
    submitted,
    suspended,
)
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.organisation.models import Appointment
from tracker.tasks import commands, notices
from tracker.tasks.commands import NewReport, NewTarget
from tracker.tasks.rules import ReportState, TaskState

SAID = NewReport(text="已完成三所学校摸底。")


# --- owner -----------------------------------------------------------------------------------------------------------


def test_a_task_is_given_to_a_person_of_the_lead_unit(cast: Cast) -> None:
    task, staff = active(cast), cast.person("finance_staff")
    for name in ("finance_liaison", "finance_staff", "office_director", "town_head"):
        with refuses(NotAllowed):
            commands.assign_owner(task, staff, version=task.version, by=cast.actor(name), now=NOW)
    for wrong in ("town_head", "outsider"):
        with refuses(Invalid, "owner_id"):
            person = cast.person(wrong)
            commands.assign_owner(task, person, version=task.version, by=cast.actor("finance_head"), now=NOW)
    act(commands.assign_owner, task, person=staff, by=cast.actor("finance_head"))
    assert (task.owner_id, inbox(cast, "finance_staff")) == (staff.id, ["task.given"])
    act(commands.assign_owner, task, person=None, by=cast.actor("finance_deputy"))
    assert task.owner_id is None
    assert acts_of(task)[-2:] == ["task.assign", "task.assign"]


def test_a_head_who_keeps_a_task_is_told_nothing(cast: Cast) -> None:
    task = active(cast)
    before = inbox(cast, "finance_head")
    act(commands.assign_owner, task, person=cast.person("finance_head"), by=cast.actor("finance_head"))
    assert inbox(cast, "finance_head") == before


def test_what_lies_with_the_verifier_or_rests_is_given_to_nobody(cast: Cast) -> None:
    for task in (submitted(cast), suspended(cast), completed(cast)):
        with refuses(Stale):
            person = cast.person("finance_staff")
            commands.assign_owner(task, person, version=task.version, by=cast.actor("finance_head"), now=NOW)


def test_an_owner_who_left_the_unit_reports_and_hears_nothing_more(cast: Cast) -> None:
    task, staff = active(cast), cast.person("finance_staff")
    act(commands.assign_owner, task, person=staff, by=cast.actor("finance_head"))
    act(commands.report_progress, task, report=SAID, by=cast.actor("finance_staff"))
    assert staff.id in notices.unit_desk(task, task.lead_unit_id, NOW)
    with write_transaction() as session:
        [post] = session.query(Appointment).filter_by(person_id=staff.id)
        post.ends_on = date(2026, 3, 17)
    with refuses(NotAllowed):
        commands.report_progress(task, SAID, version=task.version, by=cast.actor("finance_staff"), now=NOW)
    assert staff.id not in notices.unit_desk(task, task.lead_unit_id, NOW)
    with write_transaction():
        successor = make_person(cast.unit("finance"), "接任科员", "科员", starts_on=TODAY)
    act(commands.assign_owner, task, person=successor, by=cast.actor("finance_head"))
    assert task.owner_id == successor.id


def test_nobody_is_told_of_no_unit(cast: Cast) -> None:
    assert notices.unit_desk(active(cast), None, NOW) == set()


# --- reports ---------------------------------------------------------------------------------------------------------


def test_what_a_head_reports_counts_at_once(cast: Cast) -> None:
    task = active(cast)
    for name in ("finance_staff", "town_head", "office_clerk", "supervisor"):
        with refuses(NotAllowed):
            commands.report_progress(task, SAID, version=task.version, by=cast.actor(name), now=NOW)
    report = act(commands.report_progress, task, report=SAID, by=cast.actor("finance_deputy"))
    assert (report.state, task.reported_at) == (ReportState.CONFIRMED, NOW)
    assert acts_of(task)[-1] == "task.report"


def test_what_a_liaison_reports_counts_once_a_head_confirms(cast: Cast) -> None:
    task = active(cast)
    report = act(commands.report_progress, task, report=SAID, by=cast.actor("finance_liaison"))
    assert (report.state, task.reported_at) == (ReportState.DRAFT, None)
    assert inbox(cast, "finance_head")[-1] == inbox(cast, "finance_deputy")[-1] == "task.draft_report"
    for name in ("finance_liaison", "office_director", "town_head"):
        with refuses(NotAllowed):
            commands.confirm_report(report, version=report.version, by=cast.actor(name), now=NOW)
    act(commands.confirm_report, report, by=cast.actor("finance_head"), now=day("2026-03-20"))
    assert (report.state, task.reported_at) == (ReportState.CONFIRMED, day("2026-03-20"))
    assert acts_of(task)[-2:] == ["task.draft_report", "task.confirm_report"]
    with refuses(Stale):
        commands.confirm_report(report, version=report.version, by=cast.actor("finance_head"), now=NOW)


def test_a_draft_is_confirmed_while_the_task_lies_with_the_verifier_but_not_after(cast: Cast) -> None:
    task, other = active(cast), active(cast)
    reports = [act(commands.report_progress, t, report=SAID, by=cast.actor("finance_liaison")) for t in (task, other)]
    submit(cast, task)
    act(commands.confirm_report, reports[0], by=cast.actor("finance_head"))
    act(commands.cancel_task, other, reason="撤销。", by=cast.actor("leader"))
    with refuses(Stale):
        commands.confirm_report(reports[1], version=1, by=cast.actor("finance_head"), now=NOW)


def test_no_change_is_a_report_and_silence_is_none(cast: Cast) -> None:
    task, head = active(cast), cast.actor("finance_head")
    with refuses(Invalid, "text"):
        commands.report_progress(task, NewReport(), version=task.version, by=head, now=NOW)
    report = act(commands.report_progress, task, report=NewReport(no_change=True), by=head)
    assert (report.no_change, report.text) == (True, "")
    said = act(commands.report_progress, task, report=NewReport(text="有变化", no_change=True), by=head)
    assert not said.no_change


@pytest.mark.parametrize("make", [issued, submitted, suspended, completed])
def test_progress_is_reported_only_on_work_under_way(cast: Cast, make: Any) -> None:
    task = make(cast)
    with refuses(Stale):
        commands.report_progress(task, SAID, version=task.version, by=cast.actor("finance_head"), now=NOW)


def test_progress_is_reported_again_after_a_return(cast: Cast) -> None:
    task = returned(cast)
    act(commands.report_progress, task, report=SAID, by=cast.actor("finance_head"))
    assert task.state is TaskState.RETURNED


def test_a_stale_form_reports_nothing(cast: Cast) -> None:
    task = active(cast)
    with refuses(Stale):
        commands.report_progress(task, SAID, version=task.version - 1, by=cast.actor("finance_head"), now=NOW)


def test_what_must_be_coordinated_is_put_to_the_office(cast: Cast) -> None:
    task = active(cast)
    asking = NewReport(text="推进中。", difficulty="用地未批。", coordination="请协调用地指标。")
    draft = act(commands.report_progress, task, report=asking, by=cast.actor("finance_liaison"))
    assert "task.coordination" not in inbox(cast, "office_clerk")
    act(commands.confirm_report, draft, by=cast.actor("finance_head"))
    assert inbox(cast, "office_clerk")[-1] == "task.coordination"


def test_percent_counts_only_where_the_group_has_switched_it_on(cast: Cast) -> None:
    task, head = active(cast, targets=[NewTarget("班额", "<=", 45)]), cast.actor("finance_head")
    plain = act(commands.report_progress, task, report=NewReport(text="过半。", percent=50), by=head)
    assert (plain.percent, task.percent, task.behind_on) == (None, None, None)
    with write_transaction():
        cast.group().percent_enabled = True
    for percent in (-1, 101):
        with refuses(Invalid, "percent"):
            said = NewReport(text="过半。", percent=percent)
            commands.report_progress(task, said, version=task.version, by=head, now=NOW)
    act(commands.report_progress, task, report=NewReport(text="过半。", percent=50), by=head)
    assert (task.percent, task.behind_on) == (50, date(2026, 4, 5))


def test_percent_without_a_quantity_or_a_date_says_nothing_of_lagging(cast: Cast) -> None:
    with write_transaction():
        cast.group().percent_enabled = True
    head, said = cast.actor("finance_head"), NewReport(text="过半。", percent=50)
    for task in (active(cast), active(cast, due_on=None, continuous=True, targets=[NewTarget("班额", "<=", 45)])):
        act(commands.report_progress, task, report=said, by=head)
        assert (task.percent, task.behind_on) == (50, None)


# --- evidence --------------------------------------------------------------------------------------------------------


def test_evidence_keeps_the_date_of_the_fact(cast: Cast) -> None:
    task, head, file = active(cast), cast.actor("finance_head"), a_file()
    with refuses(Invalid, "fact_on"):
        said = NewReport(text="附台账。", files=[file], fact_on=date(2026, 3, 19))
        commands.report_progress(task, said, version=task.version, by=head, now=NOW)
    said = NewReport(text="附台账。", files=[file], fact_on=date(2026, 3, 1))
    report = act(commands.report_progress, task, report=said, by=head)
    [evidence] = report.evidence
    assert (evidence.fact_on, evidence.uploaded_at, evidence.unit_id) == (date(2026, 3, 1), NOW, task.lead_unit_id)


def test_a_unit_has_room_for_two_gigabytes_and_no_more(cast: Cast) -> None:
    task, head = active(cast), cast.actor("finance_head")
    half = 1024**3
    said = NewReport(text="附录像。", files=[a_file("一.pdf", size=half), a_file("二.pdf", size=half)])
    act(commands.report_progress, task, report=said, by=head)
    more = NewReport(text="再附。", files=[a_file("三.pdf", size=1)])
    with refuses(Invalid, "files"):
        commands.report_progress(task, more, version=task.version, by=head, now=NOW)
    other = active(cast, lead="town")
    act(commands.report_progress, other, report=more, by=cast.actor("town_head"))


# --- parts -----------------------------------------------------------------------------------------------------------


def test_a_cooperating_units_liaison_drafts_and_its_head_confirms(cast: Cast) -> None:
    part = active_part(cast, unit="finance", lead="town")
    for name in ("town_head", "finance_staff", "office_clerk"):
        with refuses(NotAllowed):
            commands.report_part(part, SAID, version=part.version, by=cast.actor(name), now=NOW)
    draft = act(commands.report_part, part, report=SAID, by=cast.actor("finance_liaison"))
    assert (draft.state, part.reported_at) == (ReportState.DRAFT, None)
    assert inbox(cast, "finance_head")[-1] == "task.draft_report"
    with refuses(NotAllowed):
        commands.confirm_report(draft, version=draft.version, by=cast.actor("town_head"), now=NOW)
    act(commands.confirm_report, draft, by=cast.actor("finance_deputy"))
    assert (part.reported_at, part.task.reported_at) == (NOW, None)
    assert acts_of(part.task)[-2:] == ["part.draft_report", "part.confirm_report"]


def test_what_a_cooperating_units_head_reports_counts_at_once(cast: Cast) -> None:
    part = active_part(cast)
    said = NewReport(text="已提供。", coordination="请教育局确认口径。", percent=50, files=[a_file()])
    report = act(commands.report_part, part, report=said, by=cast.actor("construction_head"))
    assert (report.state, report.percent, part.reported_at) == (ReportState.CONFIRMED, None, NOW)
    assert (report.evidence[0].part_id, report.evidence[0].unit_id) == (part.id, part.unit_id)
    assert inbox(cast, "office_clerk")[-1] == "task.coordination"


def test_a_part_is_reported_on_once_signed_for_and_while_its_task_runs(cast: Cast) -> None:
    head = cast.actor("construction_head")
    unsigned = issued(cast, parts=("construction",)).parts[0]
    with refuses(Stale):
        commands.report_part(unsigned, SAID, version=unsigned.version, by=head, now=NOW)
    part = active_part(cast)
    draft = act(commands.report_part, part, report=SAID, by=head)
    assert draft.state is ReportState.CONFIRMED
    act(commands.suspend_task, part.task, reason="暂缓。", by=cast.actor("leader"))
    with refuses(Stale):
        commands.report_part(part, SAID, version=part.version, by=head, now=NOW)
