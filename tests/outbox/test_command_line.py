"""flask deliver: list, resolve, retry, release."""

from flask import Flask

from tests.cast import NOW, Cast
from tests.outbox.servers import Authority, MailServer
from tests.outbox.world import courier, deliveries, set_up_mail, tell
from tracker.delivery.rules import DeliveryState
from tracker.kernel.db import write_transaction
from tracker.kernel.installation import deliveries_held, hold_deliveries


def test_an_operator_lists_resolves_and_retries(
    app: Flask, cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    for reader, mode in (("finance_head", "550"), ("town_head", "reset after data")):
        mail_server.mode = mode
        tell(cast, reader)
        courier().work()
    failed, uncertain = deliveries()
    runner = app.test_cli_runner()
    listed = runner.invoke(args=["deliver", "list"]).output
    assert ("550" in listed, "connection_lost" in listed, "钱广源" in listed) == (True, True, True)
    assert "550" not in runner.invoke(args=["deliver", "list", "--state", "uncertain"]).output
    assert runner.invoke(args=["deliver", "retry", str(failed.id)]).exit_code == 0
    assert runner.invoke(args=["deliver", "retry", str(failed.id)]).exit_code == 1
    assert runner.invoke(args=["deliver", "resolve", str(uncertain.id), "--sent"]).exit_code == 0
    assert runner.invoke(args=["deliver", "resolve", str(uncertain.id), "--resend"]).exit_code == 1
    assert [row.state for row in deliveries()] == [DeliveryState.PENDING, DeliveryState.SENT]


def test_an_operator_releases_what_a_restore_held(app: Flask, cast: Cast) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["deliver", "release"]).exit_code == 1
    with write_transaction():
        hold_deliveries(reason="restored", now=NOW)
    assert runner.invoke(args=["deliver", "release"]).exit_code == 0
    assert deliveries_held() is False
