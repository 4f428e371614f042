"""A fault of the endpoint is no fault of the messages: the others wait for it, and go out when it works again."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Cast
from tests.clock import Clock
from tests.outbox.servers import TAKEN, Authority, ChatServer, MailServer, flood, reset
from tests.outbox.world import courier, crowd, deliveries, set_up_mail, set_up_robot
from tracker.delivery.rules import DeliveryState, EndpointKind
from tracker.kernel.db import db
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel

STATE, KIND = DeliveryState, EndpointKind


def states() -> Counter[DeliveryState]:
    """How many deliveries stand how."""
    return Counter(row.state for row in deliveries())


def told(kind: str) -> list[InboxItem]:
    """What administrators were told of a kind."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(InboxItem).where(InboxItem.kind == kind)))


def work_through(clock: Clock, minutes: int, *, every: timedelta = timedelta(minutes=1)) -> None:
    """Let a worker work for so many minutes from now."""
    worker, end = courier(), clock.now + timedelta(minutes=minutes)
    while clock.now < end:
        worker.work()
        clock.advance(every)


SAYS_NOTHING: list[Callable[[ChatServer], None]] = [
    lambda server: setattr(server, "answer", (502, {}, b"")),
    lambda server: setattr(server, "answer", (504, {}, b"")),
    lambda server: setattr(server, "answer", (204, {}, b"")),
    lambda server: setattr(server, "answer", (200, {}, b"<html>welcome to the hotel</html>")),
    lambda server: setattr(server, "answer", (200, {}, b'{"ok": true}')),
    lambda server: setattr(server, "before_body", reset),
    lambda server: setattr(server, "before_answer", flood),
]


@pytest.mark.parametrize("misbehave", SAYS_NOTHING)
def test_a_robot_that_answers_nothing_makes_a_few_doubtful_and_the_others_wait(
    cast: Cast, authority: Authority, chat_server: ChatServer, clock: Clock, misbehave: Callable[[ChatServer], None]
) -> None:
    set_up_robot(cast, KIND.DINGTALK, chat_server.url(), authority)
    crowd(cast, 12)
    misbehave(chat_server)
    work_through(clock, 10)
    # Left alone for 1, 2 and 4 minutes: four were tried, and who can mend it was told once.
    assert states() == {STATE.UNCERTAIN: 4, STATE.PENDING: 8}
    assert len(told("delivery.endpoint_failing")) == 1
    chat_server.answer, chat_server.before_body, chat_server.before_answer = TAKEN, None, None
    work_through(clock, 10)
    assert states() == {STATE.UNCERTAIN: 4, STATE.SENT: 8}


def test_a_mail_server_that_breaks_off_after_the_words_makes_a_few_doubtful_and_the_others_wait(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    crowd(cast, 12, channel=Channel.MAIL)
    mail_server.mode = "reset after data"
    work_through(clock, 10)
    assert states() == {STATE.UNCERTAIN: 4, STATE.PENDING: 8}
    assert max(row.attempts for row in deliveries() if row.state is STATE.PENDING) == 0
    mail_server.mode = "ok"
    work_through(clock, 10)
    assert states() == {STATE.UNCERTAIN: 4, STATE.SENT: 8}


def test_a_mail_whose_own_words_break_the_line_costs_the_others_minutes(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    crowd(cast, 4, channel=Channel.MAIL, grave=1)
    takes = mail_server.handle_DATA

    async def choosy(server: Any, session: Any, envelope: Any) -> str:
        if envelope.rcpt_tos == ["p0@example.gov.cn"]:
            server.transport.abort()
        return await takes(server, session, envelope)

    mail_server.handle_DATA = choosy  # type: ignore[method-assign, assignment]
    work_through(clock, 5)
    assert states() == {STATE.UNCERTAIN: 1, STATE.SENT: 3}
