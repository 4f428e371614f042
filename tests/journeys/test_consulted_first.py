"""Drafts go to the units for their views; one has an opinion, one has none, and who signs off reads both."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.journeys.acts import all_of, task_named
from tests.journeys.visits import PHONE, Enter
from tests.tasks.stories import draft
from tracker.tasks.models import ConsultedTask
from tracker.tasks.rules import Handling, TaskState

pytestmark = pytest.mark.browser

TASK = "核定义务教育阶段学位缺口"
OPINION = "数据五月才能取得，建议延至五月底。"
REASON = "上级要求五月上旬报送。"


def asks_for_views(page: Page) -> None:
    """The office ticks the draft and asks until the proposed date."""
    page.goto("/drafts")
    page.get_by_role("checkbox", name=TASK).check()
    page.get_by_role("button", name="征求意见").click()
    page.get_by_label("标题").fill("第一批任务征求意见")
    expect(page.get_by_label("答复期限")).to_have_value("2026-03-23")
    page.get_by_role("button", name="发起征求意见").click()
    expect(page.get_by_text("已发起征求意见")).to_be_visible()


def has_an_opinion(page: Page) -> None:
    """A head opens it from the desk and says that the time is short."""
    page.goto("/")
    page.get_by_role("link", name="答复").tap()
    expect(page.get_by_role("button", name="全部无意见")).to_be_visible()
    page.get_by_role("radio", name="时限").tap()
    page.get_by_label("意见内容").fill(OPINION)
    page.get_by_role("button", name="提交答复").tap()
    expect(page.get_by_text("有意见", exact=True)).to_be_visible()


def has_none(page: Page) -> None:
    """Another head is done with one touch."""
    page.goto("/")
    page.get_by_role("link", name="答复").tap()
    page.get_by_role("button", name="全部无意见").tap()
    expect(page.get_by_text("答复已保存。")).to_be_visible()


def handles_and_proposes(page: Page) -> None:
    """The office says why not, and hands the draft in."""
    page.goto("/")
    page.get_by_role("link", name="查看并处理").click()
    page.get_by_role("radio", name="不采纳").check()
    page.get_by_label("说明（不采纳时必填）").fill(REASON)
    page.get_by_role("button", name="保存处理").click()
    expect(page.get_by_text("意见的处理已记录")).to_be_visible()
    page.get_by_role("link", name="草稿与签发").first.click()
    page.get_by_role("checkbox", name=TASK).check()
    page.get_by_label("批次名称").fill("第一批任务")
    page.get_by_role("button", name="送审所选").click()
    expect(page.get_by_text("已送审。")).to_be_visible()


def test_units_are_asked_before_who_signs_off_decides(app: Flask, cast: Cast, session: Session, enter: Enter) -> None:
    draft(cast, title=TASK, parts=("construction",))
    office = enter(cast.person_ids["office_secondee"])
    asks_for_views(office)
    has_an_opinion(enter(cast.person_ids["finance_head"], PHONE))
    has_none(enter(cast.person_ids["construction_head"], PHONE))
    handles_and_proposes(office)
    [row] = all_of(ConsultedTask, ConsultedTask.said == OPINION)
    assert (row.handling, task_named(TASK).state) == (Handling.NOT_ADOPTED, TaskState.PROPOSED)
    leader = enter(cast.person_ids["leader"])
    leader.goto("/")
    leader.get_by_role("link", name="审阅并签发").click()
    expect(leader.locator("#opinions")).to_contain_text(OPINION)
    expect(leader.locator("#opinions")).to_contain_text(REASON)
