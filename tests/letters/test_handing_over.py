"""Handover: due when the holder of the signing post changes, drawn up, signed by the successor, kept as history."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.letters.promises import again, in_force, issue, issued, office_edits, prepare, promised, sign
from tests.letters.successions import drawn_up, due, passed_on, seen, succeed, taken_over
from tests.letters.years_end import fulfilled
from tests.tasks.stories import a_file, act, active, inbox, refuses, submit, suspended
from tests.tasks.stories import issued as task_issued
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, NotVisible, Stale
from tracker.kernel.uploads import files_root
from tracker.letters import commands, policy, queries
from tracker.letters.commands.tickets import TICKET_VALID
from tracker.letters.models import Handover, HandoverSignature
from tracker.letters.rules import (
    OUTSIDE,
    HandoverContents,
    HandoverLine,
    HandoverState,
    LetterState,
    SigningMethod,
    Work,
    answers_from,
    cells,
    composed_handover,
)
from tracker.organisation import commands as organisation
from tracker.organisation.models import Appointment
from tracker.tasks import commands as tasks
from tracker.tasks.commands import NewPart
from tracker.tasks.models import Target
from tracker.tasks.rules import AdjustmentKind

PREDECESSOR, SUCCESSOR = HandoverLine.PREDECESSOR, HandoverLine.SUCCESSOR
TODAY = NOW.date()


def test_a_successor_answers_from_the_later_of_post_and_letter() -> None:
    early, late = date(2026, 3, 2), date(2026, 5, 6)
    assert answers_from(appointed_on=early, in_force_on=late) == late
    assert answers_from(appointed_on=late, in_force_on=early) == late


def test_the_text_names_promises_open_work_and_no_new_promise() -> None:
    contents = HandoverContents(
        title="目标责任书",
        number="责〔2026〕1号",
        sha256="ab",
        unit="澄江区财政局",
        post="局长",
        predecessor="钱广源",
        successor="谢云岚",
        took_up_on=date(2026, 3, 16),
        today=date(2026, 3, 18),
        work=[
            Work("二、1", "核定学位 {{ 7*7 }}\n缺口。", "2026年4月17日", "已逾期"),
            Work("二、2", "长" * 28, "2026年4月17日"),
            Work(OUTSIDE, "落实　经费", "长期坚持"),
        ],
        done=1,
    )
    lines = composed_handover(contents).split("\n")
    assert "共移交3项，其中责任书条款2条（已办结1条），责任书以外未办结的工作1项。" in lines
    table = [cells(line) for line in lines if cells(line)]
    assert table == [
        ("条款", "事项", "完成时限", "情况"),
        ("二、1", "核定学位 {{ 7*7 }} 缺口", "2026年4月17日", "已逾期"),
        ("二、2", f"{'长' * 24}…", "2026年4月17日", ""),
        ("—", "落实 经费", "长期坚持", ""),
    ]
    assert "接任人：谢云岚，自2026年3月16日起履行责任" in lines
    assert any("不增加新的承诺" in line for line in lines)
    nothing = composed_handover(replace(contents, work=[], done=0)).split("\n")
    assert [line for line in nothing if cells(line)] == []


def test_a_handover_is_due_once_somebody_else_holds_the_post(cast: Cast) -> None:
    letter = in_force(cast)
    assert queries.handovers_due([letter], day=TODAY) == []
    succeed(cast, "finance_head", "finance_deputy")
    found = due(letter)
    assert (found.predecessor_name, found.successor.name) == ("钱广源", "谢云岚")
    assert (found.took_up_on, found.drawn_up) == (TODAY, None)
    assert found.due_on == date(2026, 4, 1)
    assert [one.letter.id for one in queries.handovers_waiting_for(cast.actor("finance_deputy"), day=TODAY)] == [
        letter.id
    ]
    for name in ("finance_head", "finance_liaison", "leader"):
        assert queries.handovers_waiting_for(cast.actor(name), day=TODAY) == []


def test_an_empty_post_hands_nothing_over_and_who_presides_takes_over(cast: Cast) -> None:
    letter = in_force(cast)
    with write_transaction() as session:
        head, deputy = (
            session.scalars(sa.select(Appointment).where(Appointment.person_id == cast.person_ids[name])).one()
            for name in ("finance_head", "finance_deputy")
        )
        organisation.end_appointment(head, by=SYSTEM, now=NOW)
    assert queries.handovers_due([letter], day=TODAY) == []
    act(organisation.set_presiding, db.session.get_one(Appointment, deputy.id), presiding=True, by=SYSTEM)
    assert due(letter).took_up_on == TODAY
    assert len(queries.handovers_waiting_for(cast.actor("finance_deputy"), day=TODAY)) == 1


def test_only_a_letter_in_force_is_handed_over(cast: Cast) -> None:
    letter = issued(cast)
    sign(cast, letter, "finance_head")
    succeed(cast, "finance_head", "finance_deputy")
    assert queries.handovers_due([letter], day=TODAY) == []
    sign(cast, letter, "leader")
    assert due(letter).successor.name == "谢云岚"
    letter = fulfilled(cast, letter)
    assert queries.handovers_due([letter], day=TODAY) == []


def test_whoever_signed_has_no_handover_when_they_come_back(cast: Cast) -> None:
    letter = passed_on(cast)
    waiting = drawn_up(cast, letter)
    one, later = seen(cast, waiting, "finance_deputy"), NOW + timedelta(days=2)
    succeed(cast, "finance_deputy", "finance_head", now=later)
    assert queries.handovers_due([again(letter)], day=later.date()) == []
    with refuses(NotAllowed):
        commands.sign_handover(one, by=cast.actor("finance_deputy", day=later.date()), now=later)


def test_the_handover_says_what_the_unit_has_not_done_in_the_group(cast: Cast) -> None:
    letter = in_force(cast)
    handed_in = active(cast, title="核验中的任务")
    submit(cast, handed_in)
    suspended(cast, title="暂停的任务")
    active(cast, lead="construction", title="别人的任务", parts=[NewPart(cast.unit_ids["finance"], "提供资料")])
    active(cast, lead="construction", title="与本单位无关的任务")
    late = date(2026, 5, 6)
    said = [(one.title, one.remark) for one in queries.handed_work.open_work(letter, day=late)]
    assert sorted(said) == [("别人的任务", "配合事项，已逾期"), ("暂停的任务", "暂停"), ("核验中的任务", "待核验")]
    now = queries.handed_work.open_work(letter, day=TODAY)
    assert all("已逾期" not in one.remark for one in now)
    assert {one.deadline for one in now} == {"2026年4月17日"}, "a part without a date of its own is due with its task"


def test_promises_are_handed_over_with_the_date_that_holds_and_how_they_stand(cast: Cast) -> None:
    def said(*, day: date = TODAY) -> list[tuple[str, str, str, str]]:
        found = queries.handed_work.promised_work(again(letter), day=day)
        return [(one.place, one.title, one.deadline, one.remark) for one in found]

    for title in ("甲任务", "乙任务", "丙任务"):
        promised(cast, title=title, target=False)
    batch = prepare(cast)
    [row] = queries.letters_of(batch)
    office_edits(cast, row, task_ids=[one.id for one in queries.tasks_to_promise(row)], free="每季度书面报告一次。")
    [letter] = issue(cast, batch)
    sign(cast, sign(cast, letter, "finance_head"), "leader")
    first, second, third = (clause.task for clause in letter.clauses[:3])
    assert first is not None and second is not None and third is not None
    moved, cancels = date(2026, 5, 8), cast.actor("leader")
    act(tasks.adjust_time, first, new_due_on=moved, basis="市通知。", by=cancels)
    act(tasks.cancel_task, second, reason="政策调整。", by=cancels)
    submit(cast, third)
    act(tasks.verify_completion, third, by=cast.actor("supervisor"))
    assert said() == [
        ("一、1", "甲任务", "2026年5月8日", "原定2026年4月17日"),
        ("一、2", "乙任务", "2026年4月17日", "已撤销"),
        ("一、3", "丙任务", "2026年4月17日", "已办结"),
        ("二、1", "每季度书面报告一次。", "—", ""),
    ]
    assert said(day=date(2026, 5, 20))[0][3] == "已逾期，原定2026年4月17日"


def test_a_number_and_what_another_unit_leads_now_are_handed_over_as_they_stand(cast: Cast) -> None:
    task = task_issued(cast)
    with write_transaction() as session:
        session.add(Target(task_id=task.id, quantity="班额", scope="小学", operator="<=", value=45, unit="人"))
    [letter] = issue(cast, prepare(cast))
    sign(cast, sign(cast, letter, "finance_head"), "leader")
    asked = act(
        tasks.ask_adjustment, task, kind=AdjustmentKind.DUTY, reason="不属职责。", by=cast.actor("finance_head")
    )
    unit_id, office = cast.unit_ids["construction"], cast.actor("office_director")
    act(tasks.decide_adjustment, asked, approve=True, remark="同意。", new_lead_unit_id=unit_id, by=office)
    found = queries.handed_work.promised_work(again(letter), day=TODAY)
    assert [(one.title, one.deadline, one.remark) for one in found] == [
        ("小学班额不超过45人", "2026年4月17日", "已改由其他单位牵头"),
        ("核定义务教育阶段学位缺口", "2026年4月17日", "已改由其他单位牵头"),
    ]


def test_a_part_with_a_date_of_its_own_is_handed_over_with_that_date(cast: Cast) -> None:
    letter = in_force(cast)
    part = NewPart(cast.unit_ids["finance"], "提供资料", due_on=date(2026, 4, 3))
    active(cast, lead="construction", title="别人的任务", parts=[part])
    [*_led, one] = queries.handed_work.open_work(letter, day=TODAY)
    assert (one.title, one.deadline) == ("别人的任务", "2026年4月3日")


def test_the_office_or_the_successor_draws_a_handover_up(cast: Cast) -> None:
    letter = passed_on(cast)
    line = due(letter).signatory.id
    for name in ("finance_head", "finance_liaison", "supervisor", "leader", "construction_head"):
        with refuses(NotAllowed):
            commands.open_handover(letter, signatory_id=line, by=cast.actor(name), now=NOW)
    by_office = drawn_up(cast, letter)
    assert "letter.handover" in inbox(cast, "finance_deputy")
    assert history("letter", letter.id)[-1].act == "letter.open_handover"
    assert due(again(letter)).drawn_up == by_office
    by_successor = drawn_up(cast, again(letter), by="finance_deputy")
    assert (by_successor.state, db.session.get_one(Handover, by_office.id).state) == (
        HandoverState.OPEN,
        HandoverState.LAPSED,
    )
    assert inbox(cast, "finance_deputy").count("letter.handover") == 1


def test_nothing_is_handed_over_where_nobody_has_changed(cast: Cast) -> None:
    letter = in_force(cast)
    [line] = [one.id for one in letter.signatories if one.post_id is not None]
    with refuses(Stale):
        commands.open_handover(letter, signatory_id=line, by=cast.actor("office_clerk"), now=NOW)
    succeed(cast, "finance_head", "finance_deputy")
    with refuses(Stale):
        commands.open_handover(letter, signatory_id=10**6, by=cast.actor("office_clerk"), now=NOW)
    act(commands.open_handover, letter, signatory_id=line, by=cast.actor("office_clerk"))


def test_the_successor_takes_over_and_the_old_signature_stays(cast: Cast) -> None:
    letter = passed_on(cast)
    handover = taken_over(cast, letter)
    [signature] = handover.signatures
    assert (handover.state, signature.line, signature.person_name) == (HandoverState.SIGNED, SUCCESSOR, "谢云岚")
    assert (signature.method, signature.recorded_by_id) == (SigningMethod.ELECTRONIC, None)
    letter = again(letter)
    assert letter.state is LetterState.IN_FORCE
    assert {one.person_name for one in policy.signatures_of(letter)} == {"钱广源", "罗正川"}
    assert queries.handovers_due([letter], day=TODAY) == []
    assert [one.id for one in queries.handovers_of(letter)] == [handover.id]
    assert history("letter", letter.id)[-1].act == "letter.sign_handover"
    assert "letter.handed_over" in inbox(cast, "office_clerk")


def test_after_a_handover_the_next_successor_takes_over_from_the_last(cast: Cast) -> None:
    letter, later = passed_on(cast), NOW + timedelta(days=3)
    taken_over(cast, letter)
    succeed(cast, "finance_deputy", "finance_liaison", now=later)
    found = due(again(letter), now=later)
    assert (found.predecessor_name, found.successor.name) == ("谢云岚", "纪晓东")
    taken_over(cast, again(letter), "finance_liaison", now=later)
    assert queries.handovers_due([again(letter)], day=later.date()) == []


def test_only_the_successor_signs_exactly_what_was_seen_once(cast: Cast) -> None:
    letter = passed_on(cast)
    handover = drawn_up(cast, letter)
    one, by = seen(cast, handover, "finance_deputy"), cast.actor("finance_deputy")
    for name in ("finance_head", "finance_liaison", "leader", "office_clerk"):
        with refuses(NotAllowed):
            commands.sign_handover(seen(cast, handover, name), by=cast.actor(name), now=NOW)
    for altered in (
        replace(one, sha256="0" * 64),
        replace(one, ticket="x"),
        replace(one, ticket=seen(cast, handover, "finance_head").ticket),
    ):
        with refuses(Stale):
            commands.sign_handover(altered, by=by, now=NOW)
    with refuses(Stale):
        commands.sign_handover(one, by=by, now=NOW + TICKET_VALID)
    act(commands.sign_handover, one, by=by)
    with refuses(Stale):
        commands.sign_handover(one, by=by, now=NOW)


def test_a_handover_that_lapsed_is_signed_by_nobody(cast: Cast) -> None:
    letter = passed_on(cast)
    old = seen(cast, drawn_up(cast, letter), "finance_deputy")
    new = seen(cast, drawn_up(cast, again(letter)), "finance_deputy")
    with refuses(Stale):
        commands.sign_handover(old, by=cast.actor("finance_deputy"), now=NOW)
    act(commands.sign_handover, new, by=cast.actor("finance_deputy"))


def test_a_letter_no_longer_in_force_is_handed_over_to_nobody(cast: Cast) -> None:
    letter = passed_on(cast)
    one = seen(cast, drawn_up(cast, letter), "finance_deputy")
    fulfilled(cast, again(letter))
    with refuses(Stale):
        commands.sign_handover(one, by=cast.actor("finance_deputy"), now=NOW)
    with refuses(Stale):
        by = cast.actor("office_clerk")
        commands.open_handover(letter, signatory_id=one.handover.signatory_id, by=by, now=NOW)


def test_the_office_enters_both_lines_from_paper(cast: Cast) -> None:
    handover = drawn_up(cast, passed_on(cast))
    scan, both = a_file("交接.pdf"), [PREDECESSOR, SUCCESSOR]
    for name in ("finance_deputy", "finance_head", "leader", "supervisor"):
        with refuses(NotAllowed):
            by = cast.actor(name)
            commands.record_handover(handover, lines=both, scan=scan, version=1, by=by, now=NOW)
    act(commands.record_handover, handover, lines=both, scan=scan, by=cast.actor("office_clerk"))
    assert {(one.line, one.person_name, one.method) for one in handover.signatures} == {
        (PREDECESSOR, "钱广源", SigningMethod.PAPER),
        (SUCCESSOR, "谢云岚", SigningMethod.PAPER),
    }
    assert handover.state is HandoverState.SIGNED
    assert history("letter", handover.letter_id)[-1].act == "letter.record_handover"


def test_the_line_of_whoever_left_may_follow_later_and_each_line_is_signed_once(cast: Cast) -> None:
    handover = taken_over(cast, passed_on(cast))
    scan, clerk = a_file("交接.pdf"), cast.actor("office_clerk")
    for lines in ([], [SUCCESSOR], [PREDECESSOR, SUCCESSOR]):
        with refuses(Invalid, "lines"):
            commands.record_handover(handover, lines=lines, scan=scan, version=handover.version, by=clerk, now=NOW)
    with refuses(Stale):
        commands.record_handover(handover, lines=[PREDECESSOR], scan=scan, version=0, by=clerk, now=NOW)
    act(commands.record_handover, handover, lines=[PREDECESSOR], scan=scan, by=clerk)
    assert [one.line for one in handover.signatures] == [SUCCESSOR, PREDECESSOR]


def test_whoever_left_may_sign_first_and_a_clerk_never_enters_their_own_line(cast: Cast) -> None:
    letter = in_force(cast)
    succeed(cast, "finance_head", "office_clerk")
    handover = drawn_up(cast, letter, by="office_secondee")
    scan = a_file("交接.pdf")
    with refuses(NotAllowed):
        by = cast.actor("office_clerk")
        commands.record_handover(handover, lines=[PREDECESSOR], scan=scan, version=1, by=by, now=NOW)
    act(commands.record_handover, handover, lines=[PREDECESSOR], scan=scan, by=cast.actor("office_secondee"))
    assert handover.state is HandoverState.OPEN


def test_a_handover_is_seen_by_whom_the_letter_is_seen(cast: Cast) -> None:
    handover = drawn_up(cast, passed_on(cast))
    for name in ("finance_deputy", "finance_liaison", "office_clerk", "leader"):
        assert queries.visible_handover(cast.actor(name), handover.id) == handover
    for name in ("construction_head", "outsider", "d2_head"):
        with pytest.raises(NotVisible):
            queries.visible_handover(cast.actor(name), handover.id)


def faults() -> list[str]:
    """What is found wrong with all letters."""
    db.session.expire_all()
    return [str(fault.sentence) for fault in queries.faults(root=files_root())]


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (sa.update(Handover).values(text="别的"), "给谢云岚的交接确认文本与摘要不符"),
        (sa.update(Handover).values(due_on=date(2027, 1, 1)), "给谢云岚的交接确认的校验码不符"),
        (sa.update(Handover).values(state="open"), "给谢云岚的交接确认的状态与签署不符"),
        (sa.update(Handover).values(mark="00000000.x"), "给谢云岚的交接确认没有操作记录"),
        (sa.update(HandoverSignature).values(person_name="别人"), "别人的交接签署与签署声明不符"),
        (sa.update(HandoverSignature).values(statement="{}"), "谢云岚的交接签署的校验码不符"),
        (sa.update(HandoverSignature).values(mark="00000000.x"), "谢云岚的交接签署没有操作记录"),
        (sa.delete(HandoverSignature), "谢云岚的交接签署不见了"),
    ],
)
def test_what_is_changed_behind_the_back_is_found(cast: Cast, statement: Any, sentence: str) -> None:
    taken_over(cast, passed_on(cast))
    assert faults() == []
    with write_transaction() as session:
        session.execute(statement)
    assert sentence in faults()


def test_a_handover_that_was_taken_away_or_whose_scan_is_gone_is_found(cast: Cast) -> None:
    handover = drawn_up(cast, passed_on(cast))
    scan, clerk = a_file("交接.pdf"), cast.actor("office_clerk")
    act(commands.record_handover, handover, lines=[SUCCESSOR], scan=scan, by=clerk)
    assert faults() == ["谢云岚的交接签署的扫描件已损坏或丢失"]
    with write_transaction() as session:
        session.execute(sa.delete(HandoverSignature))
        session.execute(sa.delete(Handover))
    assert set(faults()) == {"给谢云岚的交接确认不见了", "谢云岚的交接签署不见了"}
