"""Letters to be signed, and what the office itself owes: who hears when, until it is done; never a flag."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import NOW, TODAY, Cast
from tests.letters.promises import issued, sign
from tests.tasks.pages.acting import ClientAs
from tests.tasks.stories import act, active, again, head_of, refuses, submitted
from tests.tasks.stories import issued as issued_task
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.outbox.models import InboxItem
from tracker.oversight.models import Flag
from tracker.reminders.models import Reminder
from tracker.reminders.queries.preview import preview
from tracker.reminders.rules import DEFAULTS, LadderKind
from tracker.reminders.subjects import SUBJECTS
from tracker.reminders.sweep import sweep
from tracker.tasks import commands
from tracker.tasks.commands import NewPart, NewReport
from tracker.tasks.models import ProgressReport, TaskPart
from tracker.tasks.rules import AdjustmentKind


def _told(cast: Cast, kind: str, *, days: int) -> dict[int, list[str]]:
    """Sweep day by day; by day ahead, who was told."""
    names = {person: name for name, person in cast.person_ids.items()}
    found: dict[int, list[str]] = {}
    for ahead in range(days):
        now = NOW + timedelta(days=ahead, minutes=30)
        sweep(now=now, pause=lambda _seconds: None)
        rows = db.session.scalars(
            sa.select(InboxItem.recipient_id).where(InboxItem.kind == kind, InboxItem.created_at == now)
        ).all()
        db.session.rollback()
        if rows:
            found[ahead] = sorted(names[row] for row in rows)
    return found


OFFICE = ["office_clerk", "office_director", "office_secondee"]


def test_a_verification_that_waits_climbs_to_the_director_and_the_leader(cast: Cast, session: Session) -> None:
    submitted(cast, due_on=date(2026, 6, 30))
    # Handed in on Wednesday 18 March: owed by Monday the 23rd.
    assert _told(cast, "reminder.verify", days=16) == {5: OFFICE, 7: ["office_director"], 12: ["leader"]}
    assert session.scalar(sa.select(sa.func.count()).select_from(Flag)) == 0


def test_once_verified_nobody_hears_any_more(cast: Cast) -> None:
    task = submitted(cast, due_on=date(2026, 6, 30))
    supervisor = cast.actor("supervisor")
    act(commands.verify_completion, again(task), remark="资料齐全。", by=supervisor, now=NOW)
    assert _told(cast, "reminder.verify", days=10) == {}


def test_an_extension_that_waits_is_told_of_and_settled_by_the_decision(cast: Cast, session: Session) -> None:
    task = active(cast, due_on=date(2026, 4, 17))
    asked = act(
        commands.ask_extension, again(task), reason="雨季", new_due_on=date(2026, 5, 29), by=cast.actor("finance_head")
    )
    assert _told(cast, "reminder.extension", days=8) == {5: OFFICE, 7: ["office_director"]}
    clerk = cast.actor("office_secondee")
    act(commands.decide_extension, asked, approve=True, by=clerk, now=NOW + timedelta(days=7, hours=1))
    open_ones = sa.select(sa.func.count()).where(InboxItem.kind == "reminder.extension", InboxItem.read_at.is_(None))
    assert session.scalar(open_ones) == 0


def test_a_verification_in_the_office_s_own_house_is_told_to_those_who_may_verify(cast: Cast) -> None:
    submitted(cast, lead="education", due_on=date(2026, 6, 30))
    free = ["office_secondee", "supervisor"]
    assert _told(cast, "reminder.verify", days=16) == {5: free, 7: free, 12: ["leader"]}


def test_a_verification_that_nobody_of_the_office_may_do_is_the_supervisor_s_and_then_a_leader_s(cast: Cast) -> None:
    task = submitted(cast, lead="education", due_on=date(2026, 6, 30))
    parts = [TaskPart(task_id=task.id, unit_id=cast.unit_ids[unit]) for unit in ("government_office", "supervision")]
    with write_transaction() as session:
        session.add(parts[0])
    assert _told(cast, "reminder.verify", days=6) == {5: ["supervisor"]}
    with write_transaction() as session:
        session.add(parts[1])
    told = {day: names for day, names in _told(cast, "reminder.verify", days=8).items() if day > 5}
    assert told == {7: ["deputy_leader", "leader"]}


@pytest.mark.parametrize("lead", ["finance", "education"], ids=["another's work", "the office's own house"])
def test_the_preview_of_what_the_office_owes_names_those_who_are_told(cast: Cast, lead: str) -> None:
    """The office sits in the education bureau: of its own unit's work it may not judge, and is not told."""
    submitted(cast, lead=lead, due_on=date(2026, 6, 30))
    waiting = active(cast, lead=lead, due_on=date(2026, 4, 17))
    head = cast.actor(head_of(cast, waiting))
    act(commands.ask_extension, again(waiting), reason="雨季", new_due_on=date(2026, 5, 29), by=head)
    task = issued_task(cast, lead=lead)
    act(commands.ask_adjustment, again(task), kind=AdjustmentKind.STANDARD, reason="标准过高", by=head)
    lines = {}
    for line in preview(
        cast.group(), LadderKind.OFFICE, DEFAULTS[LadderKind.OFFICE], due_on=TODAY, unit=cast.unit(lead), today=TODAY
    ):
        lines[line.step.offset] = line
    ladder = {kind.name: kind for kind in SUBJECTS if kind.ladder is LadderKind.OFFICE}
    names = {cast.person(key).id: cast.person(key).name for key in cast.person_ids}
    for day in (2, 5, 7, 12):
        sweep(now=NOW + timedelta(days=day), pause=lambda _seconds: None)
    rows = db.session.execute(
        sa.select(Reminder.subject_kind, Reminder.rung, Reminder.recipient_id).where(Reminder.state == "active")
    ).all()
    told: dict[tuple[str, int], set[str]] = defaultdict(set)
    for kind, rung, person_id in rows:
        if kind in ladder:
            told[kind, rung].add(names[person_id])
    assert {kind for kind, _rung in told} == {"verification", "extension", "adjustment"}
    for (kind, rung), people in told.items():
        lists = lines[rung].people
        [expected] = [found for kinds, found in lists if not kinds or kind in kinds]
        assert {one.name for one in expected} == people, f"{kind} {rung}"
    assert (len(lines[0].people) > 1) is (lead == "education")


