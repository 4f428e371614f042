"""The first page after signing in is chosen by who looks, and shows nobody what is not theirs."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.desk.pages import text_of
from tests.tasks.stories import active, issued
from tracker.desk import policy
from tracker.desk.rules import HatKind
from tracker.kernel.actor import Actor
from tracker.kernel.db import write_transaction
from tracker.organisation import commands
from tracker.organisation.rules import DutyKind

ClientAs = Callable[[str], FlaskClient]

TITLE = "核定义务教育阶段学位缺口"


HEADINGS = {
    "office_clerk": "办公室工作台",
    "office_director": "办公室工作台",
    "supervisor": "优质均衡领导小组 · 督办总览",
    "leader": "优质均衡领导小组 · 督办总览",
    "finance_head": "我的任务",
    "finance_deputy": "我的任务",
    "finance_liaison": "我的任务",
    "finance_staff": "我的任务",
    "school_one_head": "我的任务",
    "administrator": "工作台",
    "auditor": "工作台",
    "registrar": "工作台",
    "outsider": "我的任务",
}
"""What stands over the desk of everybody."""


def test_everybody_gets_the_desk_of_what_they_are(client_as: ClientAs) -> None:
    for name, heading in HEADINGS.items():
        assert f"<h1>{heading}</h1>" in client_as(name).get("/").text, name


def test_no_stranger_to_a_task_finds_it_on_a_desk(cast: Cast, client_as: ClientAs) -> None:
    active(cast)
    offices = "g2_office_clerk", "g2_supervisor"
    for name in ("outsider", "administrator", "auditor", "registrar", "town_head", *offices, "d2_head"):
        assert TITLE not in client_as(name).get("/").text, name
    assert TITLE in client_as("finance_head").get("/").text


def test_who_is_several_things_gets_tabs_and_chooses(cast: Cast, client_as: ClientAs) -> None:
    client = client_as("office_director")
    assert "本单位任务" in text_of(client, "/")
    assert "<h1>我的任务</h1>" in client.get("/?as=unit").text
    group = cast.group_ids["g1"]
    assert "<h1>办公室工作台</h1>" in client.get(f"/?as=office-{group}").text


def test_a_hat_that_is_not_ones_own_is_not_put_on(cast: Cast, client_as: ClientAs) -> None:
    for wanted in (f"office-{cast.group_ids['g1']}", f"overview-{cast.group_ids['g1']}", "duty", "x"):
        assert "<h1>我的任务</h1>" in client_as("finance_head").get("/", query_string={"as": wanted}).text
    assert "<h1>办公室工作台</h1>" in client_as("office_clerk").get(f"/?as=office-{cast.group_ids['g1']}").text


def test_whoever_is_nothing_today_is_told_so(cast: Cast, client_as: ClientAs) -> None:
    client = client_as("outsider")
    with write_transaction():
        [appointment] = cast.person("outsider").appointments
        commands.end_appointment(appointment, by=cast.actor("registrar"), now=NOW)
    assert "没有席位、任职或系统职责" in text_of(client, "/")


def test_hats_follow_from_seats_posts_and_duties(cast: Cast) -> None:
    g1 = cast.group_ids["g1"]
    kinds = {name: [hat.kind for hat in policy.hats_of(cast.actor(name))] for name in cast.person_ids}
    assert kinds["office_clerk"] == [HatKind.OFFICE, HatKind.UNIT]
    assert kinds["office_secondee"] == [HatKind.OFFICE]
    assert kinds["supervisor"] == [HatKind.OVERVIEW]
    assert kinds["finance_liaison"] == [HatKind.UNIT]
    assert kinds["school_one_head"] == [HatKind.UNIT]
    assert kinds["administrator"] == [HatKind.DUTY]
    assert [hat.code for hat in policy.hats_of(cast.actor("office_clerk"))] == [f"office-{g1}", "unit"]
    assert policy.hats_of(Actor(None, None, "", None)) == []


def test_the_pages_of_a_group_are_for_whoever_watches_over_it(cast: Cast) -> None:
    g1 = cast.group_ids["g1"]
    watching = {"leader", "deputy_leader", "office_director", "office_clerk", "office_secondee", "supervisor"}
    assert {name for name in cast.person_ids if policy.may_oversee(cast.actor(name), g1)} == watching
    assert {name for name in cast.person_ids if policy.watches(cast.actor(name))} == watching | {
        "g2_office_director",
        "g2_office_clerk",
        "g2_supervisor",
        "d2_office_director",
    }


def test_duties_are_named_in_their_order(cast: Cast) -> None:
    assert policy.duties_of(cast.actor("auditor")) == [DutyKind.AUDITOR]
    assert policy.duties_of(cast.actor("finance_head")) == []


def test_a_groups_pages_open_for_its_watchers_alone(cast: Cast, client_as: ClientAs) -> None:
    issued(cast)
    doors = {
        **dict.fromkeys(("office_clerk", "supervisor", "leader"), 200),
        **dict.fromkeys(("finance_head", "finance_liaison", "registrar"), 403),
        **dict.fromkeys(("outsider", "administrator", "g2_office_clerk", "d2_office_director"), 404),
    }
    for name, status in doors.items():
        client = client_as(name)
        for page in ("overview", "leader", "review"):
            assert client.get(f"/groups/{cast.group_ids['g1']}/{page}").status_code == status, (name, page)


@pytest.mark.parametrize("page", ["overview", "review"])
def test_the_menu_leads_to_ones_own_group(cast: Cast, client_as: ClientAs, page: str) -> None:
    answer = client_as("g2_supervisor").get(f"/{page}")
    assert answer.location.endswith(f"/groups/{cast.group_ids['g2']}/{page}")
    assert client_as("finance_head").get(f"/{page}").status_code == 404
