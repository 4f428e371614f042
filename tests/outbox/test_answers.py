"""What the other side answers, and what that means: nothing is sent without the provider's own positive code."""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.outbox.servers import Answer, Authority, ChatServer, MailServer, closed_port, flood, reset
from tests.outbox.world import allow, attempts, courier, crowd, deliveries, set_up_mail, set_up_robot, tell
from tracker.delivery import endpoints
from tracker.delivery.models import ChannelEndpoint, Delivery
from tracker.delivery.rules import GRAVE, MOST_ATTEMPTS, OF_ENDPOINT, PACES, DeliveryState, EndpointKind, Outcome
from tracker.delivery.senders import Endpoint, http, signature
from tracker.delivery.senders.robots import read_answer
from tracker.kernel.db import db, write_transaction
from tracker.kernel.installation import settings
from tracker.organisation.models import Person
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel

STATE, KIND = DeliveryState, EndpointKind
KEY = "a key of a gateway, not a secret"


def said(code: int, name: str = "errcode") -> Answer:
    """A 200 with a code in its body."""
    return 200, {}, json.dumps({name: code, "errmsg": "x"}).encode()


ROBOTS: list[tuple[EndpointKind, Answer, DeliveryState, Outcome, str]] = [
    (KIND.WECOM, said(0), STATE.SENT, Outcome.DELIVERED, "200 0"),
    (KIND.DINGTALK, said(0), STATE.SENT, Outcome.DELIVERED, "200 0"),
    (KIND.FEISHU, said(0, "code"), STATE.SENT, Outcome.DELIVERED, "200 0"),
    (KIND.FEISHU, said(0, "StatusCode"), STATE.SENT, Outcome.DELIVERED, "200 0"),
    (KIND.WECOM, said(45009), STATE.PENDING, Outcome.TEMPORARY, "200 45009"),
    (KIND.DINGTALK, said(130101), STATE.PENDING, Outcome.TEMPORARY, "200 130101"),
    (KIND.FEISHU, said(9499, "code"), STATE.PENDING, Outcome.TEMPORARY, "200 9499"),
    (KIND.WECOM, said(-1), STATE.PENDING, Outcome.TEMPORARY, "200 -1"),
    (KIND.DINGTALK, said(310000), STATE.PENDING, Outcome.TEMPORARY, "200 310000"),
    (KIND.WECOM, said(93000), STATE.PENDING, Outcome.TEMPORARY, "200 93000"),
    (KIND.FEISHU, said(19021, "code"), STATE.PENDING, Outcome.TEMPORARY, "200 19021"),
    (KIND.WECOM, said(40058), STATE.FAILED, Outcome.PERMANENT, "200 40058"),
    (KIND.WECOM, (200, {}, b"<html>welcome to the hotel</html>"), STATE.UNCERTAIN, Outcome.UNKNOWN, "200 no_code"),
    (KIND.WECOM, (200, {}, b""), STATE.UNCERTAIN, Outcome.UNKNOWN, "200 no_code"),
    (KIND.WECOM, (200, {}, b'{"ok": true}'), STATE.UNCERTAIN, Outcome.UNKNOWN, "200 no_code"),
    (KIND.WECOM, (200, {}, b'{"errcode": false}'), STATE.UNCERTAIN, Outcome.UNKNOWN, "200 no_code"),
    (KIND.WECOM, (200, {}, b"[0]"), STATE.UNCERTAIN, Outcome.UNKNOWN, "200 no_code"),
    (KIND.WECOM, (204, {}, b""), STATE.UNCERTAIN, Outcome.UNKNOWN, "204"),
    (KIND.WECOM, (429, {"Retry-After": "120"}, b""), STATE.PENDING, Outcome.TEMPORARY, "429"),
    (KIND.WECOM, (500, {}, b""), STATE.PENDING, Outcome.TEMPORARY, "500"),
    (KIND.WECOM, (503, {}, b""), STATE.PENDING, Outcome.TEMPORARY, "503"),
    (KIND.WECOM, (502, {}, b""), STATE.UNCERTAIN, Outcome.UNKNOWN, "502"),
    (KIND.WECOM, (504, {}, b""), STATE.UNCERTAIN, Outcome.UNKNOWN, "504"),
    (KIND.WECOM, (400, {}, b""), STATE.FAILED, Outcome.PERMANENT, "400"),
    (KIND.WECOM, (404, {}, b""), STATE.PENDING, Outcome.TEMPORARY, "404"),
    (KIND.WEBHOOK, said(0, "code"), STATE.SENT, Outcome.DELIVERED, "200 0"),
    (KIND.WEBHOOK, said(-1, "code"), STATE.PENDING, Outcome.TEMPORARY, "200 -1"),
    (KIND.WEBHOOK, said(7, "code"), STATE.FAILED, Outcome.PERMANENT, "200 7"),
    (KIND.WEBHOOK, (200, {}, b"<html>welcome to the hotel</html>"), STATE.UNCERTAIN, Outcome.UNKNOWN, "200 no_code"),
    (KIND.WEBHOOK, (429, {}, b""), STATE.PENDING, Outcome.TEMPORARY, "429"),
    (KIND.WECOM, (302, {"Location": "https://127.0.0.1/"}, b""), STATE.PENDING, Outcome.TEMPORARY, "302"),
]


