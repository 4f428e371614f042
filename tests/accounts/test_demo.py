"""A demo may be entered without a password; nothing else may, whatever the setting says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW, TODAY, Clock
from tests.visitors import give_account, stranger
from tracker.accounts import commands, gate, queries
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Stale


@pytest.fixture
def with_setting(app: Flask) -> Iterator[None]:
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, demo=True)
    yield
    app.extensions["settings"] = settings


@pytest.fixture
def story(cast: Cast, session: Session) -> dict[str, int]:
    """A database marked as a demo, with accounts for some of its people."""
    with write_transaction():
        commands.mark_as_demo(by=SYSTEM, now=NOW)
        names = ("leader", "office_clerk", "finance_head", "administrator", "town_head")
        return {name: commands.open_demo_account(cast.person(name), by=SYSTEM, now=NOW).id for name in names}


def test_the_sign_in_page_offers_the_people_of_the_story(app: Flask, with_setting: None, story: dict[str, int]) -> None:
    page = stranger(app).get("/sign-in").get_data(as_text=True)
    for name in ("罗正川", "秦小满", "钱广源", "安可"):
        assert page.count(f">{name}<") == 1
    assert "韩启明" not in page


def test_one_of_each_kind_of_user_stands_first(
    app: Flask, with_setting: None, story: dict[str, int], session: Session
) -> None:
    found = queries.story(TODAY)
    assert [(str(kind), person.account_id) for kind, person in found.doors] == [
        ("office_staff", story["office_clerk"]),
        ("head", story["finance_head"]),
        ("leader", story["leader"]),
    ]
    assert {person.account_id for group in found.groups for person in group.people} == {
        story["administrator"],
        story["town_head"],
    }


def test_a_visitor_enters_as_one_of_them(app: Flask, with_setting: None, story: dict[str, int]) -> None:
    client = stranger(app)
    answer = client.post("/demo/enter", data={"account_id": story["town_head"]})
    assert (answer.status_code, answer.location) == (302, "/")
    assert "柏青山" in client.get("/me").get_data(as_text=True)


def test_the_language_of_the_sign_in_page_is_taken_along(app: Flask, with_setting: None, story: dict[str, int]) -> None:
    # The account stays as the last visitor left it; what the next one chose, or chose not, counts.
    for language, shown in (("en", "en"), ("xx", "en"), ("zh", "zh-CN")):
        client = stranger(app)
        client.set_cookie("language", language)
        assert client.post("/demo/enter", data={"account_id": story["town_head"]}).status_code == 302
        assert f'<html lang="{shown}"' in client.get("/me").get_data(as_text=True)


@pytest.mark.parametrize("number", ["", "x", "-1", "0", "999999", "9" * 30, "１"])
def test_an_account_that_is_not_there_cannot_be_entered(
    app: Flask, with_setting: None, story: dict[str, int], number: str
) -> None:
    assert stranger(app).post("/demo/enter", data={"account_id": number}).status_code == 404


def test_a_closed_account_is_neither_offered_nor_entered(
    app: Flask, with_setting: None, story: dict[str, int], session: Session
) -> None:
    with write_transaction():
        queries.account_by_id(story["town_head"]).active = False
    client = stranger(app)
    assert "柏青山" not in client.get("/sign-in").get_data(as_text=True)
    assert client.post("/demo/enter", data={"account_id": story["town_head"]}).status_code == 404


def test_without_the_setting_nobody_enters(app: Flask, story: dict[str, int]) -> None:
    client = stranger(app)
    assert "罗正川" not in client.get("/sign-in").get_data(as_text=True)
    assert client.post("/demo/enter", data={"account_id": story["leader"]}).status_code == 404
    assert client.get("/me").status_code == 302


def test_without_the_mark_nobody_enters(app: Flask, with_setting: None, cast: Cast) -> None:
    account = give_account(app, cast.person_ids["administrator"])
    client = stranger(app)
    assert "安可" not in client.get("/sign-in").get_data(as_text=True)
    assert client.post("/demo/enter", data={"account_id": account}).status_code == 404


def test_a_demo_needs_no_set_up(app: Flask, story: dict[str, int]) -> None:
    assert stranger(app).get("/setup").status_code == 404
    assert stranger(app).get("/me").location.startswith("/sign-in")


def test_the_people_of_a_demo_are_never_asked_for_a_password(
    app: Flask, with_setting: None, story: dict[str, int], clock: Clock
) -> None:
    client = stranger(app)
    client.post("/demo/enter", data={"account_id": story["leader"]})
    with client.session_transaction() as kept:
        token = kept[gate.SESSION_KEY]
    for demo in (True, False):
        app.extensions["settings"] = replace(app.extensions["settings"], demo=demo)
        with app.app_context(), app.test_request_context("/me") as context:
            context.session[gate.SESSION_KEY] = token
            assert gate.recently_confirmed(now=NOW + timedelta(minutes=6)) is demo


def test_a_database_in_use_cannot_become_a_demo(app: Flask, cast: Cast, session: Session) -> None:
    give_account(app, cast.person_ids["administrator"])
    with pytest.raises(Stale), write_transaction():
        commands.mark_as_demo(by=SYSTEM, now=NOW)
    assert not queries.is_demo()


def test_a_database_that_waited_for_its_set_up_may_become_a_demo(session: Session) -> None:
    with write_transaction():
        code = commands.new_setup_code(by=SYSTEM, now=NOW)
        commands.mark_as_demo(by=SYSTEM, now=NOW)
    assert queries.is_demo()
    assert not queries.is_setup_code(code)