def test_the_page_of_the_office_s_ladder_says_who_hears_of_what(cast: Cast, client_as: ClientAs) -> None:
    address = f"/groups/{cast.group_ids['g1']}/ladders/office?unit_id={cast.unit_ids['education']}"
    page = client_as("supervisor").get(address).text
    assert "待核验：" in page
    assert "需协调事项：" in page
    other = address.replace(str(cast.unit_ids["education"]), str(cast.unit_ids["finance"]))
    assert "待核验：" not in client_as("supervisor").get(other).text


def test_an_appointed_verifier_is_reminded_beside_the_office(cast: Cast) -> None:
    task = submitted(cast, due_on=date(2026, 6, 30))
    verifier = cast.person("construction_head")
    act(commands.appoint_verifier, again(task), person=verifier, by=cast.actor("leader"), now=NOW)
    assert _told(cast, "reminder.verify", days=16) == {
        5: ["construction_head", *OFFICE],
        7: ["construction_head", "office_director"],
        12: ["construction_head", "leader"],
    }


def test_a_further_extension_is_told_to_the_leaders_who_decide_it(cast: Cast) -> None:
    task = active(cast, due_on=date(2026, 4, 17))
    head, clerk = cast.actor("finance_head"), cast.actor("office_clerk")
    first = act(commands.ask_extension, again(task), reason="雨季", new_due_on=date(2026, 5, 29), by=head)
    act(commands.decide_extension, first, approve=True, by=clerk)
    act(commands.ask_extension, again(task), reason="停工", new_due_on=date(2026, 6, 26), by=head)
    leaders = ["deputy_leader", "leader"]
    assert _told(cast, "reminder.extension", days=16) == {5: leaders, 7: leaders, 12: ["leader"]}


def test_an_adjustment_in_the_office_s_own_house_is_told_to_the_leaders(cast: Cast) -> None:
    task = issued_task(cast, lead="education")
    said: dict[str, Any] = {"kind": AdjustmentKind.STANDARD, "reason": "标准过高", "by": cast.actor("education_head")}
    act(commands.ask_adjustment, again(task), **said)
    assert _told(cast, "reminder.adjustment", days=7) == {
        2: ["deputy_leader", "leader", "office_secondee"],
        6: ["deputy_leader", "leader"],
    }


