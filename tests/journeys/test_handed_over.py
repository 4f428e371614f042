"""A post passes to somebody else: the successor is told, reads what passes to them on a phone, and signs for it."""

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.journeys.acts import all_of
from tests.journeys.visits import PHONE, Enter, is_sound
from tests.letters.successions import passed_on
from tests.visitors import PASSWORD, give_account
from tracker.letters.models import Handover, Letter
from tracker.letters.rules import LetterState
from tracker.reminders.successions import succeed

pytestmark = pytest.mark.browser


def finds_the_message(page: Page) -> None:
    """On the first day the successor finds a message, which leads to the letter."""
    page.goto("/inbox")
    is_sound(page)
    page.get_by_role("listitem").filter(has_text="交接确认").get_by_role("button", name="查看").tap()
    expect(page.get_by_text("局长已由钱广源变更为谢云岚")).to_be_visible()
    is_sound(page)


def draws_up_and_signs(page: Page) -> None:
    """The successor has the handover drawn up, reads its one page and signs it with the password."""
    page.get_by_role("button", name="起草交接确认").tap()
    expect(page.get_by_role("article")).to_contain_text("移交人：钱广源")
    is_sound(page)
    page.get_by_label("登录密码").fill(PASSWORD)
    page.get_by_role("button", name="确认签署").tap()
    expect(page.get_by_text("已签署").first).to_be_visible()


def test_a_successor_is_told_and_signs_for_what_passes_to_them(
    app: Flask, cast: Cast, session: Session, enter: Enter, clock: Clock
) -> None:
    letter = passed_on(cast)
    give_account(app, cast.person_ids["finance_deputy"])
    assert succeed(now=NOW) == {"told": 1}
    successor = enter(cast.person_ids["finance_deputy"], PHONE)
    # Signed in a while ago: a signature asks for the password again.
    clock.now = NOW + timedelta(minutes=10)
    finds_the_message(successor)
    draws_up_and_signs(successor)
    [handover] = all_of(Handover)
    assert handover.letter_id == letter.id
    assert handover.signatures
    [kept] = all_of(Letter)
    assert kept.state is LetterState.IN_FORCE
    office = enter(cast.person_ids["office_clerk"])
    office.goto(f"/letters/{letter.id}")
    expect(office.get_by_text("钱广源").first).to_be_visible()
