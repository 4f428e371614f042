"""An endpoint that is edited while it is at work, and one whose secrets can no longer be read."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.faults.altered import beside
from tests.outbox.servers import TAKEN, Answer, Authority, ChatServer, MailServer
from tests.outbox.test_answers import said
from tests.outbox.world import (
    READERS,
    allow,
    courier,
    crowd,
    deliveries,
    mail_facts,
    set_up_mail,
    set_up_robot,
    tell,
)
from tracker.delivery import commands
from tracker.delivery.commands import EndpointFacts
from tracker.delivery.models import ChannelEndpoint
from tracker.delivery.rules import DeliveryState, EndpointKind
from tracker.kernel.db import db, write_transaction
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel

STATE, KIND = DeliveryState, EndpointKind


def edit(cast: Cast, facts: EndpointFacts) -> Callable[[], None]:
    """The administrator's edit of the only endpoint there is."""

    def act() -> None:
        with write_transaction() as session:
            row = session.scalars(sa.select(ChannelEndpoint)).one()
            commands.edit_endpoint(row, facts, version=row.version, by=cast.actor("administrator"), now=NOW)

    return act


def during_the_first(app: Flask, act: Callable[[], None], answer: Answer) -> Callable[[int], Answer]:
    """A robot's answers: while it has its first message, something is done elsewhere."""

    def answers(before: int) -> Answer:
        if before == 0:
            beside(app, act).join(30)
        return answer

    return answers


def only_endpoint() -> ChannelEndpoint:
    """The endpoint as it stands."""
    db.session.rollback()
    return db.session.scalars(sa.select(ChannelEndpoint).execution_options(populate_existing=True)).one()


def failures_told() -> int:
    """How many messages say that an endpoint fails."""
    return len(db.session.scalars(sa.select(InboxItem).where(InboxItem.kind == "delivery.endpoint_failing")).all())


def test_what_was_claimed_before_a_robot_s_address_was_changed_goes_to_the_new_room(
    app: Flask, cast: Cast, authority: Authority, chat_server: ChatServer
) -> None:
    with ChatServer(authority) as other:
        set_up_robot(cast, KIND.WECOM, chat_server.url(), authority)
        allow(app, *(server.url().split("/")[2] for server in (chat_server, other)), ca=authority.ca)
        crowd(cast, 5)
        moved = edit(cast, EndpointFacts("群机器人", url=other.url()))
        chat_server.answer = during_the_first(app, moved, TAKEN)
        worker = courier()
        worker.work()
        assert (len(chat_server.receipts.rows), len(other.receipts.rows)) == (1, 0)
        assert [row.state for row in deliveries()] == [STATE.SENT, *[STATE.PENDING] * 4]
        # The turns of the pace that were not used are there for the others.
        worker.work()
        assert (len(chat_server.receipts.rows), len(other.receipts.rows)) == (1, 4)


def test_what_was_claimed_before_the_mail_server_was_changed_goes_by_the_new_one(
    app: Flask, cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    with MailServer(authority) as other:
        set_up_mail(cast, mail_server.port, authority)
        allow(app, f"127.0.0.1:{mail_server.port}", f"127.0.0.1:{other.port}", ca=authority.ca)
        for reader in READERS:
            tell(cast, reader)
        moved, taking = edit(cast, mail_facts(other.port)), mail_server.handle_DATA

        async def take(server: Any, session: Any, envelope: Any) -> str:
            beside(app, moved).join(30)
            return await taking(server, session, envelope)

        mail_server.handle_DATA = take  # type: ignore[method-assign, assignment]
        worker = courier()
        worker.work()
        worker.work()
        assert (len(mail_server.receipts.rows), len(other.receipts.rows)) == (1, 2)
        assert {row.state for row in deliveries()} == {STATE.SENT}


@pytest.mark.parametrize("mended", [False, True])
def test_how_an_endpoint_failed_before_it_was_edited_is_not_held_against_it(
    app: Flask, cast: Cast, authority: Authority, chat_server: ChatServer, mended: bool
) -> None:
    set_up_robot(cast, KIND.WECOM, chat_server.url("/robot/send?key=wrong"), authority)
    tell(cast, channels=(Channel.CHAT,))
    right = EndpointFacts("群机器人", url=chat_server.url())
    busy = said(45009)
    chat_server.answer = during_the_first(app, edit(cast, right), busy) if mended else busy
    courier().work()
    endpoint = only_endpoint()
    assert (endpoint.failures, endpoint.blocked_until is None) == ((0, True) if mended else (1, False))


def test_without_its_key_a_mail_server_is_offered_no_password_and_the_mail_waits(
    app: Flask, cast: Cast, authority: Authority, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_mail(cast, mail_server.port, authority, login="zeren", password="right")
    tell(cast)
    with monkeypatch.context() as lost:
        lost.setitem(app.config, "SEAL_KEYS", ("another key " * 4,))
        courier().work()
    assert (mail_server.connections, only_endpoint().last_code, failures_told()) == (0, "no_key", 1)
    assert [(row.state, row.attempts) for row in deliveries()] == [(STATE.PENDING, 0)]
    edit(cast, mail_facts(mail_server.port, login="zeren", password="right"))()
    courier().work()
    assert [row.state for row in deliveries()] == [STATE.SENT]


def test_without_its_key_a_robot_s_messages_wait(
    app: Flask, cast: Cast, authority: Authority, chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_robot(cast, KIND.WECOM, chat_server.url(), authority)
    tell(cast, channels=(Channel.CHAT,))
    with monkeypatch.context() as lost:
        lost.setitem(app.config, "SEAL_KEYS", ("another key " * 4,))
        courier().work()
    assert (only_endpoint().last_code, failures_told()) == ("no_key", 1)
    edit(cast, EndpointFacts("群机器人", url=chat_server.url()))()
    courier().work()
    assert [row.state for row in deliveries()] == [STATE.SENT]


def test_a_mail_server_that_asks_for_no_password_needs_no_key(
    app: Flask, cast: Cast, authority: Authority, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast)
    monkeypatch.setitem(app.config, "SEAL_KEYS", ("another key " * 4,))
    courier().work()
    assert [row.state for row in deliveries()] == [STATE.SENT]


def test_a_test_message_says_that_the_key_is_lost(
    app: Flask,
    cast: Cast,
    authority: Authority,
    chat_server: ChatServer,
    client_as: Callable[[str], FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endpoint = set_up_robot(cast, KIND.WECOM, chat_server.url(), authority)
    administrator = client_as("administrator")
    with monkeypatch.context() as lost:
        lost.setitem(app.config, "SEAL_KEYS", ("another key " * 4,))
        assert (
            "保存的密码或地址无法解密"
            in administrator.post(f"/channels/{endpoint.id}/test", follow_redirects=True).text
        )
    assert chat_server.receipts.rows == []
    assert "200 0" in administrator.post(f"/channels/{endpoint.id}/test", follow_redirects=True).text
