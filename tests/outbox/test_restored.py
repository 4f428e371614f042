"""A restored copy says nothing before somebody lets it: what had been waiting may have gone out elsewhere."""

import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.outbox.servers import HOST, Authority, MailServer
from tests.outbox.world import allow, courier, deliveries, set_up_mail, tell
from tests.reminders.worlds import running_task
from tracker.delivery import commands
from tracker.delivery.planning import plan_deliveries
from tracker.delivery.rules import DeliveryState
from tracker.kernel import clock as kernel_clock
from tracker.kernel import leases
from tracker.kernel.actor import SYSTEM
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.reminders.leading import LEASE
from tracker.reminders.ticks import tick
from tracker.upkeep import backup

if shutil.which("pg_dump") is None:
    pytest.skip("PostgreSQL's client programs are not installed (no pg_dump on the PATH)", allow_module_level=True)


def _tick(holder: str) -> Sequence[str]:
    term = leases.acquire(LEASE, holder, succeeding=leases.lease_of(LEASE))
    assert term is not None
    return tick(term, now=kernel_clock.now())


def test_a_restored_copy_sends_nothing_before_it_is_released(
    app: Flask, cast: Cast, elsewhere: Flask, authority: Authority, mail_server: MailServer, tmp_path: Path
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast)
    plan_deliveries(NOW)
    tell(cast, "town_head")
    assert [row.state for row in deliveries()] == [DeliveryState.PENDING]
    place, manifest = backup.create(tmp_path, now=kernel_clock.now())
    db.session.rollback()
    with elsewhere.app_context():
        backup.restore(place, manifest, now=NOW)
        allow(elsewhere, f"{HOST}:{mail_server.port}", ca=authority.ca)
        # It is at work: pages come, and the clock's jobs are done.
        assert elsewhere.test_client().get("/", follow_redirects=True).status_code == 200
        assert "sweep" in _tick("there:1")
        for _turn in range(3):
            assert courier("there:1").work() is False
        assert (mail_server.receipts.rows, [row.state for row in deliveries()]) == ([], [DeliveryState.UNCERTAIN])
        with write_transaction():
            commands.release_held(by=SYSTEM, now=NOW)
        courier("there:1").work()
        # What waited when the backup was made may have gone out since: it goes on the list, and not out again.
        assert (mail_server.receipts.rows, {row.state for row in deliveries()}) == ([], {DeliveryState.UNCERTAIN})


def test_what_left_after_the_backup_says_when_it_leaves_again_that_it_may_be_a_repetition(
    app: Flask,
    cast: Cast,
    elsewhere: Flask,
    authority: Authority,
    mail_server: MailServer,
    tmp_path: Path,
    clock: Clock,
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    with write_transaction():
        running_task(cast, due_on=local_date(NOW))
    place, manifest = backup.create(tmp_path, now=kernel_clock.now())
    _tick("here:1")
    courier().work()
    before = list(mail_server.receipts.rows)
    assert before
    clock.advance(timedelta(hours=2))
    db.session.rollback()
    with elsewhere.app_context():
        backup.restore(place, manifest, now=clock.now)
        allow(elsewhere, f"{HOST}:{mail_server.port}", ca=authority.ca)
        clock.advance(timedelta(minutes=10))
        with write_transaction():
            commands.release_held(by=SYSTEM, now=clock.now)
        _tick("there:1")
        courier("there:1").work()
        again = mail_server.receipts.rows[len(before) :]
        # The copy knows nothing of them: other messages, to the same people, about the same.
        assert [row["to"] for row in again] == [row["to"] for row in before]
        assert not {row["id"] for row in again} & {row["id"] for row in before}
        assert [row["subject"].startswith("（可能重复）") for row in before + again] == [
            *(False for _one in before),
            *(True for _one in again),
        ]
        assert "刚从备份恢复" in (deliveries()[0].payload or "")
        # What is told a day later was never told before.
        clock.advance(timedelta(days=1))
        tell(cast, now=clock.now)
        courier("there:1").work()
        assert "可能重复" not in mail_server.receipts.rows[-1]["subject"]
    assert len(mail_server.receipts.rows) == len(before) + len(again) + 1
