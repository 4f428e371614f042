"""Letters from the office to all: signed on a phone and by the leader, checked by the code, and supplemented."""

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.journeys.acts import all_of
from tests.journeys.visits import PHONE, Enter, is_sound
from tests.letters.promises import promised
from tests.visitors import PASSWORD, give_account
from tracker.kernel.db import db, write_transaction
from tracker.letters.models import Letter, LetterBatch
from tracker.letters.rules import LetterState
from tracker.tasks.commands import adjust_time
from tracker.tasks.models import Task

pytestmark = pytest.mark.browser

UNITS = ("finance", "construction")


def writes_and_issues(page: Page) -> None:
    """The clerk writes letters for two units, reads what each holds, and sends them out in one act."""
    page.goto("/letters")
    page.get_by_role("link", name="起草责任书").first.click()
    for name in ("澄江区教育局", "柳溪镇人民政府"):
        page.get_by_role("checkbox", name=name, exact=True).uncheck()
    is_sound(page)
    page.get_by_role("button", name="起草").click()
    expect(page.get_by_text("已起草 2 份，核对后下发。")).to_be_visible()
    page.get_by_role("button", name="下发 2 份").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("已下发 2 份责任书。")).to_be_visible()
    assert {letter.state for letter in all_of(Letter)} == {LetterState.ISSUED}


def signs_on_a_phone(page: Page) -> None:
    """A head finds the letter on the desk, reads it and signs with the password."""
    page.goto("/")
    page.get_by_role("link", name="阅读并签署").first.tap()
    expect(page.get_by_role("article")).to_contain_text("一、责任目标")
    expect(page.get_by_role("article")).to_contain_text("教师培训经费占比不低于5%")
    is_sound(page)
    page.get_by_role("img", name="手写签名").scroll_into_view_if_needed()
    place = page.get_by_role("img", name="手写签名").bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 40, place["y"] + 60)
    page.mouse.down()
    page.mouse.move(place["x"] + 180, place["y"] + 110, steps=8)
    page.mouse.up()
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_role("button", name="确认签署").tap()
    expect(page.get_by_text("已签署。")).to_be_visible()
    expect(page.get_by_role("img", name="手写签名")).to_be_visible()


def signs_all(page: Page) -> None:
    """The leader signs everything that waits with one confirmation."""
    page.goto("/")
    page.get_by_role("link", name="集中签署").first.click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    is_sound(page)
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_role("button", name="签署所选").click()
    expect(page.get_by_text("2 项全部办理成功。")).to_be_visible()
    assert {letter.state for letter in all_of(Letter)} == {LetterState.IN_FORCE}


def a_stranger_checks(page: Page, letter: Letter) -> None:
    """Whoever has the paper learns whether it stands, and nothing of what it says."""
    page.goto(f"/check/{letter.check_code}")
    expect(page.get_by_text("有效：双方已签署，正在生效。")).to_be_visible()
    expect(page.get_by_text(letter.number or "").first).to_be_visible()
    assert "教师培训经费" not in page.content()
    is_sound(page)


def finds_the_deviation_and_supplements(page: Page, letter_id: int) -> None:
    """The clerk sees that a date has moved, and issues a supplement with the new one."""
    page.goto(f"/letters/{letter_id}")
    expect(page.get_by_text("签订时 2026-04-17，现为 2026-05-15").first).to_be_visible()
    expect(page.get_by_role("article")).to_contain_text("2026年4月17日")
    page.get_by_role("link", name="补充或重签").click()
    page.get_by_role("button", name="起草").click()
    page.get_by_role("button", name="下发").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("已下发，待签署。")).to_be_visible()
    expect(page.get_by_role("article")).to_contain_text("2026年5月15日")


def test_letters_are_issued_signed_checked_and_supplemented(
    app: Flask, cast: Cast, session: Session, enter: Enter, clock: Clock
) -> None:
    for unit in UNITS:
        promised(cast, lead=unit)
    writes_and_issues(enter(cast.person_ids["office_clerk"]))
    heads = [enter(cast.person_ids[f"{unit}_head"], PHONE) for unit in UNITS]
    leader = enter(cast.person_ids["leader"])
    for name in (*(f"{unit}_head" for unit in UNITS), "leader", "administrator"):
        give_account(app, cast.person_ids[name])
    # Signed in a while ago: a signature asks for the password again.
    clock.now = NOW + timedelta(minutes=10)
    for head in heads:
        signs_on_a_phone(head)
    signs_all(leader)
    letter = all_of(Letter)[0]
    a_stranger_checks(enter(None), letter)

    with write_transaction():
        task = db.session.get_one(Task, letter.clauses[0].task_id)
        by, due_on = cast.actor("leader"), task.due_on
        assert due_on is not None
        adjust_time(task, new_due_on=due_on + timedelta(days=28), basis="专题会议议定。", by=by, now=clock.now)
    finds_the_deviation_and_supplements(enter(cast.person_ids["office_clerk"]), letter.id)
    assert len(all_of(LetterBatch)) == 1
    assert sorted(letter.state for letter in all_of(Letter)) == ["in_force", "in_force", "issued"]
