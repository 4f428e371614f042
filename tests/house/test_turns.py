"""SQLite has one turn to write: whoever waits for it looks again and again, and takes it or says that none came."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from sqlite3 import Connection as SqliteConnection
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tracker.kernel import sqlite
from tracker.kernel.db import db, write_transaction

pytestmark = pytest.mark.sqlite


@contextmanager
def _somebody_writing() -> Iterator[SqliteConnection]:
    """Another connection that is in the middle of a write."""
    with db.engine.connect() as other:
        driver = other.connection.driver_connection
        assert isinstance(driver, SqliteConnection)
        driver.execute("BEGIN IMMEDIATE")
        try:
            yield driver
        finally:
            if driver.in_transaction:
                driver.rollback()


def _patience(session: Session) -> int:
    return int(session.scalar(sa.text("PRAGMA busy_timeout")) or 0)


def test_the_turn_is_taken_as_soon_as_it_is_free(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = list[float]()
    with _somebody_writing() as other:

        def wait(seconds: float) -> None:
            looks.append(seconds)
            if len(looks) == 3:
                other.commit()

        monkeypatch.setattr("tracker.kernel.sqlite.time", SimpleNamespace(sleep=wait, monotonic=lambda: 0))
        with write_transaction() as mine:
            mine.execute(sa.text("UPDATE alembic_version SET version_num = version_num"))
    assert looks == [sqlite.TURN_SECONDS] * 3
    assert _patience(session) == 1000 * sqlite.BUSY_SECONDS


def test_who_waits_in_vain_is_told_so_and_may_wait_again(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    moments, looks = count(), list[float]()
    passing = SimpleNamespace(sleep=looks.append, monotonic=lambda: next(moments))
    monkeypatch.setattr("tracker.kernel.sqlite.time", passing)
    with _somebody_writing(), pytest.raises(sa.exc.OperationalError, match="locked"), write_transaction():
        pytest.fail("two wrote at once")
    assert len(looks) == sqlite.BUSY_SECONDS - 1
    assert _patience(session) == 1000 * sqlite.BUSY_SECONDS
    session.rollback()
    with write_transaction() as mine:
        mine.execute(sa.text("UPDATE alembic_version SET version_num = version_num"))


def test_another_fault_is_no_reason_to_wait(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    never = SimpleNamespace(sleep=lambda _seconds: pytest.fail("waited for nothing"), monotonic=lambda: 0)
    monkeypatch.setattr("tracker.kernel.sqlite.time", never)
    with write_transaction() as mine, pytest.raises(sa.exc.OperationalError, match="within a transaction"):
        sqlite._begin_writing(mine.connection())
