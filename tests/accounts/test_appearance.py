"""Language, theme and size of text: in the account for those signed in, in the browser for everybody."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW
from tests.visitors import drop_token, give_account, stranger
from tracker.accounts import commands, queries
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid

ClientAs = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def administered(app: Flask, cast: Cast) -> None:
    give_account(app, cast.person_ids["administrator"])


def test_a_stranger_changes_the_language_of_this_browser(app: Flask) -> None:
    client = stranger(app)
    assert 'lang="zh-CN"' in client.get("/sign-in").get_data(as_text=True)
    answer = client.post("/appearance", data={"language": "en", "next": "/sign-in?next=/me"})
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/me")
    assert '<html lang="en"' in client.get("/sign-in").get_data(as_text=True)


def test_an_account_keeps_its_own_on_every_browser(client_as: ClientAs, cast: Cast) -> None:
    client = client_as("town_head")
    chosen = {"language": "en", "theme": "dark", "large": "1", "contrast": "1", "next": "/me"}
    assert client.post("/appearance", data=chosen).location == "/me"
    page = client_as("town_head").get("/me").get_data(as_text=True)
    assert '<html lang="en" data-bs-theme="dark" data-z-size="large"' in page
    assert 'data-z-contrast="more"' in client.get("/me").get_data(as_text=True)


def test_what_is_not_said_stays(client_as: ClientAs, cast: Cast, session: Session) -> None:
    client = client_as("town_head")
    client.post("/appearance", data={"large": "1"})
    client.post("/appearance", data={"theme": "light"})
    account = queries.account_of(cast.person_ids["town_head"])
    assert account is not None
    assert (account.language, account.theme, account.large_text) == ("zh", "light", True)


@pytest.mark.parametrize(
    ("name", "value"), [("language", "fr"), ("theme", "x" * 500), ("large", "2"), ("contrast", "")]
)
def test_there_is_no_other_choice(app: Flask, client_as: ClientAs, name: str, value: str) -> None:
    for client in (stranger(app), client_as("town_head")):
        assert client.post("/appearance", data={name: value}).status_code == 422


def test_the_command_knows_its_choices_too(client_as: ClientAs, cast: Cast, session: Session) -> None:
    client_as("town_head")
    account = queries.account_of(cast.person_ids["town_head"])
    assert account is not None
    by = replace(cast.actor("town_head"), account_id=account.id)
    with pytest.raises(Invalid), write_transaction():
        commands.choose_appearance(queries.account_by_id(account.id), by=by, now=NOW, language="fr")
    with pytest.raises(Invalid), write_transaction():
        commands.choose_appearance(queries.account_by_id(account.id), by=by, now=NOW, theme="pink")


def test_nobody_is_led_elsewhere_by_it(app: Flask) -> None:
    answer = stranger(app).post("/appearance", data={"language": "en", "next": "//evil.example"})
    assert answer.location == "/"


def test_another_site_cannot_change_it(client_as: ClientAs) -> None:
    client = client_as("town_head")
    drop_token(client)
    assert client.post("/appearance", data={"theme": "dark"}).status_code == 400
    assert client.get("/appearance").status_code == 405
