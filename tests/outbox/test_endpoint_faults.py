"""A fault of the endpoint is no fault of the messages: the others wait for it, and go out when it works again."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import Cast
from tests.clock import Clock
from tests.outbox.servers import TAKEN, Answer, Authority, ChatServer, MailServer, flood, reset
from tests.outbox.test_answers import said
from tests.outbox.world import attempts, courier, crowd, deliveries, mail_facts, set_up_mail, set_up_robot, tell
from tracker.delivery import commands
from tracker.delivery.commands import EndpointFacts
from tracker.delivery.models import ChannelEndpoint
from tracker.delivery.rules import MOST_ATTEMPTS, OF_ENDPOINT, DeliveryState, EndpointKind, answered
from tracker.kernel.db import db, write_transaction
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


def mend(cast: Cast, endpoint: ChannelEndpoint, facts: EndpointFacts, clock: Clock) -> None:
    """Let the administrator save an endpoint anew."""
    with write_transaction() as session:
        row = session.get_one(ChannelEndpoint, endpoint.id)
        commands.edit_endpoint(row, facts, version=row.version, by=cast.actor("administrator"), now=clock.now)


@pytest.mark.parametrize("answer", [said(310000), (404, {}, b"")])
def test_what_a_robot_refuses_for_a_wrong_keyword_or_address_waits_until_that_is_mended(
    cast: Cast, authority: Authority, chat_server: ChatServer, clock: Clock, answer: Answer
) -> None:
    endpoint = set_up_robot(cast, KIND.DINGTALK, chat_server.url(), authority)
    crowd(cast, 8, grave=3)
    chat_server.answer = answer
    work_through(clock, 20)
    # To mend it wrongly is no fault of the messages either.
    mend(cast, endpoint, EndpointFacts("群机器人", key="WRONG"), clock)
    work_through(clock, 20)
    assert states() == {STATE.PENDING: 8}
    assert {row.code.startswith(OF_ENDPOINT) for row in attempts()} == {True}
    assert (len(told("delivery.endpoint_failing")), told("delivery.refused")) == (2, [])
    chat_server.answer = TAKEN
    mend(cast, endpoint, EndpointFacts("群机器人", key="SEC"), clock)
    work_through(clock, 2)
    assert states() == {STATE.SENT: 8}


def test_what_a_mail_server_refuses_for_its_sender_waits_until_that_is_mended(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    endpoint = set_up_mail(cast, mail_server.port, authority)
    crowd(cast, 8, channel=Channel.MAIL, grave=3)

    async def owns(_server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:
        if address != "office@example.gov.cn":
            return "553 5.7.1 sender address rejected: not owned by user"
        envelope.mail_from = address
        return "250 OK"

    mail_server.handle_MAIL = owns  # type: ignore[attr-defined]
    work_through(clock, 10)
    assert (states(), mail_server.receipts.rows) == ({STATE.PENDING: 8}, [])
    mend(cast, endpoint, mail_facts(mail_server.port, sender="office@example.gov.cn"), clock)
    work_through(clock, 20, every=timedelta(minutes=4))
    assert states() == {STATE.SENT: 8}


def test_a_message_that_alone_is_refused_keeps_nobody_waiting_and_fails_in_the_end(
    cast: Cast, authority: Authority, chat_server: ChatServer, clock: Clock
) -> None:
    set_up_robot(cast, KIND.DINGTALK, chat_server.url(), authority)
    crowd(cast, 4, grave=1)

    def keyword(_before: int) -> Answer:
        return said(310000) if "第0人" in chat_server.receipts.rows[-1]["text"] else TAKEN

    chat_server.answer = keyword
    work_through(clock, 2)
    assert states() == {STATE.PENDING: 1, STATE.SENT: 3}
    worker = courier()
    for _attempt in range(20):
        clock.set(max(clock.now, deliveries()[0].next_attempt_at))
        worker.work()
    assert (states(), deliveries()[0].attempts) == ({STATE.FAILED: 1, STATE.SENT: 3}, 1 + MOST_ATTEMPTS)
    assert (len(told("delivery.endpoint_failing")), len(told("delivery.refused"))) == (1, 1)


@pytest.mark.parametrize("status", [429, 503])
def test_refusals_that_are_the_endpoints_use_up_no_attempts_and_say_so(
    cast: Cast, authority: Authority, chat_server: ChatServer, clock: Clock, status: int
) -> None:
    set_up_robot(cast, KIND.WECOM, chat_server.url(), authority)
    tell(cast, channels=(Channel.CHAT,))
    worker = courier()
    chat_server.answer = (status, {}, b"")
    while len(attempts()) < MOST_ATTEMPTS:
        worker.work()
        clock.advance(timedelta(minutes=30))
    assert {row.code for row in attempts()} == {f"{OF_ENDPOINT}{status}"}
    assert str(answered(f"{OF_ENDPOINT}{status}")) == f"渠道本身的问题：{status}"
    chat_server.answer = said(-1)
    worker.work()
    (delivery,) = deliveries()
    # It waits no longer either than after a first refusal of its own.
    assert (delivery.state, delivery.provider_code) == (STATE.PENDING, "200 -1")
    assert delivery.next_attempt_at - clock.now == timedelta(minutes=1)


def test_what_failed_is_sent_again_with_all_its_attempts_and_all_of_an_endpoint_together(
    app: Flask, cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    endpoint = set_up_mail(cast, mail_server.port, authority)
    crowd(cast, 3, channel=Channel.MAIL)
    mail_server.mode, worker, runner = "550", courier(), app.test_cli_runner()
    worker.work()
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE delivery_attempt SET attempt = 12, outcome = 'permanent', code = '450'"))
        connection.execute(
            sa.text(
                "INSERT INTO delivery_attempt (delivery_id, attempt, at, outcome, code, holder)"
                " SELECT delivery_id, 11, at, 'temporary', '450', holder FROM delivery_attempt"
            )
        )
        connection.execute(sa.text("UPDATE delivery SET attempts = 12, provider_code = '450'"))
    for wrong in (["1", "--endpoint", str(endpoint.id)], [], ["--endpoint", "999"]):
        assert runner.invoke(args=["deliver", "retry", *wrong]).exit_code != 0
    assert states() == {STATE.FAILED: 3}
    done = runner.invoke(args=["deliver", "retry", "--endpoint", str(endpoint.id)])
    assert (done.exit_code, "3 条" in done.output) == (0, True)
    mail_server.mode = "450"
    worker.work()
    assert [(row.state, row.attempts, row.provider_code) for row in deliveries()] == [(STATE.PENDING, 13, "450")] * 3
    mail_server.mode = "ok"
    clock.advance(timedelta(minutes=2))
    worker.work()
    assert states() == {STATE.SENT: 3}
