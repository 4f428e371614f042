"""A unit's portrait: counts by light over time from facts, what was late, and what it did well; nobody is ranked."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from tests.cast import TODAY, Cast
from tests.desk.pages import counted, text_of
from tests.oversight.flag_stories import LATE, decided, flagged, late, raise_on
from tests.tasks.stories import act, active, again, completed, day, issued, submit, submitted, suspended
from tracker.desk import queries
from tracker.kernel.db import write_transaction
from tracker.oversight import commands as oversight
from tracker.oversight.rules import DecisionKind, DirectionKind
from tracker.tasks import commands as tasks
from tracker.tasks.commands import NewReport, NewTarget
from tracker.tasks.models import Task
from tracker.tasks.queries import TaskFilter, list_tasks
from tracker.tasks.rules import LABELS, AdjustmentKind, Light

ClientAs = Callable[[str], FlaskClient]


def portrait(cast: Cast, unit: str = "finance", *, today: date = TODAY) -> queries.Portrait:
    """A unit's portrait."""
    return queries.portrait(cast.group(), cast.unit_ids[unit], today=today)


def on(found: queries.Portrait, month_end: date) -> dict[Light, int]:
    """The lights of a month's end, without the zeros."""
    [shot] = [shot for shot in found.months if shot.day == month_end]
    return {light: number for light, number in shot.lights.items() if number}


def test_past_lights_are_what_they_were(cast: Cast) -> None:
    task = active(cast, now=day("2026-01-05"), due_on=date(2026, 1, 30))
    submit(cast, again(task), now=day("2026-02-10"))
    act(tasks.verify_completion, again(task), by=cast.actor("supervisor"), now=day("2026-03-02"))
    resting = suspended(cast, now=day("2026-01-05"), suspended_at=day("2026-02-03"), due_on=date(2026, 2, 20))
    found = portrait(cast, today=date(2026, 4, 2))
    assert on(found, date(2025, 12, 31)) == {}
    assert on(found, date(2026, 1, 31)) == {Light.RED: 1, Light.GREEN: 1}
    assert on(found, date(2026, 2, 28)) == {Light.YELLOW: 1, Light.GREY: 1}
    assert on(found, date(2026, 3, 31)) == {Light.DONE_LATE: 1, Light.GREY: 1}
    assert again(resting).id


def test_a_past_month_keeps_its_red_after_the_date_was_moved(cast: Cast) -> None:
    task = active(cast, now=day("2026-01-05"), due_on=date(2026, 1, 20))
    with_date = {"kind": DirectionKind.RECTIFY, "text": "限期整改。", "new_due_on": date(2026, 3, 31)}
    from_now = portrait(cast)
    act(oversight.direct, again(task), by=cast.actor("supervisor"), now=day("2026-02-10"), **with_date)
    found = portrait(cast)
    assert on(from_now, date(2026, 1, 31)) == on(found, date(2026, 1, 31)) == {Light.RED: 1}
    assert on(found, date(2026, 2, 28)) == {Light.GREEN: 1}


def test_what_waited_for_a_decision_or_lagged_is_looked_back_on_as_the_list_showed_it(cast: Cast) -> None:
    """Whatever happens in March, the end of February shows what the list showed on that day."""
    start, end, later = day("2026-01-05"), date(2026, 2, 28), date(2026, 4, 2)
    head, clerk, director = (cast.actor(name) for name in ("finance_head", "office_clerk", "office_director"))
    with write_transaction():
        cast.group().percent_enabled = True
    asking: dict[str, Any] = {"reason": "雨季", "new_due_on": date(2026, 6, 30), "by": head}
    extensions = [active(cast, now=start, due_on=date(2026, 2, 20)) for _ in range(3)]
    pending = [act(tasks.ask_extension, task, now=day("2026-02-10"), **asking) for task in extensions]
    decided_before = active(cast, now=start, due_on=date(2026, 2, 20))
    answered = act(tasks.ask_extension, decided_before, now=day("2026-02-10"), **asking)
    act(tasks.decide_extension, answered, approve=True, by=clerk, now=day("2026-02-11"))
    unsigned = [issued(cast, now=start, due_on=date(2026, 2, 20)) for _ in range(2)]
    asking |= {"kind": AdjustmentKind.TIME}
    adjusted = [
        act(tasks.ask_adjustment, task, now=day(asked), **asking)
        for task, asked in zip(unsigned, ("2026-01-07", "2026-01-08"), strict=True)
    ]
    lagging = active(cast, now=start, due_on=date(2026, 12, 31), targets=[NewTarget("班额", "<=", 45)])
    act(tasks.report_progress, lagging, report=NewReport(text="起步。", percent=0), by=head, now=day("2026-01-10"))
    continuous = active(cast, now=start, due_on=None, continuous=True, targets=[NewTarget("班额", "<=", 45)])
    act(tasks.report_progress, continuous, report=NewReport(text="起步。", percent=0), by=head, now=day("2026-01-10"))
    then = {light: number for light, number in portrait(cast, today=end).now.items() if number}
    assert then == {Light.YELLOW: 6, Light.GREEN: 1, Light.GREY: 1}
    act(tasks.decide_extension, pending[0], approve=False, remark="不同意。", by=clerk, now=day("2026-03-10"))
    act(tasks.decide_extension, pending[1], approve=True, by=clerk, now=day("2026-03-10"))
    submit(cast, again(extensions[2]), now=day("2026-03-10"))
    act(tasks.decide_adjustment, adjusted[0], approve=True, remark="", by=director, now=day("2026-03-10"))
    act(tasks.report_progress, again(lagging), report=NewReport(text="赶上。", percent=90), by=head)
    found = portrait(cast, today=later)
    assert on(found, end) == then
    listed = list_tasks(cast.actor("supervisor"), TaskFilter(unit_id=cast.unit_ids["finance"]), today=later).rows
    assert {light: number for light, number in found.now.items() if number} == Counter(row.light for row in listed)


