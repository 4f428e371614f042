"""A database that may only be read: pages still open, and who writes is told to come again."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast
from tests.tasks.stories import issued
from tracker.kernel.db import db, write_transaction
from tracker.kernel.jobs import Heartbeat, beat
from tracker.tasks.models import Task
from tracker.tasks.rules import TaskState

ClientAs = Callable[[str], FlaskClient]
FORBID = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET TRANSACTION READ ONLY"}


@pytest.fixture
def read_only(app: Flask, engine_name: str) -> Iterator[Callable[[], None]]:
    """Let the database be read alone from now on, until the test is over."""

    def forbid(connection: sa.Connection) -> None:
        connection.exec_driver_sql(FORBID[engine_name])

    with app.app_context():
        engine = db.engine
    yield lambda: event.listen(engine, "begin", forbid)
    if event.contains(engine, "begin", forbid):
        event.remove(engine, "begin", forbid)


def test_who_writes_is_told_to_come_again_and_who_reads_reads(
    cast: Cast, client_as: ClientAs, read_only: Callable[[], None]
) -> None:
    task_id = issued(cast).id
    client = client_as("finance_head")
    read_only()
    answer = client.post(f"/tasks/{task_id}/accept", data={"version": 3})
    assert answer.status_code == 503
    assert "数据库暂时不可用" in answer.text
    assert client.get(f"/tasks/{task_id}").status_code == 200
    db.session.rollback()
    assert db.session.get_one(Task, task_id).state is TaskState.ISSUED


@pytest.mark.sqlite
def test_a_connection_that_could_only_read_is_not_used_again(session: Session) -> None:
    session.connection().exec_driver_sql("PRAGMA query_only = ON")
    session.rollback()
    with pytest.raises(OperationalError, match="readonly"):
        _beat()
    _beat()
    assert session.get_one(Heartbeat, "worker").holder == "here:1"


def _beat() -> None:
    with write_transaction():
        beat("worker", holder="here:1", now=NOW)
