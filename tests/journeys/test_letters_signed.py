"""Letters from the office to all: signed on a phone and by the leader, checked by the code, and supplemented."""

import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.journeys.acts import all_of
from tests.journeys.visits import PHONE, Enter, is_sound
from tests.letters.promises import promised, sign
from tests.tasks.stories import act
from tests.visitors import PASSWORD, give_account
from tracker.kernel.db import db
from tracker.kernel.installation import settings
from tracker.letters.models import Letter, LetterBatch
from tracker.letters.rules import LetterState
from tracker.tasks.commands import ask_extension, decide_extension
from tracker.tasks.models import Task

pytestmark = pytest.mark.browser

UNITS = ("finance", "construction", "education", "town")
"""Every member unit of the group."""
ON_PHONES = UNITS[:2]


def writes_and_issues(page: Page) -> None:
    """The clerk writes letters for all member units, reads what each holds, and sends them out in one act."""
    page.goto("/letters")
    page.get_by_role("link", name="起草责任书").first.click()
    is_sound(page)
    page.get_by_role("button", name="起草").click()
    expect(page.get_by_text("已起草 4 份，核对后下发。")).to_be_visible()
    page.get_by_role("button", name="下发 4 份").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("已下发 4 份责任书。")).to_be_visible()
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
    boxes = page.get_by_role("checkbox")
    # What is counted is waited for; all() takes what has come so far.
    expect(boxes).to_have_count(len(UNITS))
    for box in boxes.all():
        box.check()
    is_sound(page)
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_role("button", name="签署所选").click()
    expect(page.get_by_text("4 项全部办理成功。")).to_be_visible()
    assert {letter.state for letter in all_of(Letter)} == {LetterState.IN_FORCE}


def address_on_paper(page: Page, letter: Letter, folder: Path) -> str:
    """Where the code on the paper leads: the Word file is fetched, and its code read as a camera reads it."""
    page.goto(f"/letters/{letter.id}")
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Word 文件").first.click()
    paper = folder / "letter.docx"
    fetched.value.save_as(paper)
    with zipfile.ZipFile(paper) as parts:
        pictures = [parts.read(name) for name in parts.namelist() if name.startswith("word/media/")]
    codes = {code.text for data in pictures for code in zxingcpp.read_barcodes(Image.open(BytesIO(data)))}
    [address] = codes
    assert address.startswith(settings().base_url), "the installation's own address, whatever host was asked"
    return address.removeprefix(settings().base_url)


def a_stranger_checks(page: Page, letter: Letter, address: str) -> None:
    """Whoever has the paper learns whether it stands, and nothing of what it says."""
    page.goto(address)
    expect(page.get_by_text("有效：双方已签署，正在生效。")).to_be_visible()
    expect(page.get_by_text(letter.number or "").first).to_be_visible()
    assert "教师培训经费" not in page.content()
    is_sound(page)


def finds_the_deviation_and_supplements(page: Page, letter_id: int) -> None:
    """The clerk sees that the unit was granted more time, and issues a supplement with the new date."""
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
    app: Flask, cast: Cast, session: Session, enter: Enter, clock: Clock, tmp_path: Path
) -> None:
    for unit in UNITS:
        promised(cast, lead=unit)
    writes_and_issues(enter(cast.person_ids["office_clerk"]))
    heads = [enter(cast.person_ids[f"{unit}_head"], PHONE) for unit in ON_PHONES]
    leader = enter(cast.person_ids["leader"])
    for name in (*(f"{unit}_head" for unit in ON_PHONES), "leader", "administrator"):
        give_account(app, cast.person_ids[name])
    # Signed in a while ago: a signature asks for the password again.
    clock.now = NOW + timedelta(minutes=10)
    for head in heads:
        signs_on_a_phone(head)
    for waiting in all_of(Letter, Letter.state == LetterState.ISSUED):
        [unit] = [name for name in UNITS if cast.unit_ids[name] == waiting.unit_id]
        sign(cast, waiting, f"{unit}_head", now=clock.now)
    signs_all(leader)
    letter = all_of(Letter, Letter.unit_id == cast.unit_ids["finance"])[0]
    a_stranger_checks(enter(None), letter, address_on_paper(leader, letter, tmp_path))

    task = db.session.get_one(Task, letter.clauses[0].task_id)
    assert task.due_on is not None
    later, unit_head, office = (
        task.due_on + timedelta(days=28),
        cast.actor("finance_head"),
        cast.actor("office_director"),
    )
    asked = act(ask_extension, task, reason="招标流标，重新组织。", new_due_on=later, by=unit_head, now=clock.now)
    act(decide_extension, asked, approve=True, remark="同意。", by=office, now=clock.now)
    finds_the_deviation_and_supplements(enter(cast.person_ids["office_clerk"]), letter.id)
    assert len(all_of(LetterBatch)) == 1
    assert sorted(one.state for one in all_of(Letter)) == ["in_force"] * 4 + ["issued"]
