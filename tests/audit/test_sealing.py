"""Acts are marked as they are recorded, and sealed in batches that nobody waits for."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.audit.tampering import PLACE, SEAL, behind, enter, sealed, told, verify
from tests.clock import NOW
from tracker.audit import commands
from tracker.audit.commands import record, seal_batch
from tracker.audit.models import AuditEntry, AuditPlace, AuditSeal
from tracker.audit.queries import chain_state, history, settled_id
from tracker.audit.sealing import seal_waiting
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.organisation.commands import add_region
from tracker.organisation.models import Region
from tracker.organisation.rules import RegionLevel

WRITERS, ACTS, EACH = 8, 25, 3


def act(number: int) -> None:
    record("plan.correct", "plan", number, by=SYSTEM, now=NOW, new={"n": number})


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements about acts that go to the database meanwhile."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "audit_entry" in statement:
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_the_ids_of_a_transaction_are_asked_for_once_and_its_acts_written_at_once(session: Session) -> None:
    with counted() as statements, write_transaction():
        for number in range(4):
            act(number)
    assert len(statements) == 2
    assert told() == []


def test_many_acts_of_one_transaction_keep_their_order(session: Session) -> None:
    with counted() as statements, write_transaction():
        for number in range(300):
            act(number)
        assert len(statements) <= 5
    found = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.subject_id for entry in found] == list(range(300))


@pytest.mark.postgres
def test_postgresql_hands_out_ids_in_portions_that_grow(session: Session) -> None:
    first, *rest = enter(30)
    assert rest == list(range(first + 1, first + 30))
    assert enter(1) == [first + 4 + 16 + 64]


def test_an_act_undone_within_a_transaction_leaves_none_behind(session: Session) -> None:
    with write_transaction():
        act(1)
        place = session.begin_nested()
        act(2)
        place.rollback()
        act(3)
    assert [entry.subject_id for number in (1, 2, 3) for entry in history("plan", number)] == [1, 3]
    seal_waiting(now=NOW)
    assert told() == []


@pytest.mark.parametrize("well", [False, True])
def test_what_cannot_be_recorded_does_not_happen(session: Session, well: bool) -> None:
    def add() -> None:
        with write_transaction():
            add_region(code="990101", name="临江区", level=RegionLevel.COUNTY, by=SYSTEM, now=NOW)

    if well:
        add()
    else:
        behind(sa.text("ALTER TABLE audit_entry RENAME TO elsewhere"))
        with pytest.raises(sa.exc.DBAPIError):
            add()
        behind(sa.text("ALTER TABLE elsewhere RENAME TO audit_entry"))
    assert session.scalar(sa.select(sa.func.count(Region.id))) == int(well)


def test_sealing_numbers_acts_without_a_gap_and_chains_the_seals(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "BATCH", 4)
    ids = enter(10)
    assert seal_waiting(now=NOW) == 10
    assert seal_waiting(now=NOW) == 0
    seals = session.scalars(sa.select(AuditSeal).order_by(AuditSeal.number)).all()
    assert [(seal.first_sequence, seal.last_sequence) for seal in seals] == [(1, 4), (5, 8), (9, 10)]
    assert [seal.previous for seal in seals] == ["0" * 64, seals[0].digest, seals[1].digest]
    assert list(session.scalars(sa.select(AuditPlace.entry_id).order_by(AuditPlace.sequence))) == ids
    assert told() == []


def test_lately_and_everything(session: Session) -> None:
    """Beside the whole record, what is older than a day need not be looked through every half minute."""
    sealed(3)
    assert settled_id(NOW + timedelta(hours=1)) == 0
    later = NOW + timedelta(days=2)
    ids = sorted(session.scalars(sa.select(AuditEntry.id)))
    assert settled_id(later) == ids[-1]
    behind(sa.delete(PLACE), sa.update(SEAL).values(first_sequence=1, last_sequence=1))
    assert seal_waiting(now=later) == 0
    assert chain_state(later).unsealed == 0
    assert seal_waiting(now=later, everything=True) == 3


def test_a_clock_that_went_back_is_put_on_record_and_the_sequence_goes_on(session: Session) -> None:
    sealed(1)
    enter(1)
    assert seal_waiting(now=NOW - timedelta(days=1)) == 2
    [alarm] = session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "audit.clock_back"))
    assert (alarm.old["clock"], alarm.new["clock"]) == ("2026-03-18T01:30:00+00:00", "2026-03-17T01:30:00+00:00")
    assert list(session.scalars(sa.select(AuditPlace.sequence).order_by(AuditPlace.sequence))) == [1, 2, 3]
    assert told() == []
    enter(1)
    assert seal_waiting(now=NOW - timedelta(hours=23)) == 1
    assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.act == "audit.clock_back")) == 1


def test_a_sealer_whose_number_was_taken_leaves_it_to_the_other(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed(2)
    enter(1)
    # As a rival sees it who read before the last seal was written.
    monkeypatch.setattr("tracker.audit.queries.last_seal", lambda: None)
    assert seal_waiting(now=NOW) == 0
    monkeypatch.undo()
    assert told() == []
    assert seal_waiting(now=NOW) == 1


@pytest.mark.postgres
def test_an_act_under_way_while_later_ones_are_sealed_goes_into_the_next_batch(app: Flask, session: Session) -> None:
    held, go = threading.Event(), threading.Event()

    def late() -> None:
        with app.app_context():
            try:
                with write_transaction():
                    act(1)
                    db.session.flush()
                    held.set()
                    go.wait(timeout=30)
            finally:
                db.session.remove()

    thread = threading.Thread(target=late)
    thread.start()
    assert held.wait(timeout=30)
    later = enter(2, first=2)
    assert seal_waiting(now=NOW) == 2
    go.set()
    thread.join(timeout=30)
    [first] = [entry.id for entry in history("plan", 1)]
    session.rollback()
    assert first < min(later)
    assert verify()[1].unsealed == 1
    assert seal_waiting(now=NOW) == 1
    assert list(session.scalars(sa.select(AuditPlace.entry_id).order_by(AuditPlace.sequence))) == [*later, first]
    assert told() == []


def together(app: Flask, work: Callable[[int], None], number: int, faults: list[str]) -> list[threading.Thread]:
    """So many threads at the same work, each with a session of its own."""

    def run(index: int) -> None:
        with app.app_context():
            try:
                work(index)
            except Exception as error:  # noqa: BLE001 - whatever happens is what the test must show
                faults.append(repr(error))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    return threads


@pytest.mark.postgres
def test_eight_writers_and_two_sealers_lose_nothing_and_seal_each_act_once(app: Flask, session: Session) -> None:
    done, faults = threading.Event(), list[str]()

    def write(writer: int) -> None:
        for number in range(ACTS):
            with write_transaction():
                for part in range(EACH):
                    act((writer * ACTS + number) * EACH + part)

    def keep_sealing(_sealer: int) -> None:
        while not done.is_set():
            seal_waiting(now=NOW)

    sealers = together(app, keep_sealing, 2, faults)
    for thread in together(app, write, WRITERS, faults):
        thread.join(timeout=120)
    done.set()
    for thread in sealers:
        thread.join(timeout=60)
    seal_waiting(now=NOW)
    assert faults == []
    total = WRITERS * ACTS * EACH
    assert sorted(session.scalars(sa.select(AuditEntry.subject_id))) == list(range(total))
    assert list(session.scalars(sa.select(AuditPlace.sequence).order_by("sequence"))) == list(range(1, total + 1))
    assert len(set(session.scalars(sa.select(AuditPlace.entry_id)))) == total
    assert (session.scalar(sa.select(sa.func.count(AuditSeal.number))) or 0) > 1
    findings, walk = verify()
    assert (findings, walk.rows, walk.unsealed) == ([], total, 0)


def test_a_batch_with_nothing_to_seal_writes_nothing(session: Session) -> None:
    with write_transaction():
        assert seal_batch(by=SYSTEM, now=NOW) is None
    assert session.scalar(sa.select(sa.func.count(AuditSeal.number))) == 0
