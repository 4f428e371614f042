"""What people print from the browser: slips that are cut apart whole, the leaders' page on one sheet."""

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from tests.cast import Cast
from tests.journeys.visits import Enter
from tests.tasks.stories import day, issued

pytestmark = pytest.mark.browser

NAMES = "甲乙丙丁戊己庚辛壬癸子丑"
CUT = "不得录入。"
"""How every slip ends."""


def printed(page: Page) -> list[str]:
    """The text of each sheet, once everything is there that a page brings along."""
    page.wait_for_load_state()
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    return ["".join(sheet.get_textpage().get_text_range().split()) for sheet in document]


def test_slips_are_never_cut_by_the_end_of_a_sheet(cast: Cast, enter: Enter) -> None:
    page = enter(cast.person_ids["office_director"])
    page.goto(f"/groups/{cast.group_ids['g1']}/accounts/paste")
    rows = (f"程小{name}\t区财政局\t科员\t139000000{number}" for number, name in enumerate(NAMES, 10))
    page.get_by_label("粘贴人员名单").fill("\n".join(rows))
    page.get_by_role("button", name="检查名单").click()
    page.get_by_role("button", name="并开通账号").click()
    expect(page.locator(".z-slip")).to_have_count(len(NAMES))
    sheets = printed(page)
    assert len(sheets) == 2
    assert sum(sheet.count("程小") for sheet in sheets) == len(NAMES)
    for sheet in sheets:
        assert sheet.count(CUT) == sheet.count("程小")


def test_the_leaders_page_fits_on_one_sheet(cast: Cast, enter: Enter) -> None:
    for number in range(12):
        issued(cast, title=f"第 {number} 项", due_on=day("2026-03-06").date(), now=day("2026-03-02"))
    page = enter(cast.person_ids["leader"])
    page.goto(f"/groups/{cast.group_ids['g1']}/leader")
    (sheet,) = printed(page)
    assert "1/1" in sheet
