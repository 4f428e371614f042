"""The list of tasks: its filters, its pages, its spreadsheet, what it costs, and what it makes of hostile words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from openpyxl import load_workbook

from tests.cast import TODAY, Cast
from tests.tasks.pages.worlds import accepted, drafted, issued, overdue, reported, submitted
from tracker.documents.xlsx import write_table
from tracker.kernel.db import db, write_transaction
from tracker.tasks.models import Task

ClientAs = Callable[[str], FlaskClient]

HOSTILE = (
    '<img src=x onerror="alert(1)">',
    "</script><script>alert(1)</script>",
    "{{7*7}} ${7*7} #{7*7}",
    '"><svg onload=alert(1)>',
    '=HYPERLINK("http://x?"&A1)',
    "+1+1",
    "@SUM(1)",
    "＝1+1",
    "𠮷野🏫",
)


def titles(client: FlaskClient, query: str = "") -> set[str]:
    """The titles on a page of the list."""
    text = client.get(f"/tasks{query}").text
    return {part.split("</span>")[0] for part in text.split('<span class="z-clamp">')[1:]}


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "INSERT", "DELETE")):
            sent.append(statement)

    engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)


def test_each_filter_narrows_to_what_it_says(cast: Cast, client_as: ClientAs) -> None:
    soon, week = TODAY + timedelta(days=5), TODAY + timedelta(days=2)
    accepted(cast, "财政在办", due_on=soon)
    issued(cast, "住建待签收", lead="construction", parts=["finance"], due_on=TODAY + timedelta(days=60))
    overdue(cast, "财政逾期")
    submitted(cast, "财政待核验")
    drafted(cast, "草稿一项")
    issued(cast, "镇里本周", lead="town", due_on=week, number="XF-12（本周）")
    client, unit = client_as("office_secondee"), cast.unit_ids
    for query, expected in (
        ("", {"财政在办", "住建待签收", "财政逾期", "财政待核验", "镇里本周"}),
        ("?state=all", {"财政在办", "住建待签收", "财政逾期", "财政待核验", "草稿一项", "镇里本周"}),
        ("?state=draft", {"草稿一项"}),
        ("?state=submitted", {"财政待核验"}),
        (f"?unit={unit['construction']}", {"住建待签收"}),
        (f"?part={unit['finance']}", {"住建待签收"}),
        ("?light=red", {"财政逾期"}),
        ("?light=yellow", {"财政在办", "镇里本周"}),
        ("?due=overdue", {"财政逾期"}),
        ("?due=week", {"镇里本周"}),
        (f"?from={soon}&to={soon}", {"财政在办"}),
        ("?q=czyq", {"财政逾期"}),
        ("?q=逾期", {"财政逾期"}),
        ("?q=住房", {"住建待签收"}),
        ("?q=ｃｚｙｑ", {"财政逾期"}),
        ("?q=ｘｆ-１２", {"镇里本周"}),
        ("?q=（本周）", {"镇里本周"}),
        ("?q=zhufanghe", {"住建待签收"}),
        ("?q=chengjiangquzhufang", {"住建待签收"}),
        ("?q=uf", set()),
        ("?q=%25", set()),
        ("?q=_", set()),
        ("?source=plan", set()),
        (f"?quiet={TODAY}&state=active", {"财政在办", "财政逾期"}),
    ):
        assert titles(client, query) == expected, query


@pytest.mark.parametrize(
    "query",
    [
        "group=x",
        "unit=-1",
        "unit=" + "9" * 30,
        "unit=１２",
        "state=verified",
        "light=purple",
        "due=someday",
        "from=2026-02-30",
        "to=20260101",
        "sort=id;--",
        "sort=password_hash",
        "source=%27",
        "after=zzz",
        "after=WyJ4Il0",
        "q=" + "长" * 61,
    ],
)
def test_an_address_that_makes_no_sense_is_refused(cast: Cast, client_as: ClientAs, query: str) -> None:
    issued(cast, "一项任务")
    client = client_as("office_secondee")
    assert client.get(f"/tasks?{query}").status_code == 422
    assert client.get("/tasks?sort=number&unit=&light=").status_code == 200


def test_the_filter_bar_has_a_field_for_the_owner(cast: Cast, client_as: ClientAs) -> None:
    owner, other = cast.person_ids["finance_staff"], cast.person_ids["town_head"]
    [given, _free] = accepted(cast, "交给专人", "没有专人")
    issued(cast, "镇里的", lead="town")
    with write_transaction() as session:
        session.execute(sa.update(Task).where(Task.id == given).values(owner_id=owner))
        session.execute(sa.update(Task).where(Task.title == "镇里的").values(owner_id=other))
    head, clerk = client_as("finance_head"), client_as("office_secondee")
    option, foreign = f'<option value="{owner}"', f'<option value="{other}"'
    assert option in head.get("/tasks").text
    assert foreign not in head.get("/tasks").text, "whose task the reader does not see"
    assert foreign in clerk.get("/tasks").text
    page = clerk.get(f"/tasks?owner={owner}")
    assert titles(clerk, f"?owner={owner}") == {"交给专人"}
    assert f"{option} selected>" in page.text
    assert (
        f"{cast.person('finance_staff').name}（澄江区财政局）<"
        in page.text.split('class="z-applied"')[1].split("</ul>")[0]
    )
    kept = head.get(f"/tasks?owner={other}").text
    assert f"{foreign} selected>已选<" in kept
    assert cast.person("town_head").name not in kept


def test_pages_are_walked_by_their_links(cast: Cast, client_as: ClientAs) -> None:
    issued(cast, *(f"第{n:03d}项" for n in range(60)))
    client = client_as("finance_head")
    first = client.get("/tasks?q=第").text
    link = next(part.split('"')[0] for part in first.split('href="') if "after=" in part.split('"')[0])
    second = client.get(link.replace("&amp;", "&")).text
    assert "本页 50 项" in first
    assert "本页 10 项" in second
    assert "第059项" in second
    assert "回到首页" in second


def test_the_spreadsheet_holds_the_same_rows_and_no_formula(cast: Cast, client_as: ClientAs) -> None:
    issued(cast, *HOSTILE, standard="=1+1")
    issued(cast, "别人的", lead="town")
    [task_id] = accepted(cast, "有进展的")
    reported(cast, task_id, "=cmd|'/c calc'!A1", who="finance_head")
    answer = client_as("finance_head").get("/tasks/export?sort=number")
    assert answer.status_code == 200
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    words = {cell.value for cell in cells}
    assert set(HOSTILE) <= words
    assert "=cmd|'/c calc'!A1" in words
    assert "别人的" not in words
    assert "别人的" in {
        cell.value
        for row in load_workbook(BytesIO(client_as("leader").get("/tasks/export").data)).active.iter_rows()
        for cell in row
    }


def test_a_table_survives_controls_and_long_cells() -> None:
    data = write_table("表\x00头", [("列\x07", 10)], [["a\x01b\x0bc\x1f\ufffe"], ["长" * 40_000], ["=1"], ["'"]])
    sheet = load_workbook(BytesIO(data)).active
    assert sheet is not None
    assert [cell.value for cell in next(sheet.iter_cols())][:3] == ["表头", "列", "abc"]
    assert all(cell.data_type == "s" for row in sheet.iter_rows() for cell in row)


def test_hostile_words_stay_words_everywhere(cast: Cast, client_as: ClientAs) -> None:
    ids = accepted(cast, *HOSTILE, content=HOSTILE[0], standard=HOSTILE[1], basis=HOSTILE[3])
    reported(cast, ids[0], HOSTILE[0], who="finance_liaison")
    drafted(cast, *HOSTILE[:4])
    group = cast.group_ids["g1"]
    clerk, head = client_as("office_secondee"), client_as("finance_head")
    pages = [
        head.get("/tasks"),
        head.get(f"/tasks/{ids[0]}"),
        head.get(f"/tasks/{ids[2]}"),
        head.get(f"/tasks/{ids[0]}/submit"),
        head.get("/tasks/confirm"),
        head.get("/tasks", query_string={"q": HOSTILE[3]}),
        clerk.get(f"/groups/{group}/drafts"),
        clerk.get(f"/tasks/bulk/leader?task={ids[0]}&task={ids[3]}"),
    ]
    for page in pages:
        assert page.status_code == 200
        assert "<img src=x" not in page.text
        assert "<script>alert" not in page.text
        assert "<svg onload" not in page.text
        assert "49 49" not in page.text
    assert "{{7*7}}" in pages[0].text
    assert "𠮷野🏫" in pages[0].text


def test_a_list_of_fifty_rows_takes_few_queries(cast: Cast, client_as: ClientAs) -> None:
    ids = issued(cast, *(f"第{n:02d}项" for n in range(55)), parts=["town"])
    reported_id = accepted(cast, "有进展的")[0]
    reported(cast, reported_id, "进展", who="finance_head")
    head, clerk = client_as("finance_head"), client_as("office_secondee")
    for client, most in ((head, 10), (clerk, 10)):
        client.get("/tasks")
        with counting() as sent:
            assert client.get("/tasks").status_code == 200
        assert len(sent) <= most, "\n\n".join(sent)
    with counting() as few:
        head.get(f"/tasks/{ids[0]}")
    with write_transaction() as session:
        session.execute(sa.update(Task).where(Task.id == ids[1]).values(percent=None))
    with counting() as again:
        head.get(f"/tasks/{ids[1]}")
    assert len(few) == len(again) <= 20, "\n\n".join(few)
