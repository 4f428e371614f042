"""A connection that is cut while nothing is asked of it: whoever is done, and only lets go, does not fall of it."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask, request_finished
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.clock import NOW
from tests.engines import Database
from tests.faults import databases
from tracker.jobs import worker as worker_process
from tracker.jobs.running import Shift
from tracker.kernel import jobs, processes
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Refusal, Stale
from tracker.kernel.jobs import Heartbeat

Lose = Callable[..., None]


@pytest.fixture
def lose(database: Database) -> Lose:
    """Read something, and lose the line."""

    def lost(*_whatever: object, **_else: object) -> None:
        with databases.server(database.url) as server:
            server.execute("SELECT pg_terminate_backend(%s, 5000)", (db.session.scalar(sa.text(OWN)),))

    return lost


OWN = "SELECT pg_backend_pid()"


@pytest.mark.postgres
def test_letting_go_of_a_lost_connection_is_no_fault(session: Session, lose: Lose) -> None:
    lose()
    db.session.remove()
    lose()
    db.session.rollback()
    assert db.session.scalar(sa.select(1)) == 1


@pytest.mark.postgres
def test_who_read_before_the_cut_writes_after_it(session: Session, lose: Lose) -> None:
    lose()
    with write_transaction():
        jobs.beat("worker", holder="here:1", now=NOW)
    assert db.session.get_one(Heartbeat, "worker").holder == "here:1"


@pytest.mark.postgres
def test_what_was_refused_meanwhile_is_still_what_is_said(session: Session, lose: Lose) -> None:
    def refuse() -> None:
        with write_transaction():
            lose()
            raise Stale

    with pytest.raises(Stale):
        refuse()


@pytest.mark.postgres
def test_a_page_that_is_ready_is_answered_though_the_line_is_lost_at_its_end(
    app: Flask, client_as: Callable[[str], FlaskClient], lose: Lose
) -> None:
    client = client_as("finance_head")
    with request_finished.connected_to(lose, app):
        assert client.get("/me").status_code == 200
    assert client.get("/me").status_code == 200


@pytest.mark.postgres
def test_a_turn_that_loses_its_line_at_the_end_is_followed_by_the_next(
    app: Flask, lose: Lose, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = list[Shift]()

    def turn(shift: Shift) -> bool:
        turns.append(shift)
        lose()
        return True

    monkeypatch.setattr(worker_process, "TURNS", (turn,))
    assert worker_process._turn(app, Shift("here:1"))
    assert worker_process._turn(app, Shift("here:1"))
    assert len(turns) == 2


class Away:
    """An act for which the database is away the first times that it is tried."""

    def __init__(self, times: int) -> None:
        self.left, self.done = times, 0

    def __call__(self) -> None:
        if self.left:
            self.left -= 1
            raise sa.exc.OperationalError("SELECT 1", {}, Exception("the server closed the connection"))
        self.done += 1


class ToldToStop(threading.Event):
    """Whoever waits for it is told to stop at once."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


def test_what_a_process_needs_to_begin_is_tried_until_the_database_is_back(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "AGAIN_SECONDS", 0)
    act = Away(3)
    processes.insist(act, over=threading.Event())
    assert act.done == 1


def test_whoever_is_told_to_stop_meanwhile_does_not_wait_for_the_database(session: Session) -> None:
    act, over = Away(1000), ToldToStop()
    processes.insist(act, over=over)
    assert (act.done, act.left) == (0, 999)


def test_a_refusal_is_not_waited_out(session: Session) -> None:
    def refused() -> None:
        raise Stale

    with pytest.raises(Refusal):
        processes.insist(refused, over=threading.Event())


def test_a_process_ends_though_it_cannot_say_so(session: Session) -> None:
    act = Away(1)
    processes.try_once(act)
    assert act.done == 0
