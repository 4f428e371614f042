"""What people do on the pages of a task, as far as several journeys do it."""

from typing import Any, TypeVar

import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from tracker.kernel.db import db
from tracker.tasks.models import Task
from tracker.tasks.rules import TaskState

Row = TypeVar("Row")


def all_of(kind: type[Row], *conditions: Any) -> list[Row]:
    """Rows as they stand in the database now."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(kind).where(*conditions)))


def task_named(title: str) -> Task:
    """A task as it stands now."""
    [task] = all_of(Task, Task.title == title)
    return task


def card_of(page: Page, title: str) -> Locator:
    """A task on the desk of a unit."""
    return page.get_by_role("article").filter(has_text=title)


def sign_for(page: Page, title: str) -> None:
    """Sign for a task with the one button on its card."""
    page.goto("/")
    card_of(page, title).get_by_role("button", name="签收").tap()
    expect(page.get_by_text("已签收。")).to_be_visible()
    assert task_named(title).state is TaskState.ACTIVE


def report_in_three_taps(page: Page, title: str, text: str) -> None:
    """A liaison reports progress from the desk: open, touch the field, send; the head has to confirm."""
    page.goto("/")
    taps = [
        card_of(page, title).get_by_role("link", name="填报进展"),
        page.get_by_label("进展情况"),
        page.get_by_role("button", name="提交进展"),
    ]
    for place in taps[:2]:
        place.tap()
    expect(taps[1]).to_be_focused()
    page.keyboard.insert_text(text)
    taps[2].tap()
    expect(page.get_by_text("已起草，等待本单位负责人确认。")).to_be_visible()


def confirm_what_waits(page: Page, title: str) -> None:
    """A head confirms what was written for the unit."""
    page.goto("/")
    page.get_by_role("link", name="去确认").tap()
    page.get_by_role("checkbox", name=title).tap()
    page.get_by_role("button", name="确认所选").tap()
    expect(page.get_by_text("1 项全部办理成功")).to_be_visible()


def hand_in(page: Page, title: str, statement: str) -> None:
    """A head reports a task done."""
    page.goto(f"/tasks/{task_named(title).id}")
    page.get_by_role("link", name="报请办结").tap()
    page.get_by_label("完成情况").fill(statement)
    page.get_by_role("button", name="确认并报请办结").tap()
    expect(page.get_by_text("已提交。")).to_be_visible()
    assert task_named(title).state is TaskState.SUBMITTED


def judge(page: Page, outcome: str, remark: str) -> None:
    """From a page on which a task waits: say whether it is done."""
    page.get_by_role("link", name="核验", exact=True).click()
    page.get_by_label(outcome).check()
    page.get_by_label("核验意见").fill(remark)
    page.get_by_role("button", name="提交结论").click()
    expect(page.get_by_text("核验结论已记录。")).to_be_visible()
