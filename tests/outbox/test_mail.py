"""Digests by mail: over a real, encrypted connection, once, in the reader's language, and only what is still open."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.outbox.servers import HOST, Authority, MailServer
from tests.outbox.world import allow, attempts, courier, crowd, deliveries, items, set_up_mail, tell
from tracker.accounts.models import Account
from tracker.delivery.models import ChannelEndpoint, DeliveryPreference
from tracker.delivery.planning import due_items, plan_deliveries
from tracker.delivery.rules import DeliveryState, Hours, Outcome
from tracker.delivery.senders.mail import greeting
from tracker.kernel.clock import LOCAL
from tracker.kernel.db import db, write_transaction
from tracker.kernel.installation import hold_deliveries
from tracker.outbox.commands import settle
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel

STATE = DeliveryState


def test_unread_messages_arrive_as_one_mail(cast: Cast, authority: Authority, mail_server: MailServer) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast, key="a", title="建成新学校")
    tell(cast, key="b", title="补足教师")
    courier().work()
    (mail,) = mail_server.receipts.rows
    assert (mail["to"], mail["from"]) == (["finance.head@example.gov.cn"], "zeren@example.gov.cn")
    (delivery,) = deliveries()
    assert (delivery.state, delivery.provider_code, delivery.message_id) == (STATE.SENT, "250", mail["id"])
    assert [(row.outcome, row.code) for row in attempts()] == [(Outcome.DELIVERED, "250")]
    assert "建成新学校" in (delivery.payload or "")
    assert "补足教师" in (delivery.payload or "")
    assert {row.included for row in items()} == {1}


def test_whoever_signs_in_to_the_mail_server_does_so_encrypted(
    cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    set_up_mail(cast, mail_server.port, authority, login="zeren", password="right")
    tell(cast)
    courier().work()
    assert [row.state for row in deliveries()] == [STATE.SENT]


def test_a_wrong_password_leaves_the_message_waiting_and_tells_the_administrator_once(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority, login="zeren", password="wrong")
    tell(cast)
    worker = courier()
    worker.work()
    clock.advance(timedelta(minutes=2))
    worker.work()
    assert [(row.state, row.attempts) for row in deliveries()] == [(STATE.PENDING, 0)]
    told = sa.select(InboxItem).where(InboxItem.kind == "delivery.endpoint_failing")
    (item,) = db.session.scalars(told).all()
    assert (item.recipient_id, item.params["code"], item.channels) == (cast.person_ids["administrator"], "535", "")
    assert mail_server.receipts.rows == []


def test_a_server_without_encryption_gets_nothing(cast: Cast, authority: Authority) -> None:
    with MailServer(authority, starttls=False) as plain:
        endpoint = set_up_mail(cast, plain.port, authority)
        tell(cast)
        courier().work()
        assert plain.receipts.rows == []
    assert [row.state for row in deliveries()] == [STATE.PENDING]
    assert db.session.get_one(ChannelEndpoint, endpoint.id).last_code == "no_starttls"


def test_a_certificate_of_a_stranger_gets_nothing(
    app: Flask, cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    endpoint = set_up_mail(cast, mail_server.port, authority)
    allow(app, f"{HOST}:{mail_server.port}")
    tell(cast)
    courier().work()
    assert (mail_server.receipts.rows, [row.state for row in deliveries()]) == ([], [STATE.PENDING])
    assert db.session.get_one(ChannelEndpoint, endpoint.id).last_code == "bad_certificate"


def test_tls_from_the_first_byte_works_too(cast: Cast, authority: Authority) -> None:
    with MailServer(authority, at_once=True) as server:
        set_up_mail(cast, server.port, authority, encryption="tls")
        tell(cast)
        courier().work()
        assert len(server.receipts.rows) == 1


def test_several_mails_go_over_one_connection(cast: Cast, authority: Authority, mail_server: MailServer) -> None:
    set_up_mail(cast, mail_server.port, authority)
    for reader in ("finance_head", "finance_liaison", "town_head"):
        tell(cast, reader)
    courier().work()
    assert len(mail_server.receipts.rows) == 3
    # Greeted before and after STARTTLS, once.
    assert mail_server.connections == 2


@pytest.mark.parametrize(
    ("address", "greeted"),
    [
        ("https://zeren.example.gov.cn", "zeren.example.gov.cn"),
        ("http://10.2.3.4:8080", "[10.2.3.4]"),
        ("http://[2001:db8::1]", "[IPv6:2001:db8::1]"),
        ("https://责任台.政务", "xn--boqs4jcq3d.xn--zfr164b"),
    ],
)
def test_a_mail_server_is_greeted_by_the_name_of_the_installation(
    app: Flask, cast: Cast, authority: Authority, mail_server: MailServer, address: str, greeted: str
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    own = app.extensions["settings"]
    app.extensions["settings"] = replace(own, base_url=address)
    taking, names = mail_server.handle_RCPT, []

    async def strict(server: Any, session: Any, envelope: Any, recipient: str, options: list[str]) -> str:
        names.append(session.host_name)
        if session.host_name == "localhost":
            return "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname"
        return await taking(server, session, envelope, recipient, options)

    mail_server.handle_RCPT = strict  # type: ignore[method-assign, assignment]
    tell(cast)
    courier().work()
    app.extensions["settings"] = replace(app.extensions["settings"], base_url=own.base_url)
    assert ([row.state for row in deliveries()], names) == ([STATE.SENT], [greeted])


def test_a_name_in_other_letters_is_greeted_with_as_the_wires_spell_it() -> None:
    assert greeting("责任台.政务") == "xn--boqs4jcq3d.xn--zfr164b"
    assert greeting("a..cn") == "localhost"


@pytest.mark.parametrize("says", ["421 4.7.0 too many messages in this connection", ""])
@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
def test_a_server_that_takes_a_few_mails_a_line_gets_the_others_at_once_on_another(
    cast: Cast, authority: Authority, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, step: str, says: str
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    crowd(cast, 7, channel=Channel.MAIL)
    only_so_many(mail_server, monkeypatch, 3, step=step, says=says)
    courier().work()
    assert [(row.state, row.attempts) for row in deliveries()] == [(STATE.SENT, 1)] * 7
    assert [row.outcome for row in attempts()] == [Outcome.DELIVERED] * 7
    # Three lines, each greeted before and after STARTTLS; and nobody was told that the server cannot be used.
    assert mail_server.connections == 6
    assert db.session.scalar(sa.select(InboxItem.id).where(InboxItem.kind == "delivery.endpoint_failing")) is None


@pytest.mark.parametrize(("most", "lines"), [(3, 2), (0, 1)])
def test_a_server_that_takes_nothing_on_another_line_either_is_left_alone(
    cast: Cast, authority: Authority, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, most: int, lines: int
) -> None:
    endpoint = set_up_mail(cast, mail_server.port, authority)
    crowd(cast, 7, channel=Channel.MAIL)
    only_so_many(mail_server, monkeypatch, most, step="MAIL", says="421 4.3.2 service shutting down", ever=True)
    courier().work()
    assert Counter(row.state for row in deliveries()) == Counter({STATE.SENT: most, STATE.PENDING: 7 - most})
    assert (mail_server.connections, len(attempts())) == (2 * lines, most + 1)
    assert db.session.get_one(ChannelEndpoint, endpoint.id).last_code == "421"


def only_so_many(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, most: int, *, step: str, says: str, ever: bool = False
) -> None:
    """Let a server take so many mails on one line, or ever, and then say something or hang up without a word."""
    begun: Counter[int] = Counter()

    def takes(server: Any) -> bool:
        line = 0 if ever else id(server.transport)
        begun[line] += 1
        if begun[line] > most and not says:
            server.transport.abort()
        return begun[line] <= most

    async def mail(server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:
        if step == "MAIL" and not takes(server):
            return says or "250 OK"
        envelope.mail_from = address
        return "250 OK"

    async def rcpt(server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:
        if step == "RCPT" and not takes(server):
            return says or "250 OK"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    monkeypatch.setattr(mail_server, "handle_MAIL", mail, raising=False)
    monkeypatch.setattr(mail_server, "handle_RCPT", rcpt)


def test_what_was_read_before_is_not_sent(cast: Cast, authority: Authority, mail_server: MailServer) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast, subject=("account", 7))
    plan_deliveries(NOW)
    with write_transaction():
        settle(("account", 7), now=NOW)
    courier().work()
    assert mail_server.receipts.rows == []
    assert [row.state for row in deliveries()] == [STATE.CANCELLED]


def test_a_reader_gets_mail_in_their_language(cast: Cast, authority: Authority, mail_server: MailServer) -> None:
    set_up_mail(cast, mail_server.port, authority)
    with write_transaction():
        db.session.execute(
            sa.update(Account).where(Account.person_id == cast.person_ids["town_head"]).values(language="en")
        )
    tell(cast, "finance_head", urgency=1)
    tell(cast, "town_head")
    courier().work()
    assert {row["to"][0]: row["subject"] for row in mail_server.receipts.rows} == {
        "finance.head@example.gov.cn": "责任台：您有 1 条消息",
        "town.head@example.gov.cn": "Zeren: 1 message for you",
    }


@pytest.mark.parametrize(
    ("kinds", "subject"),
    [
        (["flag.withdrawn", "notice.accepted", "sweep.held"], "责任台：您有 3 条消息"),
        (["flag.withdrawn", "reminder.late", "notice.late"], "责任台：您有 3 条消息，其中 2 条涉及逾期"),
        (["reminder.near", "reminder.letter_late", "task.urge"], "责任台：您有 3 条消息，其中 1 条涉及逾期"),
        (["task.direct_explain", "task.direct_rectify"], "责任台：您有 2 条消息，其中 1 条涉及逾期"),
    ],
)
def test_the_subject_counts_as_late_what_says_so_and_not_what_is_urgent(
    cast: Cast, authority: Authority, mail_server: MailServer, kinds: list[str], subject: str
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    for kind in kinds:
        tell(cast, key=kind, kind=kind, urgency=2)
    courier().work()
    assert [row["subject"] for row in mail_server.receipts.rows] == [subject]


def test_nothing_goes_out_while_deliveries_are_held(cast: Cast, authority: Authority, mail_server: MailServer) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast)
    with write_transaction():
        hold_deliveries(reason="restored", now=NOW)
    assert courier().work() is False
    assert (mail_server.receipts.rows, deliveries()) == ([], [])


def test_nothing_goes_out_on_a_day_on_which_offices_rest(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast)
    clock.advance(timedelta(days=3))
    courier().work()
    assert deliveries() == []
    clock.advance(timedelta(days=2))
    courier().work()
    assert [row.state for row in deliveries()] == [STATE.SENT]


@pytest.mark.parametrize(
    ("wish", "sent"),
    [({"mail": False}, 0), ({"digest_hour": 14}, 0), ({"quiet_from": 9, "quiet_until": 12}, 0), ({"sms": False}, 1)],
)
def test_wishes_are_kept(
    cast: Cast, authority: Authority, mail_server: MailServer, wish: dict[str, object], sent: int
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    with write_transaction() as session:
        known = {"person_id": cast.person_ids["finance_head"], "digest_hour": 9, "updated_at": NOW}
        session.add(DeliveryPreference(**{**known, **wish}))
    tell(cast)
    courier().work()
    assert len(mail_server.receipts.rows) == sent


@pytest.mark.parametrize(
    ("wish", "until"),
    [
        ({"digest_hour": 19}, 18),
        ({"digest_hour": 9, "quiet_from": 8, "quiet_until": 15}, 14),
        ({"digest_hour": 15, "quiet_from": 15, "quiet_until": 10}, 16),
        ({"digest_hour": 9, "quiet_from": 17, "quiet_until": 10}, 16),
        ({"digest_hour": 9, "quiet_from": 12, "quiet_until": 14}, 20),
        (None, 20),
    ],
)
def test_a_group_that_narrows_its_hours_costs_nobody_a_message(
    cast: Cast, authority: Authority, mail_server: MailServer, wish: dict[str, int] | None, until: int
) -> None:
    endpoint = set_up_mail(cast, mail_server.port, authority)
    reader = cast.person_ids["finance_head"]
    with write_transaction() as session:
        if wish is not None:
            session.add(DeliveryPreference(person_id=reader, updated_at=NOW, **wish))
        cast.group().messages_until = until
    tell(cast, urgency=3)
    wanted = Hours(**(wish or {}), opens=8, closes=until).within_the_group_s()
    day = NOW.astimezone(LOCAL)
    found = {
        hour: bool(db.session.execute(due_items(endpoint, day.replace(hour=hour, minute=5))).all())
        for hour in range(24)
    }
    assert found == {hour: wanted.is_open(hour) for hour in range(24)}
    assert any(found.values())


def test_a_group_that_opens_later_is_heard_though_another_speaks_every_day(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    with write_transaction():
        cast.group("g2").messages_from = 10
    tell(cast, key="other", group="g2")
    tell(cast, key="own")
    assert plan_deliveries(NOW) == 0
    clock.advance(timedelta(minutes=30))
    courier().work()
    assert (len(mail_server.receipts.rows), len(items())) == (1, 2)


@pytest.mark.parametrize("how", [{"urgency": 3}, {"kind": "letter.issued"}])
def test_what_must_be_signed_and_the_gravest_go_by_mail_whatever_is_switched_off(
    cast: Cast, authority: Authority, mail_server: MailServer, how: dict[str, object]
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    with write_transaction() as session:
        off = {"mail": False, "chat": False, "sms": False}
        session.add(DeliveryPreference(person_id=cast.person_ids["finance_head"], digest_hour=9, updated_at=NOW, **off))
    tell(cast, **how)  # type: ignore[arg-type]
    courier().work()
    assert len(mail_server.receipts.rows) == 1


def test_a_second_message_of_the_day_waits_for_tomorrow(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    worker = courier()
    tell(cast, key="a")
    worker.work()
    tell(cast, key="b")
    clock.advance(timedelta(hours=1))
    worker.work()
    assert len(mail_server.receipts.rows) == 1
    clock.advance(timedelta(days=1))
    worker.work()
    assert [row.digest_key for row in deliveries()] == ["2026-03-18", "2026-03-19"]
    assert len(mail_server.receipts.rows) == 2


def test_a_message_for_the_inbox_alone_stays_there(cast: Cast, authority: Authority, mail_server: MailServer) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast, channels=(Channel.CHAT,))
    tell(cast, key="b", channels=())
    courier().work()
    assert (mail_server.receipts.rows, deliveries()) == ([], [])


def test_markup_in_a_title_stays_text_and_lines_stay_in_their_header(
    cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast, title="<img src=x onerror=alert(1)> {{7*7}}\r\nBcc: evil@example.cn")
    courier().work()
    (mail,) = mail_server.receipts.rows
    (delivery,) = deliveries()
    assert "&lt;img src=x onerror=alert(1)&gt; {{7*7}}" in (delivery.payload or "")
    assert mail["to"] == ["finance.head@example.gov.cn"]
    assert "\nBcc:" not in mail["raw"].partition("\r\n\r\n")[0]


def test_planning_twice_changes_nothing(cast: Cast, authority: Authority, mail_server: MailServer) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast)
    assert [plan_deliveries(NOW), plan_deliveries(NOW)] == [1, 0]
    assert len(items()) == 1
