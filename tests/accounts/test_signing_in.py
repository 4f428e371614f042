"""Signing in: who gets in, who does not, and that nobody learns which logins exist."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.cast import Cast
from tests.clock import NOW, Clock
from tests.visitors import PASSWORD, drop_token, give_account, sign_in, stranger
from tracker.accounts import passwords, queries
from tracker.accounts.gate import SESSION_KEY
from tracker.accounts.models import SignInSession
from tracker.audit.models import AuditEntry
from tracker.kernel.db import write_transaction

LEADS_AWAY = (
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%09/evil.example",
    "/\tevil.example",
    "/\t/evil.example",
    "http:///evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "@evil.example",
    "///evil.example",
    "/%5cevil.example",
    "/%2f/evil.example",
    "/a\r\nLocation: https://evil.example",
    "evil.example",
)


@pytest.fixture
def account(app: Flask, cast: Cast) -> int:
    """The liaison of the finance bureau, who signs in with a password; an administrator exists too."""
    give_account(app, cast.person_ids["administrator"], login="anke")
    return give_account(app, cast.person_ids["finance_liaison"], login="jixiaodong")


def enter(client: FlaskClient, login: str, password: str, **more: str) -> TestResponse:
    return client.post("/sign-in", data={"login": login, "password": password, **more})


def is_in(client: FlaskClient) -> bool:
    return client.get("/me").status_code == 200


def test_the_right_password_lets_in_and_leads_home(app: Flask, account: int) -> None:
    client = stranger(app)
    answer = enter(client, "jixiaodong", PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/")
    assert is_in(client)


def test_logins_are_the_same_in_capitals_and_full_width(app: Flask, account: int) -> None:
    client = stranger(app)
    assert enter(client, " ＪｉXiaoDong ", PASSWORD).status_code == 302
    assert is_in(client)


def test_passwords_are_not_trimmed(app: Flask, account: int) -> None:
    client = stranger(app)
    assert enter(client, "jixiaodong", f" {PASSWORD}").status_code == 422
    assert not is_in(client)
    assert enter(client, "jixiaodong", PASSWORD).status_code == 302


def test_wrong_unknown_and_deactivated_are_answered_alike(app: Flask, account: int, session: Session) -> None:
    pages = []
    for login, active in (("jixiaodong", True), ("nobody", True), ("jixiaodong", False)):
        with write_transaction():
            queries.account_by_id(account).active = active
        password = PASSWORD if not active else "something else"
        answer = enter(stranger(app), login, password)
        body = answer.get_data(as_text=True).replace(login, "LOGIN")
        token = re.compile('content="[^"]{60,}"|value="[^"]{60,}"')
        pages.append((answer.status_code, token.sub("TOKEN", body), sorted(answer.headers.keys())))
    assert pages[0] == pages[1] == pages[2]
    assert pages[0][0] == 422


def test_an_unknown_login_costs_a_check_of_a_password_too(app: Flask, session: Session) -> None:
    assert not passwords.matches(None, PASSWORD)
    known = passwords.hash_of(PASSWORD)
    assert passwords.matches(known, PASSWORD)
    assert not passwords.matches(known, PASSWORD + "x")
    assert not passwords.matches("no password", PASSWORD)


def test_a_refused_sign_in_is_recorded_without_what_was_typed(app: Flask, account: int, session: Session) -> None:
    enter(stranger(app), "jixiaodong", "guess number one")
    enter(stranger(app), "my secret typed as login", "guess number two")
    entries = session.scalars(sa.select(AuditEntry).where(AuditEntry.act == "account.refuse").order_by("id")).all()
    assert [entry.subject_id for entry in entries] == [account, 0]
    assert "secret" not in str([entry.new for entry in entries])


def test_a_session_fixed_before_signing_in_is_worth_nothing(app: Flask, account: int) -> None:
    client = stranger(app)
    with client.session_transaction() as kept:
        kept[SESSION_KEY] = "chosen by an attacker"
        kept["planted"] = "yes"
    assert enter(client, "jixiaodong", PASSWORD).status_code == 302
    with client.session_transaction() as kept:
        assert kept[SESSION_KEY] != "chosen by an attacker"
        assert "planted" not in kept


def test_the_database_holds_no_token(app: Flask, account: int, session: Session) -> None:
    client = stranger(app)
    enter(client, "jixiaodong", PASSWORD)
    with client.session_transaction() as kept:
        token = kept[SESSION_KEY]
    row = session.scalars(sa.select(SignInSession)).one()
    assert len(token) >= 43
    assert token not in (row.token_hash, row.browser)


@pytest.mark.parametrize("target", LEADS_AWAY)
def test_after_signing_in_nobody_is_led_elsewhere(app: Flask, account: int, target: str) -> None:
    answer = enter(stranger(app), "jixiaodong", PASSWORD, next=target)
    assert answer.status_code == 302
    assert answer.location == "/"


def test_after_signing_in_one_comes_to_the_page_that_was_asked_for(app: Flask, account: int) -> None:
    client = stranger(app)
    asked = client.get("/me?tab=a%20b")
    assert asked.status_code == 302
    page = client.get(asked.location)
    assert page.status_code == 200
    answer = enter(client, "jixiaodong", PASSWORD, next="/me?tab=a%20b")
    assert answer.location == "/me?tab=a%20b"


def test_who_is_signed_in_already_is_led_on(app: Flask, account: int) -> None:
    client = stranger(app)
    sign_in(client, account)
    answer = client.get("/sign-in?next=/me")
    assert (answer.status_code, answer.location) == (302, "/me")


def test_a_form_without_token_signs_nobody_in(app: Flask, account: int) -> None:
    client = stranger(app)
    drop_token(client)
    assert enter(client, "jixiaodong", PASSWORD).status_code == 400
    assert not is_in(client)


def test_a_token_of_another_session_signs_nobody_in(app: Flask, account: int) -> None:
    client, other = stranger(app), stranger(app)
    client.environ_base["HTTP_X_CSRFTOKEN"] = other.environ_base["HTTP_X_CSRFTOKEN"]
    assert enter(client, "jixiaodong", PASSWORD).status_code == 400


@pytest.mark.parametrize(
    ("login", "password"), [("", PASSWORD), ("jixiaodong", ""), ("x" * 5000, "y"), ("a\0b", "c\0d")]
)
def test_odd_input_is_answered_with_the_form(app: Flask, account: int, login: str, password: str) -> None:
    assert enter(stranger(app), login, password).status_code == 422


def test_a_password_of_five_megabytes_is_refused_at_once(app: Flask, account: int) -> None:
    answer = enter(stranger(app), "jixiaodong", "x" * 5_000_000)
    assert answer.status_code == 422
    assert len(answer.data) < 100_000


def test_a_slip_opens_for_seven_days_and_no_longer(app: Flask, account: int, session: Session, clock: Clock) -> None:
    with write_transaction():
        row = queries.account_by_id(account)
        row.must_change, row.password_expires_at = True, NOW + timedelta(days=7)
    clock.set(NOW + timedelta(days=7) - timedelta(seconds=1))
    assert enter(stranger(app), "jixiaodong", PASSWORD).status_code == 302
    clock.set(NOW + timedelta(days=7))
    refused = enter(stranger(app), "jixiaodong", PASSWORD)
    assert refused.status_code == 422
    assert "有效期" in refused.get_data(as_text=True)


def test_a_weak_hash_is_renewed_on_the_way_in(app: Flask, account: int, session: Session) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    with write_transaction():
        queries.account_by_id(account).password_hash = weak
    assert enter(stranger(app), "jixiaodong", PASSWORD).status_code == 302
    renewed = queries.account_by_id(account).password_hash
    assert renewed != weak
    assert passwords.matches(renewed, PASSWORD)


def test_another_host_name_is_refused(app: Flask, account: int) -> None:
    assert stranger(app).get("/sign-in", headers={"Host": "localhost"}).status_code == 200
    assert stranger(app).get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(app: Flask, account: int) -> None:
    cookies = enter(stranger(app), "jixiaodong", PASSWORD).headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_a_session_signed_with_another_key_is_a_stranger(app: Flask, account: int) -> None:
    client = stranger(app)
    sign_in(client, account)
    assert is_in(client)
    key, app.secret_key = app.secret_key, "another key, forty characters long at least"
    try:
        client.get("/sign-in")
        with client.session_transaction() as kept:
            kept["_user_id"] = str(account)
        forged = client.get_cookie("zeren")
    finally:
        app.secret_key = key
    assert forged is not None
    assert not is_in(client)