@pytest.mark.parametrize(("kind", "answer", "state", "outcome", "code"), ROBOTS)
def test_an_answer_of_a_robot_is_read_and_not_only_its_status(
    cast: Cast,
    authority: Authority,
    chat_server: ChatServer,
    kind: EndpointKind,
    answer: Answer,
    state: DeliveryState,
    outcome: Outcome,
    code: str,
) -> None:
    set_up_robot(cast, kind, chat_server.url(), authority, key=KEY if kind is KIND.WEBHOOK else "")
    chat_server.answer = answer
    tell(cast, channels=(Channel.CHAT, Channel.SMS))
    courier().work()
    assert len(chat_server.receipts.rows) == 1
    (delivery,) = deliveries()
    assert (delivery.state, delivery.provider_code) == (state, code)
    assert [(row.outcome, row.code.removeprefix(OF_ENDPOINT)) for row in attempts()] == [(outcome, code)]


MAILS = [
    ("ok", STATE.SENT, "250", 1),
    ("450", STATE.PENDING, "450", 0),
    ("550", STATE.FAILED, "550", 0),
    ("421", STATE.PENDING, "421", 0),
    ("451 after data", STATE.PENDING, "451", 0),
    ("554 after data", STATE.FAILED, "554", 0),
    ("reset before data", STATE.PENDING, "connection_lost", 0),
    ("reset after data", STATE.UNCERTAIN, "connection_lost", 1),
]


