"""A disk without room, under files or database: nothing is half-done, a sentence says so, and on when there is room."""

import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from werkzeug import formparser
from werkzeug.test import TestResponse

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.faults.hindered import NO_FURTHER, find_no_room
from tests.jobs.kinds import again, asked, known, writes
from tests.tasks.pages.worlds import accepted
from tracker.jobs.running import Shift, throw_away_halves
from tracker.jobs.worker import _turn
from tracker.kernel.db import Base, db, write_transaction
from tracker.kernel.jobs import JobState, beat
from tracker.tasks.models import Evidence, Task

ClientAs = Callable[[str], FlaskClient]
Hinder = Callable[[sa.Engine], AbstractContextManager[None]]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
FULL, CLOSED = "服务器的磁盘满了", "服务器的文件夹暂时不能读写"


def report(client: FlaskClient, task_id: int, content: bytes = PDF) -> TestResponse:
    """Report with a file."""
    db.session.expire_all()
    version = db.session.get_one(Task, task_id).version
    data = {"version": version, "text": "附材料", "files": (BytesIO(content), "清单.pdf")}
    return client.post(f"/tasks/{task_id}/report", data=data)


def everything(app: Flask) -> tuple[dict[str, int | None], set[Path]]:
    """How many rows each table holds, and the files that lie in the folder of files."""
    count = sa.func.count()
    rows = {
        name: db.session.scalar(sa.select(count).select_from(table)) for name, table in Base.metadata.tables.items()
    }
    db.session.rollback()
    return rows, {path for path in app.extensions["settings"].files_dir.rglob("*") if path.is_file()}


def failing(code: int) -> Callable[..., Any]:
    """A call of the operating system that is refused."""

    def refused(*_whatever: object, **_else: object) -> None:
        raise OSError(code, os.strerror(code))

    return refused


@pytest.mark.parametrize(
    ("code", "language", "said"),
    [
        (errno.ENOSPC, "zh", FULL),
        (errno.EDQUOT, "en", "disk is full"),
        (errno.EROFS, "zh", CLOSED),
        (errno.EACCES, "en", "cannot be read or written"),
    ],
    ids=["no space", "quota", "read-only", "not allowed"],
)
def test_a_file_for_which_there_is_no_place_leaves_nothing_and_is_taken_when_there_is(
    app: Flask,
    cast: Cast,
    client_as: ClientAs,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    language: str,
    said: str,
) -> None:
    # What lies there already is not written again.
    task_id, client, content = accepted(cast, "报送清单")[0], client_as("finance_head"), PDF + str(code).encode()
    client.post("/appearance", data={"language": language, "next": "/me"})
    before = everything(app)
    with monkeypatch.context() as disk:
        # What was written so far lies there, half a file, when the disk refuses.
        disk.setattr(os, "fsync", failing(code))
        refused = report(client, task_id, content)
    assert (refused.status_code, said in refused.text) == (503, True)
    assert everything(app) == before
    assert report(client, task_id, content).status_code == 302
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Evidence)) == 1
    assert len(everything(app)[1] - before[1]) == 1


