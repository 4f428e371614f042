"""Somebody who is signed in and has nothing to do with a group: its pages are not there, its name is nowhere."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.journeys.visits import Enter
from tests.laws.things import Things, things_of
from tests.tasks.stories import active
from tracker.kernel.db import write_transaction

pytestmark = pytest.mark.browser

TASK = "足额落实生均公用经费"
GROUP = "澄江区义务教育优质均衡发展"
OWN_LISTS = ("/", "/tasks", "/inbox", "/plans", "/groups", "/units", "/people", "/drafts", "/calendar", "/me")
SEARCHES = ("/tasks?q=生均", "/tasks?q=sjgyjf", "/people?q=qgy", "/units?q=优质均衡")
OF_THE_GROUP = (
    "/tasks/{task}",
    "/tasks/{task}/report",
    "/tasks/{task}/verify",
    "/tasks/{task}/urge",
    "/groups/{group_id}",
    "/groups/{group_id}/overview",
    "/groups/{group_id}/review",
    "/groups/{group_id}/leader",
    "/groups/{group_id}/members",
    "/groups/{group_id}/seats",
    "/groups/{group_id}/drafts",
    "/groups/{group_id}/accounts",
    "/batches/{batch_id}",
    "/plans/{plan_id}",
    "/plans/{plan_id}/file",
    "/evidence/{evidence_id}",
    "/tasks?group={group_id}",
)


@pytest.fixture
def things(app: Flask, cast: Cast) -> Things:
    """One of each thing in the group, and a task with a name of its own."""
    files: Path = app.extensions["settings"].files_dir
    with write_transaction():
        found = things_of(cast, group="g1", unit="finance", head="finance_head", region="d1", files=files)
    found.ids["task"] = active(cast, title=TASK).id
    return found


def says(page: Page, address: str) -> str:
    """What a page holds, attributes and all, when it is opened in the browser."""
    answer = page.goto(address)
    assert answer is not None and answer.status == 200, address
    return page.content()


@pytest.mark.parametrize("name", ["outsider", "g2_office_clerk", "d2_head"])
def test_a_stranger_finds_nothing_of_a_group(
    cast: Cast, session: Session, things: Things, enter: Enter, name: str
) -> None:
    page = enter(cast.person_ids[name])
    words = (GROUP, TASK, "落实学位保障", *(("澄江区", "钱广源") if name == "d2_head" else ()))
    seen = {address: says(page, address) for address in (*OWN_LISTS, *SEARCHES)}
    assert [(address, word) for address, html in seen.items() for word in words if word in html] == []
    page.goto("/tasks")
    assert page.locator("[data-rows] > tr").count() == 0

    answers = {address: page.request.get(address.format(**things.ids)) for address in OF_THE_GROUP}
    statuses = {address: answer.status for address, answer in answers.items() if answer.status != 404}
    assert statuses == {"/tasks?group={group_id}": 200}
    leaks = [(address, word) for address, answer in answers.items() for word in words if word in answer.text()]
    assert leaks == []


def test_the_same_addresses_open_to_who_belongs_there(
    cast: Cast, session: Session, things: Things, enter: Enter
) -> None:
    page = enter(cast.person_ids["finance_head"])
    assert GROUP in says(page, "/groups") and TASK in says(page, "/tasks") and TASK in says(page, "/tasks?q=sjgyjf")
    director = enter(cast.person_ids["office_director"])
    denied = {address: director.request.get(address.format(**things.ids)).status for address in OF_THE_GROUP}
    assert [address for address, status in denied.items() if status == 404] == []
