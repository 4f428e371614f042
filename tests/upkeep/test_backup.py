"""A backup is made while people write, read again from end to end, and brought back with nothing sent."""

import json
import shutil
import subprocess
import sys
import time
from contextvars import Context
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from config import ROOT
from tests.cast import Cast
from tests.clock import NOW
from tests.engines import Database
from tests.letters.promises import in_force
from tracker.kernel import clock as kernel_clock
from tracker.kernel import jobs
from tracker.kernel.db import db, write_transaction
from tracker.kernel.files import keep, path_of
from tracker.kernel.installation import deliveries_held
from tracker.kernel.jobs import Heartbeat, JobRun
from tracker.kernel.leases import acquire, lease_of
from tracker.upkeep import backup
from tracker.upkeep.backup import Manifest, Unusable, faults, read_manifest
from tracker.upkeep.backup.databases import engine
from tracker.upkeep.backup.manifest import MANIFEST

if shutil.which("pg_dump") is None:
    pytest.skip("PostgreSQL's client programs are not installed (no pg_dump on the PATH)", allow_module_level=True)


@pytest.fixture
def filled(app: Flask, cast: Cast, session: Session) -> Flask:
    """An installation with people, a file, and processes that live."""
    root = app.extensions["settings"].files_dir
    with write_transaction():
        keep(b"%PDF-1.4 evidence", "application/pdf", root=root, now=NOW)
        jobs.beat("worker", holder="here:1", now=NOW)
    assert acquire("scheduler", "here:1") is not None
    return app


def _made(app: Flask, parent: Path) -> tuple[Path, Manifest]:
    with app.app_context():
        return backup.create(parent, now=kernel_clock.now())


def test_a_backup_made_while_people_write_comes_back_whole_elsewhere(
    filled: Flask, database: Database, elsewhere: Flask, tmp_path: Path
) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.upkeep.drill", database.url, str(filled.extensions["settings"].instance_dir)],
        cwd=ROOT,
    )
    try:
        _until_written(20)
        place, manifest = _made(filled, tmp_path)
        _until_written(manifest.tables["job_run"] + 5)
    finally:
        writer.kill()
        writer.wait()
    assert manifest.tables["job_run"] >= 21
    assert manifest.damaged == []
    with filled.app_context():
        assert list(faults(place, manifest)) == []
    with elsewhere.app_context():
        backup.restore(place, manifest, now=NOW)
        _check_restored(elsewhere, manifest)


def _until_written(rows: int) -> None:
    end = time.monotonic() + 60
    while (db.session.scalar(sa.select(sa.func.count()).select_from(JobRun)) or 0) < rows:
        assert time.monotonic() < end, "nobody writes"
        db.session.rollback()
        time.sleep(0.05)
    db.session.rollback()


def _check_restored(app: Flask, manifest: Manifest) -> None:
    """The same rows and files, the marker, nobody alive, and nothing goes out."""
    counts = {table: _count(table) for table in manifest.tables}
    assert counts.pop("hold") == 1
    assert counts.pop("heartbeat") == 0
    assert counts == {table: count for table, count in manifest.tables.items() if table in counts}
    assert db.session.get(JobRun, ("backup", manifest.marker)) is not None
    drilled = db.session.scalars(sa.select(JobRun.error).where(JobRun.job == "drill")).all()
    assert drilled
    root = app.extensions["settings"].files_dir
    for digest in {*drilled, *manifest.files}:
        assert backup.manifest.sha256_of(path_of(digest, root)) == digest
    lease = lease_of("scheduler")
    assert lease is not None
    assert (lease.holder, lease.epoch, deliveries_held()) == ("", 1, True)
    db.session.rollback()
    again = acquire("scheduler", "there:1")
    assert again is not None
    assert again.epoch == 2


def _count(table: str) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(sa.table(table))) or 0


def test_a_restore_never_writes_over_anything(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    place, manifest = _made(filled, tmp_path)
    with filled.app_context(), pytest.raises(Unusable, match="不是空的"):
        backup.restore(place, manifest, now=NOW)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Heartbeat)) == 1
    db.session.rollback()
    with elsewhere.app_context():
        backup.restore(place, manifest, now=NOW)
        assert _count("person") == manifest.tables["person"]
        db.session.rollback()
        with pytest.raises(Unusable, match="不是空的"):
            backup.restore(place, manifest, now=NOW)


def _spoil_database(place: Path, manifest: Manifest) -> None:
    path = place / manifest.database
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))


def _lose_file(place: Path, manifest: Manifest) -> None:
    path_of(next(iter(manifest.files)), place / "files").unlink()


def _alter_file(place: Path, manifest: Manifest) -> None:
    path_of(next(iter(manifest.files)), place / "files").write_bytes(b"%PDF-1.4 evidencE")


def _lose_database(place: Path, manifest: Manifest) -> None:
    (place / manifest.database).unlink()


@pytest.mark.parametrize("spoil", [_spoil_database, _lose_file, _alter_file, _lose_database])
def test_a_damaged_backup_is_noticed_and_not_brought_back(
    filled: Flask, elsewhere: Flask, tmp_path: Path, spoil: Any
) -> None:
    place, manifest = _made(filled, tmp_path)
    with filled.app_context():
        assert list(faults(place, manifest)) == []
        spoil(place, manifest)
        assert list(faults(place, manifest)) != []
    with elsewhere.app_context():
        with pytest.raises(Unusable, match="备份已损坏"):
            backup.restore(place, manifest, now=NOW)
        assert engine().is_empty()