def test_the_name_of_a_new_file_is_on_disk_before_a_row_speaks_of_it(
    app: Flask, cast: Cast, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id, client = accepted(cast, "报送清单")[0], client_as("finance_head")
    root: Path = app.extensions["settings"].files_dir
    synced = list[Path]()
    monkeypatch.setattr(os, "fsync", lambda place: synced.append(Path(f"/proc/self/fd/{place}").readlink()))
    assert report(client, task_id, PDF + b"the name").status_code == 302
    [half, folder, above] = synced
    assert (half.parent, folder.parent, above) == (folder, root, root)


def test_a_body_that_finds_no_room_on_its_way_in_is_answered_too(
    app: Flask, cast: Cast, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id, client = accepted(cast, "报送清单")[0], client_as("finance_head")
    before = everything(app)
    with monkeypatch.context() as disk:
        disk.setattr(formparser, "SpooledTemporaryFile", failing(errno.ENOSPC))
        refused = report(client, task_id)
    assert (refused.status_code, FULL in refused.text) == (503, True)
    assert everything(app) == before


def test_another_fault_of_the_system_is_a_fault(
    cast: Cast, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id, client = accepted(cast, "报送清单")[0], client_as("finance_head")
    monkeypatch.setattr(os, "fsync", failing(errno.EMLINK))
    with pytest.raises(OSError, match="Too many links"):
        report(client, task_id, PDF + b"another fault")


def test_what_a_killed_writer_left_is_thrown_away_after_a_day_and_nothing_else(app: Flask, clock: Clock) -> None:
    root: Path = app.extensions["settings"].files_dir
    digest = "ab" * 32
    half, fresh, kept = (root / "ab" / name for name in (f".{digest}.123.0a1b2c3d", f".{digest}.456.0a1b2c3d", digest))
    half.parent.mkdir(parents=True, exist_ok=True)
    for path, age in ((half, 25), (fresh, 23), (kept, 1000)):
        path.write_bytes(b"%PDF")
        then = (NOW - timedelta(hours=age)).timestamp()
        os.utime(path, (then, then))
    shift = Shift("here:1")
    with app.app_context():
        assert throw_away_halves(shift) is False
        assert [half.exists(), fresh.exists(), kept.exists()] == [False, True, True]
        clock.advance(timedelta(hours=2))
        throw_away_halves(shift)
        assert fresh.exists(), "once a day is enough"
        clock.advance(timedelta(days=1))
        throw_away_halves(shift)
        assert [fresh.exists(), kept.exists()] == [False, True]


@contextmanager
def full(engine: sa.Engine) -> Iterator[None]:
    """Whoever writes finds no room, by the code that the engine has for that."""
    for way in ("do_execute", "do_executemany"):
        event.listen(engine, way, find_no_room)
    try:
        yield
    finally:
        for way in ("do_execute", "do_executemany"):
            event.remove(engine, way, find_no_room)


@contextmanager
def short(_engine: sa.Engine) -> Iterator[None]:
    """This process can write no file past its first bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (NO_FURTHER, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def code_of(error: sa.exc.DBAPIError) -> str:
    """The code by which an engine refused."""
    return str(getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", ""))


def check_page(app: Flask, cast: Cast, client: FlaskClient, hinder: Hinder, code: str) -> None:
    """Who writes is told to come again, who reads reads, and when there is room the same is done."""
    task_id = accepted(cast, "报送清单")[0]
    before = everything(app)
    with hinder(db.engine):
        with pytest.raises(OperationalError) as refusal:
            _beat()
        assert code_of(refusal.value) == code
        refused = [report(client, task_id) for _time in range(3)]
        assert client.get(f"/tasks/{task_id}").status_code == 200
    assert [(answer.status_code, "数据库暂时不可用" in answer.text) for answer in refused] == [(503, True)] * 3
    assert everything(app)[0] == before[0]
    _beat()
    assert report(client, task_id).status_code == 302


def check_worker(app: Flask, cast: Cast, hinder: Hinder) -> None:
    """It goes on, and when there is room it works."""
    job = asked(cast)
    with known(writes):
        with hinder(db.engine):
            assert [_turn(app, Shift("here:1")) for _time in range(2)] == [False, False]
        assert again(job).state is JobState.WAITING
        assert _turn(app, Shift("here:1"))
    assert again(job).state is JobState.FINISHED


def test_where_the_database_has_no_room_who_writes_is_told_to_come_again(
    app: Flask, engine_name: str, cast: Cast, client_as: ClientAs
) -> None:
    code = {"sqlite": "SQLITE_FULL", "postgresql": "53100"}[engine_name]
    check_page(app, cast, client_as("finance_head"), full, code)


@pytest.mark.sqlite
def test_where_its_files_are_cut_short_it_is_the_same(app: Flask, cast: Cast, client_as: ClientAs) -> None:
    check_page(app, cast, client_as("finance_head"), short, "SQLITE_IOERR_WRITE")


def test_where_the_database_has_no_room_a_worker_goes_on(app: Flask, cast: Cast) -> None:
    check_worker(app, cast, full)


@pytest.mark.sqlite
def test_where_its_files_are_cut_short_a_worker_goes_on(app: Flask, cast: Cast) -> None:
    check_worker(app, cast, short)


def _beat() -> None:
    with write_transaction():
        beat("worker", holder="here:1", now=NOW)
