"""Files of the pages are asked for once: their addresses name what is in them."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from tests.cast import Cast
from tracker.kernel.statics import KEPT, init_statics

ClientAs = Callable[[str], FlaskClient]
FILES = re.compile(r'"(/static/[^"#]+)')
LATER = 1_800_000_000


@pytest.fixture
def small(tmp_path: Path) -> Flask:
    """An application that has one stylesheet."""
    (tmp_path / "a.css").write_text("a {}")
    app = Flask(__name__, static_folder=str(tmp_path), static_url_path="/static")
    init_statics(app)
    return app


def address(app: Flask, filename: str = "a.css") -> str:
    """As a page links it."""
    with app.test_request_context():
        return url_for("static", filename=filename)


def kept(app: Flask, wanted: str) -> bool:
    """Whether a browser may keep what an address gave without asking again."""
    with app.test_client().get(wanted) as answer:
        assert answer.headers["Cache-Control"] in {KEPT, "no-cache"}
        return answer.headers["Cache-Control"] == KEPT


def test_every_file_of_a_page_may_be_kept(app: Flask, cast: Cast, client_as: ClientAs) -> None:
    client = client_as("office_clerk")
    found = {each for page in ("/", "/letters", "/me") for each in FILES.findall(client.get(page).text)}
    assert len(found) > 5
    asked_again = []
    for each in sorted(found):
        with client.get(each.replace("&amp;", "&")) as answer:
            asked_again += [each] if answer.headers.get("Cache-Control") != KEPT else []
    assert asked_again == []


def test_what_changed_has_another_address_and_the_old_one_gives_the_new_content_to_be_asked_for_again(
    small: Flask, tmp_path: Path
) -> None:
    before = address(small)
    assert kept(small, before)
    (tmp_path / "a.css").write_text("b {}")
    os.utime(tmp_path / "a.css", (LATER, LATER))
    after = address(small)
    assert after != before
    assert (kept(small, before), kept(small, after)) == (False, True)
    with small.test_client().get(before) as answer:
        assert answer.get_data() == b"b {}"


def test_the_same_content_keeps_its_address(small: Flask, tmp_path: Path) -> None:
    before = address(small)
    os.utime(tmp_path / "a.css", (LATER, LATER))
    assert address(small) == before


def test_an_address_without_the_content_s_digest_is_asked_for_again(small: Flask) -> None:
    assert not kept(small, "/static/a.css")
    assert not kept(small, "/static/a.css?v=")
    assert not kept(small, "/static/a.css?v=000000000000")


@pytest.mark.parametrize("name", ["b.css", "../conftest.py"])
def test_what_is_not_there_stays_so(small: Flask, name: str) -> None:
    assert "v=" not in address(small, "b.css")
    with small.test_client().get(f"/static/{name}?v=000000000000") as answer:
        assert (answer.status_code, answer.headers.get("Cache-Control")) == (404, None)
