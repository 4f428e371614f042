"""The first run: an empty installation, the code that the server printed, two officers, and the way to the plan."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from tests.clock import NOW
from tests.journeys.visits import Enter, is_sound
from tests.visitors import stranger
from tracker.accounts import commands
from tracker.accounts.models import Account
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.organisation.models import InstallationDuty, Person, Region

pytestmark = pytest.mark.browser

FORM = {
    "行政区划代码": "990401",
    "行政区名称": "桂溪县",
    "系统管理员姓名": "陆守一",
    "系统管理员登录名": "lushouyi",
    "系统管理员密码": "一苇杭之跂予望之 1",
    "登记员姓名": "尹知秋",
    "登记员登录名": "yinzhiqiu",
    "登记员密码": "青青子衿悠悠我心 2",
}


def test_a_new_installation_is_set_up_and_leads_to_the_plan(app: Flask, session: Session, enter: Enter) -> None:
    with write_transaction():
        code = commands.new_setup_code(by=SYSTEM, now=NOW)
    page = enter(None)
    page.goto("/")
    expect(page).to_have_url(re.compile("/setup$"))
    is_sound(page)
    page.get_by_label("初始化码").fill(code)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name="行政区与人员")).to_be_visible()
    is_sound(page)
    for label, text in FORM.items():
        page.get_by_label(label, exact=False).fill(text)
    page.get_by_role("button", name="完成初始化").click()

    expect(page).to_have_url(re.compile("/welcome$"))
    is_sound(page)
    session.rollback()
    region = session.scalars(sa.select(Region)).one()
    assert (region.code, region.name) == ("990401", "桂溪县")
    officers = sa.select(Person.name, InstallationDuty.duty, Account.login).join(InstallationDuty).join(Account)
    assert sorted(map(tuple, session.execute(officers))) == [
        ("尹知秋", "registrar", "yinzhiqiu"),
        ("陆守一", "system_administrator", "lushouyi"),
    ]

    page.get_by_role("link", name="上传方案").click()
    expect(page.get_by_role("heading", name="录入方案", level=1)).to_be_visible()
    assert page.request.get("/setup").status == 404
    assert stranger(app).get("/setup").status_code == 404
