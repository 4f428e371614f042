"""The life of a task in a browser that runs no script at all."""

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.journeys.acts import confirm_what_waits, hand_in, judge, report_in_three_taps, sign_for, task_named
from tests.journeys.visits import PHONE, WIDE, Enter
from tests.tasks.stories import acts_of, issued
from tracker.tasks.rules import TaskState

pytestmark = pytest.mark.browser

TASK = "核定义务教育阶段学位缺口"


def test_a_task_is_signed_for_reported_handed_in_and_verified_without_scripts(
    app: Flask, cast: Cast, session: Session, enter: Enter
) -> None:
    issued(cast, title=TASK)
    plain = {"java_script_enabled": False}
    liaison = enter(cast.person_ids["finance_liaison"], PHONE, **plain)
    head = enter(cast.person_ids["finance_head"], PHONE, **plain)
    supervisor = enter(cast.person_ids["supervisor"], WIDE, **plain)

    sign_for(liaison, TASK)
    assert "z-js" not in (liaison.locator("html").get_attribute("class") or "")
    report_in_three_taps(liaison, TASK, "已核定两个学区。")
    confirm_what_waits(head, TASK)
    hand_in(head, TASK, "全部学区已核定。")
    supervisor.goto("/")
    judge(supervisor, "核验通过", "清单已核对。")

    task = task_named(TASK)
    assert task.state is TaskState.COMPLETED
    assert acts_of(task)[-5:] == [
        "task.accept",
        "task.draft_report",
        "task.confirm_report",
        "task.submit",
        "task.verify",
    ]
    expect(supervisor.get_by_text("核验通过").first).to_be_visible()