def test_an_adjustment_is_owed_by_the_day_that_the_unit_was_told(cast: Cast) -> None:
    task = issued_task(cast)
    said: dict[str, Any] = {"kind": AdjustmentKind.STANDARD, "reason": "标准过高", "by": cast.actor("finance_head")}
    act(commands.ask_adjustment, again(task), **said)
    assert _told(cast, "reminder.adjustment", days=5) == {2: OFFICE}


def _put_up(cast: Cast, now: datetime = NOW) -> ProgressReport:
    task = active(cast, due_on=date(2026, 6, 30))
    said = NewReport(text="已比对。", coordination="请协调统一口径。")
    act(commands.report_progress, again(task), report=said, by=cast.actor("finance_head"), now=now)
    return db.session.scalars(sa.select(ProgressReport)).one()


def test_what_was_put_up_for_coordination_is_told_of_until_the_office_answers(cast: Cast, session: Session) -> None:
    report = _put_up(cast)
    assert _told(cast, "reminder.coordination", days=6) == {5: OFFICE}
    with write_transaction():
        clerk = cast.actor("office_clerk")
        commands.answer_coordination(report, text="列入下次例会。", by=clerk, now=NOW + timedelta(days=5, hours=1))
    kinds = session.scalars(sa.select(InboxItem.kind).where(InboxItem.read_at.is_(None))).all()
    assert "reminder.coordination" not in kinds
    assert kinds.count("task.coordination_answered") == 3
    session.rollback()
    assert _told(cast, "reminder.coordination", days=14) == {5: OFFICE}


def test_a_later_report_without_it_takes_it_back(cast: Cast) -> None:
    report = _put_up(cast)
    act(
        commands.report_progress,
        again(report.task),
        report=NewReport(text="已自行解决。"),
        by=cast.actor("finance_head"),
    )
    assert _told(cast, "reminder.coordination", days=8) == {}


@pytest.mark.parametrize("name", ["finance_head", "town_head", "outsider"])
def test_only_who_watches_over_the_group_answers_coordination_and_once(cast: Cast, name: str) -> None:
    report = _put_up(cast)
    with write_transaction():
        with pytest.raises(NotAllowed):
            commands.answer_coordination(report, text="好", by=cast.actor(name), now=NOW)
        with refuses(Invalid, "text"):
            commands.answer_coordination(report, text=" ", by=cast.actor("office_clerk"), now=NOW)
        commands.answer_coordination(report, text="好", by=cast.actor("office_clerk"), now=NOW)
        with pytest.raises(Stale):
            commands.answer_coordination(report, text="又", by=cast.actor("supervisor"), now=NOW)


def test_a_report_that_puts_nothing_up_has_nothing_to_answer(cast: Cast) -> None:
    task = active(cast, due_on=date(2026, 6, 30))
    act(commands.report_progress, again(task), report=NewReport(text="已比对。"), by=cast.actor("finance_head"))
    report = db.session.scalars(sa.select(ProgressReport)).one()
    with write_transaction(), pytest.raises(Stale):
        commands.answer_coordination(report, text="好", by=cast.actor("office_clerk"), now=NOW)


def test_the_office_answers_coordination_on_its_page(cast: Cast, client_as: ClientAs) -> None:
    report = _put_up(cast)
    address, task_id = f"/reports/{report.id}/coordination", report.task_id
    db.session.rollback()
    clerk = client_as("office_clerk")
    assert "答复需协调事项" in clerk.get(f"/tasks/{task_id}").text
    assert "答复需协调事项" not in client_as("finance_head").get(f"/tasks/{task_id}").text
    assert clerk.post(address, data={"text": ""}).status_code == 422
    assert clerk.post(address, data={"text": "列入下次例会。"}).status_code == 302
    assert "列入下次例会。" in client_as("finance_head").get(f"/tasks/{task_id}").text
    assert clerk.get(address).status_code == 409


