"""Every page of tasks opens for those it is for, and for nobody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from tests.cast import NOW, TODAY, Cast
from tests.tasks.pages.worlds import accepted, drafted, issued, overdue, reported, submitted
from tracker.kernel.db import write_transaction
from tracker.tasks import commands
from tracker.tasks.models import Task
from tracker.tasks.rules import AdjustmentKind

ClientAs = Callable[[str], FlaskClient]


def status(client: FlaskClient, address: str) -> int:
    return client.get(address).status_code


def test_the_list_opens_for_everybody_and_shows_their_own(cast: Cast, client_as: ClientAs) -> None:
    issued(cast, "落实生均公用经费")
    for name in ("finance_head", "office_clerk", "leader", "supervisor"):
        assert "落实生均公用经费" in client_as(name).get("/tasks").text
    for name in ("outsider", "d2_head", "administrator", "water_head"):
        answer = client_as(name).get("/tasks")
        assert answer.status_code == 200
        assert "落实生均公用经费" not in answer.text


def test_a_task_opens_for_those_concerned_and_is_missing_for_others(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = issued(cast, "落实生均公用经费", parts=["construction"])
    for name in ("finance_head", "finance_staff", "construction_head", "office_clerk", "leader", "supervisor"):
        assert status(client_as(name), f"/tasks/{task_id}") == 200
    for name in ("town_head", "outsider", "d2_head", "water_head", "auditor", "g2_office_clerk"):
        assert status(client_as(name), f"/tasks/{task_id}") == 404


@pytest.mark.parametrize(
    ("address", "who", "other"),
    [
        ("report", "finance_liaison", "office_clerk"),
        ("submit", "finance_liaison", "supervisor"),
        ("ask-extension", "finance_head", "finance_liaison"),
        ("assign", "finance_deputy", "finance_liaison"),
        ("split", "finance_head", "leader"),
        ("adjust-time", "office_secondee", "finance_head"),
        ("suspend", "leader", "supervisor"),
        ("cancel", "office_director", "finance_head"),
        ("verifier", "leader", "office_clerk"),
        ("leader", "office_clerk", "finance_head"),
        ("copy", "office_clerk", "leader"),
    ],
)
def test_acts_on_a_running_task_open_for_whose_they_are(
    cast: Cast, client_as: ClientAs, address: str, who: str, other: str
) -> None:
    [task_id] = accepted(cast, "在办任务")
    assert status(client_as(who), f"/tasks/{task_id}/{address}") == 200
    assert status(client_as(other), f"/tasks/{task_id}/{address}") == 403
    assert status(client_as("town_head"), f"/tasks/{task_id}/{address}") == 404


def test_acts_of_other_states_say_so(cast: Cast, client_as: ClientAs) -> None:
    [fresh], [running], [late] = issued(cast, "待签收"), accepted(cast, "在办"), overdue(cast, "逾期")
    [done] = submitted(cast, "已报")
    head = client_as("finance_head")
    assert status(head, f"/tasks/{fresh}/accept") == 200
    assert status(head, f"/tasks/{running}/accept") == 409
    assert status(head, f"/tasks/{fresh}/ask-adjustment") == 200
    assert status(head, f"/tasks/{fresh}/report") == 409
    assert status(head, f"/tasks/{late}/explain-delay") == 200
    assert status(head, f"/tasks/{done}/report") == 409
    assert status(client_as("supervisor"), f"/tasks/{done}/verify") == 200
    assert status(head, f"/tasks/{done}/verify") == 403


def test_requests_open_for_those_who_decide(cast: Cast, client_as: ClientAs) -> None:
    [first], [second] = issued(cast, "职责不符的"), accepted(cast, "要延期的")
    with write_transaction() as session:
        task = session.get_one(Task, first)
        by = cast.actor("finance_head")
        adjustment = commands.ask_adjustment(
            task, kind=AdjustmentKind.DUTY, reason="不属本局职责", version=task.version, by=by, now=NOW
        ).id
        task = session.get_one(Task, second)
        extension = commands.ask_extension(
            task, reason="天气原因", new_due_on=TODAY + timedelta(days=90), version=task.version, by=by, now=NOW
        ).id
    director, clerk, head = client_as("office_director"), client_as("office_secondee"), client_as("finance_head")
    assert status(director, f"/adjustments/{adjustment}/decide") == 200
    assert status(head, f"/adjustments/{adjustment}/decide") == 403
    assert status(clerk, f"/extensions/{extension}/decide") == 200
    assert status(head, f"/extensions/{extension}/decide") == 403
    assert status(client_as("town_head"), f"/extensions/{extension}/decide") == 404
    for name in ("finance_head", "office_director"):
        page = client_as(name).get(f"/tasks/{second}")
        assert page.status_code == 200
        assert "天气原因" in page.text


def test_pages_around_drafts_open_for_the_office(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = drafted(cast, "草稿")
    group = cast.group_ids["g1"]
    clerk, leader, head = client_as("office_secondee"), client_as("leader"), client_as("finance_head")
    assert clerk.get("/drafts").status_code == 302
    for address in (f"/groups/{group}/drafts/new", f"/groups/{group}/apportion", f"/tasks/{task_id}/edit"):
        assert status(clerk, address) == 200
        assert status(leader, address) == 403
        assert status(head, address) == 404
    assert status(clerk, f"/groups/{group}/drafts") == status(leader, f"/groups/{group}/drafts") == 200
    assert (
        status(head, f"/groups/{group}/drafts")
        == status(client_as("g2_office_clerk"), f"/groups/{group}/drafts")
        == 404
    )


def test_confirming_shows_only_own_drafts(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "在办任务")
    reported(cast, task_id, "完成一半")
    assert "完成一半" in client_as("finance_head").get("/tasks/confirm").text
    assert "完成一半" in client_as("finance_deputy").get("/tasks/confirm").text
    for name in ("finance_liaison", "town_head", "outsider"):
        answer = client_as(name).get("/tasks/confirm")
        assert answer.status_code == 200
        assert "完成一半" not in answer.text
