"""A head chooses on the phone when mail may come: the digest waits for the hour and keeps out of the quiet hours."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import Clock
from tests.journeys.mailing import mail_server, readers, work
from tests.journeys.visits import PHONE, Enter, is_sound
from tests.tasks.stories import day, issued
from tracker.jobs.running import Shift

pytestmark = pytest.mark.browser

HEAD, LIAISON = "finance.head@example.gov.cn", "finance.liaison@example.gov.cn"


def asks_for_hours(page: Page) -> None:
    """From the own page to the hours: the digest from ten, quiet over noon."""
    page.goto("/me")
    page.get_by_role("link", name="接收设置").tap()
    page.get_by_label("每天几点起发送").select_option("10")
    page.get_by_label("免打扰从").select_option("12")
    page.get_by_label("免打扰到").select_option("14")
    is_sound(page)
    page.get_by_role("button", name="保存").tap()
    expect(page.get_by_text("接收设置已保存。")).to_be_visible()
    expect(page.get_by_label("免打扰从")).to_have_value("12")


def test_mail_keeps_out_of_quiet_hours(
    app: Flask, cast: Cast, session: Session, enter: Enter, clock: Clock, live_server: str, tmp_path: Path
) -> None:
    shift = Shift("journey")
    with mail_server(app, cast, base_url=live_server, folder=tmp_path) as server:
        asks_for_hours(enter(cast.person_ids["finance_head"], PHONE))

        def came(at: str) -> list[str]:
            clock.set(day(at[:10]).replace(hour=int(at[11:13]), minute=int(at[14:])))
            before = len(readers(server))
            work(shift)
            return sorted(readers(server)[before:])

        issued(cast, title="落实生均公用经费", now=clock.now)
        assert came("2026-03-18 09:40") == [LIAISON]
        assert came("2026-03-18 09:59") == []
        assert came("2026-03-18 10:00") == [HEAD]

        clock.set(day("2026-03-19", 12))
        issued(cast, title="落实校舍维修资金", now=clock.now)
        assert came("2026-03-19 12:31") == [LIAISON]
        assert came("2026-03-19 13:59") == []
        assert came("2026-03-19 14:00") == [HEAD]
        assert came("2026-03-19 18:00") == []
