"""Everybody signs on paper at a meeting: printed, scanned with one foreign sheet, confirmed."""

import re
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.cast import Cast
from tests.jobs.kinds import again as job_again
from tests.jobs.kinds import turn
from tests.journeys.visits import Enter, is_sound
from tests.letters.piles import as_pdf, sheet
from tests.letters.promises import again, issued
from tracker.documents.pdf import pdf_available
from tracker.jobs.worker import enrol
from tracker.kernel.db import db
from tracker.kernel.jobs import BackgroundJob
from tracker.letters import queries
from tracker.letters.models import Letter
from tracker.letters.rules import LetterState

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not pdf_available(), reason="Pango is not installed"),
]


def prints_all(page: Page, letter: Letter, folder: Path) -> Path:
    """The clerk asks for all letters as one PDF, waits for it and fetches it."""
    page.goto(f"/letter-batches/{letter.batch_id}")
    page.get_by_role("button", name="全部打印（一个 PDF）").click()
    expect(page.get_by_text("可以离开本页，完成后会收到消息。")).to_be_visible()
    is_sound(page)
    assert turn()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载").click()
    path = folder / "print.pdf"
    fetched.value.save_as(path)
    return path


def scanned(path: Path) -> bytes:
    """The prints come out of the scanner, backs and all, with a sheet of somebody else between them."""
    document = pypdfium2.PdfDocument(path)
    pages = [page.render(scale=200 / 72).to_pil().convert("RGB") for page in document]
    document.close()
    return as_pdf([pages[0], sheet("https://example.com/menu"), *pages[1:]])


def uploads(page: Page, letter: Letter, pile: bytes) -> None:
    """The clerk uploads the pile and comes to what was found in it."""
    page.goto(f"/letter-batches/{letter.batch_id}")
    page.get_by_role("link", name="整叠扫描归位").click()
    is_sound(page)
    page.get_by_label("扫描件").set_input_files({"name": "会议.pdf", "mimeType": "application/pdf", "buffer": pile})
    page.get_by_role("button", name="上传并识别").click()
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    assert turn()
    page.get_by_role("link", name="查看结果").click()


def confirms(page: Page) -> None:
    """The foreign sheet is listed with its picture; the two letters are confirmed, each with its own result."""
    expect(page.get_by_text("不是本领导小组的责任书")).to_be_visible()
    expect(page.get_by_role("img", name="第 2 页")).to_be_visible()
    expect(page.get_by_role("checkbox", name="澄江区财政局")).to_be_checked()
    choices = page.get_by_role("combobox", name="甲方")
    expect(choices.first).to_have_value("0")
    page.get_by_role("link", name="双方都签了").click()
    expect(choices.first).not_to_have_value("0")
    is_sound(page)
    page.get_by_role("button", name="确认所选，代录签署").click()
    expect(page.get_by_text("2 项全部办理成功。")).to_be_visible()


def test_a_pile_of_scans_with_one_foreign_sheet(app: Flask, cast: Cast, enter: Enter, tmp_path: Path) -> None:
    letter = issued(cast, "finance", "construction")
    enrol("here:1")
    page = enter(cast.person_ids["office_clerk"])
    printed = prints_all(page, letter, tmp_path)
    uploads(page, letter, scanned(printed))
    confirms(page)
    letters = [again(one) for one in queries.letters_of(again(letter).batch)]
    assert [one.state for one in letters] == [LetterState.IN_FORCE] * 2
    page.goto(f"/letters/{letters[1].id}")
    expect(page.get_by_text("纸质签署").first).to_be_visible()
    db.session.rollback()
    assert all(job_again(job).ended_at for job in db.session.query(BackgroundJob))
