"""The office's desk: what came in, what falls due, who is silent, what it owes, and the text for the chat."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import NOW, TODAY, Cast
from tests.desk.many import many_active, many_issued
from tests.desk.pages import counted, links_of, main_of, text_of
from tests.tasks.stories import act, active, active_part, again, day, draft, issue, issued, proposed, submit, submitted
from tracker.desk import queries
from tracker.desk.queries import About
from tracker.desk.rules import Arrival, last_full_period
from tracker.desk.words import work_group_text
from tracker.kernel.db import write_transaction
from tracker.oversight.commands import urge_unit
from tracker.oversight.rules import UrgeChannel
from tracker.tasks import commands
from tracker.tasks.commands import NewPart, NewReport
from tracker.tasks.models import TaskPart
from tracker.tasks.queries import Wait
from tracker.tasks.rules import AdjustmentKind, Every, TaskState

ClientAs = Callable[[str], FlaskClient]

LATE = day("2026-02-02")
WAS_DUE = date(2026, 3, 13)


def test_what_came_in_today_is_listed_by_kind_newest_first(cast: Cast) -> None:
    g1, head = cast.group_ids["g1"], cast.actor("finance_head")
    submitted(cast, title="甲", submitted_at=day("2026-03-18", 8))
    extended = active(cast, title="乙")
    act(
        commands.ask_extension,
        extended,
        reason="材料未到",
        new_due_on=date(2026, 5, 1),
        by=head,
        now=day("2026-03-18", 7),
    )
    adjusted = issued(cast, title="丙")
    act(
        commands.ask_adjustment,
        adjusted,
        kind=AdjustmentKind.DUTY,
        reason="不是本单位职责",
        by=head,
        now=day("2026-03-18", 6),
    )
    late = active(cast, title="丁", now=LATE, due_on=WAS_DUE)
    act(commands.explain_delay, late, text="雨季", by=head, now=day("2026-03-18", 5))
    stuck = active(cast, title="戊")
    report = NewReport(text="在办", coordination="请协调用地")
    act(commands.report_progress, stuck, report=report, by=head, now=day("2026-03-18", 4))
    found = queries.arrivals(g1, since=TODAY)
    assert [(row.kind, row.title) for row in found] == [
        (Arrival.SUBMISSION, "甲"),
        (Arrival.EXTENSION, "乙"),
        (Arrival.ADJUSTMENT, "丙"),
        (Arrival.EXPLANATION, "丁"),
        (Arrival.COORDINATION, "戊"),
    ]
    assert found[-1].text == "请协调用地"
    assert queries.arrivals(g1, since=TODAY + timedelta(days=1)) == []
    assert queries.arrivals(cast.group_ids["g2"], since=TODAY) == []


def test_the_desk_shows_today_or_the_last_seven_days(cast: Cast, client_as: ClientAs) -> None:
    submitted(cast, now=day("2026-03-12"), submitted_at=day("2026-03-16"), title="周一报请的任务")
    client = client_as("office_clerk")
    assert "今天还没有收到" in text_of(client, "/")
    assert "报请办结" in text_of(client, "/?days=7").partition("近 7 天收到")[2].partition("本周到期")[0]


def test_who_has_not_signed_for_is_listed_with_numbers_to_call(cast: Cast, client_as: ClientAs) -> None:
    issued(cast, now=day("2026-03-11"), title="久未签收", parts=("construction",))
    issued(cast, title="刚刚下达")
    rows = queries.unsigned(cast.group_ids["g1"], today=TODAY)
    assert [(row.unit, row.days, [item.late for item in row.items]) for row in rows] == [
        ("澄江区住房和城乡建设局", 5, [True]),
        ("澄江区财政局", 5, [True, False]),
    ]
    assert [person.name for person in rows[1].callees] == ["纪晓东", "谢云岚", "钱广源"]
    page = client_as("office_clerk").get("/").text
    assert 'href="tel:13800000009"' in page
    assert "已等 5 个工作日" in page


def test_the_office_signs_for_a_unit_after_a_call(cast: Cast, client_as: ClientAs) -> None:
    task = issued(cast)
    client = client_as("office_clerk")
    address = f"/tasks/{task.id}/accept"
    assert address in links_of(client, "/")
    assert client.post(address, data={"version": task.version}).status_code == 422
    answer = client.post(address, data={"version": task.version, "spoke_with": "区财政局 纪某"})
    assert answer.status_code == 302
    assert again(task).state is TaskState.ACTIVE
    assert queries.unsigned(cast.group_ids["g1"], today=TODAY) == []


def test_the_last_call_to_a_unit_stands_beside_what_it_has_not_signed_for(cast: Cast, client_as: ClientAs) -> None:
    task = issued(cast)
    assert f"/tasks/{task.id}/urge" in " ".join(links_of(client_as("office_clerk"), "/"))
    said: dict[str, Any] = {"channel": UrgeChannel.PHONE, "answer": "明天签收"}
    act(urge_unit, task, unit_id=cast.unit_ids["finance"], by=cast.actor("office_clerk"), **said)
    assert "3月18日 已电话，对方答复：明天签收" in text_of(client_as("office_clerk"), "/")


def test_units_without_a_report_for_weeks_are_listed(cast: Cast, client_as: ClientAs) -> None:
    quiet = active(cast, now=LATE, due_on=date(2026, 6, 30))
    heard = active(cast, lead="construction", now=LATE, due_on=date(2026, 6, 30))
    report = NewReport(text="在办")
    act(commands.report_progress, heard, report=report, by=cast.actor("construction_head"), now=day("2026-03-10"))
    body = main_of(client_as("office_clerk").get("/").text).partition("未报进展")[2].partition("</section>")[0]
    assert ("澄江区财政局" in body, "澄江区住房和城乡建设局" in body) == (True, False)
    assert re.findall(r'href="tel:(\d+)"', body) == ["13800000009", "13800000008", "13800000007"]
    [link] = re.findall(r'href="(/tasks\?[^"]+)"', body)
    assert quiet.title in client_as("office_clerk").get(link.replace("&amp;", "&")).text


@pytest.mark.parametrize(
    ("every", "today", "first"),
    [
        (Every.MONTH, date(2026, 3, 18), date(2026, 2, 1)),
        (Every.MONTH, date(2026, 1, 1), date(2025, 12, 1)),
        (Every.QUARTER, date(2026, 3, 18), date(2025, 10, 1)),
        (Every.QUARTER, date(2026, 8, 31), date(2026, 4, 1)),
        (Every.YEAR, date(2026, 3, 18), date(2025, 1, 1)),
    ],
)
def test_the_last_full_period_is_the_one_that_is_over(every: Every, today: date, first: date) -> None:
    assert last_full_period(every, today) == first


def test_a_continuous_task_that_let_a_period_pass_in_silence_is_listed(cast: Cast) -> None:
    g1, head, since = cast.group_ids["g1"], cast.actor("finance_head"), day("2026-01-12")
    task = draft(cast, title="校园安全长效机制", due_on=None, continuous=True, cadence_every=Every.MONTH)
    issue(cast, task, now=since)
    act(commands.accept_task, task, by=head, now=since)
    [row] = queries.quiet_continuous(g1, today=TODAY)
    assert (row.task_id, row.every, row.reported_at) == (task.id, Every.MONTH, None)
    assert queries.quiet_continuous(g1, today=date(2026, 2, 10)) == []
    act(commands.report_progress, task, report=NewReport(no_change=True), by=head, now=day("2026-02-20"))
    assert queries.quiet_continuous(g1, today=TODAY) == []


def test_the_office_sees_what_it_is_late_with_itself(cast: Cast, client_as: ClientAs) -> None:
    g1, head = cast.group_ids["g1"], cast.actor("finance_head")
    submitted(cast, title="甲", now=day("2026-03-02"), submitted_at=day("2026-03-10"))
    submitted(cast, title="乙", submitted_at=day("2026-03-16"))
    asked = active(cast, title="丙", now=day("2026-03-02"))
    words = {"reason": "材料未到", "new_due_on": date(2026, 5, 1)}
    act(commands.ask_extension, asked, by=head, now=day("2026-03-11"), **words)
    adjusted = issued(cast, title="丁", now=day("2026-03-11"))
    words = {"kind": AdjustmentKind.DUTY, "reason": "不是本单位职责"}
    act(commands.ask_adjustment, adjusted, by=head, now=day("2026-03-12"), **words)
    owed = queries.owed_by_office(g1, today=TODAY, slow=3)
    assert [(row.kind, row.title, row.days) for row in owed] == [
        (Wait.VERIFY, "甲", 6),
        (Wait.DECIDE_EXTENSION, "丙", 5),
        (Wait.DECIDE_ADJUSTMENT, "丁", 4),
    ]
    assert "已等 6 天" in text_of(client_as("office_director"), "/")


def test_what_others_must_do_is_not_the_office_s_delay_but_coordination_is(cast: Cast, client_as: ClientAs) -> None:
    g1, early = cast.group_ids["g1"], day("2026-03-02")
    own = submitted(cast, lead="education", title="本局", now=early, submitted_at=day("2026-03-10"))
    named = submitted(cast, title="另有核验人", now=early, submitted_at=day("2026-03-10"))
    further = active(cast, title="再次延期", now=early)
    put_up = active(cast, title="需协调", now=early)
    head, clerk = cast.actor("finance_head"), cast.actor("office_clerk")
    verifier = cast.person("construction_head")
    act(commands.appoint_verifier, named, person=verifier, by=cast.actor("leader"), now=day("2026-03-10"))
    words = {"reason": "材料未到", "by": head}
    first = act(commands.ask_extension, further, new_due_on=date(2026, 5, 1), now=day("2026-03-03"), **words)
    act(commands.decide_extension, first, approve=True, by=clerk, now=day("2026-03-04"))
    act(commands.ask_extension, again(further), new_due_on=date(2026, 6, 1), now=day("2026-03-05"), **words)
    said = NewReport(text="在办", coordination="请协调用地")
    act(commands.report_progress, put_up, report=said, by=head, now=day("2026-03-11"))
    owed = queries.owed_by_office(g1, today=TODAY, slow=3)
    assert [(row.kind, row.title, row.days) for row in owed] == [
        (Wait.VERIFY, "本局", 6),
        (Wait.ANSWER_COORDINATION, "需协调", 5),
    ]
    assert "需协调事项待答复" in text_of(client_as("office_director"), "/")
    with write_transaction() as session:
        session.add(TaskPart(task_id=own.id, unit_id=cast.unit_ids["government_office"]))
    assert [row.title for row in queries.owed_by_office(g1, today=TODAY, slow=3)] == ["需协调"]


def test_drafts_batches_and_units_that_cannot_act_are_in_sight(cast: Cast, client_as: ClientAs) -> None:
    draft(cast)
    proposed(cast, title="送审的任务")
    body = text_of(client_as("office_director"), "/")
    assert "草稿 1 项 另有送审 1 项" in body
    assert "审阅并签发" in text_of(client_as("leader"), "/")
    assert "还不能办理的成员单位" in body
    assert "柳溪镇人民政府 无人有账号" in body


def test_numbers_are_those_of_the_lists_behind_them(cast: Cast, client_as: ClientAs) -> None:
    active(cast, title="逾期的", now=LATE, due_on=date(2026, 3, 16))
    active(cast, title="本周五的", due_on=date(2026, 3, 20))
    submitted(cast, title="待核验的", due_on=date(2026, 3, 20))
    issued(cast, title="待签收的", due_on=date(2026, 7, 1))
    draft(cast, title="草稿的")
    client = client_as("office_clerk")
    found = queries.numbers(cast.group_ids["g1"], today=TODAY)
    counts = {"light=red": found.overdue, "due=week": found.week, "state=submitted": found.submitted}
    counts |= {"state=draft": found.drafts}
    for wanted, number in counts.items():
        [link] = {link for link in links_of(client, "/") if link.endswith(wanted)}
        shown = client.get(link).text
        assert sum(f"{name}的" in main_of(shown) for name in ("逾期", "本周五", "待核验", "待签收", "草稿")) == number
    assert counts == {"light=red": 1, "due=week": 3, "state=submitted": 1, "state=draft": 1}


def test_the_text_for_the_work_group_names_no_part_late_while_an_extension_waits(cast: Cast) -> None:
    parts = [NewPart(cast.unit_ids["construction"], "提供资料", date(2026, 3, 12))]
    task = active(cast, now=LATE, due_on=date(2026, 3, 25), parts=parts)
    group_id, head = cast.group_ids["g1"], cast.actor("finance_head")
    assert [found.unit for found in queries.matters_by_unit(group_id, today=TODAY)] == [
        "澄江区财政局",
        "澄江区住房和城乡建设局",
    ]
    act(commands.ask_extension, again(task), reason="雨季", new_due_on=date(2026, 4, 24), by=head)
    assert queries.matters_by_unit(group_id, today=TODAY) == []


def test_the_text_for_the_work_group_is_courteous_by_unit_and_ready_to_paste(cast: Cast, client_as: ClientAs) -> None:
    parts = [NewPart(cast.unit_ids["construction"], "提供资料", date(2026, 3, 12))]
    active(cast, title="逾期的任务", now=LATE, due_on=WAS_DUE, parts=parts)
    active(cast, title="将到期的任务", due_on=date(2026, 3, 20))
    active(cast, title="还早的任务", due_on=date(2026, 6, 20))
    issued(cast, lead="town", title="没签收的任务", due_on=date(2026, 6, 20))
    [text] = re.findall(
        r'<textarea[^>]*id="work-group-text"[^>]*>([^<]*)</textarea>', client_as("office_clerk").get("/").text
    )
    assert text.strip() == (
        "【优质均衡领导小组办公室提醒】各成员单位：截至3月18日，以下事项请予关注。\n\n"
        "▍澄江区财政局\n"
        "1. 逾期的任务：时限3月13日，已逾期 3 个工作日，请抓紧办理并说明情况。\n"
        "2. 将到期的任务：3月20日到期，请按时完成并填报。\n\n"
        "▍柳溪镇人民政府\n"
        "1. 没签收的任务：时限6月20日，尚未签收，请登录签收。\n\n"
        "▍澄江区住房和城乡建设局\n"
        "1. 逾期的任务（配合）：时限3月12日，尚未签收，请登录签收。\n\n"
        "已办理的请在责任台填报；有困难的请及时与办公室联系。感谢支持！（涉密信息请勿在群内发送）"
    )


def test_the_text_says_late_of_no_part_whose_task_waits_for_an_extension(cast: Cast) -> None:
    part = active_part(
        cast, now=LATE, due_on=date(2026, 3, 20), parts=[NewPart(cast.unit_ids["construction"], "", date(2026, 3, 12))]
    )

    def units() -> list[str]:
        return [found.unit for found in queries.matters_by_unit(cast.group_ids["g1"], today=TODAY)]

    assert units() == ["澄江区财政局", "澄江区住房和城乡建设局"]
    said: dict[str, Any] = {"reason": "雨季", "new_due_on": date(2026, 5, 29), "by": cast.actor("finance_head")}
    act(commands.ask_extension, again(part.task), **said)
    assert units() == []


def test_there_is_no_text_where_there_is_nothing_to_say(cast: Cast, client_as: ClientAs) -> None:
    assert work_group_text("小组", [], now=NOW) == ""
    assert "没有需要提醒的事项" in text_of(client_as("office_clerk"), "/")


def test_a_part_that_is_late_or_near_is_reminded_of_with_its_own_date(cast: Cast) -> None:
    parts = [
        NewPart(cast.unit_ids["construction"], "资料", date(2026, 3, 13)),
        NewPart(cast.unit_ids["town"], "资料", date(2026, 3, 20)),
    ]
    task = active(cast, now=LATE, due_on=date(2026, 6, 20), parts=parts)
    for part, name in zip(again(task).parts, ("construction_head", "town_head"), strict=True):
        act(commands.accept_part, part, by=cast.actor(name), now=LATE)
    found = {row.unit: row.matters for row in queries.matters_by_unit(cast.group_ids["g1"], today=TODAY)}
    [late], [near] = found["澄江区住房和城乡建设局"], found["柳溪镇人民政府"]
    assert (late.about, late.days, late.part) == (About.LATE, 3, True)
    assert (near.about, near.due_on) == (About.WEEK, date(2026, 3, 20))


def test_the_desk_takes_as_many_queries_for_many_tasks_as_for_one(app: Flask, cast: Cast, client_as: ClientAs) -> None:
    client = client_as("office_clerk")
    for numbers in (range(1), range(1, 8)):
        many_issued(cast, [{"title": f"待签{n}", "parts": ("construction",)} for n in numbers])
        for task in many_active(cast, [{"title": f"待核{n}", "lead": "town"} for n in numbers]):
            submit(cast, task)
        client.get("/")
        with counted(app) as statements:
            page = client.get("/").text
        assert f"待核{numbers[-1]}" in page
        assert len(statements) <= 36, numbers
