"""What became of a message between the planning of a digest and its sending, and what is told of it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.outbox.servers import Authority, ChatServer, MailServer
from tests.outbox.world import allow, courier, deliveries, items, set_up_mail, set_up_robot, tell
from tracker.delivery import commands, queries
from tracker.delivery.commands import Wishes
from tracker.delivery.planning import plan_deliveries
from tracker.delivery.queries import Narrowed
from tracker.delivery.rules import DeliveryState, EndpointKind, answered
from tracker.kernel.db import db, write_transaction
from tracker.organisation.models import Person
from tracker.outbox.commands import settle
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel
from tracker.outbox.words import sentence_of

STATE = DeliveryState
SETTLED = ("account", 7)
"""What a message is about that is done with before its digest leaves."""


def settles() -> None:
    """What the message was about is done with."""
    with write_transaction():
        settle(SETTLED, now=NOW)


def wishes(cast: Cast, **wanted: bool) -> None:
    """The head leaves on what is named."""
    head = db.session.get_one(Person, cast.person_ids["finance_head"])
    wished = Wishes(**{"mail": False, "chat": False, **wanted})
    with write_transaction():
        commands.set_preferences(wished, email=head.email, by=cast.actor("finance_head"), now=NOW)


def test_who_read_all_before_the_digest_left_hears_of_what_comes_later_that_day(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    worker = courier()
    tell(cast, key="a", subject=SETTLED)
    assert plan_deliveries(clock.now) == 1
    settles()
    worker.work()
    assert [row.state for row in deliveries()] == [STATE.CANCELLED]
    clock.advance(timedelta(hours=1))
    tell(cast, key="b")
    worker.work()
    worker.work()
    assert [row.state for row in deliveries()] == [STATE.CANCELLED, STATE.SENT]
    assert len(mail_server.receipts.rows) == 1


def test_what_was_switched_off_meanwhile_does_not_go_out_and_does_when_it_is_on_again(
    app: Flask, cast: Cast, authority: Authority, mail_server: MailServer, chat_server: ChatServer, clock: Clock
) -> None:
    mail = set_up_mail(cast, mail_server.port, authority)
    robot = set_up_robot(cast, EndpointKind.WECOM, chat_server.url(), authority)
    allow(app, f"{mail.host}:{mail.port}", f"{robot.host}:{robot.port}", ca=authority.ca)
    tell(cast, channels=(Channel.MAIL, Channel.CHAT))
    tell(cast, key="grave", urgency=3, title="约谈", channels=(Channel.MAIL, Channel.CHAT))
    assert plan_deliveries(NOW) == 2
    wishes(cast)
    worker = courier()
    worker.work()
    assert chat_server.receipts.rows == []
    (gravest,) = mail_server.receipts.rows
    assert [row.included for row in items() if row.channel is Channel.MAIL] == [2, 1], "that goes by mail all the same"
    clock.advance(timedelta(minutes=5))
    worker.work()
    assert [row.state for row in deliveries()] == [STATE.SENT, STATE.CANCELLED]
    wishes(cast, chat=True)
    worker.work()
    clock.advance(timedelta(minutes=5))
    worker.work()
    assert len(chat_server.receipts.rows) == 1
    assert mail_server.receipts.rows == [gravest]


def test_an_address_that_was_gone_for_a_while_loses_nothing(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast)
    assert plan_deliveries(NOW) == 1
    head = cast.person_ids["finance_head"]
    worker = courier()
    for address, states, arrived in (
        ("", [STATE.CANCELLED], 0),
        ("new@example.gov.cn", [STATE.CANCELLED, STATE.SENT], 1),
    ):
        with write_transaction() as session:
            session.get_one(Person, head).email = address
        clock.advance(timedelta(minutes=5))
        worker.work()
        worker.work()
        assert ([row.state for row in deliveries()], len(mail_server.receipts.rows)) == (states, arrived)


def test_a_repetition_holds_what_it_held_and_news_have_a_digest_of_their_own(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    mail_server.mode = "reset after data"
    tell(cast, key="old", title="旧事", urgency=2)
    worker = courier()
    worker.work()
    mail_server.mode = "ok"
    tell(cast, key="new", title="新事", urgency=3)
    for _while in range(4):
        clock.advance(timedelta(seconds=25))
        worker.work()
    (before,) = deliveries()
    assert (before.state, before.resent, "新事" in (before.payload or "")) == (STATE.SENT, True, False)
    clock.advance(timedelta(days=1))
    worker.work()
    (_again, after) = deliveries()
    assert (after.state, after.resent, "新事" in (after.payload or "")) == (STATE.SENT, False, True)
    assert after.message_id != before.message_id


def test_the_trail_forgets_nothing_that_may_have_gone_out_and_claims_nothing_that_did_not(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast, key="a", subject=SETTLED, urgency=2, title="甲")
    tell(cast, key="b", subject=("account", 8), urgency=2, title="乙")
    mail_server.mode = "reset after data"
    worker = courier()
    worker.work()
    mail_server.mode = "ok"
    tell(cast, "finance_liaison", key="c", subject=SETTLED, title="丙")
    tell(cast, "finance_liaison", key="d", subject=("account", 9), title="丁")
    plan_deliveries(clock.now)
    settles()
    clock.advance(timedelta(minutes=2))
    worker.work()
    assert [row.state for row in deliveries()] == [STATE.SENT, STATE.SENT]
    sent = queries.trail_page(cast.group_ids["g1"], Narrowed(states=(STATE.SENT,)))
    assert [told.item.params["title"] for told in sent.rows] == ["丁", "乙", "甲"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("no_starttls", "STARTTLS"),
        ("200 no_code", "200 答复中没有结果代码"),
        ("550", "550"),
        ("odd words", "odd words"),
    ],
)
def test_codes_are_told_in_words_and_a_provider_s_as_they_are(code: str, said: str) -> None:
    assert said in str(answered(code))


def test_the_administrator_reads_in_words_why_a_channel_fails(cast: Cast, authority: Authority) -> None:
    with MailServer(authority, starttls=False) as plain:
        set_up_mail(cast, plain.port, authority)
        tell(cast)
        courier().work()
    failing = db.session.scalars(sa.select(InboxItem).where(InboxItem.kind == "delivery.endpoint_failing")).one()
    assert "对方不支持 STARTTLS 加密" in sentence_of(failing)