def test_a_request_made_too_late_kept_nothing_from_being_overdue(cast: Cast) -> None:
    task = issued(cast, now=day("2026-01-27"), due_on=date(2026, 1, 28))
    said: dict[str, Any] = {"kind": AdjustmentKind.STANDARD, "reason": "标准过高", "by": cast.actor("finance_head")}
    act(tasks.ask_adjustment, task, now=day("2026-01-29"), **said)
    assert portrait(cast, today=date(2026, 1, 31)).now[Light.RED] == 1
    assert on(portrait(cast), date(2026, 1, 31)) == {Light.RED: 1}


def test_what_was_done_well_stands_beside_what_was_late(cast: Cast) -> None:
    completed(cast)
    returned = submitted(cast)
    act(tasks.return_for_rework, returned, remark="缺台账。", by=cast.actor("supervisor"))
    submit(cast, again(returned))
    act(tasks.verify_completion, again(returned), by=cast.actor("supervisor"))
    decided(cast, DecisionKind.NO_ACTION)
    flagged(cast)
    found = portrait(cast)
    assert (found.finished, found.on_time, found.early, found.straight) == (2, 2, 2, 1)
    assert (found.counts["returns"], found.counts["yellow"], found.counts["statements"]) == (1, 2, 1)
    assert found.decisions == {DecisionKind.NO_ACTION: 1}
    assert found.now[Light.RED] == 2
    assert portrait(cast, "construction").finished == 0


def test_a_portrait_takes_as_many_queries_for_ten_tasks_as_for_one(app: Flask, cast: Cast) -> None:
    flagged(cast)
    with counted(app) as few:
        portrait(cast)
    for _ in range(4):
        flagged(cast)
    with counted(app) as many:
        portrait(cast)
    assert len(many) <= len(few) <= 16


def test_the_unit_itself_and_who_watches_the_group_see_it(cast: Cast, client_as: ClientAs) -> None:
    flagged(cast)
    at = f"/groups/{cast.group_ids['g1']}/units/{cast.unit_ids['finance']}/portrait"
    doors = {
        **dict.fromkeys(("supervisor", "office_clerk", "leader", "finance_staff", "finance_head"), 200),
        "registrar": 403,
        **dict.fromkeys(("construction_head", "outsider", "d2_head", "g2_supervisor"), 404),
    }
    for name, status in doors.items():
        client = client_as(name)
        assert client.get(at).status_code == status, name
        if status == 200:
            text = text_of(client, at)
            assert "不打分，不排名，不涉及个人" in text, name
            for person in {"钱广源", "谢云岚", "纪晓东"} - {cast.person(name).name}:
                assert person not in text, name


def test_one_light_rule_speaks_in_list_export_portrait_and_evidence(cast: Cast, client_as: ClientAs) -> None:
    """The same task has one light wherever it is shown, and a flag keeps the light that the list showed that day."""
    made: dict[Light, Task] = {
        Light.RED: late(cast, title="逾期任务"),
        Light.GREEN: active(cast, now=LATE, due_on=date(2026, 6, 30), title="正常任务"),
        Light.YELLOW: active(cast, now=LATE, due_on=date(2026, 3, 20), title="临期任务"),
        Light.DONE: completed(cast, title="办结任务"),
    }
    raise_on(cast, made[Light.RED].id)
    supervisor, client = cast.actor("supervisor"), client_as("supervisor")
    for light, task in made.items():
        [row] = list_tasks(supervisor, TaskFilter(light=light), today=TODAY).rows
        assert (row.id, row.light) == (task.id, light)
        assert str(LABELS[light]) in exported(client, light, task.title)
    found = portrait(cast)
    assert {light: number for light, number in found.now.items() if number} == dict.fromkeys(made, 1)
    [flag] = found.flags
    assert (flag.task_id, flag.evidence["light"]) == (made[Light.RED].id, Light.RED)


def exported(client: FlaskClient, light: Light, title: str) -> str:
    """The line of a task in the workbook of a light."""
    answer = client.get("/tasks/export", query_string={"light": light.value})
    sheet = load_workbook(BytesIO(answer.data)).active
    lines = ["".join(str(cell) for cell in line) for line in sheet.iter_rows(values_only=True)]
    [line] = [text for text in lines if title in text]
    return line


def test_leaders_find_it_where_they_look_at_units(cast: Cast, client_as: ClientAs) -> None:
    late(cast)
    group_id, unit_id = cast.group_ids["g1"], cast.unit_ids["finance"]
    link = f'href="/groups/{group_id}/units/{unit_id}/portrait"'
    leader = client_as("leader")
    member = leader.get(f"/groups/{group_id}/members").text
    row = re.findall(rf'href="(/groups/{group_id}/members/\d+)"[^>]*>[^<]*财政', member)[0]
    for page in ("overview", "leader", "review"):
        assert link in leader.get(f"/groups/{group_id}/{page}").text, page
    for page in (row, f"/units/{unit_id}"):
        assert link in leader.get(page).text, page
        assert link in client_as("finance_head").get(page).text, page
    assert link in client_as("finance_head").get("/").text
    town = client_as("town_head")
    assert town.get(row).status_code == 200
    assert link not in town.get(row).text
    assert link in client_as("supervisor").get(f"/groups/{group_id}/review?unit={unit_id}").text
