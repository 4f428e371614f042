"""The database goes away while a worker is at its deliveries: what it alone knows is written down when it is back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.outbox.servers import Authority, MailServer
from tests.outbox.world import attempts, deliveries, set_up_mail, tell
from tracker.delivery import claiming
from tracker.delivery import courier as couriers
from tracker.delivery.claiming import LEASE
from tracker.delivery.courier import Courier
from tracker.delivery.rules import DeliveryState, Outcome
from tracker.kernel import clock as kernel_clock

STATE = DeliveryState


def _away(*_what: object, **_more: object) -> object:
    raise sa.exc.OperationalError("UPDATE delivery", {}, ConnectionError("server closed the connection"))


def _first(times: int, then: Callable[..., object]) -> Callable[..., object]:
    """A function that finds the database away at first."""
    asked: list[int] = []

    def ask(*what: object, **more: object) -> object:
        asked.append(1)
        return _away() if len(asked) <= times else then(*what, **more)

    return ask


def _courier(clock: Clock, *, stopping: Callable[[], bool] = bool) -> Courier:
    """A courier for whom time passes as it waits."""

    def wait(seconds: float) -> None:
        clock.advance(timedelta(seconds=seconds))

    return Courier("host:1", kernel_clock.now, stopping, wait)


def _waiting(cast: Cast, authority: Authority, server: MailServer) -> None:
    set_up_mail(cast, server.port, authority)
    tell(cast, subject=("account", 7))


def test_an_answer_is_written_down_when_the_database_is_back(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _waiting(cast, authority, mail_server)
    monkeypatch.setattr(claiming, "mark", _first(3, claiming.mark))
    _courier(clock).work()
    assert [row.state for row in deliveries()] == [STATE.SENT]
    assert [row.outcome for row in attempts()] == [Outcome.DELIVERED]
    assert len(mail_server.receipts.rows) == 1
    assert clock.now == NOW + timedelta(seconds=3)


def test_a_database_that_stays_away_longer_than_the_lease_leaves_a_doubt_and_no_second_mail(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _waiting(cast, authority, mail_server)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(claiming, "mark", _away)
        with pytest.raises(sa.exc.OperationalError):
            _courier(clock).work()
    assert clock.now == NOW + LEASE
    _courier(clock).work()
    assert [row.state for row in deliveries()] == [STATE.UNCERTAIN]
    assert len(mail_server.receipts.rows) == 1


def test_a_worker_that_is_told_to_stop_does_not_wait_for_the_database(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _waiting(cast, authority, mail_server)
    monkeypatch.setattr(claiming, "mark", _away)
    with pytest.raises(sa.exc.OperationalError):
        _courier(clock, stopping=lambda: bool(mail_server.receipts.rows)).work()
    assert clock.now == NOW


def test_a_digest_that_could_not_be_read_meanwhile_is_not_put_aside(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _waiting(cast, authority, mail_server)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(couriers, "write_digest", _away)
        with pytest.raises(sa.exc.OperationalError):
            _courier(clock).work()
    clock.advance(LEASE)
    _courier(clock).work()
    assert [row.state for row in deliveries()] == [STATE.SENT]
