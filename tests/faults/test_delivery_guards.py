"""Each guard of deliveries is taken away in turn, and what it guards against happens; with the guard it does not."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.faults.altered import LOCKS, altered, meanwhile, wait_for_me
from tests.outbox.world import allow, give_addresses, mail_facts, tell
from tracker.delivery import claiming, commands, planning
from tracker.delivery.claiming import LEASE, Claim
from tracker.delivery.commands import EndpointFacts
from tracker.delivery.models import ChannelEndpoint, Delivery, DeliveryItem
from tracker.delivery.planning import plan_deliveries
from tracker.delivery.rendering import write_digest
from tracker.delivery.rules import MOVES, PACES, DeliveryState, EndpointKind, Outcome
from tracker.kernel.db import db, write_transaction
from tracker.outbox.commands import settle

STATE = DeliveryState
DEAD = NOW + LEASE + timedelta(seconds=1)
Waiting = int
"""The number of an endpoint for which one digest waits."""


pytestmark = pytest.mark.usefixtures("one_clock")


@pytest.fixture
def waiting(app: Flask, cast: Cast) -> Iterator[Waiting]:
    """A digest for one reader, whose end would be grave, waits at a mail server that nobody calls."""
    own = app.extensions["settings"]
    allow(app, "127.0.0.1:2525")
    with write_transaction():
        give_addresses(cast)
        by = cast.actor("administrator")
        endpoint = commands.add_endpoint(EndpointKind.MAIL, mail_facts(2525), group=None, by=by, now=NOW)
    tell(cast, urgency=2, subject=("account", 7))
    plan_deliveries(NOW)
    yield endpoint.id
    app.extensions["settings"] = own


def _claim(endpoint_id: int, *, holder: str = "a:1", now: datetime = NOW) -> list[Claim]:
    with write_transaction():
        return claiming.claim(endpoint_id, holder=holder, limit=10, now=now)


def _begin(claim: Claim) -> bool:
    frozen = write_digest(claim.delivery_id, now=NOW).frozen
    assert frozen is not None
    with write_transaction():
        return claiming.begin(claim, frozen)


def _state() -> DeliveryState:
    db.session.rollback()
    return db.session.scalars(sa.select(Delivery.state)).one()


def _late_answer(endpoint_id: int, clock: Clock) -> DeliveryState:
    """A sender sleeps, its delivery is doubted and sent again by another, and the first says that it was refused."""
    (first,) = _claim(endpoint_id)
    assert _begin(first)
    clock.set(DEAD)
    with write_transaction():
        claiming.reap(now=DEAD)
    (second,) = _claim(endpoint_id, holder="b:1", now=DEAD)
    assert _begin(second)
    with write_transaction():
        claiming.mark(first, Outcome.PERMANENT, "550", now=DEAD)
    return _state()


def test_an_answer_that_comes_too_late_changes_nothing(waiting: Waiting, clock: Clock) -> None:
    assert _late_answer(waiting, clock) is STATE.SENDING


def test_without_the_token_a_late_answer_ends_what_another_is_sending(
    waiting: Waiting, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(claim: Claim, move: str) -> sa.ColumnElement[bool]:
        return sa.and_(Delivery.id == claim.delivery_id, Delivery.state.in_(MOVES[move][0]))

    monkeypatch.setattr(claiming, "held", held)
    assert _late_answer(waiting, clock) is STATE.FAILED


def _begun_twice(endpoint_id: int) -> int:
    """A sender begins, and a copy of it begins with the same claim; returns how many may send."""
    (claim,) = _claim(endpoint_id)
    return sum(_begin(claim) for _copy in range(2))


def test_what_is_begun_is_not_begun_again(waiting: Waiting) -> None:
    assert _begun_twice(waiting) == 1


def test_without_comparing_the_state_it_is_sent_twice(waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    loose = {name: (frozenset(STATE), after) for name, (_before, after) in MOVES.items()}
    monkeypatch.setattr(claiming, "MOVES", loose)
    assert _begun_twice(waiting) == 2


def _begun_after_its_lease(endpoint_id: int, clock: Clock) -> bool:
    """A sender claims and sleeps past its lease; whether it begins then."""
    (claim,) = _claim(endpoint_id)
    clock.set(DEAD)
    return _begin(claim)


def test_who_slept_past_the_lease_does_not_begin(waiting: Waiting, clock: Clock) -> None:
    assert not _begun_after_its_lease(waiting, clock)


def test_without_looking_at_the_lease_it_would_begin(waiting: Waiting, clock: Clock) -> None:
    with altered("delivery.lease_until > ", "delivery.lease_until <> "):
        assert _begun_after_its_lease(waiting, clock)


def _unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sa.Select, "with_for_update", lambda self, **_how: self)


def _waits_for_the_one_that_begins(app: Flask, endpoint_id: int) -> bool:
    """Whether somebody who is done with a matter waits while a mail about it is being begun."""
    (claim,) = _claim(endpoint_id)
    frozen = write_digest(claim.delivery_id, now=NOW).frozen
    assert frozen is not None

    def done() -> None:
        with write_transaction():
            settle(("account", 7), now=NOW)

    with write_transaction():
        assert claiming.begin(claim, frozen)
        thread = meanwhile(app, done)
        waits = thread.is_alive()
    thread.join(timeout=30)
    return waits


@pytest.mark.postgres
def test_completion_comes_before_the_beginning_or_after_it(app: Flask, waiting: Waiting) -> None:
    assert _waits_for_the_one_that_begins(app, waiting)


@pytest.mark.postgres
def test_without_locked_messages_completion_comes_in_between(
    app: Flask, waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    _unlocked(monkeypatch)
    assert not _waits_for_the_one_that_begins(app, waiting)


def _claims_of_two(app: Flask, endpoint_id: int) -> tuple[int, bool]:
    """Two claim at once; returns how many claims there are to the one delivery, and whether the second had to wait."""
    second: list[Claim] = []
    with write_transaction():
        first = claiming.claim(endpoint_id, holder="a:1", limit=10, now=NOW)
        thread = meanwhile(app, lambda: second.extend(_claim(endpoint_id, holder="b:1")))
        waited = thread.is_alive()
    thread.join(timeout=30)
    return len(first) + len(second), waited


@pytest.mark.postgres
def test_of_two_who_claim_at_once_one_gets_it_and_nobody_waits(app: Flask, waiting: Waiting) -> None:
    assert _claims_of_two(app, waiting) == (1, False)


@pytest.mark.postgres
def test_without_locked_rows_two_claim_the_same(app: Flask, waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    _unlocked(monkeypatch)
    assert _claims_of_two(app, waiting) == (2, True)


@pytest.mark.postgres
def test_without_skip_locked_the_second_waits(app: Flask, waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = sa.Select.with_for_update
    monkeypatch.setattr(sa.Select, "with_for_update", lambda self, **_how: plain(self))
    assert _claims_of_two(app, waiting) == (1, True)


@pytest.fixture
def robot(app: Flask, cast: Cast) -> Iterator[ChannelEndpoint]:
    """A robot of the first group, of whose turns all but one are used up."""
    own = app.extensions["settings"]
    allow(app, "127.0.0.1:8443")
    with write_transaction():
        facts = EndpointFacts("群机器人", url="https://127.0.0.1:8443/robot/send?access_token=k", key="k")
        by = cast.actor("administrator")
        endpoint = commands.add_endpoint(EndpointKind.DINGTALK, facts, group=cast.group(), by=by, now=NOW)
    for _turn in range(PACES[EndpointKind.DINGTALK].at_once - 1):
        assert _has_turn(endpoint)
    yield endpoint
    app.extensions["settings"] = own


def _has_turn(endpoint: ChannelEndpoint) -> bool:
    with write_transaction():
        return claiming.take_turn(endpoint, now=NOW) is None


def _last_turn_of_two(app: Flask, robot: ChannelEndpoint) -> int:
    """Two reach for the last turn at once; returns how many got one."""
    second: list[bool] = []
    db.session.refresh(robot)
    db.session.expunge(robot)
    with write_transaction():
        first = claiming.take_turn(robot, now=NOW) is None
        thread = meanwhile(app, lambda: second.append(_has_turn(robot)))
    thread.join(timeout=30)
    return first + second[0]


@pytest.mark.postgres
def test_of_two_who_reach_for_a_robot_s_last_turn_one_gets_it(app: Flask, robot: ChannelEndpoint) -> None:
    assert _last_turn_of_two(app, robot) == 1


@pytest.mark.postgres
def test_without_a_locked_endpoint_both_get_a_robot_s_last_turn(app: Flask, robot: ChannelEndpoint) -> None:
    with altered(LOCKS, ""):
        assert _last_turn_of_two(app, robot) == 2


def _reaped_by_two(app: Flask, endpoint_id: int, clock: Clock) -> DeliveryState:
    """A sender died over something grave, and two find it at once."""
    (claim,) = _claim(endpoint_id)
    assert _begin(claim)
    clock.set(DEAD)

    def find() -> None:
        with write_transaction():
            claiming.reap(now=DEAD)

    with write_transaction():
        claiming.reap(now=DEAD)
        thread = meanwhile(app, find)
    thread.join(timeout=30)
    return _state()


@pytest.mark.postgres
def test_what_is_grave_goes_out_once_more_though_two_find_it(app: Flask, waiting: Waiting, clock: Clock) -> None:
    assert _reaped_by_two(app, waiting, clock) is STATE.PENDING


@pytest.mark.postgres
def test_without_locked_rows_the_second_to_find_it_leaves_it_in_doubt(
    app: Flask, waiting: Waiting, clock: Clock
) -> None:
    with altered(f"{LOCKS} SKIP LOCKED", ""):
        assert _reaped_by_two(app, waiting, clock) is STATE.UNCERTAIN


def _planned_while_claimed(app: Flask, endpoint_id: int, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> int:
    """The digest that waits is being claimed when the planner comes with another message, and begun before that ends.

    Returns how many messages are in what was begun and were not looked at: nobody would ever hear of them.
    """
    tell(cast, key="another", subject=("account", 8))
    begun = threading.Event()

    def go_on(place: str) -> None:
        if place == "digest.filled":
            wait_for_me(lambda: not begun.is_set())

    monkeypatch.setattr(planning, "crashpoint", go_on)
    with write_transaction():
        (claim,) = claiming.claim(endpoint_id, holder="a:1", limit=10, now=NOW)
        thread = meanwhile(app, lambda: plan_deliveries(NOW))
        assert thread.is_alive()
    assert _begin(claim)
    begun.set()
    thread.join(timeout=30)
    sent = sa.select(Delivery.id).where(Delivery.state == STATE.SENDING)
    unseen = sa.select(sa.func.count()).where(DeliveryItem.delivery_id.in_(sent), DeliveryItem.included == 0)
    db.session.rollback()
    return db.session.scalar(unseen) or 0


@pytest.mark.postgres
def test_a_digest_that_is_being_claimed_takes_in_nothing_more(
    app: Flask, waiting: Waiting, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _planned_while_claimed(app, waiting, cast, monkeypatch) == 0


@pytest.mark.postgres
def test_without_a_locked_digest_a_message_comes_into_one_that_leaves_without_it(
    app: Flask, waiting: Waiting, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with altered(" FOR UPDATE OF delivery", ""):
        assert _planned_while_claimed(app, waiting, cast, monkeypatch) == 1