def test_letters_are_told_to_who_must_sign_and_then_to_the_office(cast: Cast, session: Session) -> None:
    issued(cast, sign_by=date(2026, 3, 23))
    told = _told(cast, "reminder.letter_near", days=6)
    signers = {name for names in told.values() for name in names}
    assert set(told) == {0, 5}
    assert {"finance_head", "finance_liaison"} <= signers
    late = _told(cast, "reminder.letter_late", days=14)
    assert set(late[6]) >= {"finance_head", *OFFICE}
    assert set(late[12]) == {"leader", *OFFICE}
    assert session.scalar(sa.select(sa.func.count()).select_from(Flag)) == 0


def test_a_letter_waits_on_who_has_not_signed_yet(cast: Cast) -> None:
    letter = issued(cast, sign_by=date(2026, 3, 23))
    sign(cast, letter, "finance_head")
    told = _told(cast, "reminder.letter_near", days=1)[0]
    assert "leader" in told
    assert "finance_head" not in told


def test_the_message_of_a_letter_leads_to_the_letter(cast: Cast, session: Session) -> None:
    letter = issued(cast, sign_by=TODAY)
    _told(cast, "reminder.letter_near", days=1)
    items = session.scalars(sa.select(InboxItem).where(InboxItem.kind == "reminder.letter_near")).all()
    assert {(item.subject_kind, item.subject_id) for item in items} == {("letter", letter.id)}


def test_submission_and_a_new_date_settle_what_the_clock_said(cast: Cast, session: Session) -> None:
    task = active(cast, due_on=TODAY)
    _told(cast, "reminder.near", days=1)
    act(commands.adjust_time, again(task), new_due_on=date(2026, 5, 8), basis="区里通知", by=cast.actor("leader"))
    unread = sa.select(InboxItem).where(InboxItem.kind == "reminder.near", InboxItem.read_at.is_(None))
    assert session.scalars(unread).all() == []


def test_asking_for_more_time_settles_what_the_clock_said_of_the_task_and_all_inside(
    cast: Cast, session: Session
) -> None:
    part = NewPart(cast.unit_ids["construction"], "提供资料", TODAY)
    task = active(cast, due_on=TODAY + timedelta(days=1), milestones=(("核定", TODAY),), parts=(part,))
    for kind in ("near", "milestone_near", "part_near"):
        assert _told(cast, f"reminder.{kind}", days=1)
    unread = sa.select(InboxItem.kind).where(InboxItem.kind.like("reminder.%near"), InboxItem.read_at.is_(None))
    assert set(session.scalars(unread)) == {"reminder.near", "reminder.milestone_near", "reminder.part_near"}
    session.rollback()
    said: dict[str, Any] = {"reason": "材料未齐。", "new_due_on": date(2026, 5, 8), "by": cast.actor("finance_head")}
    act(commands.ask_extension, again(task), **said)
    assert session.scalars(unread).all() == []


def test_a_milestone_that_is_done_asks_for_no_attention_and_leaves_the_due_date_its_own(
    cast: Cast, session: Session
) -> None:
    task = active(cast, due_on=TODAY + timedelta(days=1), milestones=(("核定", TODAY),))
    _told(cast, "reminder.near", days=1)
    act(commands.complete_milestone, task.milestones[0], version=again(task).version, by=cast.actor("finance_head"))
    unread = sa.select(InboxItem.kind).where(InboxItem.kind.like("reminder.%"), InboxItem.read_at.is_(None))
    assert set(session.scalars(unread)) == {"reminder.near"}


def test_a_due_date_that_moves_before_a_milestone_settles_what_was_said_of_that_one_alone(
    cast: Cast, session: Session
) -> None:
    steps = (("核定", TODAY), ("验收", TODAY + timedelta(days=5)))
    task = active(cast, milestones=steps)
    _told(cast, "reminder.milestone_near", days=1)
    earlier: dict[str, Any] = {"new_due_on": TODAY + timedelta(days=3), "basis": "区里通知", "by": cast.actor("leader")}
    act(commands.adjust_time, again(task), **earlier)
    unread = sa.select(InboxItem.params).where(InboxItem.kind.like("reminder.%"), InboxItem.read_at.is_(None))
    assert [said["title"] for said in session.scalars(unread)] == [f"{task.title}·核定"]
