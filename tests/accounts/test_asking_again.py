"""Acts that need the password again ask for it once in five minutes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask, session

from tests.cast import Cast
from tests.clock import NOW
from tests.visitors import PASSWORD, give_account, sign_in
from tracker.accounts import gate
from tracker.accounts.commands import TooOften
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.errors import Invalid, NotAllowed

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def token(app: Flask, cast: Cast) -> str:
    client = app.test_client()
    sign_in(client, give_account(app, cast.person_ids["finance_head"]))
    with client.session_transaction() as kept:
        return str(kept[gate.SESSION_KEY])


@contextmanager
def a_request(app: Flask, token: str) -> Iterator[Actor]:
    """A request of the signed-in browser, with a context of its own."""
    with app.app_context(), app.test_request_context("/me"):
        session[gate.SESSION_KEY] = token
        gate._identify()
        yield current_actor()


def test_the_password_of_the_sign_in_holds_for_five_minutes(app: Flask, token: str) -> None:
    with a_request(app, token) as actor:
        assert gate.recently_confirmed(now=LATER - timedelta(seconds=1))
        gate.confirm_password(None, by=actor, now=LATER - timedelta(seconds=1))
        assert not gate.recently_confirmed(now=LATER)


@pytest.mark.parametrize("typed", [None, "", "wrong one"])
def test_after_that_a_missing_or_wrong_password_is_refused(app: Flask, token: str, typed: str | None) -> None:
    with a_request(app, token) as actor:
        with pytest.raises(Invalid) as refusal:
            gate.confirm_password(typed, by=actor, now=LATER, field="again")
        assert set(refusal.value.errors) == {"again"}


def test_one_password_holds_for_several_acts(app: Flask, token: str) -> None:
    with a_request(app, token) as actor:
        gate.confirm_password(PASSWORD, by=actor, now=LATER)
    with a_request(app, token) as actor:
        gate.confirm_password(None, by=actor, now=LATER + timedelta(minutes=4))
        assert not gate.recently_confirmed(now=LATER + timedelta(minutes=5))


def test_guessing_at_it_is_stopped_too(app: Flask, token: str) -> None:
    with a_request(app, token) as actor:
        for _ in range(5):
            with pytest.raises(Invalid):
                gate.confirm_password("wrong one", by=actor, now=LATER)
        with pytest.raises(TooOften):
            gate.confirm_password(PASSWORD, by=actor, now=LATER)


def test_a_stranger_has_nothing_to_confirm(app: Flask, cast: Cast) -> None:
    with app.app_context(), app.test_request_context("/me"), pytest.raises(NotAllowed):
        gate.recently_confirmed(now=NOW)


def test_a_password_of_one_session_does_not_confirm_another(app: Flask, token: str, cast: Cast) -> None:
    other = app.test_client()
    sign_in(other, give_account(app, cast.person_ids["finance_head"]))
    with other.session_transaction() as kept:
        second = str(kept[gate.SESSION_KEY])
    with a_request(app, token) as actor:
        gate.confirm_password(PASSWORD, by=actor, now=LATER)
    with a_request(app, second):
        assert not gate.recently_confirmed(now=LATER)
