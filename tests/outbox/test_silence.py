"""Whoever keeps silent, or speaks a letter at a time, is left when an answer's time is over, and holds nobody else up.

A busy machine needs time for all that comes before, so these tests wait for long.
"""

import time

import pytest

from tests.cast import Cast
from tests.outbox.servers import Authority, ChatServer, MailServer, drip
from tests.outbox.world import courier, deliveries, set_up_mail, set_up_robot, tell
from tracker.delivery.rules import DeliveryState, EndpointKind
from tracker.delivery.senders import http, mail
from tracker.outbox.rules import Channel

STATE = DeliveryState


@pytest.mark.parametrize(
    ("mode", "state", "taken"),
    [
        ("hang", STATE.UNCERTAIN, 1),
        ("drip before data", STATE.PENDING, 0),
        ("drip after data", STATE.UNCERTAIN, 1),
    ],
)
def test_a_mail_server_that_never_ends_is_left(
    cast: Cast,
    authority: Authority,
    mail_server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    state: DeliveryState,
    taken: int,
) -> None:
    monkeypatch.setattr(mail, "SECONDS", 8.0)
    set_up_mail(cast, mail_server.port, authority)
    mail_server.mode, mail_server.hang_seconds = mode, 120.0
    tell(cast)
    began = time.monotonic()
    courier().work()
    (delivery,) = deliveries()
    assert (delivery.state, delivery.provider_code, len(mail_server.receipts.rows)) == (state, "timeout", taken)
    assert time.monotonic() - began < mail_server.hang_seconds


def test_a_robot_that_never_ends_is_left_and_what_came_of_it_unknown(
    cast: Cast, authority: Authority, chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "SECONDS", 10.0)
    set_up_robot(cast, EndpointKind.WECOM, chat_server.url(), authority)
    chat_server.before_answer = drip
    tell(cast, channels=(Channel.CHAT,))
    courier().work()
    assert [(row.state, row.provider_code) for row in deliveries()] == [(STATE.UNCERTAIN, "timeout")]
