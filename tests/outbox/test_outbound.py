"""Where the product may go out: what the operator listed, at the address that was checked, and nowhere else."""

import ipaddress
import socket
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.outbox.servers import Authority, ChatServer, MailServer
from tests.outbox.world import allow, courier, deliveries, mail_facts, set_up_mail, set_up_robot, tell
from tracker.delivery import commands
from tracker.delivery.claiming import take_turn
from tracker.delivery.commands import EndpointFacts
from tracker.delivery.models import ChannelEndpoint
from tracker.delivery.rules import PACES, DeliveryState, EndpointKind
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid
from tracker.kernel.outbound import (
    OutboundRefused,
    checked,
    is_public,
    parse_url,
    permitted,
    set_resolver,
)
from tracker.outbox.rules import Channel

NOT_LISTED = [
    *("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "0", "127.1", "2130706433", "0x7f.1", "0177.0.0.1"),
    *("[::ffff:127.0.0.1]", "169.254.169.254", "[fe80::1]", "100.64.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1"),
    *("[fd00::1]", "[64:ff9b::7f00:1]", "224.0.0.1", "allowed.evil.cn", "evil.cn"),
]


@pytest.fixture
def robot(app: Flask, cast: Cast) -> Callable[[str], object]:
    """Set up a robot at an address, where hook.example.cn:443 alone is listed."""
    allow(app, "hook.example.cn:443")

    def one(url: str) -> object:
        with write_transaction():
            facts = EndpointFacts("机器人", url=url)
            return commands.add_endpoint(
                EndpointKind.WECOM, facts, group=cast.group(), by=cast.actor("administrator"), now=NOW
            )

    return one


def test_a_listed_address_is_kept(robot: Callable[[str], object]) -> None:
    assert robot("https://hook.example.cn/send?key=abc") is not None


@pytest.mark.sqlite
@pytest.mark.parametrize("host", NOT_LISTED)
def test_an_address_that_is_not_listed_is_refused_when_it_is_kept(robot: Callable[[str], object], host: str) -> None:
    with pytest.raises(Invalid) as refusal:
        robot(f"https://{host}/send")
    assert set(refusal.value.errors) == {"url"}


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://hook.example.cn/",
        "gopher://hook.example.cn/",
        "https://a@hook.example.cn/",
        "https://hook.example.cn@127.0.0.1/",
        "https://hook.example.cn#@evil.cn/",
        "https://hook.example.cn%00.evil.cn/",
        "https://hook.example.cn\\@evil.cn/",
        "https://127。0。0。1/",
        "https://ｈook.example.cn/",
        "https://hook.example.cn:22/",
        "https://hook.example.cn:6379/",
        "https://hook.example.cn:443443/",
        "https://hook.example.cn/a b",
        "http://hook.example.cn:443/",
        "//hook.example.cn/",
        "",
    ],
)
def test_an_address_that_hides_where_it_leads_is_refused(robot: Callable[[str], object], url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        robot(url)
    assert set(refusal.value.errors) == {"url"}


@pytest.mark.sqlite
@pytest.mark.parametrize("host", NOT_LISTED)
def test_an_address_that_is_not_listed_is_refused_when_it_is_called(host: str) -> None:
    with pytest.raises(OutboundRefused, match="not_listed"):
        checked(host, 443, [permitted("hook.example.cn:443")])


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (["127.0.0.1"], "inner_address"),
        (["93.184.216.34", "10.0.0.1"], "inner_address"),
        (["::ffff:127.0.0.1"], "inner_address"),
        (["64:ff9b::7f00:1"], "inner_address"),
        (["2002:7f00:1::"], "inner_address"),
        (["fe80::1%eth0"], "inner_address"),
        (["100.64.0.1"], "inner_address"),
        (["224.0.0.1"], "inner_address"),
        ([], "no_such_host"),
        (["not an address"], "no_such_host"),
    ],
)
def test_a_listed_name_that_leads_inside_is_refused(answers: list[str], code: str) -> None:
    set_resolver(lambda _host, _port: answers)
    with pytest.raises(OutboundRefused, match=code):
        checked("hook.example.cn", 443, [permitted("hook.example.cn:443")])
    set_resolver(lambda _host, _port: ["93.184.216.34"])
    assert checked("HOOK.example.cn", 443, [permitted("hook.example.cn:443")]) == "93.184.216.34"


