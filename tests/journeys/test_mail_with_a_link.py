"""Mail that a worker sends over TLS: its link asks to sign in, and then opens the very task."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import Clock
from tests.journeys.mailing import links, mail_server, work
from tests.journeys.visits import PHONE, Enter, is_sound
from tests.tasks.stories import issued
from tests.visitors import PASSWORD, give_account
from tracker.jobs.running import Shift

pytestmark = pytest.mark.browser

TASK = "足额落实生均公用经费"


def follows(page: Page, link: str) -> None:
    """Whoever opens the link signs in first, and stands before the task."""
    page.goto(link)
    expect(page.get_by_role("heading", name="登录", level=1)).to_be_visible()
    assert TASK not in page.content()
    is_sound(page)
    page.get_by_label("登录名").fill("qianguangyuan")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").tap()
    expect(page.get_by_role("heading", name=TASK, level=1)).to_be_visible()
    assert page.url == link


def test_the_links_in_a_mail_open_the_task_the_inbox_and_ones_own_settings(
    app: Flask, cast: Cast, session: Session, enter: Enter, clock: Clock, live_server: str, tmp_path: Path
) -> None:
    give_account(app, cast.person_ids["administrator"])
    give_account(app, cast.person_ids["finance_head"], login="qianguangyuan")
    task_id = issued(cast, title=TASK).id
    with mail_server(app, cast, base_url=live_server, folder=tmp_path) as server:
        work(Shift("journey"))
        [mail] = [row for row in server.receipts.rows if row["to"] == ["finance.head@example.gov.cn"]]
    assert mail["subject"] == "责任台：您有 1 条消息"
    link, *others = links(mail)
    assert link == f"{live_server}/tasks/{task_id}"
    assert others == [f"{live_server}/inbox", f"{live_server}/me/messages"]
    page = enter(None, PHONE)
    follows(page, link)
    inbox, own = others
    page.goto(inbox)
    expect(page.get_by_role("main").get_by_text(TASK).first).to_be_visible()
    is_sound(page)
    page.goto(own)
    expect(page.locator("input[name=email]")).to_have_value("finance.head@example.gov.cn")
    is_sound(page)
