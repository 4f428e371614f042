"""Guessing passwords is slow, and nobody who guesses can lock out somebody else."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.cast import Cast
from tests.clock import NOW, Clock
from tests.visitors import PASSWORD, give_account, sign_in, stranger
from tracker.accounts import queries, rules
from tracker.accounts.commands import TooOften, count_try
from tracker.accounts.models import SignInAttempt
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}
NEW = "千里之行始于足下 7"


@pytest.fixture
def account(app: Flask, cast: Cast) -> int:
    give_account(app, cast.person_ids["administrator"])
    give_account(app, cast.person_ids["town_head"], login="boqingshan")
    return give_account(app, cast.person_ids["finance_head"], login="qianguangyuan")


def enter(
    client: FlaskClient, login: str = "qianguangyuan", password: str = PASSWORD, place: dict[str, str] | None = None
) -> TestResponse:
    return client.post("/sign-in", data={"login": login, "password": password}, environ_overrides=place or {})


def test_after_five_wrong_passwords_even_the_right_one_must_wait(app: Flask, account: int, clock: Clock) -> None:
    client = stranger(app)
    for _ in range(5):
        assert enter(client, password="wrong one").status_code == 422
        clock.advance(timedelta(minutes=1))
    refused = enter(client)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == 600
    assert "10" in refused.get_data(as_text=True)
    clock.advance(timedelta(minutes=10))
    assert enter(client).status_code == 302


def test_waiting_helps_however_often_one_tries_meanwhile(app: Flask, account: int, clock: Clock) -> None:
    client = stranger(app)
    for _ in range(5):
        enter(client, password="wrong one")
    for _ in range(5):
        clock.advance(timedelta(minutes=2, seconds=50))
        assert enter(client).status_code == 429
    clock.set(NOW + timedelta(minutes=15))
    assert enter(client).status_code == 302


def test_a_lock_of_one_login_does_not_lock_another(app: Flask, account: int) -> None:
    client = stranger(app)
    for _ in range(5):
        enter(client, password="wrong one")
    assert enter(client).status_code == 429
    assert enter(client, login="boqingshan").status_code == 302


def test_a_guesser_elsewhere_locks_nobody_out(app: Flask, account: int) -> None:
    attacker = stranger(app)
    for _ in range(50):
        enter(attacker, password="wrong one", place=ELSEWHERE)
    assert enter(attacker, place=ELSEWHERE).status_code == 429
    assert enter(stranger(app)).status_code == 302


def test_a_known_device_is_let_in_though_its_address_was_used_for_guessing(app: Flask, account: int) -> None:
    known, attacker = stranger(app), stranger(app)
    assert enter(known).status_code == 302
    assert known.post("/sign-out").status_code in {302, 400}
    for _ in range(50):
        enter(attacker, password="wrong one")
    assert enter(attacker).status_code == 429
    known.delete_cookie("zeren")
    with known.session_transaction() as kept:
        kept.clear()
    again = stranger(app)
    device = known.get_cookie("zeren_device")
    assert device is not None
    again.set_cookie("zeren_device", device.value)
    assert enter(again).status_code == 302


def test_a_known_device_guesses_no_more_than_five_times(app: Flask, account: int) -> None:
    known = stranger(app)
    assert enter(known).status_code == 302
    device = known.get_cookie("zeren_device")
    assert device is not None
    thief = stranger(app)
    thief.set_cookie("zeren_device", device.value)
    statuses = [enter(thief, password="wrong one").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    assert enter(thief, login="boqingshan", password="wrong one").status_code == 422


@pytest.mark.parametrize("forged", ["x", "eyJtYXJrIjoiYSIsImFjY291bnRzIjpbMV19.AAAA", ""])
def test_a_forged_device_counts_as_a_strange_one(app: Flask, account: int, forged: str) -> None:
    for _ in range(5):
        client = stranger(app)
        client.set_cookie("zeren_device", forged)
        enter(client, password="wrong one")
    client = stranger(app)
    client.set_cookie("zeren_device", forged)
    assert enter(client).status_code == 429


def test_a_living_session_goes_on_while_others_guess(app: Flask, account: int) -> None:
    client, attacker = app.test_client(), stranger(app)
    sign_in(client, account)
    for _ in range(50):
        enter(attacker, password="wrong one")
    assert client.get("/me").status_code == 200
    answer = client.post("/password", data={"current": PASSWORD, "new": NEW, "repeat": NEW})
    assert answer.status_code == 302


def test_one_password_tried_on_many_logins_is_stopped(app: Flask, account: int) -> None:
    statuses = [enter(stranger(app), login=f"somebody{n}", password="Qwer-1234567").status_code for n in range(50)]
    assert statuses[: rules.TRIES_PER_ADDRESS] == [422] * rules.TRIES_PER_ADDRESS
    assert set(statuses[rules.TRIES_PER_ADDRESS :]) == {429}
    assert enter(stranger(app), place=ELSEWHERE).status_code == 302


def test_forwarded_addresses_are_not_believed(app: Flask, account: int) -> None:
    for n in range(5):
        stranger(app).post(
            "/sign-in",
            data={"login": "qianguangyuan", "password": "wrong one"},
            headers={"X-Forwarded-For": f"198.51.100.{n}"},
        )
    answer = stranger(app).post(
        "/sign-in",
        data={"login": "qianguangyuan", "password": PASSWORD},
        headers={"X-Forwarded-For": "198.51.100.77"},
    )
    assert answer.status_code == 429


def test_a_stolen_session_guesses_the_password_five_times_and_no_more(app: Flask, account: int) -> None:
    thief = app.test_client()
    sign_in(thief, account)
    form = {"current": "wrong one", "new": NEW, "repeat": NEW}
    assert [thief.post("/password", data=form).status_code for _ in range(6)] == [403] * 5 + [429]
    owner = app.test_client()
    sign_in(owner, account)
    assert owner.post("/password", data={**form, "current": PASSWORD}).status_code == 302


def test_the_right_password_forgets_the_slips_before_it(app: Flask, account: int) -> None:
    client = stranger(app)
    for _ in range(4):
        enter(client, password="wrong one")
    assert enter(client).status_code == 302
    fresh = stranger(app)
    assert [enter(fresh, password="wrong one").status_code for _ in range(6)] == [422] * 5 + [429]


def test_an_own_right_password_does_not_wipe_the_guesses_at_others(app: Flask, account: int) -> None:
    for _ in range(5):
        enter(stranger(app), password="wrong one")
    assert enter(stranger(app), login="boqingshan").status_code == 302
    assert enter(stranger(app)).status_code == 429


def test_tries_are_forgotten_after_the_window(app: Flask, account: int, session: Session) -> None:
    for minutes in (0, 14, 16):
        with write_transaction():
            count_try("a", address="b", device="", by=SYSTEM, now=NOW + timedelta(minutes=minutes))
    assert session.query(SignInAttempt).count() == 2


def test_a_refused_try_says_how_long_to_wait(app: Flask, session: Session) -> None:
    with write_transaction():
        for _ in range(5):
            count_try("a", address="b", device="", by=SYSTEM, now=NOW)
    with pytest.raises(TooOften) as refusal, write_transaction():
        count_try("a", address="b", device="", by=SYSTEM, now=NOW + timedelta(minutes=14, seconds=59.5))
    assert refusal.value.retry_after == 1
    assert queries.account_named("a") is None
