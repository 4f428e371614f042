"""The review desk: the facts of each overdue task, how far the ladder went, and acts that change its state."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import NOW, TODAY, Cast
from tests.desk.many import many_active
from tests.desk.pages import counted, main_of, text_of
from tests.oversight import supervised
from tests.oversight.flag_stories import decided, flagged
from tests.tasks.stories import act, active, again, day, inbox
from tracker.desk import queries
from tracker.desk.rules import next_rung
from tracker.kernel.calendar import WorkingDays
from tracker.kernel.db import db, write_transaction
from tracker.organisation.models import Seat
from tracker.organisation.rules import SeatRole
from tracker.oversight import commands as oversight
from tracker.oversight.models import Flag
from tracker.oversight.queries import records_of
from tracker.oversight.rules import DecisionKind
from tracker.reminders.rules import DEADLINE_LADDER
from tracker.reminders.sweep import sweep
from tracker.tasks import commands
from tracker.tasks.commands import NewReport
from tracker.tasks.models import Task, TaskPart
from tracker.tasks.queries import reckoning

ClientAs = Callable[[str], FlaskClient]

LATE = day("2026-02-02")
WAS_DUE = date(2026, 3, 6)


def overdue(cast: Cast, **said: Any) -> Task:
    """A task that has been overdue for eight working days."""
    return active(cast, **{"now": LATE, "due_on": WAS_DUE, **said})


def review(cast: Cast, more: str = "") -> str:
    """The address of the review desk."""
    return f"/groups/{cast.group_ids['g1']}/review{more}"


def case(cast: Cast) -> queries.Case:
    """The one task under review."""
    group_id, day = cast.group_ids["g1"], reckoning(TODAY)
    [found] = queries.review(cast.actor("supervisor"), group_id, None, day=day, now=NOW).tasks.rows
    return found


def test_each_task_stands_with_its_facts(cast: Cast, client_as: ClientAs) -> None:
    head = cast.actor("finance_head")
    task = active(cast, now=LATE, due_on=date(2026, 2, 20))
    said = {"reason": "材料未到", "new_due_on": WAS_DUE}
    extension = act(commands.ask_extension, task, by=head, now=day("2026-02-10"), **said)
    act(commands.decide_extension, extension, approve=True, by=cast.actor("office_clerk"), now=day("2026-02-11"))
    report = NewReport(text="已完成招标。", difficulty="雨季")
    act(commands.report_progress, again(task), report=report, by=head, now=day("2026-03-02"))
    act(commands.explain_delay, again(task), text="受雨季影响。", by=head, now=day("2026-03-12"))
    found = case(cast)
    assert (found.row.days, found.granted, len(found.explanations)) == (8, 1, 1)
    body = text_of(client_as("supervisor"), review(cast))
    for fact in (
        "2026年3月6日 （最初 2026年2月20日） 已逾期 8 个工作日",
        "申请 1 次，同意 1 次",
        "已完成招标。",
        "困难：雨季",
        "受雨季影响。",
    ):
        assert fact.replace(" ", "") in body.replace(" ", "")


def test_the_ladder_shows_who_was_told_when_and_what_comes_next(cast: Cast, client_as: ClientAs) -> None:
    overdue(cast)
    for text in ("2026-03-06", "2026-03-11", "2026-03-18"):
        sweep(now=day(text, 7), pause=lambda _seconds: None)
    found = case(cast)
    told = {rung.offset: rung.told for rung in found.rungs}
    assert told[0] == ["纪晓东"]
    assert told[3] == ["苗文秀", "秦小满", "杜一帆", "钱广源"]
    assert told[1] == []
    assert found.next_rung is not None
    assert (found.next_rung.offset, found.next_rung.day) == (15, date(2026, 3, 27))
    body = text_of(client_as("supervisor"), review(cast))
    assert "+3 03-11" in body
    assert "由更高一级取代" in body


def test_the_last_rung_has_none_after_it() -> None:
    calendar = WorkingDays()
    assert next_rung(DEADLINE_LADDER, date(2026, 1, 2), date(2026, 3, 18), calendar) is None
    following = next_rung(DEADLINE_LADDER, date(2026, 3, 17), date(2026, 3, 18), calendar)
    assert following is not None
    assert (following.offset, following.day) == (3, date(2026, 3, 20))


def test_an_earlier_crossing_stands_beside_the_present_one(cast: Cast) -> None:
    task = active(cast, now=LATE, due_on=date(2026, 2, 13))
    sweep(now=day("2026-02-25"), pause=lambda _seconds: None)
    said: dict[str, Any] = {"text": "延误", "by": cast.actor("finance_head"), "now": day("2026-02-25")}
    explanation = act(commands.explain_delay, again(task), **said)
    said = {"remark": "限期", "new_due_on": WAS_DUE}
    act(commands.answer_explanation, explanation, by=cast.actor("supervisor"), now=day("2026-02-26"), **said)
    assert case(cast).crossings == [date(2026, 2, 13)]


def test_urging_from_the_desk_takes_one_tap_and_comes_back(cast: Cast, client_as: ClientAs) -> None:
    task = overdue(cast)
    client = client_as("supervisor")
    page = main_of(client.get(review(cast)).text)
    assert f'action="/tasks/{task.id}/urge"' in page
    [back] = set(re.findall(r'name="next" value="([^"]+)"', page))
    said = {"channel": "message", "unit_id": cast.unit_ids["finance"], "ready": "late", "next": back}
    answer = client.post(f"/tasks/{task.id}/urge", data=said)
    assert answer.location == f"{review(cast)}#task-{task.id}"
    [urge] = records_of([task.id])[task.id].urges
    assert urge.sentence == "任务已逾期，请抓紧办理，说明原因和预计完成时间。"
    assert "task.urge" in inbox(cast, "finance_head")
    assert client.post(f"/tasks/{task.id}/urge", data=said).status_code == 409


def test_a_call_is_noted_in_one_tap_in_chinese_whoever_reads(cast: Cast, client_as: ClientAs) -> None:
    task = overdue(cast)
    client = client_as("office_clerk")
    client.post("/appearance", data={"language": "en"})
    assert "Done within this week" in client.get(review(cast)).text
    said = {"channel": "phone", "unit_id": cast.unit_ids["finance"], "ready": "week"}
    assert client.post(f"/tasks/{task.id}/urge", data=said).location.endswith(f"/tasks/{task.id}")
    assert records_of([task.id])[task.id].urges[0].answer == "本周内完成"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"channel": "message"}, "请填写此项"),
        ({"channel": "phone", "answer": ""}, "请填写此项"),
        ({"channel": "pigeon", "sentence": "请办"}, "方式"),
        ({"channel": "message", "sentence": "请办", "unit_id": "4000"}, "催办单位"),
        ({"channel": "message", "ready": "nothing of the kind"}, "请填写此项"),
    ],
)
def test_an_urge_that_says_nothing_is_asked_again(
    cast: Cast, client_as: ClientAs, said: dict[str, str], words: str
) -> None:
    task = overdue(cast)
    client = client_as("supervisor")
    answer = client.post(f"/tasks/{task.id}/urge", data={"unit_id": cast.unit_ids["finance"], **said})
    assert answer.status_code == 422
    assert words in answer.text
    assert records_of([task.id])[task.id].urges == []


def test_asking_for_an_explanation_needs_no_words(cast: Cast, client_as: ClientAs) -> None:
    task = overdue(cast)
    client = client_as("leader")
    answer = client.post(f"/tasks/{task.id}/direct", data={"kind": "explain", "version": task.version})
    assert answer.status_code == 302
    [direction] = records_of([task.id])[task.id].directions
    assert direction.text == "请说明逾期原因、目前进展和预计完成时间。"
    assert "task.direct_explain" in inbox(cast, "finance_head")


def test_a_date_to_make_good_by_takes_the_task_off_the_desk(cast: Cast, client_as: ClientAs) -> None:
    task = overdue(cast)
    client = client_as("supervisor")
    said = {"kind": "rectify", "text": "限期补齐。", "version": task.version}
    assert client.post(f"/tasks/{task.id}/direct", data=said).status_code == 422
    assert client.post(f"/tasks/{task.id}/direct", data={**said, "new_due_on": "2026-13-01"}).status_code == 422
    assert again(task).due_on == WAS_DUE
    assert client.post(f"/tasks/{task.id}/direct", data={**said, "new_due_on": "2026-04-03"}).status_code == 302
    assert again(task).due_on == date(2026, 4, 3)
    assert "没有逾期的任务" in text_of(client, review(cast))


def test_a_stale_form_is_told_so(cast: Cast, client_as: ClientAs) -> None:
    task = overdue(cast)
    client = client_as("supervisor")
    for version in (task.version - 1, "x", ""):
        answer = client.post(f"/tasks/{task.id}/direct", data={"kind": "note", "text": "备注", "version": version})
        assert answer.status_code == 409
    answer = client.post(f"/tasks/{task.id}/direct", data={"kind": "note", "text": "备注", "version": task.version})
    assert answer.status_code == 302


def test_the_office_urges_and_does_not_direct(cast: Cast, client_as: ClientAs) -> None:
    task = overdue(cast)
    client = client_as("office_clerk")
    page = client.get(review(cast)).text
    assert f'action="/tasks/{task.id}/urge"' in page
    assert f'action="/tasks/{task.id}/direct"' not in page
    said = {"kind": "note", "text": "备注", "version": task.version}
    assert client.post(f"/tasks/{task.id}/direct", data=said).status_code == 403
    assert client_as("supervisor").post(f"/tasks/{task.id}/direct", data=said).status_code == 302


def test_a_unit_is_refused_with_the_reason_and_a_stranger_finds_nothing(cast: Cast, client_as: ClientAs) -> None:
    task = overdue(cast)
    for path in ("urge", "direct"):
        answer = client_as("finance_head").get(f"/tasks/{task.id}/{path}")
        assert answer.status_code == 403
        assert "督导（督查）人员" in answer.text
        assert client_as("g2_supervisor").get(f"/tasks/{task.id}/{path}").status_code == 404
        assert client_as("supervisor").get(f"/tasks/{task.id}/{path}").status_code == 200


def test_one_unit_can_be_looked_at_alone(cast: Cast, client_as: ClientAs) -> None:
    overdue(cast, title="财政局的")
    overdue(cast, title="住建局的", lead="construction")
    body = client_as("supervisor").get(review(cast, f"?unit={cast.unit_ids['construction']}")).text
    assert ("住建局的" in body, "财政局的" in body) == (True, False)


def test_the_desk_goes_on_by_its_key(cast: Cast, client_as: ClientAs) -> None:
    many_active(cast, [{"title": f"任务{n:02d}号", "due_on": WAS_DUE} for n in range(11)], now=LATE)
    client = client_as("supervisor")
    first = client.get(review(cast)).text
    [further] = re.findall(r'href="([^"]*after=[^"]+)"', first)
    second = client.get(further.replace("&amp;", "&")).text
    assert [f"任务{n:02d}号" in first for n in range(11)] == [True] * 10 + [False]
    assert "任务10号" in second


def test_facts_are_gathered_for_all_tasks_at_once(app: Flask, cast: Cast, client_as: ClientAs) -> None:
    client = client_as("office_clerk")
    for numbers in (range(1), range(1, 8)):
        said = {"due_on": WAS_DUE, "parts": ("construction",)}
        many_active(cast, [{"title": f"任务{n:02d}号", **said} for n in numbers], now=LATE)
        client.get(review(cast))
        with counted(app) as statements:
            page = client.get(review(cast)).text
        assert f"任务{numbers[-1]:02d}号" in page
        assert len(statements) <= 32, numbers


IN_TIME = date(2026, 6, 30)


def with_late_part(cast: Cast, **said: Any) -> TaskPart:
    """A part of the construction bureau that has been overdue for eight working days, of a task that is not overdue."""
    task = active(cast, **{"now": LATE, "due_on": IN_TIME, "parts": ("construction",), **said})
    with write_transaction():
        part = db.session.scalars(sa.select(TaskPart).where(TaskPart.task_id == task.id)).one()
        part.due_on = WAS_DUE
    return part


def many_with_late_parts(cast: Cast, titles: Iterable[str]) -> None:
    """As many tasks of this kind as there are titles."""
    said = {"due_on": IN_TIME, "parts": ("construction",)}
    tasks = many_active(cast, [{"title": title, **said} for title in titles], now=LATE)
    with write_transaction() as session:
        late = sa.update(TaskPart).where(TaskPart.task_id.in_([task.id for task in tasks]))
        session.execute(late.values(due_on=WAS_DUE))


def test_an_overdue_part_of_a_task_in_time_stands_on_the_desk_with_its_ladder_flag_and_explanation(
    cast: Cast, client_as: ClientAs
) -> None:
    part = with_late_part(cast)
    for text in ("2026-03-06", "2026-03-11"):
        sweep(now=day(text, 7), pause=lambda _seconds: None)
    [flag] = db.session.scalars(sa.select(Flag).where(Flag.part_id == part.id)).all()
    said: dict[str, Any] = {"text": "图纸未到。", "ends_period": True, "by": cast.actor("construction_head")}
    act(oversight.state_case, flag, **said)
    found = queries.review(cast.actor("supervisor"), cast.group_ids["g1"], None, day=reckoning(TODAY), now=NOW)
    assert found.tasks.rows == []
    [late] = found.parts.rows
    assert (late.due_on, late.days, late.rungs[-1].offset) == (WAS_DUE, 8, 3)
    assert late.next_rung is not None
    assert late.next_rung.offset == 15
    assert [row.flag.id for row in late.flags] == [flag.id]
    body = text_of(client_as("supervisor"), review(cast))
    for fact in ("逾期的配合事项", "澄江区住房和城乡建设局", "已逾期 8 个工作日", "+3 03-11", "图纸未到。", "黄色预警"):
        assert fact.replace(" ", "") in body.replace(" ", "")


@pytest.mark.parametrize("led", [False, True])
def test_an_overdue_part_shows_that_its_task_has_no_leader_in_charge(
    cast: Cast, client_as: ClientAs, led: bool
) -> None:
    part = with_late_part(cast)
    with write_transaction():
        seats = sa.select(Seat.id).where(Seat.group_id == part.task.group_id, Seat.role == SeatRole.DEPUTY_LEADER)
        again(part.task).leader_seat_id = db.session.scalars(seats).one() if led else None
    sweep(now=day("2026-03-17", 7), pause=lambda _seconds: None)
    [late] = queries.review(
        cast.actor("supervisor"), cast.group_ids["g1"], None, day=reckoning(TODAY), now=NOW
    ).parts.rows
    assert late.rungs[-1].offset == 7
    assert (late.rungs[-1].unset != []) is not led
    assert ("未指定牵头领导" in text_of(client_as("supervisor"), review(cast))) is not led


def test_a_task_flagged_for_a_milestone_stands_on_the_desk_though_its_own_date_is_far(
    cast: Cast, client_as: ClientAs
) -> None:
    steps = (("招标", WAS_DUE), ("开工", date(2026, 5, 8)))
    task = overdue(cast, title="三年行动", due_on=date(2026, 12, 31), milestones=steps)
    plain = overdue(cast, title="另一任务")
    sweep(now=day("2026-03-11", 7), pause=lambda _seconds: None)
    group_id, client = cast.group_ids["g1"], client_as("supervisor")
    found = queries.review(cast.actor("supervisor"), group_id, None, day=reckoning(TODAY), now=NOW).tasks.rows
    assert [case.row.id for case in found] == [plain.id, task.id]
    [step] = found[1].milestones
    assert (step.name, step.due_on, step.days, step.rungs[-1].offset) == ("招标", WAS_DUE, 8, 3)
    assert [row.flag.task_id for row in found[1].flags] == [task.id]
    body = text_of(client, review(cast)).replace(" ", "")
    assert "年度节点招标2026年3月6日已逾期8个工作日，提醒到+3级" in body
    assert "时限2026年12月31日年度节点" in body
    first = again(task).milestones[0]
    with write_transaction():
        by = cast.actor("finance_head")
        commands.complete_milestone(first, version=first.task.version, by=by, now=NOW)
    assert "三年行动" not in text_of(client, review(cast))


def test_a_late_part_stands_with_what_its_unit_reported_and_what_was_decided_before(
    cast: Cast, client_as: ClientAs
) -> None:
    decided(cast, lead="construction")
    part = with_late_part(cast)
    head = cast.actor("construction_head")
    act(commands.accept_part, part, by=head)
    act(commands.report_part, again_part(part), report=NewReport(text="图纸已送审。", difficulty="缺专家"), by=head)
    found = queries.review(cast.actor("supervisor"), cast.group_ids["g1"], None, day=reckoning(TODAY), now=NOW)
    [late] = [one for one in found.parts.rows if one.part.id == part.id]
    assert late.before is not None
    assert late.before.counts == {DecisionKind.URGE: 1}
    assert late.last_report is not None
    body = text_of(client_as("supervisor"), review(cast)).replace(" ", "")
    assert "图纸已送审。" in body
    assert "困难：缺专家" in body
    assert body.index("逾期的配合事项") < body.rindex("该单位此前的决定：督促1")
    assert "逾期任务1项，逾期配合事项1项，逾期最久的在前" in body


def test_a_unit_with_withdrawn_flags_alone_has_them_under_the_heading(cast: Cast, client_as: ClientAs) -> None:
    flag = flagged(cast)
    act(oversight.withdraw_flag, flag, reason="日期有误。", by=cast.actor("supervisor"))
    overdue(cast)
    body = text_of(client_as("supervisor"), review(cast)).replace(" ", "")
    assert body.count("预警和处理") == body.count("该单位此前撤销的预警1条") == 2


def again_part(part: TaskPart) -> TaskPart:
    """A part as it stands in the database now."""
    db.session.expire_all()
    return db.session.get_one(TaskPart, part.id)


def test_the_unit_of_an_overdue_part_is_urged_from_the_desk(cast: Cast, client_as: ClientAs) -> None:
    part = with_late_part(cast)
    client = client_as("supervisor")
    page = main_of(client.get(review(cast)).text)
    [back] = set(re.findall(r'name="next" value="([^"]+)"', page))
    assert set(re.findall(r'name="unit_id" value="([^"]+)"', page)) == {str(part.unit_id)}
    said = {"channel": "message", "unit_id": part.unit_id, "ready": "late", "next": back}
    answer = client.post(f"/tasks/{part.task_id}/urge", data=said)
    assert answer.location == f"{review(cast)}#part-{part.id}"
    assert "task.urge" in inbox(cast, "construction_head")
    assert "已催办 1 次" in text_of(client, review(cast))
    assert f"/tasks/{part.task_id}/notice?part={part.id}" in page
    assert f"/tasks/{part.task_id}/notice" not in client_as("leader").get(review(cast)).text


def test_a_notice_about_a_part_stands_with_the_part(cast: Cast) -> None:
    part = with_late_part(cast)
    notice = supervised.issued(cast, about=part)
    found = queries.review(cast.actor("supervisor"), cast.group_ids["g1"], None, day=reckoning(TODAY), now=NOW)
    assert [row.id for row in found.parts.rows[0].notices] == [notice.id]


def test_a_part_that_is_in_time_done_or_waits_for_an_extension_is_not_on_the_desk(cast: Cast) -> None:
    part = with_late_part(cast)
    unit_id, group_id = part.unit_id, cast.group_ids["g1"]

    def late(unit: int | None = None) -> int:
        return len(queries.review(cast.actor("leader"), group_id, unit, day=reckoning(TODAY), now=NOW).parts.rows)

    assert [late(), late(unit_id), late(cast.unit_ids["finance"])] == [1, 1, 0]
    for changed, number in (
        (sa.update(TaskPart).values(due_on=TODAY), 0),
        (sa.update(TaskPart).values(due_on=WAS_DUE, state="cancelled"), 0),
        (sa.update(TaskPart).values(state="issued"), 1),
        (sa.update(Task).values(extension_pending=True), 0),
    ):
        with write_transaction():
            db.session.execute(changed)
        db.session.expire_all()
        assert late() == number


def test_inside_an_overdue_task_a_part_says_since_when_and_how_far_its_ladder_went(
    cast: Cast, client_as: ClientAs
) -> None:
    with_late_part(cast, due_on=WAS_DUE)
    sweep(now=day("2026-03-11", 7), pause=lambda _seconds: None)
    body = text_of(client_as("supervisor"), review(cast)).replace(" ", "")
    assert "，时限2026年3月6日，已逾期8个工作日，提醒到+3级）" in body
    assert "逾期达到黄色预警级澄江区住房和城乡建设局·2026-03-11" in body


def test_the_parts_go_on_by_their_own_key(cast: Cast, client_as: ClientAs) -> None:
    many_with_late_parts(cast, [f"任务{n:02d}号" for n in range(11)])
    client = client_as("supervisor")
    first = client.get(review(cast)).text
    [further] = re.findall(r'href="([^"]*parts=[^"]+)"', first)
    second = client.get(further.replace("&amp;", "&")).text
    assert [f"任务{n:02d}号" in first for n in range(11)] == [True] * 10 + [False]
    assert ("任务10号" in second, "没有逾期的任务" in second) == (True, False)
    assert client.get(review(cast, "?parts=nonsense")).status_code == 422


def test_overdue_parts_cost_as_much_for_eight_as_for_one(app: Flask, cast: Cast, client_as: ClientAs) -> None:
    client = client_as("office_clerk")
    for numbers in (range(1), range(1, 8)):
        many_active(cast, [{"title": f"任务{n:02d}号", "due_on": WAS_DUE} for n in numbers], now=LATE)
        many_with_late_parts(cast, [f"配合{n:02d}号" for n in numbers])
        client.get(review(cast))
        with counted(app) as statements:
            page = client.get(review(cast)).text
        assert f"任务{numbers[-1]:02d}号" in page and f"配合{numbers[-1]:02d}号" in page
        assert len(statements) <= 34, numbers


def test_ticked_tasks_are_urged_together_with_a_result_for_each(cast: Cast, client_as: ClientAs) -> None:
    one, two = overdue(cast, title="任务一"), overdue(cast, title="任务二", lead="construction")
    client = client_as("office_clerk")
    asked = client.get("/tasks/urge", query_string={"task": [one.id, two.id]})
    assert "任务一" in asked.text
    said = {"task": [one.id, two.id, 999999], "sentence": "请抓紧。"}
    answer = text_of_answer(client.post("/tasks/urge", data=said).text)
    assert "已催办 2 项，未催办 1 项。" in answer
    assert "另有 1 项没有找到" in answer
    again_answer = text_of_answer(client.post("/tasks/urge", data=said).text)
    assert "已催办 0 项，未催办 3 项。" in again_answer
    assert len(records_of([one.id])[one.id].urges) == 1


def text_of_answer(html: str) -> str:
    """What an answer says."""
    return " ".join(re.sub(r"<[^>]+>", " ", main_of(html)).split())


def test_urging_many_asks_for_tasks_and_a_sentence(cast: Cast, client_as: ClientAs) -> None:
    task = overdue(cast)
    client = client_as("office_clerk")
    assert client.post("/tasks/urge", data={"sentence": "请办"}).status_code == 422
    assert client.post("/tasks/urge", data={"task": task.id, "sentence": " "}).status_code == 422
    for no_row in ("9" * 31, "-1", "NaN", "1e5"):
        assert client.get(f"/tasks/urge?task={no_row}").status_code == 422
        assert client.get(f"/tasks/urge?task={no_row}&task={task.id}").status_code == 200
    assert client_as("finance_head").get(f"/tasks/urge?task={task.id}").status_code == 403
    assert records_of([task.id])[task.id].urges == []
    assert client.post("/tasks/urge", data={"task": task.id, "ready": "report"}).status_code == 200
    assert len(records_of([task.id])[task.id].urges) == 1


def test_the_list_of_tasks_offers_to_urge_what_is_ticked(cast: Cast, client_as: ClientAs) -> None:
    overdue(cast)
    assert "/tasks/urge" in client_as("office_clerk").get("/tasks").text
    assert "/tasks/urge" not in client_as("finance_head").get("/tasks").text


def test_the_page_of_a_task_shows_urges_and_offers_them(cast: Cast, client_as: ClientAs) -> None:
    task = overdue(cast, parts=("construction",))
    said = {"channel": "message", "unit_id": cast.unit_ids["construction"], "sentence": "请报资料。"}
    assert client_as("finance_head").post(f"/tasks/{task.id}/urge", data=said).status_code == 302
    page = client_as("construction_head").get(f"/tasks/{task.id}").text
    assert "催办与督查" in page
    assert "请报资料。" in page
    assert f'action="/tasks/{task.id}/urge"' not in page
    assert f'action="/tasks/{task.id}/direct"' in client_as("supervisor").get(f"/tasks/{task.id}").text
    silent = active(cast, title="没有催办过的")
    assert "催办与督查" not in client_as("finance_staff").get(f"/tasks/{silent.id}").text
