"""A late task climbs the ladder day after day, to what the unit says of it and what the leader decides."""

from collections import defaultdict
from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import Clock
from tests.journeys.acts import all_of
from tests.journeys.visits import PHONE, Enter, is_sound
from tests.tasks.stories import act, active, day
from tests.visitors import signed_in
from tracker.kernel.calendar import CalendarDay, working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import write_transaction
from tracker.outbox.models import InboxItem
from tracker.oversight.models import Flag, FlagDecision, SupervisionNotice, Urge
from tracker.oversight.rules import DecisionKind, FlagColour, NoticeState
from tracker.reminders.sweep import sweep
from tracker.tasks.commands import assign_owner

pytestmark = pytest.mark.browser

TASK = "足额落实生均公用经费"
DUE = date(2026, 3, 20)
"""A Friday."""
DOERS = ["finance_liaison", "finance_staff"]
ABOVE = ["finance_head", "office_clerk", "office_director", "office_secondee"]
CLIMB = {
    date(2026, 3, 11): DOERS,
    date(2026, 3, 19): DOERS,
    DUE: DOERS,
    date(2026, 3, 23): ["finance_deputy", "finance_liaison"],
    date(2026, 3, 25): ABOVE,
    date(2026, 3, 31): ABOVE,
    date(2026, 4, 13): ["leader", "supervisor"],
}
"""Who is reminded on which day."""
FREE = date(2026, 4, 6)
"""A Monday on which offices rest."""
BETWEEN = (date(2026, 3, 21), date(2026, 3, 22), date(2026, 3, 24), FREE, date(2026, 4, 14))
"""Days on which nothing may go out: a weekend, the free Monday, the days after a rung."""
CASE = "上级资金3月底才下达，已拨付六成，余款4月25日前拨付到校。"
PAPER = "优均办约〔2026〕1号"


def sweeps(clock: Clock, *days: date) -> None:
    """Look on each of some days, and twice where somebody is told."""
    for on in days:
        clock.set(day(on.isoformat()))
        for _again in range(2 if on in CLIMB else 1):
            sweep(now=clock.now, pause=lambda _seconds: None)


def told(cast: Cast) -> dict[date, list[str]]:
    """Who was reminded on which day, as often as they were."""
    names = {person_id: name for name, person_id in cast.person_ids.items()}
    found = defaultdict(list)
    for item in all_of(InboxItem, InboxItem.kind.startswith("reminder.")):
        found[local_date(item.created_at)].append(names[item.recipient_id])
    return {on: sorted(people) for on, people in found.items()}


def red_flag() -> Flag:
    """The one red flag, as it stands."""
    [flag] = all_of(Flag, Flag.colour == FlagColour.RED)
    return flag


def states_its_case(page: Page) -> None:
    """The head finds the red warning on the phone and answers it."""
    page.goto("/")
    warning = page.locator(".z-note").filter(has_text="红色预警")
    expect(warning).to_contain_text("请于 4月20日 前作情况说明")
    warning.get_by_role("link", name="查看并说明").tap()
    expect(page.get_by_text("预警不是处理决定。")).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="作情况说明").tap()
    page.get_by_label("情况说明").fill(CASE)
    page.get_by_role("button", name="提交").tap()
    expect(page.get_by_text("情况说明已保存。")).to_be_visible()
    expect(page.locator("main")).to_contain_text(CASE)


def opens_what_waits(page: Page) -> None:
    """From the desk to the red flag that waits for the reader."""
    page.goto("/")
    page.get_by_role("link", name="去处理").first.click()
    row = page.get_by_role("row").filter(has_text="红色预警")
    expect(row).to_contain_text(CASE)
    row.get_by_role("link", name=TASK).click()


def proposes_an_interview(page: Page) -> None:
    """The supervisor reads what the unit says and proposes."""
    opens_what_waits(page)
    is_sound(page)
    page.get_by_role("link", name="提出处理建议").click()
    page.get_by_label("约谈").check()
    page.get_by_label("理由").fill("逾期超过15个工作日，多次催办未完成。")
    page.get_by_role("button", name="提交建议").click()
    expect(page.get_by_text("处理建议已提交领导。")).to_be_visible()
    expect(page.get_by_role("link", name="作出处理决定")).to_have_count(0)


def decides(page: Page) -> None:
    """The leader decides as proposed, under a number."""
    opens_what_waits(page)
    page.get_by_role("link", name="作出处理决定").click()
    expect(page.get_by_label("约谈")).to_be_checked()
    is_sound(page)
    page.get_by_label("文号").fill(PAPER)
    page.get_by_role("button", name="作出决定").click()
    expect(page.get_by_text("处理决定已记录，并已告知单位。")).to_be_visible()


def reads_the_decision(page: Page) -> None:
    """The head is told, and sees who decided what and until when a review may be asked for."""
    page.goto("/inbox")
    message = page.get_by_role("listitem").filter(has_text="预警处理决定：约谈")
    message.get_by_role("button", name="查看").tap()
    main = page.locator("main")
    expect(main).to_contain_text("罗正川")
    expect(main).to_contain_text(PAPER)
    expect(main).to_contain_text("以前申请复核")
    is_sound(page)


def test_a_late_task_climbs_to_a_statement_and_a_decision(
    app: Flask, cast: Cast, session: Session, enter: Enter, clock: Clock
) -> None:
    with write_transaction() as writing:
        writing.add(CalendarDay(day=FREE, working=False, note="清明节"))
    task = active(cast, title=TASK, due_on=DUE, now=day("2026-02-10"))
    owner, head = cast.person("finance_staff"), cast.actor("finance_head")
    act(assign_owner, task, person=owner, by=head, now=day("2026-02-10"))

    sweeps(clock, *sorted({*CLIMB, *BETWEEN}))
    assert told(cast) == CLIMB
    [urge] = all_of(Urge)
    assert (urge.by_id, local_date(urge.at)) == (None, date(2026, 3, 23))
    raised = {flag.colour: local_date(flag.raised_at) for flag in all_of(Flag)}
    assert raised == {FlagColour.YELLOW: date(2026, 3, 25), FlagColour.RED: date(2026, 4, 13)}
    [notice] = all_of(SupervisionNotice)
    assert (notice.state, local_date(notice.drafted_at)) == (NoticeState.DRAFT, date(2026, 3, 31))
    assert all_of(FlagDecision) == []

    states_its_case(enter(cast.person_ids["finance_head"], PHONE))
    supervisor = signed_in(app, cast.person_ids["supervisor"], now=clock.now)
    assert supervisor.get(f"/flags/{red_flag().id}/propose").status_code == 409

    sweeps(clock, date(2026, 4, 21))
    proposes_an_interview(enter(cast.person_ids["supervisor"]))
    decides(enter(cast.person_ids["leader"]))
    reads_the_decision(enter(cast.person_ids["finance_head"], PHONE))
    [decision] = all_of(FlagDecision)
    assert (decision.kind, decision.decided_by_id) == (DecisionKind.INTERVIEW, cast.person_ids["leader"])
    assert decision.proposed_by_id == cast.person_ids["supervisor"]
    assert told(cast) == CLIMB
    days = {local_date(item.created_at) for item in all_of(InboxItem)}
    assert [on for on in sorted(days) if not working_days().is_working(on)] == []
