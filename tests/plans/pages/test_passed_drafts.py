"""Drafts whose date has passed (接续): the director settles them row by row or all together; nobody is late by it."""

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.cast import TODAY, Cast
from tests.plans.pages.sheets import plan_of_the_office, told
from tests.retelling import retold
from tests.visitors import signed_in
from tracker.kernel.db import db, write_transaction
from tracker.tasks.models import Crossing, Task
from tracker.tasks.rules import Every, TaskState


@pytest.fixture
def story(session: Session) -> tuple[Cast, str]:
    """A plan that the office of the first group has added, and its people."""
    return retold(plan_of_the_office)


@pytest.fixture
def cast(story: tuple[Cast, str]) -> Cast:
    return story[0]


@pytest.fixture
def address(story: tuple[Cast, str]) -> str:
    """Where the passed drafts of the first group's plan stand: 落实陪餐制度 and the list of the first stage."""
    return story[1] + "/passed"


@pytest.fixture
def leader(app: Flask, cast: Cast) -> FlaskClient:
    """A leader's browser."""
    return signed_in(app, cast.person_ids["deputy_leader"])


@pytest.fixture
def director(app: Flask, cast: Cast) -> FlaskClient:
    """The office director's browser."""
    return signed_in(app, cast.person_ids["office_director"])


def passed() -> list[Task]:
    return list(
        db.session.scalars(sa.select(Task).where(Task.due_on == date(2025, 12, 31)).order_by(Task.due_on, Task.id))
    )


def rows(**answers: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for place, task in enumerate(passed()):
        fields |= {f"d-{place}-id": str(task.id), f"d-{place}-version": str(task.version)}
    named = {name.replace("_", "-", 2) if name.startswith("d_") else name: value for name, value in answers.items()}
    return {**fields, **named}


def test_the_page_lists_just_what_is_past(app: Flask, cast: Cast, address: str) -> None:
    for name in ("office_clerk", "leader", "supervisor", "registrar"):
        page = signed_in(app, cast.person_ids[name]).get(address)
        assert page.status_code == 200, name
        assert "落实陪餐制度" in page.text and "全面排查学校食堂" not in page.text
    assert signed_in(app, cast.person_ids["finance_head"]).get(address).status_code == 403


def test_each_row_goes_its_own_way(director: FlaskClient, address: str) -> None:
    first, second = passed()
    answer = director.post(address, data=rows(d_0_way="continue", d_0_continue_on="2026-04-30", d_1_way="leave"))
    assert answer.status_code == 303, told(answer)
    db.session.expire_all()
    assert (first.due_on, first.first_due_on, first.carried_over) == (date(2026, 4, 30), date(2025, 12, 31), True)
    assert first.state in {TaskState.ISSUED, TaskState.ACTIVE}
    assert second.state is TaskState.CANCELLED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Crossing)) == 0


def test_rows_without_a_choice_follow_the_common_one(leader: FlaskClient, address: str) -> None:
    answer = leader.post(address, data=rows(**{"all-way": "done", "all-done_on": "2025-12-20"}))
    assert answer.status_code == 303, told(answer)
    db.session.expire_all()
    assert {task.state for task in passed()} == {TaskState.COMPLETED}
    page = leader.get(address).text
    assert "没有时限已过的草稿" in page
    assert "2 项草稿已接续" in page


def test_what_recurs_follows_its_period_and_not_the_common_date(director: FlaskClient, address: str) -> None:
    monthly, once = passed()
    with write_transaction():
        monthly.cadence_every, monthly.cadence_day = Every.MONTH, 28
    common = {"all-way": "continue", "all-continue_on": "2026-09-30"}
    refused = director.post(address, data=rows(d_0_continue_on="2026-09-30", **common))
    assert (refused.status_code, "新的时限须在本期之内" in told(refused)) == (422, True)
    answer = director.post(address, data=rows(**common))
    assert answer.status_code == 303, told(answer)
    db.session.expire_all()
    assert (monthly.due_on, once.due_on) == (date(2026, 3, 28), date(2026, 9, 30))
    assert (monthly.period, once.series_id) == ("2026-03", None)


