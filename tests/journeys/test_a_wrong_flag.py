"""A flag that was wrong is withdrawn with a reason: the unit reads it, and it counts nowhere."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.journeys.acts import all_of
from tests.journeys.visits import PHONE, Enter, is_sound
from tests.oversight.flag_stories import flagged
from tracker.oversight.models import Flag
from tracker.oversight.rules import FlagState

pytestmark = pytest.mark.browser

TASK = "足额落实生均公用经费"
REASON = "凭证3月5日已交，办公室3月17日才补录，并未逾期。"


def withdraws(page: Page, flag_id: int) -> None:
    """The supervisor finds the flag on the review desk and takes it back."""
    page.goto("/review")
    page.get_by_role("article").filter(has_text=TASK).get_by_role("link", name="黄色预警").click()
    expect(page).to_have_url(re.compile(f"/flags/{flag_id}$"))
    page.get_by_role("link", name="撤销预警").click()
    is_sound(page)
    page.get_by_label("理由").fill(REASON)
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("预警已撤销。")).to_be_visible()


def reads_it(page: Page) -> None:
    """The head is told; nothing is asked of the unit any more."""
    page.goto("/inbox")
    message = page.get_by_role("listitem").filter(has_text="预警已撤销")
    message.get_by_role("button", name="查看").tap()
    expect(page.locator("main")).to_contain_text(REASON)
    expect(page.get_by_role("link", name="作情况说明")).to_have_count(0)
    is_sound(page)
    page.goto("/")
    expect(page.get_by_role("article").filter(has_text=TASK)).to_be_visible()
    expect(page.get_by_text("前作情况说明")).to_have_count(0)


def counts_nowhere(page: Page, group_id: int, unit_id: int) -> None:
    """Neither the list of what is open nor the unit's portrait counts it; that it was withdrawn is on record."""
    page.goto(f"/groups/{group_id}/flags?show=open")
    expect(page.get_by_text("没有这样的预警")).to_be_visible()
    page.goto(f"/groups/{group_id}/units/{unit_id}/portrait")
    main = page.locator("main")
    expect(main).to_contain_text("黄色 0 条，红色 0 条")
    expect(main).to_contain_text("其中撤销的不计")
    is_sound(page)


def test_a_wrong_flag_is_withdrawn(app: Flask, cast: Cast, session: Session, enter: Enter) -> None:
    flag = flagged(cast, title=TASK)
    flag_id = flag.id
    assert flag.state is FlagState.AWAITING

    withdraws(enter(cast.person_ids["supervisor"]), flag_id)
    reads_it(enter(cast.person_ids["finance_head"], PHONE))
    counts_nowhere(enter(cast.person_ids["leader"]), cast.group_ids["g1"], cast.unit_ids["finance"])
    [withdrawn] = all_of(Flag)
    assert (withdrawn.state, withdrawn.withdrawn_reason) == (FlagState.WITHDRAWN, REASON)
    assert withdrawn.withdrawn_by_id == cast.person_ids["supervisor"]
