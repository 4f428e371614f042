"""What tests of the desks share: how many queries a page takes, and what it says."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from tracker.kernel.db import db


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that go to the database inside."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def text_of(client: FlaskClient, path: str) -> str:
    """What a page says between its marks; the page must be there."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.status
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main_of(answer.text))).split())


def main_of(html: str) -> str:
    """The part of a page inside its frame."""
    return html.partition("<main")[2].partition("</main>")[0]


def links_of(client: FlaskClient, path: str) -> list[str]:
    """The addresses to which the body of a page leads."""
    return [unescape(link) for link in re.findall(r'href="([^"#]+)"', main_of(client.get(path).text))]
