"""The inbox: unread first, in the reader's language, opened by its owner alone, with a badge that reaches zero."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask.testing import FlaskClient

from config import ROOT
from tests.cast import NOW, Cast
from tests.desk.pages import text_of
from tests.tasks.stories import active, inbox, submitted
from tracker.kernel.db import db, write_transaction
from tracker.kernel.registry import registry
from tracker.outbox import queries
from tracker.outbox.commands import enqueue
from tracker.outbox.models import InboxItem

ClientAs = Callable[[str], FlaskClient]


def tell(cast: Cast, name: str, kinds: Iterable[str], params: dict[str, Any] | None = None) -> None:
    """Put messages into somebody's inbox."""
    with write_transaction():
        for n, kind in enumerate(kinds):
            enqueue(
                kind,
                [cast.person_ids[name]],
                subject=("task", 1),
                params={"title": f"第{n}项"} if params is None else params,
                key=f"{kind}:{n}",
                now=NOW,
            )


def ids_of(client: FlaskClient) -> list[int]:
    """The messages on the first page, in order."""
    return [int(found) for found in re.findall(r'action="/inbox/(\d+)/open"', client.get("/inbox").text)]


def badge(client: FlaskClient) -> str:
    """What the bell says."""
    found: list[str] = re.findall(r'aria-label="(消息，\d+ 条未读)"', client.get("/me").text)
    return found[0]


def test_a_message_opens_at_its_subject_and_leaves_the_badge(cast: Cast, client_as: ClientAs) -> None:
    task = active(cast)
    client = client_as("finance_head")
    assert badge(client) == "消息，1 条未读"
    assert f"新任务待签收：{task.title}" in text_of(client, "/inbox")
    [message] = ids_of(client)
    answer = client.post(f"/inbox/{message}/open")
    assert answer.location.endswith(f"/tasks/{task.id}")
    assert badge(client) == "消息，0 条未读"
    assert ids_of(client) == [message]


def test_nobody_opens_the_message_of_another(cast: Cast, client_as: ClientAs) -> None:
    active(cast)
    [message] = ids_of(client_as("finance_head"))
    assert client_as("finance_liaison").post(f"/inbox/{message}/open").status_code == 404
    assert inbox(cast, "finance_head") == ["task.issued"]
    assert client_as("finance_head").post(f"/inbox/{message}/open").status_code == 302
    assert inbox(cast, "finance_head") == []


def test_looking_at_the_inbox_changes_nothing(cast: Cast, client_as: ClientAs) -> None:
    active(cast)
    client = client_as("finance_head")
    client.get("/inbox")
    assert client.get("/inbox/1/open").status_code == 405
    assert inbox(cast, "finance_head") == ["task.issued"]


def test_everything_can_be_marked_read_and_only_ones_own(cast: Cast, client_as: ClientAs) -> None:
    tell(cast, "finance_head", ["task.issued", "task.returned"])
    tell(cast, "finance_liaison", ["task.issued"])
    client = client_as("finance_head")
    assert badge(client) == "消息，2 条未读"
    assert client.post("/inbox/read").status_code == 302
    assert badge(client) == "消息，0 条未读"
    assert inbox(cast, "finance_liaison") == ["task.issued"]
    assert "全部标为已读" not in client.get("/inbox").text


def test_what_is_done_leaves_every_badge_by_itself(cast: Cast, client_as: ClientAs) -> None:
    task = submitted(cast)
    assert "task.submitted" in inbox(cast, "supervisor")
    client = client_as("supervisor")
    page = client.get(f"/tasks/{task.id}/verify").text
    [version] = re.findall(r'name="version"[^>]*value="(\d+)"', page)
    answer = client.post(f"/tasks/{task.id}/verify", data={"version": version, "outcome": "passed", "mode": "desk"})
    assert answer.status_code == 302
    assert inbox(cast, "office_clerk") == []
    assert badge(client) == "消息，0 条未读"


def test_the_unread_come_first_and_the_list_goes_on_by_its_key(cast: Cast, client_as: ClientAs) -> None:
    tell(cast, "finance_head", [f"kind{n}" for n in range(55)], {})
    client = client_as("finance_head")
    first = ids_of(client)
    assert first == sorted(first, reverse=True)
    assert len(first) == 50
    client.post(f"/inbox/{first[0]}/open")
    page = client.get("/inbox").text
    [further] = re.findall(r'href="(/inbox\?after=[^"]+)"', page)
    rest = [int(found) for found in re.findall(r'action="/inbox/(\d+)/open"', client.get(further).text)]
    assert ids_of(client) + rest == [*range(first[0] - 1, first[0] - 55, -1), first[0]]
    assert client.get("/inbox?after=nonsense").status_code == 422


@pytest.mark.parametrize(
    "params", [{}, {"title": None}, {"other": 3}, {"title": "甲", "due_on": "not a date", "unit": "乙"}]
)
def test_old_and_broken_messages_still_read(cast: Cast, client_as: ClientAs, params: dict[str, Any]) -> None:
    tell(cast, "finance_head", ["task.issued", "reminder.late", "no.longer.known"], params)
    body = text_of(client_as("finance_head"), "/inbox")
    assert "有一条新消息，请查看。" in body
    assert "新任务待签收：" in body
    assert "%(" not in body


def test_a_message_of_an_unknown_kind_leads_back_to_the_inbox(cast: Cast, client_as: ClientAs) -> None:
    tell(cast, "finance_head", ["no.longer.known"])
    client = client_as("finance_head")
    [message] = ids_of(client)
    assert client.post(f"/inbox/{message}/open").location.endswith("/inbox")
    assert badge(client) == "消息，0 条未读"


def test_dates_in_messages_are_written_out_in_the_readers_language(cast: Cast, client_as: ClientAs) -> None:
    tell(cast, "finance_head", ["reminder.late"], {"title": "甲", "unit": "乙", "due_on": "2026-03-13"})
    client = client_as("finance_head")
    assert "时限 2026年3月13日" in text_of(client, "/inbox")
    client.post("/appearance", data={"language": "en"})
    assert "deadline March 13, 2026" in text_of(client, "/inbox")


def test_every_message_has_an_icon_that_is_drawn_and_a_page_that_is_there(cast: Cast, client_as: ClientAs) -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/vendor/icons.svg").read_text(encoding="utf-8")))
    assert {message.icon for message in registry.messages.values()} <= drawn
    endpoints = set(client_as("outsider").application.view_functions)
    assert {message.endpoint for message in registry.messages.values()} <= endpoints


def test_a_person_reads_only_their_own_messages(cast: Cast) -> None:
    active(cast)
    assert [item.kind for item in queries.inbox(cast.actor("finance_head")).rows] == ["task.issued"]
    assert queries.inbox(cast.actor("outsider")).rows == []
    assert db.session.query(InboxItem).count() > 0
    db.session.rollback()
