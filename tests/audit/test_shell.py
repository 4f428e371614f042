"""flask audit seal, verify and anchor, as whoever keeps the installation uses them."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from tests.audit.tampering import ENTRY, PLACE, SEAL, behind, enter, sealed
from tracker.audit import cli
from tracker.audit.verification import read_anchors, reading
from tracker.kernel.db import db


def run(app: Flask, *arguments: str) -> Result:
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["audit", *arguments])


def test_sealing_by_hand_says_how_many(app: Flask, session: Session) -> None:
    enter(3)
    assert "已封存 3 条" in run(app, "seal").output
    assert "已封存 0 条" in run(app, "seal").output


def test_an_untouched_record_exits_with_nothing_and_says_what_waits(app: Flask, session: Session) -> None:
    sealed(3)
    enter(2)
    answer = run(app, "verify")
    assert answer.exit_code == 0
    for text in ("封存 1 次", "记录 3 条", "未封存 2 条", "2026-03-18 09:30", "未发现问题"):
        assert text in answer.output


def test_a_record_without_a_tail_says_nothing_of_it(app: Flask, session: Session) -> None:
    sealed(1)
    assert "最早" not in run(app, "verify").output


def test_an_altered_record_exits_with_one_and_names_the_row(app: Flask, session: Session) -> None:
    ids = sealed(3)
    behind(sa.update(ENTRY).where(ENTRY.c.id == ids[1]).values(actor_name="别人"))
    answer = run(app, "verify")
    assert answer.exit_code == 1
    assert f"序号 2：记录 {ids[1]} 被改动，或不是本系统写入的" in answer.output
    assert "发现 1 处问题" in answer.output


def test_of_very_many_findings_the_first_are_written_out(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "SHOWN", 2)
    sealed(5)
    behind(sa.update(ENTRY).values(actor_name="别人"))
    answer = run(app, "verify")
    assert answer.output.count("被改动") == 2
    assert "另有 3 处" in answer.output
    assert "发现 5 处问题" in answer.output


def test_an_unknown_key_is_named(app: Flask, session: Session) -> None:
    sealed(1)
    keys = app.config["SEAL_KEYS"]
    try:
        app.config["SEAL_KEYS"] = ("n" * 40,)
        answer = run(app, "verify")
    finally:
        app.config["SEAL_KEYS"] = keys
    assert answer.exit_code == 1
    assert "不在本机的密钥" in answer.output


def test_a_record_longer_than_a_page_is_walked_to_its_end(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 2)
    ids = sealed(1, 1, 3, 2)
    enter(5)
    assert run(app, "verify").exit_code == 0
    behind(sa.update(ENTRY).where(ENTRY.c.id == ids[-1]).values(act="x"))
    assert f"序号 7：记录 {ids[-1]}" in run(app, "verify").output


def test_anchors_are_added_to_a_file_and_the_record_is_held_against_all_of_them(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    file = tmp_path / "anchors.jsonl"
    for _ in range(2):
        sealed(2)
        assert run(app, "anchor", "--save", str(file)).exit_code == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [anchor.rows for anchor in read_anchors(lines)] == [2, 4]
    assert run(app, "verify", "--anchor", str(file)).exit_code == 0
    behind(sa.delete(PLACE), sa.delete(SEAL), sa.delete(ENTRY))
    assert run(app, "verify").exit_code == 0
    answer = run(app, "verify", "--anchor", str(file))
    assert answer.exit_code == 1
    assert "锚点第 1 次封存（至序号 2）：现有记录里没有，尾部被截去" in answer.output


def test_an_anchor_is_one_line_of_json(app: Flask, session: Session) -> None:
    assert run(app, "anchor").exit_code == 1
    sealed(2)
    answer = run(app, "anchor")
    assert answer.exit_code == 0
    assert set(json.loads(answer.output)) == {"seal", "rows", "digest", "sealed_at", "mark"}


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "[]",
        "{}",
        '{"seal": 1, "rows": 1, "digest": "", "mark": "", "sealed_at": "2026-03-18T00:00:00"}',
        '{"seal": null, "rows": 1, "digest": "", "mark": "", "sealed_at": "2026-03-18T00:00:00+00:00"}',
    ],
)
def test_a_file_that_holds_no_anchor_is_refused(app: Flask, session: Session, tmp_path: Path, text: str) -> None:
    file = tmp_path / "anchors.jsonl"
    file.write_text(text, encoding="utf-8")
    answer = run(app, "verify", "--anchor", str(file))
    assert answer.exit_code == 2
    assert "不是锚点" in answer.output
