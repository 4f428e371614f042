"""The clerk's sheet: corrections are kept, rows come and go, questions are asked, one button makes the plan."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import Cast
from tests.plans.pages.sheets import brought_in, confirmed, open_sheet, press, sheet_of, told
from tests.visitors import signed_in
from tracker.kernel.db import db
from tracker.organisation.models import Seat
from tracker.plans.models import Plan, PlanDocument
from tracker.tasks.models import Task


@pytest.fixture
def registrar(app: Flask, cast: Cast) -> FlaskClient:
    """The registrar's browser."""
    return signed_in(app, cast.person_ids["registrar"])


def plans() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Plan)) or 0


def kept() -> PlanDocument:
    return db.session.scalars(sa.select(PlanDocument)).one()


def test_three_requests_lead_from_the_file_to_the_drafts(registrar: FlaskClient) -> None:
    address = brought_in(registrar)
    fields = open_sheet(registrar, address)
    answer = press(registrar, address, fields)
    assert answer.status_code == 303
    page = registrar.get(answer.location)
    assert page.status_code == 200 and "落实陪餐制度" in page.text


def test_corrections_are_kept_and_what_was_found_stays(registrar: FlaskClient) -> None:
    address = brought_in(registrar)
    fields = open_sheet(registrar, address)
    changed = {**fields, "title": "改过的标题", "g-0-s-4-person": "宋 知 近", "t-0-due_on": "2026-07-15"}
    assert press(registrar, address, changed, "save").status_code == 303
    again = open_sheet(registrar, address)
    assert (again["title"], again["g-0-s-4-person"], again["t-0-due_on"]) == ("改过的标题", "宋知近", "2026-07-15")
    assert kept().findings["title"] == "澄江区校园食品安全专项整治工作方案"
    assert plans() == 0


def test_saving_what_the_page_holds_changes_nothing(registrar: FlaskClient) -> None:
    address = brought_in(registrar)
    proposed = kept().corrections
    press(registrar, address, open_sheet(registrar, address), "save")
    saved = kept().corrections
    assert saved["tasks"] == proposed["tasks"] and saved["phases"] == proposed["phases"]
    press(registrar, address, open_sheet(registrar, address), "save")
    assert kept().corrections == saved


@pytest.mark.parametrize(
    ("button", "field"),
    [
        ("add-seat:0", "g-0-s-7-person"),
        ("add-post:0:2", "g-0-s-2-p-1-unit"),
        ("add-phase", "p-2-name"),
        ("add-task", "t-6-title"),
        ("add-target:0", "t-0-g-1-quantity"),
        ("add-staff", "f-1-name"),
    ],
)
def test_each_button_adds_a_blank_row(registrar: FlaskClient, button: str, field: str) -> None:
    address = brought_in(registrar)
    fields = open_sheet(registrar, address)
    assert field not in fields
    answer = press(registrar, address, fields, button)
    assert answer.status_code == 303
    assert open_sheet(registrar, address)[field] == ""


@pytest.mark.parametrize("button", ["add-seat:9", "add-post:0:99", "add-target:-1", "add-nonsense", "add-seat:１"])
def test_a_row_can_not_be_added_where_there_is_no_place(registrar: FlaskClient, button: str) -> None:
    address = brought_in(registrar)
    before = kept().corrections
    assert press(registrar, address, open_sheet(registrar, address), button).status_code == 303
    assert len(kept().corrections["groups"][0]["seats"]) == len(before["groups"][0]["seats"])


