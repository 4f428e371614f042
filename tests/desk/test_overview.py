"""The overview and the leader's page: numbers that lead to their lists, units by severity, in few queries."""

import re
from collections.abc import Callable
from datetime import date

from flask import Flask
from flask.testing import FlaskClient

from tests.cast import NOW, TODAY, Cast
from tests.desk.many import many_active, many_issued
from tests.desk.pages import counted, links_of, main_of, text_of
from tests.tasks.stories import act, active, completed, day, proposed, submitted
from tracker.desk import queries
from tracker.kernel.db import db, write_transaction
from tracker.organisation import commands as organisation
from tracker.organisation.models import Seat
from tracker.organisation.rules import SeatRole
from tracker.oversight.commands import urge_unit
from tracker.reminders.sweep import sweep
from tracker.tasks.models import Task
from tracker.tasks.rules import Light

ClientAs = Callable[[str], FlaskClient]

LATE = day("2026-02-02")


def a_group(cast: Cast) -> None:
    """Three units: one overdue, one due soon, one fine; a quarter of the work done."""
    active(cast, title="逾期任务", now=LATE, due_on=date(2026, 3, 13))
    completed(cast, title="办结任务")
    active(cast, title="临期任务", lead="construction", due_on=date(2026, 3, 20))
    active(cast, title="正常任务", lead="town", due_on=date(2026, 6, 30))


def test_a_group_stands_as_its_tasks_do(cast: Cast) -> None:
    a_group(cast)
    found = queries.standing(cast.group_ids["g1"], today=TODAY)
    assert (found.total, found.done, found.done_percent, found.longest) == (4, 1, 25.0, 3)
    assert (found.lights[Light.RED], found.lights[Light.YELLOW], found.lights[Light.GREEN]) == (1, 1, 1)
    assert [unit.unit for unit in found.units] == ["澄江区财政局", "澄江区住房和城乡建设局", "柳溪镇人民政府"]
    assert (found.numbers.overdue, found.numbers.near) == (1, 1)


def test_a_group_without_tasks_stands_at_nothing(cast: Cast, client_as: ClientAs) -> None:
    found = queries.standing(cast.group_ids["g1"], today=TODAY)
    assert (found.total, found.done_percent, found.longest, found.units) == (0, 0.0, None, [])
    assert "还没有签发的任务" in text_of(client_as("supervisor"), "/")


def test_every_number_leads_to_its_list(cast: Cast, client_as: ClientAs) -> None:
    a_group(cast)
    client, g1, finance = client_as("supervisor"), cast.group_ids["g1"], cast.unit_ids["finance"]
    links = links_of(client, f"/groups/{g1}/overview")
    for wanted, title in (
        (f"/tasks?group={g1}&light=red", "逾期任务"),
        (f"/tasks?group={g1}&light=yellow", "临期任务"),
        (f"/tasks?group={g1}&light=green", "正常任务"),
        (f"/tasks?group={g1}&state=completed", "办结任务"),
        (f"/tasks?group={g1}&unit={finance}&light=red", "逾期任务"),
    ):
        assert wanted in links
        shown = main_of(client.get(wanted).text)
        titles = ("逾期任务", "临期任务", "正常任务", "办结任务")
        assert [name for name in titles if name in shown] == [title]


def test_what_is_overdue_longest_has_its_next_action_as_the_button(cast: Cast, client_as: ClientAs) -> None:
    a_group(cast)
    client, g1 = client_as("supervisor"), cast.group_ids["g1"]
    [task] = queries.worst(cast.actor("supervisor"), g1, today=TODAY)
    assert task.urges == 0
    late = db.session.get_one(Task, task.task.id)
    act(urge_unit, late, unit_id=cast.unit_ids["finance"], sentence="请办。", by=cast.actor("leader"))
    body = text_of(client, f"/groups/{g1}/overview")
    assert "已逾期 3 天 逾期任务 澄江区财政局 · 时限 3月13日 · 已催办 1 次 催办 复核处理" in body
    assert f"/tasks/{task.task.id}/urge" in " ".join(links_of(client, f"/groups/{g1}/overview"))