def test_choosing_nothing_is_said(leader: FlaskClient, address: str) -> None:
    answer = leader.post(address, data=rows())
    assert answer.status_code == 422
    assert "还没有选择怎样接续" in answer.text


def test_one_refused_row_holds_back_all(director: FlaskClient, address: str) -> None:
    answer = director.post(address, data=rows(d_0_way="leave", d_1_way="continue"))
    assert answer.status_code == 422
    assert "请填写日期" in told(answer)
    assert {task.state for task in passed()} == {TaskState.DRAFT}
    data = rows(d_0_way="leave", d_1_way="continue", **{"all-continue_on": TODAY.isoformat()})
    answer = director.post(address, data=data)
    assert answer.status_code == 303, told(answer)


def test_a_lead_is_asked_for_and_can_be_named_here(cast: Cast, director: FlaskClient, address: str) -> None:
    task = passed()[0]
    with write_transaction():
        db.session.execute(sa.update(Task).where(Task.id == task.id).values(lead_unit_id=None))
    data = rows(d_0_way="continue", d_0_continue_on="2026-04-30")
    assert "请先选择牵头单位" in told(director.post(address, data=data))
    answer = director.post(address, data={**data, "d-0-lead": str(cast.unit_ids["finance"])})
    assert answer.status_code == 303, told(answer)
    db.session.expire_all()
    assert task.lead_unit_id == cast.unit_ids["finance"]


@pytest.mark.parametrize("name", ["office_clerk", "supervisor", "registrar"])
def test_who_may_not_sign_off_may_not_settle(app: Flask, cast: Cast, address: str, name: str) -> None:
    browser = signed_in(app, cast.person_ids[name])
    assert "按选择办理" not in browser.get(address).text
    assert browser.post(address, data=rows(**{"all-way": "leave"})).status_code == 403
    assert {task.state for task in passed()} == {TaskState.DRAFT}


def test_a_row_that_this_person_may_not_settle_holds_back_all(
    director: FlaskClient, leader: FlaskClient, address: str
) -> None:
    answer = director.post(address, data=rows(d_0_way="done", d_1_way="done"))
    assert answer.status_code == 403, "the director's own bureau leads one of them"
    assert {task.state for task in passed()} == {TaskState.DRAFT}
    assert leader.post(address, data=rows(d_0_way="done", d_1_way="done")).status_code == 303


def test_a_row_says_beforehand_who_enters_it_as_done(
    cast: Cast, director: FlaskClient, leader: FlaskClient, address: str
) -> None:
    own, other = sorted(passed(), key=lambda task: task.lead_unit_id != cast.unit_ids["education"])
    ways = {
        task.id: director.get(address).text.split(f'value="{task.id}"><input')[1].split("</tr>")[0]
        for task in (own, other)
    }
    assert 'value="done"' not in ways[own.id]
    assert "“存量已完成”请由" in ways[own.id]
    assert cast.person("deputy_leader").name in ways[own.id]
    assert cast.person("office_director").name not in ways[own.id]
    assert 'value="done"' in ways[other.id]
    assert "请由" not in ways[other.id]
    assert "请由" not in leader.get(address).text


def test_the_common_choice_leaves_out_what_others_must_enter(
    director: FlaskClient, leader: FlaskClient, address: str
) -> None:
    answer = director.post(address, data=rows(**{"all-way": "done"}))
    assert answer.status_code == 303, told(answer)
    assert sorted(task.state for task in passed()) == [TaskState.COMPLETED, TaskState.DRAFT]
    page = director.get(address).text
    assert "1 项草稿已接续" in page
    left = next(task for task in passed() if task.state is TaskState.DRAFT)
    alone = {"d-0-id": str(left.id), "d-0-version": str(left.version), "all-way": "done"}
    assert director.post(address, data=alone).status_code == 403, "nothing is left to do"
    assert leader.post(address, data=alone).status_code == 303


def test_a_stale_row_is_refused(director: FlaskClient, address: str) -> None:
    data = {**rows(d_0_way="leave"), "d-0-version": "7"}
    assert director.post(address, data=data).status_code == 409
    assert {task.state for task in passed()} == {TaskState.DRAFT}
