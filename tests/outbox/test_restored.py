"""A restored copy says nothing before somebody lets it: what had been waiting may have gone out elsewhere."""

import shutil
from pathlib import Path

import pytest
from flask import Flask

from tests.cast import NOW, Cast
from tests.outbox.servers import HOST, Authority, MailServer
from tests.outbox.world import allow, courier, deliveries, set_up_mail, tell
from tracker.delivery import commands
from tracker.delivery.planning import plan_deliveries
from tracker.delivery.rules import DeliveryState
from tracker.kernel import clock as kernel_clock
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.upkeep import backup

if shutil.which("pg_dump") is None:
    pytest.skip("PostgreSQL's client programs are not installed (no pg_dump on the PATH)", allow_module_level=True)


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
        for _turn in range(3):
            assert courier("there:1").work() is False
        assert (mail_server.receipts.rows, [row.state for row in deliveries()]) == ([], [DeliveryState.UNCERTAIN])
        with write_transaction():
            commands.release_held(by=SYSTEM, now=NOW)
        courier("there:1").work()
        # What waited when the backup was made may have gone out since: it goes on the list, and not out again.
        assert (mail_server.receipts.rows, {row.state for row in deliveries()}) == ([], {DeliveryState.UNCERTAIN})
