"""Deliveries change hands by compare-and-set: leases, what is freed, what is uncertain, and races with completion."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.explaining import explained, reads_all_of
from tests.faults.altered import LOCKS, altered, beside
from tests.outbox.racing import SUBJECT, claimed, race, ways_to_complete
from tests.outbox.servers import Authority, MailServer
from tests.outbox.world import attempts, courier, deliveries, set_up_mail, tell
from tests.visitors import signed_in
from tracker.delivery import claiming, unsent
from tracker.delivery.claiming import LEASE, NO_ANSWER, Claim
from tracker.delivery.models import Delivery
from tracker.delivery.planning import plan_deliveries
from tracker.delivery.rendering import write_digest
from tracker.delivery.rules import GRAVE, DeliveryState, Outcome
from tracker.kernel.crashpoints import NAMES
from tracker.kernel.db import db, write_transaction
from tracker.outbox.commands import settle
from tracker.outbox.models import InboxItem
from tracker.outbox.rules import Channel

STATE = DeliveryState
RACES = 60
"""Without its lock every other one is lost; `make test-faults` plays a thousand."""
DEAD = NOW + LEASE + timedelta(seconds=1)


def planned(cast: Cast, authority: Authority, server: MailServer, *, urgency: int = 0, readers: int = 1) -> int:
    """Digests that wait; the endpoint's number."""
    endpoint = set_up_mail(cast, server.port, authority)
    for reader in ("finance_head", "finance_liaison", "town_head")[:readers]:
        tell(cast, reader, urgency=urgency, subject=SUBJECT)
    plan_deliveries(NOW)
    return endpoint.id


def begun(claim: Claim) -> bool:
    """Begin a delivery as its sender would."""
    written = write_digest(claim.delivery_id, now=NOW)
    db.session.rollback()
    if written.frozen is None:
        return False
    with write_transaction():
        return claiming.begin(claim, written.frozen)


