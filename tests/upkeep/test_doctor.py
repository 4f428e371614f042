"""The doctor names what is wrong; beside each, the same installation in health."""

import os
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfoNotFoundError

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.orm import Session

from config import ROOT
from tests.clock import NOW, Clock
from tracker.kernel import jobs, leases, soundness
from tracker.kernel.db import db, write_transaction
from tracker.kernel.installation import hold_deliveries, release_deliveries
from tracker.upkeep import doctor
from tracker.upkeep.doctor import examine
from tracker.upkeep.models import Finding
from tracker.upkeep.rules import Code

pytestmark = pytest.mark.usefixtures("one_clock")


@pytest.fixture
def well(app: Flask, session: Session) -> Session:
    """An installation with nothing wrong, but perhaps for what this machine lacks for papers."""
    assert [symptom.what for symptom in examine(NOW) if symptom.grave] == []
    return session


def _graves() -> str:
    return "\n".join(symptom.what for symptom in examine(NOW) if symptom.grave)


def _notes() -> str:
    return "\n".join(symptom.what for symptom in examine(NOW) if not symptom.grave)


def test_a_sound_installation_may_run(well: Session, app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["doctor"])
    assert (done.exit_code, "可以运行" in done.output) == (0, True)
    soundness.refuse_unsound(NOW)


def test_another_schema_than_the_codes_stops_the_start(well: Session, app: Flask) -> None:
    with write_transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        assert "flask db upgrade" in _graves()
        assert app.test_cli_runner().invoke(args=["doctor"]).exit_code == 1
        with pytest.raises(SystemExit, match="flask db upgrade"):
            soundness.refuse_unsound(NOW)
        for process in ("scheduler", "worker"):
            refused = app.test_cli_runner().invoke(args=[process, "run"])
            assert refused.exit_code == 1
        for command in (["audit", "verify"], ["audit", "seal"], ["audit", "anchor"], ["letters", "verify", "--all"]):
            refused = app.test_cli_runner().invoke(args=command)
            assert (refused.exit_code, "数据库版本是 0001" in refused.output) == (1, True), command
    finally:
        head = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
        with write_transaction() as session:
            session.execute(sa.text("UPDATE alembic_version SET version_num = :head"), {"head": head})
    assert _graves() == ""


def test_a_migration_that_was_left_half_way_is_named(well: Session) -> None:
    with write_transaction() as session:
        session.execute(sa.text("CREATE TABLE _alembic_tmp_task (id INTEGER)"))
    try:
        assert "_alembic_tmp_task" in _graves()
    finally:
        with write_transaction() as session:
            session.execute(sa.text("DROP TABLE _alembic_tmp_task"))
    assert _graves() == ""


@pytest.mark.sqlite
def test_settings_without_which_sqlite_loses_data_are_asked_for(well: Session) -> None:
    driver = db.session.connection().connection.driver_connection
    assert driver is not None
    db.session.rollback()
    driver.execute("PRAGMA foreign_keys=OFF")
    assert "外键检查" in "\n".join(symptom.what for symptom in soundness.sqlite_settings(NOW))
    db.session.rollback()
    driver.execute("PRAGMA foreign_keys=ON")
    assert list(soundness.sqlite_settings(NOW)) == []
    db.session.rollback()


