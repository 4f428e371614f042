"""The desk of a unit: its lights, what only the reader can do, its tasks by urgency, a report in three taps."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.desk.many import many_active
from tests.desk.pages import counted, text_of
from tests.tasks.stories import act, active, active_part, again, completed, day, issued
from tracker.desk.queries import unit_tasks
from tracker.kernel.actor import SYSTEM
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.organisation import commands as organisation
from tracker.organisation.models import Appointment
from tracker.oversight.commands import urge_unit
from tracker.tasks import commands
from tracker.tasks.commands import NewPart, NewReport, TaskDraft
from tracker.tasks.models import TaskPart
from tracker.tasks.rules import Light, TaskState

ClientAs = Callable[[str], FlaskClient]

LATE = day("2026-02-02")
TODAY = local_date(NOW)


def a_day(cast: Cast) -> None:
    """One task of each light, one that waits to be signed for, and one that is done."""
    active(cast, title="一号逾期任务", now=LATE, due_on=date(2026, 3, 13))
    active(cast, title="二号临期任务", due_on=date(2026, 3, 20))
    active(cast, title="三号正常任务", due_on=date(2026, 6, 30))
    issued(cast, title="四号待签任务", due_on=date(2026, 7, 31))
    completed(cast, title="五号办结任务")


def test_the_strip_counts_by_light_and_filters_the_list(cast: Cast, client_as: ClientAs) -> None:
    a_day(cast)
    client = client_as("finance_head")
    assert re.search(r"1 +逾期 +1 +临期 +2 +正常 +4 +全部在办", text_of(client, "/"))
    red = text_of(client, "/?as=unit&light=red")
    assert ("一号逾期任务" in red, "二号临期任务" in red) == (True, False)
    assert "二号临期任务" in text_of(client, "/?light=yellow")
    assert "没有逾期的任务" in text_of(client_as("town_head"), "/?light=red")


def test_tasks_stand_by_urgency_each_with_one_next_step(cast: Cast, client_as: ClientAs) -> None:
    a_day(cast)
    body = client_as("finance_head").get("/").text
    places = [body.index(title) for title in ("一号逾期", "二号临期", "三号正常")]
    assert places == sorted(places)
    cards = body.split("<article")[1:]
    assert ["填报进展" in card for card in cards] == [True, True, True, False]
    assert "逾期说明" in cards[0]
    assert "报请办结" in cards[1]
    assert "签收" in cards[3]
    assert "五号办结任务" not in body


def test_a_report_takes_three_taps(cast: Cast, client_as: ClientAs) -> None:
    task = active(cast, now=LATE, due_on=date(2026, 3, 13))
    client = client_as("finance_head")
    taps = 0
    [button] = re.findall(
        r'<a class="z-btn z-btn-primary" href="([^"]+)">.{0,120}?填报进展', client.get("/").text, re.DOTALL
    )
    page = client.get(button)
    taps += 1
    [version] = re.findall(r'name="version"[^>]*value="(\d+)"', page.text)
    sentence = "已完成招标。"
    taps += 1
    answer = client.post(button, data={"version": version, "text": sentence})
    taps += 1
    assert answer.status_code == 302
    assert taps <= 3
    assert again(task).reported_at is not None
    assert sentence in client.get(answer.location).text


def test_no_change_takes_two_taps(cast: Cast, client_as: ClientAs) -> None:
    task = active(cast, now=LATE, due_on=date(2026, 3, 13))
    client = client_as("finance_head")
    page = client.get(f"/tasks/{task.id}/report").text
    [version] = re.findall(r'name="version"[^>]*value="(\d+)"', page)
    assert re.search(r'<button[^>]*type="submit"[^>]*name="no_change"', page)
    assert client.post(f"/tasks/{task.id}/report", data={"version": version, "no_change": "1"}).status_code == 302
    assert again(task).reported_at is not None


def test_signing_for_takes_one_tap_on_the_card(cast: Cast, client_as: ClientAs) -> None:
    task = issued(cast)
    client = client_as("finance_liaison")
    page = client.get("/").text
    [card] = re.findall(r"<article.*?</article>", page, re.DOTALL)
    [action] = re.findall(r'<form method="post" action="([^"]+)"', card)
    [version] = re.findall(r'name="version" value="(\d+)"', card)
    assert client.post(action, data={"version": version}).status_code == 302
    assert again(task).state is TaskState.ACTIVE


def test_drafts_wait_for_a_head_with_one_way_to_confirm_them_all(cast: Cast, client_as: ClientAs) -> None:
    task = active(cast, due_on=date(2026, 3, 20))
    act(commands.report_progress, task, report=NewReport(text="已拨付。"), by=cast.actor("finance_liaison"))
    page = client_as("finance_head").get("/").text
    assert "1 份报告或办结报请等您确认" in page
    assert 'href="/tasks/confirm"' in page
    assert "等您确认" not in client_as("finance_liaison").get("/").text


def test_a_cooperating_unit_sees_its_own_part_with_its_own_date(cast: Cast, client_as: ClientAs) -> None:
    parts = [NewPart(cast.unit_ids["construction"], "提供资料", date(2026, 3, 27))]
    active(cast, due_on=date(2026, 4, 17), parts=parts)
    body = text_of(client_as("construction_head"), "/")
    assert "应于 3月27日 完成 · 配合单位" in body
    assert "签收配合事项" in body
    assert "签收配合事项" not in text_of(client_as("finance_head"), "/")


def with_part(cast: Cast, title: str, due_on: date, part_due_on: date | None, **said: Any) -> TaskPart:
    """What the construction bureau owes to a task of the finance bureau."""
    parts = [NewPart(cast.unit_ids["construction"], "提供资料", part_due_on)]
    said = {"now": LATE, "title": title, "due_on": due_on, "parts": parts, **said}
    return active_part(cast, **said)


def test_a_cooperating_unit_sees_the_light_of_its_part_on_card_strip_and_filter(
    cast: Cast, client_as: ClientAs
) -> None:
    with_part(cast, "一号任务", date(2026, 6, 30), date(2026, 3, 6))
    with_part(cast, "二号任务", date(2026, 6, 30), date(2026, 6, 26))
    with_part(cast, "三号任务", date(2026, 3, 19), None)
    client = client_as("construction_head")
    assert re.search(r"1 +逾期 +1 +临期 +1 +正常 +3 +全部在办", text_of(client, "/"))
    everything = text_of(client, "/")
    assert re.search(r"逾期 8 天 \S+ 一号任务 .*还剩 1 天 \S+ 三号任务 .*还剩 72 天 \S+ 二号任务", everything)
    for light, title in (("red", "一号任务"), ("yellow", "三号任务"), ("green", "二号任务")):
        page = client.get(f"/?as=unit&light={light}").text
        assert [name for name in ("一号任务", "二号任务", "三号任务") if name in page] == [title]
    leads = text_of(client_as("finance_head"), "/")
    assert re.search(r"0 +逾期 +1 +临期 +2 +正常 +3 +全部在办", leads)
    assert re.search(r"三号任务 .*一号任务 .*二号任务", leads)


def test_what_a_cooperating_unit_has_done_leaves_its_desk(cast: Cast, client_as: ClientAs) -> None:
    part = with_part(cast, "一号任务", date(2026, 6, 30), date(2026, 3, 6))
    head = cast.actor("construction_head")
    act(commands.report_part, part, report=NewReport(text="已提供。"), by=head)
    assert [mine.part is not None for mine in unit_tasks(head, today=TODAY).rows] == [True]
    act(commands.complete_part, db.session.get_one(TaskPart, part.id), by=head)
    assert unit_tasks(head, today=TODAY).rows == []
    assert re.search(r"0 +逾期 +0 +临期 +0 +正常 +0 +全部在办", text_of(client_as("construction_head"), "/"))
    assert len(unit_tasks(cast.actor("finance_head"), today=TODAY).rows) == 1


def test_a_part_is_not_late_while_an_extension_of_its_task_waits(cast: Cast, client_as: ClientAs) -> None:
    part = with_part(cast, "一号任务", date(2026, 3, 20), date(2026, 3, 6))
    said: dict[str, Any] = {"reason": "雨季", "new_due_on": date(2026, 5, 29), "by": cast.actor("finance_head")}
    [before] = unit_tasks(cast.actor("construction_head"), today=TODAY).rows
    act(commands.ask_extension, again(part.task), **said)
    [after] = unit_tasks(cast.actor("construction_head"), today=TODAY).rows
    assert (before.shown.light, after.shown.light) == (Light.RED, Light.YELLOW)
    assert "提供资料 03-06 临期" in text_of(client_as("construction_head"), f"/tasks/{part.task_id}")


def test_a_list_of_parts_goes_on_by_their_own_dates(cast: Cast) -> None:
    unit_id, year_end, first_of_may = cast.unit_ids["construction"], date(2026, 12, 31), date(2026, 5, 1)
    dates = [(timedelta(days=n), f"任务{n:02d}号") for n in range(21)]
    said = [
        {"title": title, "due_on": year_end - days, "parts": [NewPart(unit_id, "提供资料", first_of_may + days)]}
        for days, title in dates
    ]
    tasks, actor = many_active(cast, said, now=LATE), cast.actor("construction_head")
    with write_transaction():
        for task in tasks:
            [part] = task.parts
            commands.accept_part(part, version=part.version, by=actor, now=NOW)
    first = unit_tasks(actor, today=TODAY)
    assert first.next_cursor is not None
    second = unit_tasks(actor, today=TODAY, cursor=first.next_cursor)
    shown = [mine.row.title for mine in (*first.rows, *second.rows)]
    assert shown == [f"任务{n:02d}号" for n in range(21)]


def test_the_last_urge_stands_on_the_card(cast: Cast, client_as: ClientAs) -> None:
    task = active(cast, due_on=date(2026, 3, 20))
    act(urge_unit, task, unit_id=cast.unit_ids["finance"], sentence="请报新的到位时间。", by=cast.actor("supervisor"))
    assert "卫守成 3月18日：请报新的到位时间。" in text_of(client_as("finance_head"), "/")


def test_a_parent_unit_sees_its_schools_tasks_without_their_buttons(cast: Cast, client_as: ClientAs) -> None:
    active(cast, lead="school_one", due_on=date(2026, 3, 20))
    body = client_as("education_head").get("/").text
    assert "澄江区第一小学" in body
    assert "填报进展" not in body
    assert "填报进展" in client_as("school_one_head").get("/").text


def test_what_a_unit_sums_up_for_others_is_not_among_its_own(cast: Cast, client_as: ClientAs) -> None:
    units = [cast.unit_ids["construction"], cast.unit_ids["finance"]]
    with write_transaction():
        clause = TaskDraft(title="分办事项", due_on=date(2026, 6, 30))
        group, by = cast.group("g1"), cast.actor("office_secondee")
        rows = commands.draft_apportioned(group, clause, unit_ids=units, summing_unit_id=units[1], by=by, now=NOW)
        director = cast.actor("office_director")
        batch = commands.propose_batch(group, rows, title="第一批", document_number="", by=director, now=NOW)
        commands.sign_off_batch(batch, version=batch.version, by=director, now=NOW)
        heading, ids = rows[0].apportionment_id, {row.lead_unit_id: row.id for row in rows}
    for name, unit in (("finance_head", units[1]), ("construction_head", units[0])):
        client = client_as(name)
        assert re.search(r"0 +逾期 +0 +临期 +1 +正常 +1 +全部在办", text_of(client, "/?as=unit"))
        other = next(row for lead, row in ids.items() if lead != unit)
        assert f"/tasks/{other}" not in client.get("/?as=unit").text
    sums, plain = client_as("finance_head"), client_as("construction_head")
    assert [row for row in ids.values() if f'/tasks/{row}"' in sums.get("/tasks").text] == list(ids.values())
    assert plain.get(f"/tasks/{ids[units[1]]}").status_code == 404
    assert sums.get(f"/apportionments/{heading}").text.count("分办事项") >= 2


def test_a_long_list_goes_on_by_its_key(cast: Cast, client_as: ClientAs) -> None:
    many_active(cast, [{"title": f"任务{n:02d}号", "due_on": date(2026, 6, 1)} for n in range(21)])
    client = client_as("finance_head")
    first = client.get("/").text
    [further] = re.findall(r'href="([^"]*after=[^"]+)"', first)
    second = client.get(further.replace("&amp;", "&")).text
    titles = [f"任务{n:02d}号" for n in range(21)]
    assert sorted(title for title in titles if title in first) + [t for t in titles if t in second] == titles
    assert client.get("/?after=nonsense").status_code == 422


def test_the_desk_takes_as_many_queries_for_many_tasks_as_for_one(app: Flask, cast: Cast, client_as: ClientAs) -> None:
    client = client_as("finance_head")
    for numbers in (range(1), range(1, 12)):
        said = {"due_on": date(2026, 3, 20), "parts": ("construction",)}
        many_active(cast, [{"title": f"任务{n:02d}号", **said} for n in numbers])
        client.get("/")
        with counted(app) as statements:
            page = client.get("/").text
        assert f"任务{numbers[-1]:02d}号" in page
        assert len(statements) <= 20, numbers


def test_nothing_to_do_is_said_in_one_line(cast: Cast, client_as: ClientAs) -> None:
    assert "没有在办的任务" in text_of(client_as("water_head"), "/")
    assert unit_tasks(cast.actor("water_head"), today=TODAY, light=Light.RED).rows == []


def test_what_was_given_to_somebody_who_left_asks_the_head_for_another(cast: Cast, client_as: ClientAs) -> None:
    task = active(cast, title="统筹资金拨付")
    head, assign = cast.actor("finance_head"), commands.assign_owner
    act(assign, task, person=cast.person("finance_staff"), by=head)
    said, address = "已不在本单位", f"/tasks/{task.id}"
    pages = client_as("finance_head")
    assert said not in text_of(pages, "/") + text_of(pages, address)
    with write_transaction() as session:
        held = sa.select(Appointment).where(Appointment.person_id == cast.person_ids["finance_staff"])
        row, until = session.scalars(held).one(), TODAY - timedelta(days=1)
        organisation.end_appointment(row, last_day=until, by=SYSTEM, now=NOW)
    assert said in text_of(pages, address)
    assert said in text_of(pages, "/")
    assert f'href="{address}/assign"' in pages.get("/").text
    # The office sees it too; who may not give the task to anybody is not asked to.
    assert said in text_of(client_as("office_clerk"), address)
    assert said not in text_of(client_as("finance_liaison"), "/")
    act(assign, again(task), person=cast.person("finance_liaison"), by=head)
    assert said not in text_of(pages, "/") + text_of(pages, address)
