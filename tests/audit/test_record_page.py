"""The auditor reads the record of acts: by act, by person, by day, page by page."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW
from tests.visitors import give_account
from tracker.audit.commands import record
from tracker.audit.queries import history, last_seal, record_page
from tracker.audit.sealing import seal_waiting
from tracker.audit.verification import Verification, read_anchors
from tracker.kernel.access import Role
from tracker.kernel.db import write_transaction

ClientAs = Callable[[str], FlaskClient]


@pytest.fixture
def auditor(app: Flask, cast: Cast, client_as: ClientAs) -> FlaskClient:
    give_account(app, cast.person_ids["administrator"])
    return client_as("auditor")


def enter(cast: Cast, count: int = 1, *, act: str = "account.deactivate", name: str = "administrator") -> None:
    with write_transaction():
        for number in range(count):
            record(
                act, "account", 100 + number, by=cast.actor(name), now=NOW, old={"active": True}, new={"active": False}
            )


def test_an_act_is_told_in_words_with_old_and_new(auditor: FlaskClient, cast: Cast) -> None:
    enter(cast)
    page = auditor.get("/audit?act=account.deactivate").get_data(as_text=True)
    for text in (
        "停用账号",
        "安可",
        "澄江区人民政府办公室信息科科员",
        "账号 100",
        "启用：<del>是</del>",
        "<ins>否</ins>",
    ):
        assert text in page


def test_the_record_is_searched_by_act_person_and_day(auditor: FlaskClient, cast: Cast) -> None:
    enter(cast)
    enter(cast, act="account.reset", name="office_clerk")
    for query, shown in (
        ("act=account.reset", True),
        ("act=account.deactivate", False),
        ("who=秦小", True),
        ("who=%25", False),
        ("who=安可&since=2026-03-18", False),
        ("since=2026-03-18&until=2026-03-18&who=秦", True),
        ("since=2026-03-19", False),
        ("until=2026-03-17&who=秦", False),
    ):
        answer = auditor.get(f"/audit?{query}")
        assert answer.status_code == 200
        assert ("账号 100" in answer.get_data(as_text=True) and "秦小满" in answer.get_data(as_text=True)) is shown


@pytest.mark.parametrize(
    "query", ["act=drop", "since=2026-02-30", "since=0001-01-01", "until=9999-12-31", "after=x", f"who={'x' * 61}"]
)
def test_odd_questions_are_refused(auditor: FlaskClient, query: str) -> None:
    assert auditor.get(f"/audit?{query}").status_code == 422


def test_a_day_begins_at_midnight_in_china(cast: Cast, session: Session) -> None:
    for hours in (-1, 0):
        with write_transaction():
            midnight = NOW.replace(hour=16, minute=0) - timedelta(days=1)
            record("a.b", "x", 1 + hours, by=cast.actor("auditor"), now=midnight + timedelta(hours=hours))
    day = (NOW + timedelta(hours=8)).date()
    assert [entry.subject_id for entry in record_page(act="a.b", since=day, until=day).rows] == [1]
    assert [entry.subject_id for entry in history("x", 0)] == [0]


def test_a_long_record_goes_on_by_its_last_row(auditor: FlaskClient, cast: Cast) -> None:
    enter(cast, 60)
    first = auditor.get("/audit?act=account.deactivate").get_data(as_text=True)
    assert "账号 159" in first
    assert "账号 109<" not in first
    following = re.search(r'href="(/audit\?[^"]*after=[^"]+)"', first)
    assert following is not None
    second = auditor.get(following.group(1).replace("&amp;", "&")).get_data(as_text=True)
    assert "账号 109" in second
    assert "账号 159" not in second


def test_what_was_recorded_stays_text(auditor: FlaskClient, cast: Cast) -> None:
    with write_transaction():
        record("a.b", "x", 1, by=cast.actor("auditor"), now=NOW, new={"<b>": "<script>alert(1)</script>"})
    page = auditor.get("/audit").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_the_page_tells_how_far_the_record_is_sealed(auditor: FlaskClient, cast: Cast) -> None:
    assert "尚未封存" in auditor.get("/audit").get_data(as_text=True)
    seal_waiting(now=NOW)
    enter(cast, 3)
    seal = last_seal()
    assert seal is not None
    page = auditor.get("/audit").get_data(as_text=True)
    for text in (
        f"第 {seal.number} 次，至序号 {seal.last_sequence}",
        seal.digest,
        "3 条待封存",
        'href="/audit/anchor"',
    ):
        assert text in page
    assert seal.digest in auditor.get("/audit?since=2026-02-30").get_data(as_text=True)


def test_the_auditor_downloads_the_anchor_and_nobody_else(auditor: FlaskClient, client_as: ClientAs) -> None:
    assert auditor.get("/audit/anchor").status_code == 409
    seal_waiting(now=NOW)
    answer = auditor.get("/audit/anchor")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == "attachment; filename=anchor-1.json"
    [anchor] = read_anchors([answer.get_data(as_text=True)])
    assert list(Verification([anchor]).findings()) == []
    assert client_as("administrator").get("/audit/anchor").status_code == 403


def test_the_record_cannot_be_changed_from_its_page(auditor: FlaskClient) -> None:
    for method in ("post", "put", "patch", "delete"):
        for path in ("/audit", "/audit/anchor"):
            assert getattr(auditor, method)(path).status_code == 405


def test_values_are_kept_as_plain_codes_and_dates(cast: Cast, session: Session) -> None:
    with write_transaction():
        record(
            "a.b", "x", 7, by=cast.actor("auditor"), now=NOW, new={"roles": (Role.HEAD, Role.STAFF), "at": NOW, "n": 1}
        )
    [entry] = history("x", 7)
    assert entry.new == {"roles": ["head", "staff"], "at": "2026-03-18T01:30:00+00:00", "n": 1}


def test_codes_are_told_in_words_and_digests_are_cut_short(auditor: FlaskClient, cast: Cast) -> None:
    digest, by = "0123456789abcdef" * 4, cast.actor("office_clerk")
    new = {"state": "active", "paper": digest, "tasks": [3, 4], "percent": 0, "reason": "", "due_on": None}
    with write_transaction():
        record("task.assign", "task", 39, by=by, now=NOW, old={"state": "issued", "due_on": None}, new=new)
    page = auditor.get("/audit?act=task.assign").get_data(as_text=True)
    for text in (
        "任务 39",
        "状态：<del>待签收</del> → <ins>办理中</ins>",
        f'<ins title="{digest}">0123456789ab…</ins>',
        "任务：<ins>3、4</ins>",
        "进度（%）：<ins>0</ins>",
        "完成时限：<del>—</del> → <ins>—</ins>",
    ):
        assert text in page, text
    assert "理由：" not in page