def test_what_one_worker_claimed_another_does_not_get(
    cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    endpoint_id = planned(cast, authority, mail_server, readers=3)
    first, second = claimed(endpoint_id, limit=2), claimed(endpoint_id, holder="host:2")
    assert (len(first), len(second), claimed(endpoint_id)) == (2, 1, [])
    assert len({claim.delivery_id for claim in (*first, *second)}) == 3


def test_the_gravest_go_first(cast: Cast, authority: Authority, mail_server: MailServer) -> None:
    endpoint = set_up_mail(cast, mail_server.port, authority)
    for reader, urgency in (("finance_head", 0), ("finance_liaison", 3), ("town_head", 1)):
        tell(cast, reader, urgency=urgency)
    plan_deliveries(NOW)
    claims = claimed(endpoint.id)
    rows = {row.id: row.urgency for row in deliveries()}
    assert [rows[claim.delivery_id] for claim in claims] == [3, 1, 0]


def test_a_worker_that_died_before_it_began_loses_nothing(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    endpoint_id = planned(cast, authority, mail_server)
    (claim,) = claimed(endpoint_id)
    clock.set(NOW + LEASE - timedelta(seconds=1))
    courier("host:2").work()
    assert mail_server.receipts.rows == []
    clock.set(DEAD)
    courier("host:2").work()
    assert len(mail_server.receipts.rows) == 1
    assert begun(claim) is False


def test_a_worker_that_died_while_it_sent_leaves_an_uncertain_delivery(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    (claim,) = claimed(planned(cast, authority, mail_server))
    assert begun(claim)
    clock.set(DEAD)
    courier("host:2").work()
    (delivery,) = deliveries()
    assert (delivery.state, delivery.provider_code) == (STATE.UNCERTAIN, NO_ANSWER)
    assert [(row.outcome, row.code) for row in attempts()] == [(Outcome.UNKNOWN, NO_ANSWER)]
    assert mail_server.receipts.rows == []


def test_a_grave_one_goes_out_once_more_under_the_same_id_and_says_so(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    (claim,) = claimed(planned(cast, authority, mail_server, urgency=2))
    assert begun(claim)
    before = deliveries()[0].message_id
    clock.set(DEAD)
    courier("host:2").work()
    (mail,) = mail_server.receipts.rows
    assert (mail["id"], mail["subject"][:6]) == (before, "（可能重复）")
    (delivery,) = deliveries()
    assert (delivery.state, delivery.resent, delivery.attempts) == (STATE.SENT, True, 2)
    assert [row.outcome for row in attempts()] == [Outcome.UNKNOWN, Outcome.DELIVERED]


def test_a_grave_one_goes_out_no_more_than_once_more(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast, urgency=3)
    mail_server.mode = "reset after data"
    worker = courier()
    for minutes in range(0, 60, 5):
        clock.set(NOW + timedelta(minutes=minutes))
        worker.work()
    assert len(mail_server.receipts.rows) == 2
    assert len(set(mail_server.receipts.ids())) == 1
    assert [row.state for row in deliveries()] == [STATE.UNCERTAIN]


def test_one_that_slept_past_its_lease_neither_begins_nor_marks(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock
) -> None:
    (claim,) = claimed(planned(cast, authority, mail_server))
    written = write_digest(claim.delivery_id, now=NOW)
    assert written.frozen is not None
    clock.set(DEAD)
    with write_transaction():
        assert claiming.begin(claim, written.frozen) is False
    clock.set(NOW)
    assert begun(claim)
    clock.set(DEAD)
    with write_transaction():
        claiming.reap(now=DEAD)
    with write_transaction():
        assert claiming.mark(claim, Outcome.DELIVERED, "250", now=DEAD) is False
    assert [row.state for row in deliveries()] == [STATE.UNCERTAIN]


APART = timedelta(minutes=9)
"""So far a worker's own clock may be from another's."""


@pytest.mark.parametrize("apart", [APART, -APART], ids=["ahead", "behind"])
def test_what_one_worker_is_sending_another_whose_clock_differs_leaves_alone(
    app: Flask, cast: Cast, authority: Authority, mail_server: MailServer, apart: timedelta
) -> None:
    planned(cast, authority, mail_server, urgency=GRAVE)
    other, taking = courier("host:2", now=lambda: NOW + apart), mail_server.handle_DATA

    async def take(server: Any, session: Any, envelope: Any) -> str:
        beside(app, other.work).join(30)
        return await taking(server, session, envelope)

    mail_server.handle_DATA = take  # type: ignore[method-assign, assignment]
    courier("host:1").work()
    other.work()
    (delivery,) = deliveries()
    assert (delivery.state, delivery.resent, delivery.attempts) == (STATE.SENT, False, 1)
    assert [row.outcome for row in attempts()] == [Outcome.DELIVERED]
    assert len(mail_server.receipts.rows) == 1


@pytest.mark.parametrize("apart", [APART, -APART], ids=["ahead", "behind"])
def test_a_lease_lasts_as_long_whatever_its_holder_s_clock_says(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock, apart: timedelta
) -> None:
    endpoint_id = planned(cast, authority, mail_server, readers=2)
    with write_transaction():
        first, second = claiming.claim(endpoint_id, holder="host:1", limit=10, now=NOW + APART)
    assert begun(first)
    for moment, states in ((DEAD - LEASE, {STATE.SENDING, STATE.CLAIMED}), (DEAD, {STATE.UNCERTAIN, STATE.PENDING})):
        clock.set(moment)
        with write_transaction():
            claiming.reap(now=moment + apart)
        assert {row.state for row in deliveries()} == states
    assert not begun(second)


def test_only_the_holder_of_the_token_may_let_go_or_drop(
    cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    (claim,) = claimed(planned(cast, authority, mail_server))
    stranger = Claim(claim.delivery_id, "0" * 32)
    with write_transaction():
        assert (claiming.release([stranger]), unsent.drop(stranger, now=NOW), claiming.release([])) == (0, False, 0)
        assert unsent.drop(claim, now=NOW)
    assert [row.state for row in deliveries()] == [STATE.CANCELLED]


def test_what_changed_after_the_words_were_written_is_not_sent(
    cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    (claim,) = claimed(planned(cast, authority, mail_server))
    written = write_digest(claim.delivery_id, now=NOW)
    assert written.frozen is not None
    with write_transaction():
        settle(SUBJECT, now=NOW)
    with write_transaction():
        assert claiming.begin(claim, written.frozen) is False
    assert write_digest(claim.delivery_id, now=NOW).frozen is None


def test_who_lost_the_right_gets_nothing_of_it(cast: Cast, authority: Authority, mail_server: MailServer) -> None:
    """A task that is not theirs to see; one of their own goes out as before."""
    set_up_mail(cast, mail_server.port, authority)
    tell(cast, "town_head", key="a", subject=("task", 424242), title="别人的事项")
    tell(cast, "town_head", key="b", subject=("account", 1), title="自己的事项")
    courier().work()
    (delivery,) = deliveries()
    assert "自己的事项" in (delivery.payload or "")
    assert "别人的事项" not in (delivery.payload or "")


def test_a_thing_of_an_unknown_kind_is_told_of_without_its_words(
    cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    set_up_mail(cast, mail_server.port, authority)
    tell(cast, subject=("mystery", 1), title="不知给谁看的内容")
    courier().work()
    (delivery,) = deliveries()
    assert delivery.state is STATE.SENT
    assert "不知给谁看" not in (delivery.payload or "")


def test_a_poisoned_row_keeps_nobody_else_waiting_and_the_administrator_hears_of_it(
    app: Flask,
    cast: Cast,
    authority: Authority,
    mail_server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
) -> None:
    planned(cast, authority, mail_server, readers=3)
    bad = deliveries()[0].id
    whole = write_digest

    def poisoned(delivery_id: int, **more: object) -> object:
        if delivery_id == bad:
            raise ZeroDivisionError
        return whole(delivery_id, now=NOW)

    monkeypatch.setattr("tracker.delivery.courier.write_digest", poisoned)
    courier().work()
    assert len(mail_server.receipts.rows) == 2
    assert [row.state for row in deliveries()] == [STATE.PENDING, STATE.SENT, STATE.SENT]
    # Who can do something about it is told, once, however often it is tried.
    clock.advance(timedelta(hours=1))
    courier().work()
    told = sa.select(InboxItem.recipient_id, InboxItem.subject_id).where(InboxItem.kind == "delivery.stumbled")
    assert db.session.execute(told).all() == [(cast.person_ids["administrator"], bad)]
    administrator = signed_in(app, cast.person_ids["administrator"], now=clock.now)
    assert administrator.get("/inbox").text.count("有一条消息写不出来") == 1


def _many_deliveries(cast: Cast, endpoint_id: int, *, analysed: bool) -> None:
    """Six thousand digests of one person, most of them sent long ago."""
    with write_transaction() as session:
        said = {"recipient_id": cast.person_ids["finance_head"], "channel": Channel.MAIL, "endpoint_id": endpoint_id}
        rows = [{**said, "digest_key": f"d{n}", "next_attempt_at": NOW, "created_at": NOW} for n in range(6000)]
        sent = {"state": STATE.SENT, "provider_code": "250", "ended_at": NOW}
        waits = {"state": STATE.PENDING, "provider_code": "", "ended_at": None}
        session.execute(sa.insert(Delivery), [row | (sent if n % 50 else waits) for n, row in enumerate(rows)])
        # PostgreSQL analyses by itself, at a moment of its own: there is no telling what it knows without.
        if analysed or session.get_bind().dialect.name == "postgresql":
            session.execute(sa.text("ANALYZE"))


@pytest.mark.parametrize("analysed", [False, True])
def test_claim_and_reap_read_what_they_want_and_no_more(
    cast: Cast, authority: Authority, mail_server: MailServer, clock: Clock, analysed: bool
) -> None:
    endpoint_id = planned(cast, authority, mail_server)
    _many_deliveries(cast, endpoint_id, analysed=analysed)
    with explained() as claims:
        assert len(claimed(endpoint_id, limit=5)) == 5
    clock.set(DEAD)
    with explained() as found, write_transaction():
        assert claiming.reap(now=DEAD).freed == 5
    (claim,), (freed, lapsed) = claims, found
    assert "ix_delivery_waiting" in claim[1]
    assert "ix_delivery_state" in freed[1]
    assert "ix_delivery_state" in lapsed[1]
    assert [plan for _statement, plan in (claim, freed, lapsed) if reads_all_of("delivery", plan)] == []


def test_once_completion_is_committed_no_digest_begins_with_it(
    app: Flask, cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    endpoint = set_up_mail(cast, mail_server.port, authority)
    found = race(app, endpoint.id, ways_to_complete(cast), rounds=RACES)
    assert found["faults"] == []
    assert found["begun"] * found["not_begun"] > 0


@pytest.mark.postgres
def test_without_locked_messages_a_completion_that_came_first_is_told_all_the_same(
    app: Flask, cast: Cast, authority: Authority, mail_server: MailServer
) -> None:
    endpoint = set_up_mail(cast, mail_server.port, authority)
    acts = ways_to_complete(cast)
    with altered(f"{LOCKS} SKIP LOCKED", ""):
        found = race(app, endpoint.id, acts, rounds=8)
    assert any("begun after completion" in fault for fault in found["faults"])


def test_every_place_where_a_delivery_may_crash_is_named() -> None:
    assert {name for name in NAMES if name.startswith(("deliver.", "digest."))} == {
        *("deliver.claimed", "deliver.begun", "deliver.sent", "deliver.marked", "deliver.freed"),
        *("digest.written", "digest.filled"),
    }
