"""A page whose scripts are still on their way when somebody presses a button."""

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.journeys.acts import all_of
from tests.journeys.visits import Enter
from tests.tasks.stories import proposed
from tracker.tasks.models import SignOffBatch

pytestmark = pytest.mark.browser

# Nobody is quicker: the button is pressed as soon as it is part of the page.
PRESS_AT_ONCE = """new MutationObserver((_changes, watching) => {
  const button = document.querySelector("button[data-confirm]");
  if (button) { watching.disconnect(); button.click(); }
}).observe(document, { childList: true, subtree: true });"""


def test_what_cannot_be_taken_back_is_asked_however_early_a_button_is_pressed(
    cast: Cast, session: Session, enter: Enter
) -> None:
    batch_id = proposed(cast).batch_id
    page = enter(cast.person_ids["deputy_leader"])
    page.add_init_script(PRESS_AT_ONCE)
    page.goto(f"/batches/{batch_id}")
    expect(page.get_by_role("dialog").get_by_text("签发后")).to_be_visible()
    assert [batch.signed_at for batch in all_of(SignOffBatch)] == [None]
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("已签发，任务已下达。")).to_be_visible()