def test_rows_that_were_taken_out_of_the_copy_are_missed(filled: Flask, tmp_path: Path) -> None:
    place, manifest = _made(filled, tmp_path)
    fewer = replace(manifest, tables={**manifest.tables, "person": manifest.tables["person"] + 1})
    unmarked = replace(manifest, marker="2026-03-18T01:30:00.never")
    with filled.app_context():
        assert [fault.partition("：")[0] for fault in faults(place, fewer)] == ["person"]
        assert ["标记" in fault for fault in faults(place, unmarked)] == [True]


def test_an_altered_manifest_is_no_manifest(filled: Flask, tmp_path: Path) -> None:
    place, manifest = _made(filled, tmp_path)
    assert read_manifest(place) == manifest
    body = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    body["tables"]["person"] += 1
    (place / MANIFEST).write_text(json.dumps(body), encoding="utf-8")
    with pytest.raises(Unusable, match="被改动过"):
        read_manifest(place)
    (place / MANIFEST).unlink()
    with pytest.raises(Unusable, match="不是完整的备份"):
        read_manifest(place)


def test_keys_are_never_in_a_backup_and_are_asked_for_on_return(
    filled: Flask, elsewhere: Flask, tmp_path: Path
) -> None:
    place, manifest = _made(filled, tmp_path)
    keys = [*filled.config["SEAL_KEYS"], filled.config["SECRET_KEY"]]
    for path in place.rglob("*"):
        if path.is_file():
            assert not any(key.encode() in path.read_bytes() for key in keys)
    elsewhere.config["SEAL_KEYS"] = ("another key that seals, not a secret",)
    with elsewhere.app_context():
        with pytest.raises(Unusable, match="缺少备份时的密钥"):
            backup.restore(place, manifest, now=NOW)
        backup.restore(place, manifest, now=NOW, other_keys=True)
        assert _count("person") == manifest.tables["person"]


def test_letters_still_verify_where_they_were_brought_back_and_what_was_changed_there_is_found(
    filled: Flask, cast: Cast, elsewhere: Flask, tmp_path: Path
) -> None:
    letter = in_force(cast)
    number = letter.number or ""
    place, manifest = _made(filled, tmp_path)
    with elsewhere.app_context():
        backup.restore(place, manifest, now=NOW)
    shutil.rmtree(elsewhere.extensions["settings"].files_dir)

    def verify(*command: str) -> Result:
        # In a context without the first installation, which a command would take for its own.
        return Context().run(elsewhere.test_cli_runner().invoke, args=command)

    whole = verify("letters", "verify", "--all")
    assert (whole.exit_code, whole.output) == (0, "核对 1 份，问题 0 处\n")
    assert verify("audit", "verify").exit_code == 0
    with elsewhere.app_context(), write_transaction() as session:
        session.execute(sa.text("UPDATE letter_signature SET person_name = '冒名'"))
    changed = verify("letters", "verify", "--all")
    assert (changed.exit_code, number in changed.output) == (1, True)


def test_a_file_that_was_lost_before_is_named_and_the_rest_is_kept(filled: Flask, tmp_path: Path) -> None:
    root = filled.extensions["settings"].files_dir
    with write_transaction():
        digest = keep(b"%PDF-1.4 lost", "application/pdf", root=root, now=NOW)
    path_of(digest, root).unlink()
    runner = filled.test_cli_runner()
    done = runner.invoke(args=["backup", "create", str(tmp_path / "kept")])
    assert (done.exit_code, digest in done.output) == (1, True)
    (place,) = (tmp_path / "kept").iterdir()
    done = runner.invoke(args=["backup", "verify", str(place)])
    assert (done.exit_code, "完好" in done.output) == (0, True)


def test_a_backup_that_could_not_be_finished_leaves_nothing(
    filled: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Manifest, "write", full)
    done = filled.test_cli_runner().invoke(args=["backup", "create", str(tmp_path / "kept")])
    assert done.exit_code == 1
    assert list((tmp_path / "kept").iterdir()) == []


def test_the_shell_makes_checks_and_brings_back(filled: Flask, elsewhere: Flask, tmp_path: Path) -> None:
    made = filled.test_cli_runner().invoke(args=["backup", "create", str(tmp_path / "kept")])
    assert made.exit_code == 0, made.output
    place = made.output.splitlines()[0]
    restored = Context().run(elsewhere.test_cli_runner().invoke, args=["backup", "restore", place])
    assert (restored.exit_code, "外发消息已停发" in restored.output) == (0, True), restored.output
    with elsewhere.app_context():
        assert _count("person") > 0
        db.session.rollback()
    again = Context().run(elsewhere.test_cli_runner().invoke, args=["backup", "restore", place])
    assert (again.exit_code, "不是空的" in again.output) == (1, True)


def test_a_backup_goes_back_to_its_own_engine_and_no_newer_one_is_taken(filled: Flask, tmp_path: Path) -> None:
    place, manifest = _made(filled, tmp_path)
    other = "postgresql" if manifest.engine == "sqlite" else "sqlite"
    for changed, said in ((replace(manifest, engine=other), other), (replace(manifest, revision="9999"), "9999")):
        with filled.app_context(), pytest.raises(Unusable, match=said):
            backup.restore(place, changed, now=NOW)