@pytest.mark.parametrize(("mode", "state", "code", "taken"), MAILS)
def test_what_a_mail_server_does_is_told_apart(
    cast: Cast,
    authority: Authority,
    mail_server: MailServer,
    mode: str,
    state: DeliveryState,
    code: str,
    taken: int,
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    mail_server.mode = mode
    tell(cast)
    courier().work()
    (delivery,) = deliveries()
    assert (delivery.state, delivery.provider_code, len(mail_server.receipts.rows)) == (state, code, taken)


@pytest.mark.parametrize("place", ["before_body", "before_answer", "before_end"])
def test_a_robot_that_breaks_off_may_have_got_it(
    cast: Cast, authority: Authority, chat_server: ChatServer, place: str
) -> None:
    set_up_robot(cast, KIND.WECOM, chat_server.url(), authority)
    setattr(chat_server, place, reset)
    tell(cast, channels=(Channel.CHAT,))
    courier().work()
    assert [(row.state, row.provider_code) for row in deliveries()] == [(STATE.UNCERTAIN, "connection_lost")]
    assert len(chat_server.receipts.rows) == (place != "before_body")


def test_an_answer_that_is_too_long_is_cut_and_unknown(
    cast: Cast, authority: Authority, chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody waits so long: a busy machine has time for all of the beginning.
    monkeypatch.setattr(http, "SECONDS", 60.0)
    set_up_robot(cast, KIND.WECOM, chat_server.url(), authority)
    chat_server.before_answer = flood
    tell(cast, channels=(Channel.CHAT,))
    courier().work()
    assert [(row.state, row.provider_code) for row in deliveries()] == [(STATE.UNCERTAIN, "answer_too_long")]


def test_a_port_that_refuses_leaves_the_message_waiting(cast: Cast, authority: Authority) -> None:
    with closed_port() as port:
        endpoint = set_up_robot(cast, KIND.WECOM, f"https://127.0.0.1:{port}/send", authority)
        tell(cast, channels=(Channel.CHAT,))
        courier().work()
    assert [row.state for row in deliveries()] == [STATE.PENDING]
    assert db.session.get_one(ChannelEndpoint, endpoint.id).last_code == "no_connection"


def test_a_refused_message_waits_longer_each_time_and_fails_in_the_end(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    mail_server.mode = "450"
    tell(cast)
    worker, waits = courier(), []
    worker.work()
    for _attempt in range(3):
        (delivery,) = deliveries()
        waits.append(delivery.next_attempt_at - clock.now)
        clock.set(delivery.next_attempt_at)
        worker.work()
    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    for _attempt in range(20):
        clock.set(max(clock.now, deliveries()[0].next_attempt_at))
        worker.work()
    assert [(row.state, row.attempts) for row in deliveries()] == [(STATE.FAILED, MOST_ATTEMPTS)]
    told = sa.select(InboxItem.recipient_id).where(InboxItem.kind == "delivery.refused")
    assert list(db.session.scalars(told)) == [cast.person_ids["administrator"]]


def test_a_refused_recipient_keeps_nobody_else_waiting(
    cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    for reader in ("finance_head", "finance_liaison", "town_head"):
        tell(cast, reader)
    taking = mail_server.handle_RCPT

    async def picky(server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address.startswith("finance.head"):
            return "550 no such user"
        return await taking(server, session, envelope, address, options)

    mail_server.handle_RCPT = picky  # type: ignore[method-assign, assignment]
    courier().work()
    assert sorted(row.state for row in deliveries()) == [STATE.FAILED, STATE.SENT, STATE.SENT]
    assert len(db.session.scalars(sa.select(InboxItem).where(InboxItem.kind == "delivery.refused")).all()) == 1


def test_a_broken_endpoint_keeps_no_other_waiting(
    app: Flask,
    cast: Cast,
    authority: Authority,
    mail_server: MailServer,
    chat_server: ChatServer,
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    set_up_robot(cast, KIND.WECOM, chat_server.url(), authority)
    tell(cast, channels=(Channel.MAIL, Channel.CHAT))
    whole = endpoints.readable

    def broken(endpoint: ChannelEndpoint) -> Endpoint:
        if endpoint.kind is KIND.MAIL:
            raise ZeroDivisionError
        return whole(endpoint)

    monkeypatch.setattr("tracker.delivery.endpoints.readable", broken)
    worker = courier()
    allow(app, f"127.0.0.1:{mail_server.port}", chat_server.url().split("/")[2], ca=authority.ca)
    worker.work()
    assert (len(chat_server.receipts.rows), deliveries()[0].state) == (1, STATE.PENDING)
    for _turn in range(10):
        clock.advance(timedelta(minutes=2))
        worker.work()
    # Nothing left, nothing is held: the mail waits for its endpoint, and who can mend it is told once.
    assert [(row.channel, row.state, row.attempts) for row in deliveries()] == [
        (Channel.MAIL, STATE.PENDING, 0),
        (Channel.CHAT, STATE.SENT, 1),
    ]
    told = sa.select(InboxItem.recipient_id).where(InboxItem.kind == "delivery.endpoint_failing")
    assert list(db.session.scalars(told)) == [cast.person_ids["administrator"]]
    monkeypatch.setattr("tracker.delivery.endpoints.readable", whole)
    clock.advance(timedelta(minutes=30))
    worker.work()
    assert [row.state for row in deliveries()] == [STATE.SENT, STATE.SENT]


@pytest.mark.parametrize("kind", [KIND.MAIL, KIND.WECOM])
def test_without_its_file_of_authorities_nothing_leaves_and_everything_waits(
    app: Flask, cast: Cast, authority: Authority, mail_server: MailServer, chat_server: ChatServer, kind: EndpointKind
) -> None:
    if kind is KIND.MAIL:
        endpoint, place = set_up_mail(cast, mail_server.port, authority), f"127.0.0.1:{mail_server.port}"
    else:
        endpoint, place = set_up_robot(cast, kind, chat_server.url(), authority), chat_server.url().split("/")[2]
    allow(app, place, ca=authority.ca.with_name("gone.pem"))
    tell(cast, channels=(Channel.MAIL, Channel.CHAT), urgency=GRAVE)
    courier().work()
    assert [(row.state, row.resent) for row in deliveries()] == [(STATE.PENDING, False)]
    assert db.session.get_one(ChannelEndpoint, endpoint.id).last_code == "no_authorities"
    assert mail_server.receipts.rows + chat_server.receipts.rows == []


def test_a_robot_is_given_no_more_than_twenty_messages_in_a_minute(
    cast: Cast, authority: Authority, chat_server: ChatServer, clock: Clock
) -> None:
    set_up_robot(cast, KIND.DINGTALK, chat_server.url(), authority)
    crowd(cast, 40)
    sent: list[float] = []
    worker = courier()
    for second in range(0, 200, 4):
        clock.set(NOW + timedelta(seconds=second))
        before = len(chat_server.receipts.rows)
        worker.work()
        sent += [second] * (len(chat_server.receipts.rows) - before)
    assert len(sent) == 40
    assert max(sum(start <= at < start + 60 for at in sent) for start in range(200)) <= 20


def test_while_a_robot_has_no_turn_its_queue_costs_nothing(
    cast: Cast, authority: Authority, chat_server: ChatServer, clock: Clock
) -> None:
    set_up_robot(cast, KIND.DINGTALK, chat_server.url(), authority)
    crowd(cast, 40)
    worker, pace = courier(), PACES[KIND.DINGTALK]

    def at_once() -> int:
        """How many turns a worker takes at one moment without a pause."""
        turns = 1
        while worker.work() and turns < 50:
            turns += 1
        return turns

    # All that may go, goes at once; what is left is not so much as looked at.
    assert at_once() == 2
    assert (len(chat_server.receipts.rows), _moved(deliveries())) == (pace.at_once, 0)
    # One more has its turn, and the next has none: that ends it too.
    clock.advance(timedelta(minutes=1) / pace.per_minute)
    assert at_once() == 1
    assert (len(chat_server.receipts.rows), _moved(deliveries())) == (pace.at_once + 1, 1)
    assert at_once() == 1
    assert _moved(deliveries()) == 1


def _moved(found: list[Delivery]) -> int:
    """How many wait for a later moment than they did at first."""
    return sum(row.next_attempt_at > NOW for row in found if row.state is STATE.PENDING)


def test_a_robot_that_says_too_often_is_left_alone_and_then_goes_on(
    cast: Cast, authority: Authority, chat_server: ChatServer, clock: Clock
) -> None:
    set_up_robot(cast, KIND.DINGTALK, chat_server.url(), authority)
    chat_server.answer = said(130101)
    tell(cast, channels=(Channel.CHAT,))
    worker = courier()
    worker.work()
    chat_server.answer = said(0)
    clock.advance(timedelta(minutes=9))
    worker.work()
    assert len(chat_server.receipts.rows) == 1
    clock.advance(timedelta(minutes=2))
    worker.work()
    assert [row.state for row in deliveries()] == [STATE.SENT]


def test_a_robot_names_the_person_and_numbers_but_no_title(
    cast: Cast, authority: Authority, chat_server: ChatServer
) -> None:
    set_up_robot(cast, KIND.WECOM, chat_server.url(), authority)
    tell(cast, channels=(Channel.CHAT,), kind="reminder.late", title="不宜外传的事项")
    courier().work()
    (row,) = chat_server.receipts.rows
    assert "钱广源" in row["text"]
    assert "1 条涉及逾期" in row["text"]
    assert "/inbox" in row["text"]
    assert "不宜外传" not in row["raw"]
    assert row["body"]["text"]["mentioned_mobile_list"] == ["13900000001"]


@pytest.mark.parametrize("kind", [KIND.WECOM, KIND.DINGTALK, KIND.FEISHU])
@pytest.mark.parametrize(
    ("name", "said_as"),
    [
        ('<at user_id="all">所有人</at>', '＜at user_id="all"＞所有人＜/at＞'),
        ("<@all> @所有人", "＜＠all＞ ＠所有人"),
        ("http://evil.example.cn/a", "http·//evil·example·cn/a"),
        ("J. Smith", "J. Smith"),
    ],
)
def test_a_name_calls_nobody_and_leads_nowhere(
    cast: Cast, authority: Authority, chat_server: ChatServer, kind: EndpointKind, name: str, said_as: str
) -> None:
    set_up_robot(cast, kind, chat_server.url(), authority)
    with write_transaction() as session:
        session.get_one(Person, cast.person_ids["finance_head"]).name = name
    tell(cast, channels=(Channel.CHAT,))
    courier().work()
    (row,) = chat_server.receipts.rows
    assert row["text"] == f"{said_as}：责任台有 1 条给您的消息，请登录查看 {settings().base_url}/inbox"


def test_dingtalk_and_feishu_messages_are_signed_as_their_providers_check(
    cast: Cast, authority: Authority, chat_server: ChatServer
) -> None:
    key = "SEC-not-a-real-one"
    set_up_robot(cast, KIND.DINGTALK, chat_server.url("/robot/send?access_token=t"), authority, key=key)
    tell(cast, channels=(Channel.CHAT,))
    courier().work()
    query = parse_qs(urlsplit(chat_server.receipts.rows[0]["path"]).query)
    stamp = query["timestamp"][0]
    wanted = hmac.digest(key.encode(), f"{stamp}\n{key}".encode(), "sha256")
    assert (query["sign"], query["access_token"]) == ([base64.b64encode(wanted).decode()], ["t"])
    assert int(stamp) == NOW.timestamp() * 1000


def test_feishu_carries_its_signature_in_the_body(cast: Cast, authority: Authority, chat_server: ChatServer) -> None:
    set_up_robot(cast, KIND.FEISHU, chat_server.url(), authority, key="key")
    tell(cast, channels=(Channel.CHAT,))
    courier().work()
    body = chat_server.receipts.rows[0]["body"]
    wanted = hmac.digest(f"{body['timestamp']}\nkey".encode(), b"", "sha256")
    assert body["sign"] == base64.b64encode(wanted).decode()


def test_a_gateway_recomputes_the_signature_over_the_raw_body(
    cast: Cast, authority: Authority, chat_server: ChatServer
) -> None:
    set_up_robot(cast, KIND.WEBHOOK, chat_server.url("/sms"), authority, key=KEY)
    tell(cast, channels=(Channel.SMS,))
    courier().work()
    (row,) = chat_server.receipts.rows
    stamp = row["headers"]["X-Zeren-Timestamp"]
    assert row["headers"]["X-Zeren-Signature"] == signature(KEY, stamp, row["raw"].encode())["X-Zeren-Signature"]
    assert row["headers"]["X-Zeren-Signature"] != signature(KEY, str(int(stamp) + 1), row["raw"].encode())
    assert (row["body"]["to"], row["body"]["id"]) == ("13900000001", deliveries()[0].message_id)


def test_too_deep_an_answer_is_no_code() -> None:
    answer = read_answer("wecom", http.Got(200, "", b"[" * 60000))
    assert answer.outcome is Outcome.UNKNOWN
