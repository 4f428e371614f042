"""An overdue task on the review desk, an urge with a sentence, and the unit that reads it."""

from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast
from tests.journeys.acts import all_of, card_of, task_named
from tests.journeys.visits import PHONE, Enter, is_sound
from tests.tasks.stories import active, day, inbox
from tracker.kernel.db import db
from tracker.oversight.models import Urge
from tracker.reminders.sweep import sweep

pytestmark = pytest.mark.browser

TASK = "足额落实生均公用经费"
SENTENCE = "请于周五前报送拨付凭证。"


def urges_from_the_review_desk(page: Page) -> None:
    """The supervisor sees how late it is, and writes a sentence."""
    page.goto("/")
    page.get_by_role("link", name="逾期复核", exact=True).last.click()
    case = page.get_by_role("article").filter(has_text=TASK)
    expect(case.get_by_text("已逾期 8 个工作日")).to_be_visible()
    expect(case.get_by_text("从未填报")).to_be_visible()
    is_sound(page)
    case.get_by_label("催办内容").fill(SENTENCE)
    case.get_by_role("button", name="发送催办").click()
    expect(page.get_by_text("催办已发送。")).to_be_visible()
    expect(case.get_by_text("刚催办过澄江区财政局")).to_be_visible()
    expect(case.get_by_role("button", name="发送催办")).to_have_count(0)


def reads_everything(page: Page) -> None:
    """The head finds the urge on the desk and among the messages, and leaves none unread."""
    page.goto("/")
    expect(card_of(page, TASK)).to_contain_text(SENTENCE)
    messages = page.get_by_role("navigation", name="底部导航").get_by_role("link", name="消息")
    unread = int(messages.locator(".z-dot").inner_text())
    messages.tap()
    urge = page.get_by_role("listitem").filter(has_text=SENTENCE)
    expect(urge).to_contain_text("未读")
    is_sound(page)
    urge.get_by_role("button", name="查看").tap()
    expect(page.get_by_role("heading", name=TASK, level=1)).to_be_visible()
    expect(page.locator("#oversight")).to_contain_text(SENTENCE)
    if unread > 1:
        expect(messages.locator(".z-dot")).to_have_text(str(unread - 1))
        messages.tap()
        page.get_by_role("button", name="全部标为已读").tap()
    expect(messages.locator(".z-dot")).to_have_count(0)


def test_an_overdue_task_is_urged_and_the_unit_reads_it(app: Flask, cast: Cast, session: Session, enter: Enter) -> None:
    active(cast, title=TASK, due_on=date(2026, 3, 6), now=day("2026-02-10"))
    assert sweep(now=NOW)["crossings"] == 1
    db.session.rollback()
    assert "task.urge" not in inbox(cast, "finance_head")

    urges_from_the_review_desk(enter(cast.person_ids["supervisor"]))
    [urge] = all_of(Urge, Urge.task_id == task_named(TASK).id)
    assert (urge.sentence, urge.by_id) == (SENTENCE, cast.person_ids["supervisor"])
    assert "task.urge" in inbox(cast, "finance_head")

    reads_everything(enter(cast.person_ids["finance_head"], PHONE))
    db.session.rollback()
    assert inbox(cast, "finance_head") == []
    assert "task.urge" in inbox(cast, "finance_liaison")