def test_a_name_that_does_not_resolve_is_refused() -> None:
    def fails(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    set_resolver(fails)
    with pytest.raises(OutboundRefused, match="no_such_host"):
        checked("hook.example.cn", 443, [permitted("hook.example.cn:443")])


def test_an_inner_name_is_reached_where_the_operator_said_which_addresses() -> None:
    set_resolver(lambda _host, _port: ["10.20.3.4"])
    assert checked("sms.inner.cn", 8443, [permitted("sms.inner.cn:8443=10.20.0.0/16+10.30.0.0/16")]) == "10.20.3.4"
    with pytest.raises(OutboundRefused, match="inner_address"):
        checked("sms.inner.cn", 8443, [permitted("sms.inner.cn:8443=10.30.0.0/16")])


def test_the_connection_goes_to_the_address_that_was_checked(
    app: Flask, cast: Cast, authority: Authority, chat_server: ChatServer
) -> None:
    asked: list[str] = []

    def flips(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["192.0.2.1"]

    set_up_robot(cast, EndpointKind.WECOM, f"https://localhost:{chat_server.port}/send", authority)
    allow(app, f"localhost:{chat_server.port}=127.0.0.0/8", ca=authority.ca)
    set_resolver(flips)
    tell(cast, channels=(Channel.CHAT,))
    courier().work()
    assert (len(chat_server.receipts.rows), asked) == (1, ["localhost"])


def test_a_host_taken_off_the_list_is_not_called_any_more(
    app: Flask, cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    allow(app, "other.example.cn:25", ca=authority.ca)
    tell(cast)
    courier().work()
    assert mail_server.receipts.rows == []
    assert mail_server.connections == 0
    assert [row.state for row in deliveries()] == [DeliveryState.PENDING]


def test_proxies_of_the_environment_are_not_asked(
    cast: Cast, authority: Authority, chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    set_up_robot(cast, EndpointKind.WECOM, chat_server.url(), authority)
    tell(cast, channels=(Channel.CHAT,))
    courier().work()
    assert len(chat_server.receipts.rows) == 1


@pytest.mark.parametrize("text", ["no port", "a:0", "a:70000", "a:b", "127.1:25", "a:25=10.0.0.0/99", "a b:25", ":25"])
def test_an_entry_of_the_list_that_is_none_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be host:port|appear to be"):
        permitted(text)
    assert permitted("[::1]:25").host == "[::1]"


INNER = [
    *("::7f00:1", "::8.8.8.8", "::ffff:0:7f00:1", "64:ff9b:1::7f00:1", "64:ff9b:1:ffff::808:808"),
    *("fec0::1", "feff::1", "192.0.0.8", "192.0.0.254", "192.88.99.1", "::ffff:192.0.0.8", "3fff::1", "5f00::1"),
    *("10.1.1.1", "64:ff9b::c000:8", "2002:c000:8::", "::", "::1", "fe80::1", "fd00::1", "ff0e::1"),
]
PUBLIC = ["8.8.8.8", "192.0.1.1", "192.88.98.1", "2606:4700::1", "64:ff9b::808:808", "2002:808:808::", "::ffff:8.8.8.8"]


@pytest.mark.parametrize(("text", "public"), [(text, text in PUBLIC) for text in INNER + PUBLIC])
def test_public_addresses_are_told_from_inner_ones(text: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(text)) is public


def test_a_port_in_an_address_may_be_left_out() -> None:
    assert (parse_url("https://a.cn/x?y=1").port, parse_url("http://a.cn").path) == (443, "/")


def test_a_mail_server_that_is_not_listed_is_refused(app: Flask, cast: Cast) -> None:
    allow(app, "smtp.example.cn:587")
    by = cast.actor("administrator")
    with write_transaction(), pytest.raises(Invalid) as refusal:
        commands.add_endpoint(EndpointKind.MAIL, mail_facts(25), group=None, by=by, now=NOW)
    assert set(refusal.value.errors) == {"host"}
    with write_transaction():
        facts = mail_facts(587, host="SMTP.example.cn")
        assert commands.add_endpoint(EndpointKind.MAIL, facts, group=None, by=by, now=NOW).host == "smtp.example.cn"


def test_who_has_no_address_for_a_test_is_led_to_where_to_enter_one(
    cast: Cast, authority: Authority, mail_server: MailServer, client_as: Callable[[str], FlaskClient]
) -> None:
    endpoint = set_up_mail(cast, mail_server.port, authority)
    administrator = client_as("administrator")
    refused = administrator.post(f"/channels/{endpoint.id}/test")
    assert (refused.status_code, 'href="/me/messages"' in refused.text) == (422, True)
    assert administrator.get("/me/messages").status_code == 200
    assert mail_server.receipts.rows == []


def test_a_test_message_shows_the_code_and_never_the_words(
    app: Flask,
    cast: Cast,
    authority: Authority,
    chat_server: ChatServer,
    client_as: Callable[[str], FlaskClient],
) -> None:
    endpoint = set_up_robot(cast, EndpointKind.WECOM, chat_server.url(), authority)
    chat_server.answer = (200, {}, b'{"errcode": 93000, "errmsg": "the other side\'s own words"}')
    page = client_as("administrator").post(f"/channels/{endpoint.id}/test", follow_redirects=True).text
    assert "200 93000" in page
    assert "own words" not in page
    assert client_as("finance_head").post(f"/channels/{endpoint.id}/test").status_code == 404
    assert len(chat_server.receipts.rows) == 1


def test_test_messages_count_against_the_providers_limit(
    cast: Cast, authority: Authority, chat_server: ChatServer, client_as: Callable[[str], FlaskClient], clock: Clock
) -> None:
    endpoint = set_up_robot(cast, EndpointKind.WECOM, chat_server.url(), authority)
    pace, administrator = PACES[EndpointKind.WECOM], client_as("administrator")

    def try_out() -> str:
        return administrator.post(f"/channels/{endpoint.id}/test", follow_redirects=True).text

    for _one in range(pace.at_once):
        assert "对方已接收" in try_out()
    assert "请在 5 秒后再试发" in try_out()
    assert len(chat_server.receipts.rows) == pace.at_once
    with write_transaction():
        assert take_turn(db.session.get_one(ChannelEndpoint, endpoint.id), now=NOW) is not None
    clock.advance(timedelta(seconds=5))
    assert "对方已接收" in try_out()