@pytest.mark.sqlite
def test_a_database_on_a_network_disk_is_refused(
    well: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    monkeypatch.setattr(soundness, "MOUNTS", mounts)
    folder = Path(str(db.engine.url.database)).resolve().parent
    line = "27 1 254:0 / {} rw,relatime - {} server:/share rw\n"
    mounts.write_text(line.format("/", "ext4") + line.format(folder, "nfs4"), encoding="utf-8")
    assert "网络磁盘（nfs4）" in _graves()
    mounts.write_text(line.format("/", "nfs4") + line.format(folder, "ext4"), encoding="utf-8")
    assert _graves() == ""
    mounts.unlink()
    assert _graves() == ""


def test_two_machines_on_one_sqlite_file_are_refused(well: Session, clock: Clock) -> None:
    is_sqlite = db.engine.dialect.name == "sqlite"
    with write_transaction():
        jobs.beat("worker", holder="other-host:7", now=NOW)
    assert ("other-host" in _graves()) == is_sqlite
    with write_transaction():
        jobs.beat("worker", holder="other-host:7", now=NOW - timedelta(seconds=61))
    assert _graves() == ""
    assert leases.acquire("scheduler", "third-host:1") is not None
    assert ("third-host" in _graves()) == is_sqlite


def test_clocks_that_are_a_minute_apart_are_refused(well: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "database_now", lambda: NOW + timedelta(seconds=61))
    assert "时钟相差 61 秒" in _graves()
    monkeypatch.setattr(leases, "database_now", lambda: NOW + timedelta(seconds=60))
    assert _graves() == ""


def test_missing_time_zones_are_named(well: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> None:
        raise ZoneInfoNotFoundError

    monkeypatch.setattr(soundness, "ZoneInfo", missing)
    assert "tzdata" in _graves()


def test_keys_that_others_may_read_are_named(well: Session, app: Flask) -> None:
    key = app.extensions["settings"].instance_dir / "seal_key"
    key.write_text("x" * 40, encoding="ascii")
    try:
        for mode, graves, notes in ((0o604, True, False), (0o640, False, True), (0o600, False, False)):
            key.chmod(mode)
            assert ("seal_key" in _graves(), "seal_key" in _notes()) == (graves, notes)
    finally:
        key.unlink()


def test_a_full_disk_is_named(well: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [50 * doctor.MEGABYTE]
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: SimpleNamespace(free=free[0]))
    assert "只剩 50 MB" in _graves()
    free[0] = 500 * doctor.MEGABYTE
    assert _graves() == ""
    assert "只剩 500 MB" in _notes()
    free[0] = 5000 * doctor.MEGABYTE
    assert "只剩" not in _notes()


def test_a_folder_that_cannot_be_written_is_named(well: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda _place, mode: mode == os.F_OK)
    assert "不能写入附件文件夹" in "\n".join(symptom.what for symptom in doctor.files(NOW))
    monkeypatch.undo()
    assert "不能写入" not in "\n".join(symptom.what for symptom in doctor.files(NOW))


def test_deliveries_on_hold_and_findings_are_noted(well: Session) -> None:
    with write_transaction():
        hold_deliveries(reason="restored", now=NOW)
    assert "flask deliver release" in _notes()
    assert _graves() == ""
    with write_transaction():
        release_deliveries(now=NOW)
    assert "flask deliver release" not in _notes()


def test_what_papers_need_is_noted(well: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "pdf_available", lambda: False)
    assert "Pango" in _notes()
    monkeypatch.setattr(doctor, "pdf_available", lambda: True)
    monkeypatch.setattr(shutil, "which", lambda _name: "/usr/bin/fc-list")
    for listed, is_noted in (("", True), ("Noto Sans CJK SC\n", False)):
        monkeypatch.setattr(subprocess, "run", lambda *_a, listed=listed, **_k: SimpleNamespace(stdout=listed))
        assert ("fonts-noto-cjk" in _notes()) == is_noted


@pytest.mark.postgres
def test_a_sequence_that_lags_behind_its_rows_is_named_with_what_mends_it(well: Session) -> None:
    with write_transaction() as session:
        number = session.scalar(sa.text("SELECT nextval('watchdog_finding_id_seq') + 7"))
        session.add(Finding(id=number, code=Code.CLOCK_APART, count=1, found_at=NOW, seen_at=NOW, cleared_at=NOW))
    mend = f"SELECT setval('public.watchdog_finding_id_seq', {number});"
    assert mend in _graves()
    with write_transaction() as session:
        session.execute(sa.text(mend))
    assert _graves() == ""
