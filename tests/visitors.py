"""Browsers at the application: strangers, and people who are signed in without the cost of a password."""

from datetime import datetime
from functools import cache

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from tests.clock import NOW
from tracker.accounts import passwords, queries
from tracker.accounts.gate import SESSION_KEY
from tracker.accounts.models import Account, SignInSession
from tracker.accounts.rules import new_token, token_hash
from tracker.kernel.db import db, write_transaction

PASSWORD = "长风破浪会有时 2026"
"""The password of every account that tests open."""


@cache
def _hash() -> str:
    return passwords.hash_of(PASSWORD)


def give_account(app: Flask, person_id: int, *, login: str = "", must_change: bool = False) -> int:
    """The person's account, opened with PASSWORD if there is none yet."""
    with app.app_context(), write_transaction():
        account = queries.account_of(person_id) or Account(
            person_id=person_id,
            login=login or f"person{person_id}",
            password_hash=_hash(),
            password_expires_at=None,
            created_at=NOW,
            must_change=must_change,
        )
        db.session.add(account)
        db.session.flush()
        return account.id


def sign_in(client: FlaskClient, account_id: int, *, now: datetime = NOW) -> int:
    """Sign an account in on a browser by writing the row that a password would have made; returns the row's id."""
    token = new_token()
    row = SignInSession(
        token_hash=token_hash(token), account_id=account_id, created_at=now, last_seen_at=now, confirmed_at=now
    )
    with client.application.app_context(), write_transaction() as writing:
        writing.add(row)
        writing.flush()
        session_id = row.id
    _carry(client, {SESSION_KEY: token})
    return session_id


def carry_token(client: FlaskClient) -> None:
    """Let the browser's requests carry the token against forgery, as its pages would."""
    _carry(client, {})


def _carry(client: FlaskClient, values: dict[str, str]) -> None:
    raw = new_token()
    with client.session_transaction() as kept:
        kept.update(values, csrf_token=raw)
    signed = URLSafeTimedSerializer(str(client.application.secret_key), salt="wtf-csrf-token").dumps(raw)
    client.environ_base["HTTP_X_CSRFTOKEN"] = signed


def drop_token(client: FlaskClient) -> None:
    """Let the browser's requests come without the token, as another site would send them."""
    client.environ_base.pop("HTTP_X_CSRFTOKEN", None)


def stranger(app: Flask) -> FlaskClient:
    """A browser that nobody has signed in on, whose posts carry the token."""
    client = app.test_client()
    carry_token(client)
    return client


def signed_in(app: Flask, person_id: int, *, now: datetime = NOW) -> FlaskClient:
    """A browser on which a person is signed in, with an account opened where needed."""
    client = app.test_client()
    sign_in(client, give_account(app, person_id), now=now)
    return client
