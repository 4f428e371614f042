"""From a plan document to a task that is verified, each step by the person whose job it is."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast
from tests.journeys.acts import all_of, confirm_what_waits, hand_in, judge, report_in_three_taps, sign_for, task_named
from tests.journeys.visits import PHONE, Enter
from tests.tasks.stories import acts_of
from tests.visitors import PASSWORD, give_account
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.organisation import commands as organisation
from tracker.organisation.models import LeadershipGroup, MemberUnit, Seat
from tracker.organisation.rules import ContactRole, SeatRole
from tracker.plans.models import Phase, Plan
from tracker.tasks.models import ProgressReport, SignOffBatch, Task, Verification
from tracker.tasks.rules import ReportState, TaskState

pytestmark = pytest.mark.browser

PLAN = Path(__file__).with_name("plan.txt")
GROUP = "澄江区中小学饮水安全工作领导小组"
TASK = "落实饮水设备更新经费"


def signs_in_and_brings_the_plan(page: Page) -> None:
    """The registrar types a password, brings the document and finds it read."""
    page.goto("/")
    page.get_by_label("登录名").fill("dengjitang")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("link", name="导入实施方案").click()
    page.get_by_label("方案文件").set_input_files(PLAN)
    page.get_by_role("button", name="读取方案").click()
    expect(page.get_by_role("heading", name="核对方案", level=1)).to_be_visible()
    expect(page.get_by_label("名称", exact=True)).to_have_value(GROUP)
    expect(page.get_by_text("5 项草稿任务")).to_be_visible()
    expect(page.get_by_text("有 1 处要您先选定")).to_be_visible()
    assert all_of(Plan) == []


def corrects_and_confirms(page: Page) -> None:
    """The registrar says who is meant, leaves two sentences out, adds who works in the office, and confirms."""
    page.get_by_role("radio", name="是 苗文秀（澄江区教育局副局长）").check()
    sentences = page.get_by_role("region", name="文中的要求").get_by_role("checkbox", name="列为草稿任务")
    # What is counted is waited for; all() takes what has come so far.
    expect(sentences).to_have_count(2)
    for sentence in sentences.all():
        sentence.uncheck()
    clerk = page.get_by_role("group", name="工作人员 1")
    for label, text in {"姓名": "秦小满", "单位": "区教育局", "职务": "基教科科员"}.items():
        clerk.get_by_label(label).fill(text)
    page.get_by_role("button", name="确认建立").click()
    expect(page.get_by_role("heading", name="澄江区中小学饮水安全提升方案", level=1)).to_be_visible()
    expect(page.get_by_text("3 项任务是草稿")).to_be_visible()
    [group] = all_of(LeadershipGroup, LeadershipGroup.name == GROUP)
    roles = sorted(seat.role for seat in all_of(Seat, Seat.group_id == group.id))
    assert roles == ["deputy_leader", "leader", "member", "member", "member", "office_director", "office_staff"]
    [plan] = all_of(Plan)
    assert (plan.document_number, len(all_of(Phase, Phase.plan_id == plan.id))) == ("澄政办发〔2026〕7号", 2)
    assert {task.state for task in all_of(Task)} == {TaskState.DRAFT}


def seat_the_rest(cast: Cast) -> None:
    """A supervisor and a liaison, whom the document does not name."""
    [group] = all_of(LeadershipGroup, LeadershipGroup.name == GROUP)
    [member] = all_of(MemberUnit, MemberUnit.group_id == group.id, MemberUnit.unit_id == cast.unit_ids["finance"])
    with write_transaction():
        supervisor, liaison = cast.person("supervisor"), cast.person("finance_liaison")
        organisation.seat(group, role=SeatRole.SUPERVISOR, person=supervisor, by=SYSTEM, now=NOW)
        organisation.set_contact(member, role=ContactRole.LIAISON, person=liaison, by=SYSTEM, now=NOW)


def proposes_the_drafts(page: Page) -> None:
    """The clerk hands all drafts in to be signed off."""
    page.goto("/drafts")
    page.get_by_role("link", name=GROUP).click()
    page.wait_for_load_state()
    page.get_by_role("checkbox", name="全选本页").check()
    page.get_by_label("批次名称").fill("第一批任务")
    page.get_by_role("button", name="送审所选").click()
    expect(page.get_by_text("已送审。")).to_be_visible()
    assert {task.state for task in all_of(Task)} == {TaskState.PROPOSED}


def signs_off(page: Page) -> None:
    """The deputy leader finds the batch among what waits, and sends it out under its number."""
    opens_the_group(page)
    page.get_by_role("link", name="审阅并签发").click()
    page.get_by_label("文号").fill("饮水办〔2026〕1号")
    page.get_by_role("button", name="签发", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("已签发，任务已下达。")).to_be_visible()
    [batch] = all_of(SignOffBatch)
    assert (batch.document_number, batch.signed_by and batch.signed_by.name) == ("饮水办〔2026〕1号", "乔若兰")
    assert {task.state for task in all_of(Task)} == {TaskState.ISSUED}


def opens_the_group(page: Page) -> None:
    """Somebody with several groups chooses this one on their desk."""
    page.goto("/")
    page.get_by_role("link", name=GROUP).first.click()


def test_a_plan_becomes_a_task_that_is_verified(app: Flask, cast: Cast, session: Session, enter: Enter) -> None:
    give_account(app, cast.person_ids["administrator"])
    give_account(app, cast.person_ids["registrar"], login="dengjitang")
    registrar = enter(None)
    signs_in_and_brings_the_plan(registrar)
    corrects_and_confirms(registrar)
    seat_the_rest(cast)

    proposes_the_drafts(enter(cast.person_ids["office_clerk"]))
    signs_off(enter(cast.person_ids["deputy_leader"]))
    liaison = enter(cast.person_ids["finance_liaison"], PHONE)
    sign_for(liaison, TASK)
    report_in_three_taps(liaison, TASK, "预算已报区政府常务会议审议。")
    [report] = all_of(ProgressReport)
    assert (report.text, report.state) == ("预算已报区政府常务会议审议。", ReportState.DRAFT)

    head, supervisor = enter(cast.person_ids["finance_head"], PHONE), enter(cast.person_ids["supervisor"])
    confirm_what_waits(head, TASK)
    assert all_of(ProgressReport)[0].state is ReportState.CONFIRMED
    hand_in(head, TASK, "经费已列入预算。")

    opens_the_group(supervisor)
    judge(supervisor, "退回重办", "请附上预算批复。")
    assert task_named(TASK).state is TaskState.RETURNED
    head.goto("/")
    head.get_by_role("link", name="查看并重办").tap()
    expect(head.locator("#submissions")).to_contain_text("请附上预算批复。")
    hand_in(head, TASK, "经费已列入预算，批复见区财预〔2026〕21号。")

    opens_the_group(supervisor)
    judge(supervisor, "核验通过", "批复已核对。")
    task = task_named(TASK)
    assert task.state is TaskState.COMPLETED
    assert [verdict.outcome for verdict in all_of(Verification)] == ["returned", "passed"]
    assert acts_of(task)[-7:] == [
        "task.accept",
        "task.draft_report",
        "task.confirm_report",
        "task.submit",
        "task.return",
        "task.submit",
        "task.verify",
    ]
    for act in ("签收", "退回", "核验通过"):
        expect(supervisor.locator("#history")).to_contain_text(act)
