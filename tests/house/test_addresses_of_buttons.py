"""The address of a button, opened by itself, is a page with the way back and no fault of the system."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from tests.cast import Cast
from tests.oversight.flag_stories import flagged
from tests.visitors import stranger

ClientAs = Callable[[str], FlaskClient]


def test_it_says_so_and_leads_home(app: Flask) -> None:
    answer = stranger(app).get("/sign-out")
    assert answer.status_code == 405
    assert "请从页面上办理" in answer.text
    assert "系统出了问题" not in answer.text
    assert 'href="/"' in answer.text
    assert answer.headers["Allow"] == "OPTIONS, POST"


def test_it_leads_back_to_the_thing_that_it_names(cast: Cast, client_as: ClientAs) -> None:
    flag = flagged(cast)
    client = client_as("finance_head")
    answer = client.delete(f"/flags/{flag.id}/state")
    assert answer.status_code == 405
    assert f'href="/flags/{flag.id}"' in answer.text
    assert client.get(f"/flags/{flag.id}").status_code == 200
    assert 'href="/flags/' not in client.delete("/me").text