def test_removed_rows_go_and_tasks_keep_their_phase(registrar: FlaskClient) -> None:
    address = brought_in(registrar)
    fields = {**open_sheet(registrar, address), "p-0-drop": "on", "g-0-s-0-drop": "on", "t-0-drop": "on"}
    assert press(registrar, address, fields, "save").status_code == 303
    corrections = kept().corrections
    assert [phase["name"] for phase in corrections["phases"]] == ["集中整治"]
    assert corrections["groups"][0]["seats"][0]["person"] == "乔若兰"
    by_line = {task["line"]: task["phase"] for task in corrections["tasks"]}
    assert (by_line[17], by_line[19]) == (None, 0)
    assert 23 not in by_line


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("t-0-due_on", "2026年6月", "2026-06-30"),
        ("t-0-due_on", "0026-06-30", "2026-06-30"),
        ("p-0-ends_on", "2025-01-01", "结束日期早于开始日期"),
        ("t-0-g-0-value", "很多", "请填写数字"),
        ("t-0-g-0-value", "1e400", "请填写数字"),
        ("t-2-day", "45", "1 到 31"),
        ("title", "长" * 300, "最多 200 个字"),
        ("g-0-s-0-person", "x" * 61, "最多 60 个字"),
    ],
)
def test_a_wrong_field_is_named_and_everything_typed_is_still_there(
    registrar: FlaskClient, field: str, value: str, sentence: str
) -> None:
    address = brought_in(registrar)
    fields = {**open_sheet(registrar, address), "document_number": "澄政办〔2025〕9号", field: value}
    answer = press(registrar, address, fields)
    assert answer.status_code == 422
    assert sentence in told(answer)
    assert f'href="#{field}"' in answer.text
    assert sheet_of(answer)["document_number"] == "澄政办〔2025〕9号"
    assert (plans(), kept().version) == (0, 1)


def test_control_characters_never_reach_the_database(registrar: FlaskClient) -> None:
    address = brought_in(registrar)
    fields = {**open_sheet(registrar, address), "title": "方案\u202e甲\x00乙", "t-0-text": "一\x00二"}
    assert press(registrar, address, fields, "save").status_code == 303
    assert (kept().corrections["title"], kept().corrections["tasks"][0]["text"]) == ("方案甲乙", "一二")


def test_an_unsure_unit_is_asked_and_the_answer_confirms(registrar: FlaskClient, cast: Cast) -> None:
    address = brought_in(registrar)
    answer = press(registrar, address, {**open_sheet(registrar, address), "t-0-lead": "czj"})
    assert answer.status_code == 422
    assert "czj" in told(answer)
    fields = sheet_of(answer)
    (key,) = [name for name, value in fields.items() if value == "czj" and name.endswith("-key")]
    choice = key.replace("-key", "-choice")
    assert f'name="{choice}"' in answer.text and choice not in fields
    assert press(registrar, address, {**fields, choice: str(cast.unit_ids["finance"])}).status_code == 303
    task = db.session.scalars(sa.select(Task).where(Task.number == "1")).one()
    assert task.lead_unit_id == cast.unit_ids["finance"]


def test_a_sheet_that_somebody_else_has_changed_is_refused(app: Flask, cast: Cast, registrar: FlaskClient) -> None:
    address = brought_in(registrar)
    fields = open_sheet(registrar, address)
    assert press(registrar, address, {**fields, "title": "先到的"}, "save").status_code == 303
    for button in ("save", "confirm", "add-seat:0"):
        assert press(registrar, address, {**fields, "title": "后到的"}, button).status_code == 409
    assert (kept().corrections["title"], plans()) == ("先到的", 0)


def test_confirming_twice_makes_one_plan(registrar: FlaskClient) -> None:
    address = brought_in(registrar)
    fields = open_sheet(registrar, address)
    first = press(registrar, address, fields)
    second = press(registrar, address, fields)
    assert (first.status_code, second.status_code) == (303, 409)
    assert plans() == 1
    assert registrar.get(address).location == first.location


def test_an_outsider_can_neither_save_nor_confirm(app: Flask, cast: Cast, registrar: FlaskClient) -> None:
    address = brought_in(registrar)
    fields = open_sheet(registrar, address)
    for name in ("finance_head", "office_clerk", "d2_office_director", "auditor"):
        browser = signed_in(app, cast.person_ids[name])
        assert press(browser, address, fields).status_code == 404, name
    assert (plans(), kept().version) == (0, 1)
    assert press(registrar, address, fields).status_code == 303


def test_the_office_sees_what_its_group_has_already(app: Flask, cast: Cast) -> None:
    clerk = signed_in(app, cast.person_ids["office_clerk"])
    address = brought_in(clerk)
    page = clerk.get(address)
    assert page.text.count("已在册，不重复登记") == 3
    assert "卫守成" in page.text, "who sits on file and not in the paper is named"
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Seat)) or 0
    confirmed(clerk, address)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Seat)) == before + 4
