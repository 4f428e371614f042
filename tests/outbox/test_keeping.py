"""Endpoints are kept by the system administrator; secrets go in and never come out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.outbox.servers import Authority, ChatServer, MailServer
from tests.outbox.world import allow, courier, deliveries, give_addresses, items, mail_facts, set_up_mail, tell
from tests.tasks.stories import refuses
from tracker.audit.models import AuditEntry
from tracker.delivery import claiming, commands, endpoints, notices
from tracker.delivery.commands import EndpointFacts
from tracker.delivery.models import ChannelEndpoint, Delivery
from tracker.delivery.planning import plan_deliveries
from tracker.delivery.policy import endpoints_visible_to, groups_kept_by, recipients_visible_to
from tracker.delivery.rendering import write_digest
from tracker.delivery.rules import DeliveryState, EndpointKind, Outcome
from tracker.delivery.senders import Answer
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.kernel.installation import deliveries_held, hold_deliveries
from tracker.organisation.models import LeadershipGroup
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel

ClientAs = Callable[[str], FlaskClient]
STATE = DeliveryState
ROBOT = "https://hook.example.cn/send?key=very-secret"


@pytest.fixture
def listed(app: Flask, cast: Cast) -> None:
    """What the operator of these tests allows."""
    allow(app, "smtp.example.cn:587", "mail.example.cn:465", "hook.example.cn:443", "sms.inner.cn:8080=10.0.0.0/8")


def mail(cast: Cast, **more: object) -> ChannelEndpoint:
    """A mail server that nobody will call."""
    known = {"host": "smtp.example.cn", "login": "zeren", "password": "pass-word"}
    with write_transaction():
        facts = mail_facts(587, **{**known, **more})
        by = cast.actor("administrator")
        return commands.add_endpoint(EndpointKind.MAIL, facts, group=None, by=by, now=NOW)


def robot(cast: Cast, kind: EndpointKind = EndpointKind.DINGTALK, **more: Any) -> ChannelEndpoint:
    """A robot of the first group that nobody will call."""
    with write_transaction():
        facts = EndpointFacts("机器人", **{"url": ROBOT, "key": "key-of-robot", **more})
        return commands.add_endpoint(kind, facts, group=cast.group(), by=cast.actor("administrator"), now=NOW)


def again(endpoint: ChannelEndpoint) -> ChannelEndpoint:
    """An endpoint as it stands."""
    return db.session.get_one(ChannelEndpoint, endpoint.id, populate_existing=True)


def acts() -> list[str]:
    """The acts on record about endpoints and deliveries."""
    rows = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))
    return [row.act for row in rows if row.act.startswith(("endpoint.", "delivery."))]


@pytest.mark.usefixtures("listed")
def test_only_the_system_administrator_keeps_endpoints(cast: Cast) -> None:
    for name in ("office_director", "finance_head", "auditor", "registrar", "leader"):
        with write_transaction(), pytest.raises(NotAllowed):
            commands.add_endpoint(EndpointKind.MAIL, mail_facts(587), group=None, by=cast.actor(name), now=NOW)
    endpoint = mail(cast)
    assert (endpoint.host, endpoint.channel, acts()) == ("smtp.example.cn", Channel.MAIL, ["endpoint.add"])


@pytest.mark.usefixtures("listed")
def test_an_administrator_keeps_no_robot_of_another_region(cast: Cast) -> None:
    by = cast.actor("administrator")
    facts = EndpointFacts("机器人", url=ROBOT)
    with write_transaction(), pytest.raises(NotAllowed):
        commands.add_endpoint(EndpointKind.WECOM, facts, group=cast.group("g3"), by=by, now=NOW)
    mine = db.session.scalars(sa.select(LeadershipGroup.id).where(groups_kept_by(by))).all()
    assert cast.group_ids["g1"] in mine
    assert cast.group_ids["g3"] not in mine
    nobody = cast.actor("finance_head")
    for condition in (groups_kept_by(nobody), endpoints_visible_to(nobody), recipients_visible_to(nobody)):
        assert str(condition) == "false"
    assert str(groups_kept_by(SYSTEM)) == "true"


@pytest.mark.usefixtures("listed")
def test_secrets_are_kept_encrypted_and_nowhere_else(cast: Cast) -> None:
    endpoint, other = mail(cast), robot(cast)
    for row, secret in ((endpoint, "pass-word"), (other, "very-secret"), (other, "key-of-robot")):
        kept = db.session.get_one(ChannelEndpoint, row.id)
        assert secret in str(endpoints.secrets_of(kept))
        assert secret not in kept.secret
    entries = db.session.scalars(sa.select(AuditEntry)).all()
    assert "secret" not in str([(entry.old, entry.new) for entry in entries])
    assert "pass-word" not in str([(entry.old, entry.new) for entry in entries])


@pytest.mark.usefixtures("listed")
def test_pages_show_that_there_is_a_secret_and_never_which(cast: Cast, client_as: ClientAs) -> None:
    for row in (mail(cast), robot(cast)):
        for address in (f"/channels/{row.id}", f"/channels/{row.id}/edit", "/channels"):
            page = client_as("administrator").get(address)
            assert page.status_code == 200
            assert not {"pass-word", "very-secret", "key-of-robot"} & set(page.text.split('"'))
            assert "very-secret" not in page.text
            assert client_as("finance_head").get(address).status_code in {403, 404}
    assert "••••••••" in client_as("administrator").get(f"/channels/{row.id}").text


@pytest.mark.usefixtures("listed")
def test_an_empty_secret_keeps_the_one_on_file(cast: Cast, client_as: ClientAs) -> None:
    row = mail(cast)
    data = {"name": "新名称", "host": "smtp.example.cn", "port": 587, "encryption": "starttls"}
    data |= {"sender": "z@example.cn", "login": "zeren", "password": "", "version": 1}
    assert client_as("administrator").post(f"/channels/{row.id}/edit", data=data).status_code == 302
    kept = db.session.get_one(ChannelEndpoint, row.id)
    assert (kept.name, endpoints.secrets_of(kept)) == ("新名称", {"password": "pass-word"})
    assert client_as("administrator").post(f"/channels/{row.id}/edit", data=data).status_code == 409


@pytest.mark.usefixtures("listed")
def test_another_server_is_not_handed_the_password_of_the_old_one(cast: Cast, client_as: ClientAs) -> None:
    row = mail(cast)
    data = {"name": "n", "host": "mail.example.cn", "port": 465, "encryption": "tls", "sender": "z@example.cn"}
    data |= {"login": "zeren", "password": "", "version": 1}
    assert client_as("administrator").post(f"/channels/{row.id}/edit", data=data).status_code == 422
    data |= {"password": "a new one"}
    assert client_as("administrator").post(f"/channels/{row.id}/edit", data=data).status_code == 302
    assert endpoints.secrets_of(db.session.get_one(ChannelEndpoint, row.id)) == {"password": "a new one"}


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"host": "smtp example"}, "host"),
        ({"host": "other.example.cn"}, "host"),
        ({"encryption": "none"}, "encryption"),
        ({"sender": "nobody"}, "sender"),
        ({"sender": "a@b.cn\r\nBcc: x@y.cn"}, "sender"),
        ({"password": ""}, "password"),
        ({"name": ""}, "name"),
    ],
)
def test_a_mail_server_that_cannot_be_used_safely_is_refused(cast: Cast, wrong: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        mail(cast, **wrong)
    assert set(refusal.value.errors) == {field}
    assert mail(cast).login == "zeren"


@pytest.mark.usefixtures("listed")
def test_a_mail_server_needs_no_login(cast: Cast) -> None:
    assert endpoints.secrets_of(mail(cast, login="", password="left over")) == {}


@pytest.mark.usefixtures("listed")
def test_a_gateway_may_be_inside_but_needs_a_long_key(cast: Cast) -> None:
    url = "http://sms.inner.cn:8080/send"
    with pytest.raises(Invalid) as refusal:
        robot(cast, EndpointKind.WEBHOOK, url=url, key="short")
    assert set(refusal.value.errors) == {"key"}
    assert robot(cast, EndpointKind.WEBHOOK, url=url, key="a key of sixteen or more").channel is Channel.SMS


@pytest.mark.usefixtures("listed")
def test_mail_is_for_all_and_a_robot_for_one_group(cast: Cast) -> None:
    by = cast.actor("administrator")
    for kind, group in ((EndpointKind.MAIL, cast.group()), (EndpointKind.WECOM, None)):
        with write_transaction(), pytest.raises(Invalid) as refusal:
            commands.add_endpoint(kind, EndpointFacts("n", url=ROBOT), group=group, by=by, now=NOW)
        assert set(refusal.value.errors) == {"group"}


@pytest.mark.usefixtures("listed")
def test_one_channel_has_one_endpoint_at_a_time(cast: Cast) -> None:
    first = robot(cast)
    with pytest.raises(Invalid) as refusal:
        robot(cast, EndpointKind.FEISHU)
    assert set(refusal.value.errors) == {"kind"}
    by = cast.actor("administrator")
    with write_transaction() as session:
        row = session.get_one(ChannelEndpoint, first.id)
        commands.disable_endpoint(row, reason="换机器人", version=1, by=by, now=NOW)
    robot(cast, EndpointKind.FEISHU)
    with write_transaction() as session, pytest.raises(Invalid):
        commands.enable_endpoint(session.get_one(ChannelEndpoint, first.id), version=2, by=by, now=NOW)


def test_what_waits_for_a_disabled_endpoint_is_called_off(
    cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    by = cast.actor("administrator")
    endpoint = set_up_mail(cast, mail_server.port, authority)
    tell(cast)
    plan_deliveries(NOW)
    with write_transaction() as session:
        row = session.get_one(ChannelEndpoint, endpoint.id)
        with pytest.raises(Invalid):
            commands.disable_endpoint(row, reason=" ", version=1, by=by, now=NOW)
        assert commands.disable_endpoint(row, reason="停用", version=1, by=by, now=NOW) == 1
        with pytest.raises(Stale):
            commands.disable_endpoint(row, reason="停用", version=2, by=by, now=NOW)
    courier().work()
    assert (mail_server.receipts.rows, [row.state for row in deliveries()]) == ([], [STATE.CANCELLED])
    with write_transaction() as session:
        row = session.get_one(ChannelEndpoint, endpoint.id)
        commands.enable_endpoint(row, version=2, by=by, now=NOW)
        with pytest.raises(Stale):
            commands.enable_endpoint(row, version=3, by=by, now=NOW)
        commands.note_test(row, Answer(Outcome.DELIVERED, "250"), by=by, now=NOW)
    assert acts() == ["endpoint.add", "endpoint.disable", "endpoint.enable", "endpoint.test"]


def test_what_waited_for_a_disabled_endpoint_goes_out_by_the_next_one_and_once(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    by = cast.actor("administrator")
    old = set_up_mail(cast, mail_server.port, authority)
    tell(cast, "town_head")
    courier().work()
    for key in ("a", "b"):
        tell(cast, key=key)
    plan_deliveries(NOW)
    with write_transaction() as session:
        row = session.get_one(ChannelEndpoint, old.id)
        assert commands.disable_endpoint(row, reason="换服务器", version=1, by=by, now=NOW) == 1
    new = set_up_mail(cast, mail_server.port, authority, name="新邮箱")
    courier().work()
    clock.advance(timedelta(days=1))
    courier().work()
    assert [row["to"] for row in mail_server.receipts.rows] == [
        ["town.head@example.gov.cn"],
        ["finance.head@example.gov.cn"],
    ]
    assert [(row.endpoint_id, row.state) for row in deliveries()] == [
        (old.id, STATE.SENT),
        (old.id, STATE.CANCELLED),
        (new.id, STATE.SENT),
    ]
    assert [row.included for row in items()] == [1, 1, 1]


@pytest.mark.parametrize("comes_back", [False, True], ids=["replaced", "enabled again"])
def test_whoever_had_the_day_s_digest_gets_no_second_one_by_another_endpoint(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock, comes_back: bool
) -> None:
    """Two readers: one had the day's digest before the endpoint was disabled, the other one's was called off."""
    by = cast.actor("administrator")
    old = set_up_mail(cast, mail_server.port, authority)
    tell(cast, "town_head", key="first")
    courier().work()
    tell(cast, key="first")
    plan_deliveries(NOW)
    with write_transaction() as session:
        row = session.get_one(ChannelEndpoint, old.id)
        assert commands.disable_endpoint(row, reason="换服务器", version=1, by=by, now=NOW) == 1
    if comes_back:
        with write_transaction() as session:
            commands.enable_endpoint(session.get_one(ChannelEndpoint, old.id), version=2, by=by, now=NOW)
    else:
        set_up_mail(cast, mail_server.port, authority, name="新邮箱")
    for reader in ("town_head", "finance_head"):
        tell(cast, reader, key="second")
    courier().work()
    town, finance = ["town.head@example.gov.cn"], ["finance.head@example.gov.cn"]
    assert [row["to"] for row in mail_server.receipts.rows] == [town, finance]
    clock.advance(timedelta(days=1))
    courier().work()
    assert [row["to"] for row in mail_server.receipts.rows] == [town, finance, town]


def test_what_may_have_arrived_before_its_endpoint_was_disabled_does_not_go_out_anew(
    cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    by = cast.actor("administrator")
    doubtful = uncertain(cast, authority, mail_server)
    with write_transaction() as session:
        commands.resolve_delivery(session.merge(doubtful), arrived=False, by=by, now=NOW)
        row = session.get_one(ChannelEndpoint, doubtful.endpoint_id)
        assert commands.disable_endpoint(row, reason="换服务器", version=row.version, by=by, now=NOW) == 1
    set_up_mail(cast, mail_server.port, authority, name="新邮箱")
    before = len(mail_server.receipts.rows)
    courier().work()
    assert len(mail_server.receipts.rows) == before


@pytest.mark.parametrize(
    ("urgency", "answered", "stays", "mails"),
    [(0, True, STATE.CANCELLED, 1), (3, True, STATE.CANCELLED, 1), (3, False, STATE.UNCERTAIN, 0)],
)
def test_what_was_being_sent_when_its_endpoint_was_disabled_is_not_left_behind(
    cast: Cast,
    authority: Authority,
    mail_server: MailServer,
    clock: Clock,
    urgency: int,
    answered: bool,
    stays: DeliveryState,
    mails: int,
) -> None:
    old = set_up_mail(cast, mail_server.port, authority)
    tell(cast, urgency=urgency)
    plan_deliveries(NOW)
    with write_transaction():
        (one,) = claiming.claim(old.id, holder="host:1", limit=5, now=NOW)
    frozen = write_digest(one.delivery_id, now=NOW).frozen
    db.session.rollback()
    assert frozen is not None
    with write_transaction() as session:
        assert claiming.begin(one, frozen)
        row = session.get_one(ChannelEndpoint, old.id)
        by = cast.actor("administrator")
        assert commands.disable_endpoint(row, reason="换服务器", version=1, by=by, now=NOW) == 0
    if answered:
        with write_transaction():
            assert claiming.mark(one, Outcome.TEMPORARY, "451", now=NOW, next_attempt_at=NOW)
    set_up_mail(cast, mail_server.port, authority, name="新邮箱")
    clock.advance(2 * claiming.LEASE)
    courier().work()
    courier().work()
    assert len(mail_server.receipts.rows) == mails
    assert [row.state for row in deliveries()] == [stays, *[STATE.SENT] * mails]


def uncertain(cast: Cast, authority: Authority, server: MailServer) -> Delivery:
    """A delivery of unknown end."""
    set_up_mail(cast, server.port, authority)
    server.mode = "reset after data"
    tell(cast)
    courier().work()
    server.mode = "ok"
    (delivery,) = deliveries()
    assert delivery.state is STATE.UNCERTAIN
    return delivery


@pytest.mark.parametrize(("arrived", "state", "receipts"), [("1", STATE.SENT, 1), ("0", STATE.SENT, 2)])
def test_an_operator_decides_about_a_delivery_of_unknown_end(
    cast: Cast,
    authority: Authority,
    mail_server: MailServer,
    client_as: ClientAs,
    clock: Clock,
    arrived: str,
    state: DeliveryState,
    receipts: int,
) -> None:
    delivery = uncertain(cast, authority, mail_server)
    address = f"/deliveries/{delivery.id}/resolve"
    assert client_as("office_director").post(address, data={"arrived": arrived}).status_code == 404
    assert client_as("administrator").post(address, data={"arrived": arrived}).status_code == 302
    assert client_as("administrator").post(address, data={"arrived": arrived}).status_code == 409
    # A server that fell silent is left alone for a minute.
    clock.advance(timedelta(minutes=2))
    courier().work()
    (row,) = deliveries()
    assert (row.state, len(mail_server.receipts.rows)) == (state, receipts)
    assert (row.resent, row.provider_code) == ((False, "resolved") if arrived == "1" else (True, "250"))


def test_a_failed_delivery_is_sent_again_when_asked(
    cast: Cast, authority: Authority, mail_server: MailServer, client_as: ClientAs
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    mail_server.mode = "550"
    tell(cast)
    courier().work()
    mail_server.mode = "ok"
    (delivery,) = deliveries()
    assert client_as("finance_head").post(f"/deliveries/{delivery.id}/retry").status_code == 404
    assert client_as("administrator").post(f"/deliveries/{delivery.id}/retry").status_code == 302
    assert client_as("administrator").post(f"/deliveries/{delivery.id}/retry").status_code == 409
    courier().work()
    assert [row.state for row in deliveries()] == [STATE.SENT]


def test_an_administrator_sees_how_deliveries_fared_and_not_what_they_say(
    cast: Cast, authority: Authority, mail_server: MailServer, client_as: ClientAs
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast, title="不给管理员看的事项")
    courier().work()
    (delivery,) = deliveries()
    for address in ("/deliveries", "/deliveries?state=sent&channel=mail", f"/deliveries/{delivery.id}"):
        page = client_as("administrator").get(address)
        assert "钱广源" in page.text
        assert "不给管理员看" not in page.text
        assert client_as("finance_head").get(address).status_code in {403, 404}
    assert "钱广源" not in client_as("administrator").get("/deliveries?state=troubled").text
    assert client_as("administrator").get("/deliveries?state=nonsense").status_code == 422
    assert client_as("administrator").get("/deliveries?after=nonsense").status_code == 422


def test_after_a_restore_nothing_old_goes_out_by_itself(
    cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    with write_transaction(), pytest.raises(Stale):
        commands.release_held(by=SYSTEM, now=NOW)
    tell(cast, "finance_head", key="a")
    plan_deliveries(NOW)
    tell(cast, "town_head", key="b", urgency=3)
    with write_transaction():
        hold_deliveries(reason="restored", now=NOW + timedelta(minutes=1))
    with write_transaction(), pytest.raises(NotAllowed):
        commands.release_held(by=cast.actor("office_director"), now=NOW)
    with write_transaction():
        released = commands.release_held(by=SYSTEM, now=NOW + timedelta(minutes=2))
    assert (released.deliveries, released.digests, deliveries_held()) == (1, 1, False)
    assert {row.state for row in deliveries()} == {STATE.UNCERTAIN}
    courier(now=lambda: NOW + timedelta(minutes=3)).work()
    assert mail_server.receipts.rows == []
    tell(cast, "town_head", key="c", now=NOW + timedelta(minutes=4))
    courier(now=lambda: NOW + timedelta(minutes=5)).work()
    assert [row["to"] for row in mail_server.receipts.rows] == [["town.head@example.gov.cn"]]


def test_a_group_learns_of_its_own_robot_and_its_administrators_alone(cast: Cast, app: Flask) -> None:
    allow(app, "hook.example.cn:443")
    row = robot(cast)
    with write_transaction() as session:
        endpoint = session.get_one(ChannelEndpoint, row.id)
        endpoint.failing_since = NOW
        notices.endpoint_failing(endpoint, now=NOW)
        notices.endpoint_failing(endpoint, now=NOW)
    told = db.session.scalars(sa.select(InboxItem.recipient_id).where(InboxItem.kind == "delivery.endpoint_failing"))
    assert list(told) == [cast.person_ids["administrator"]]


def test_a_robot_says_nothing_of_another_group(
    cast: Cast, authority: Authority, chat_server: ChatServer, app: Flask
) -> None:
    allow(app, chat_server.url().split("/")[2], ca=authority.ca)
    with write_transaction():
        give_addresses(cast)
        facts = EndpointFacts("机器人", url=chat_server.url())
        by = cast.actor("administrator")
        commands.add_endpoint(EndpointKind.WECOM, facts, group=cast.group("g2"), by=by, now=NOW)
    tell(cast, channels=(Channel.CHAT,))
    courier().work()
    assert (chat_server.receipts.rows, deliveries()) == ([], [])


@pytest.mark.usefixtures("listed")
def test_one_robot_serves_one_group(cast: Cast) -> None:
    by, g2 = cast.actor("administrator"), cast.group("g2")
    first = robot(cast, EndpointKind.WECOM)

    def second(url: str, kind: EndpointKind = EndpointKind.WECOM) -> ChannelEndpoint:
        with write_transaction():
            facts = EndpointFacts("机器人", url=url, key="k" * 16)
            return commands.add_endpoint(kind, facts, group=g2, by=by, now=NOW)

    for same in (ROBOT, ROBOT.replace("hook.example.cn", "Hook.Example.CN:443")):
        with refuses(Invalid, "url"):
            second(same)
    other = second(f"{ROBOT}-2")
    with refuses(Invalid, "url"), write_transaction():
        facts = EndpointFacts("机器人", url=ROBOT)
        commands.edit_endpoint(again(other), facts, version=again(other).version, by=by, now=NOW)
    with write_transaction():
        commands.edit_endpoint(again(first), EndpointFacts("改名"), version=again(first).version, by=by, now=NOW)
        commands.disable_endpoint(again(first), reason="停用", version=again(first).version, by=by, now=NOW)
    with write_transaction():
        commands.edit_endpoint(
            again(other), EndpointFacts("机器人", url=ROBOT), version=again(other).version, by=by, now=NOW
        )
    with write_transaction():
        # What is switched off sends nothing, whatever its address.
        facts = EndpointFacts("机器人", url=ROBOT)
        commands.edit_endpoint(again(first), facts, version=again(first).version, by=by, now=NOW)
    with refuses(Invalid, "url"), write_transaction():
        commands.enable_endpoint(again(first), version=again(first).version, by=by, now=NOW)
    with write_transaction():
        again(first).secret = ""
    with write_transaction():
        # Without its key nobody knows where it leads, and nothing is sent there.
        commands.enable_endpoint(again(first), version=again(first).version, by=by, now=NOW)


@pytest.mark.usefixtures("listed")
def test_a_gateway_for_text_messages_may_serve_several_groups(cast: Cast) -> None:
    by = cast.actor("administrator")
    for name in ("g1", "g2"):
        with write_transaction():
            facts = EndpointFacts("短信", url="https://hook.example.cn/sms", key="k" * 16)
            assert commands.add_endpoint(EndpointKind.WEBHOOK, facts, group=cast.group(name), by=by, now=NOW).enabled


@pytest.mark.usefixtures("listed")
def test_the_pages_add_and_disable_endpoints(cast: Cast, client_as: ClientAs) -> None:
    administrator = client_as("administrator")
    assert administrator.get("/channels/new?kind=mail").status_code == 200
    data = {"kind": "wecom", "group": cast.group_ids["g1"], "name": "群", "url": ROBOT, "key": ""}
    assert administrator.post("/channels/new", data={**data, "group": cast.group_ids["g3"]}).status_code == 422
    assert administrator.post("/channels/new", data={**data, "url": "https://evil.cn/"}).status_code == 422
    made = administrator.post("/channels/new", data=data)
    assert made.status_code == 302
    mail_data = {"name": "m", "host": "smtp.example.cn", "port": 587, "encryption": "starttls"}
    mail_data |= {"sender": "z@example.cn", "login": "", "password": ""}
    assert administrator.post("/channels/new?kind=mail", data=mail_data).status_code == 302
    address = made.location
    assert administrator.post(f"{address}/disable", data={"version": 1}).status_code == 422
    assert administrator.post(f"{address}/disable", data={"version": 1, "reason": "停用"}).status_code == 302
    assert "停用" in administrator.get(address).text
    assert administrator.post(f"{address}/enable", data={"version": 2}).status_code == 302
    assert client_as("finance_head").post("/channels/new", data=data).status_code == 403