def test_what_became_late_in_the_last_week_is_counted_from_crossings(cast: Cast) -> None:
    active(cast, now=LATE, due_on=date(2026, 3, 13))
    active(cast, now=LATE, due_on=date(2026, 3, 4))
    assert queries.numbers(cast.group_ids["g1"], today=TODAY).crossed == 0
    sweep(now=NOW, pause=lambda _seconds: None)
    assert queries.numbers(cast.group_ids["g1"], today=TODAY).crossed == 1


def test_heads_stand_beside_their_units_and_an_empty_post_is_left_open(cast: Cast) -> None:
    units = [cast.unit_ids["finance"], cast.unit_ids["government_office"]]
    assert queries.heads_by_unit(units, today=TODAY) == {units[0]: "钱广源"}


def test_the_leaders_page_holds_what_only_a_leader_decides(cast: Cast, client_as: ClientAs) -> None:
    a_group(cast)
    proposed(cast, title="待签发的任务")
    submitted(cast, title="待核验的任务")
    g1 = cast.group_ids["g1"]
    body = text_of(client_as("leader"), f"/groups/{g1}/leader")
    assert "等您决定 1 第一批任务 待签发 审阅并签发" in body
    assert "待核验的任务" not in body
    assert "逾期任务 澄江区财政局 · 时限 3月13日 · 未催办" in body
    assert "其余 1 家没有逾期和临期的任务" in body


def test_a_task_that_office_and_supervision_may_not_verify_waits_for_a_leader(cast: Cast, client_as: ClientAs) -> None:
    """Only the deputy director of the bureau and a clerk from the government office remain; both are taken away."""
    g1 = cast.group_ids["g1"]
    task = submitted(cast, lead="education", title="教育局自己的任务")
    assert queries.to_appoint(g1, today=TODAY) == []
    with write_transaction() as session:
        for name in ("supervisor", "office_secondee"):
            [seat] = [s for s in session.query(Seat).filter(Seat.group_id == g1) if holds(cast, s, name)]
            organisation.end_seat(seat, by=cast.actor("registrar"), now=NOW)
    assert queries.to_appoint(g1, today=TODAY) == [(task.id, "教育局自己的任务")]
    assert f"/tasks/{task.id}/verifier" in links_of(client_as("leader"), f"/groups/{g1}/leader")
    assert "需指定核验人" not in text_of(client_as("office_clerk"), f"/groups/{g1}/leader")


def holds(cast: Cast, seat: Seat, name: str) -> bool:
    """Whether a seat is somebody's, by name or by post."""
    posts = {appointment.post_id for appointment in cast.person(name).appointments}
    return seat.person_id == cast.person_ids[name] or (seat.post_id is not None and seat.post_id in posts)


def test_who_watches_over_several_groups_switches_between_them(cast: Cast, client_as: ClientAs) -> None:
    with write_transaction():
        organisation.seat(
            cast.group("g2"),
            role=SeatRole.SUPERVISOR,
            person=cast.person("supervisor"),
            by=cast.actor("registrar"),
            now=NOW,
        )
    client = client_as("supervisor")
    assert "防汛领导小组" in text_of(client, f"/groups/{cast.group_ids['g1']}/overview")
    assert len(re.findall(r'href="/\?as=overview-\d+"', client.get("/").text)) == 2


def test_the_pages_take_as_many_queries_for_many_tasks_as_for_one(app: Flask, cast: Cast, client_as: ClientAs) -> None:
    client, said = client_as("supervisor"), {"due_on": date(2026, 3, 13)}
    for numbers in (range(1), range(1, 8)):
        late = [{"title": f"逾期{n}", "lead": ("finance", "town")[n % 2], **said} for n in numbers]
        many_active(cast, late, now=LATE)
        many_issued(cast, [{"title": f"待签{n}"} for n in numbers])
        for page in ("overview", "leader"):
            address = f"/groups/{cast.group_ids['g1']}/{page}"
            client.get(address)
            with counted(app) as bare:
                client.get("/me")
            with counted(app) as statements:
                client.get(address)
            assert len(statements) - len(bare) <= 14, (page, numbers)
