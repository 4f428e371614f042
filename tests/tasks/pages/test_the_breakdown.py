"""任务分解表: the table of tasks on paper, of a list and of a plan, with what its reader may see."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from docx import Document
from flask.testing import FlaskClient

from tests.cast import NOW, TODAY, Cast
from tests.tasks.pages.worlds import accepted, issued, reported
from tracker.kernel.db import write_transaction
from tracker.plans.models import Plan
from tracker.tasks import commands
from tracker.tasks.models import Target, Task
from tracker.tasks.views import breakdown

ClientAs = Callable[[str], FlaskClient]

HEAD = ["序号", "工作任务", "目标要求", "牵头领导", "牵头单位", "责任（配合）单位", "完成时限", "进展", "备注"]


def table(client: FlaskClient, address: str) -> list[list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    (found,) = Document(BytesIO(answer.data)).tables
    return [[cell.text for cell in row.cells] for row in found.rows]


def test_a_row_says_what_by_whom_by_when_and_how_far(cast: Cast, client_as: ClientAs) -> None:
    [task_id] = accepted(cast, "改善 & <办学>", content="新建两所", standard="按期完工", parts=["town"], due_on=TODAY)
    reported(cast, task_id, "主体封顶 {{ 7*7 }}", who="finance_head")
    with write_transaction() as session:
        task = session.get_one(Task, task_id)
        task.targets.append(Target(quantity="学位", scope="小学", operator=">=", value=1200, unit="个"))
        commands.adjust_time(
            task,
            new_due_on=TODAY + timedelta(days=30),
            basis="会议纪要",
            version=task.version,
            by=cast.actor("office_director"),
            now=NOW,
        )
    head, row = table(client_as("leader"), "/tasks/breakdown")
    assert head == HEAD
    assert row[:3] == ["1", "改善 & <办学>\n新建两所", "按期完工\n学位（小学）≥1200个"]
    assert row[4] == cast.unit("finance").name
    assert row[5] == cast.unit("town").name
    assert row[6:] == ["2026年4月17日", "主体封顶 {{ 7*7 }}", "原定2026年3月18日"]


def test_everybody_finds_on_paper_what_they_see_and_no_more(cast: Cast, client_as: ClientAs) -> None:
    issued(cast, "本单位的")
    issued(cast, "别人的", lead="town")
    assert [row[1] for row in table(client_as("finance_head"), "/tasks/breakdown")[1:]] == ["本单位的"]
    assert {row[1] for row in table(client_as("leader"), "/tasks/breakdown")[1:]} == {"本单位的", "别人的"}
    assert [row[1] for row in table(client_as("leader"), "/tasks/breakdown?q=别人")[1:]] == ["别人的"]
    assert client_as("leader").get("/tasks/breakdown?state=nonsense").status_code == 422


def test_a_plan_has_its_tasks_in_its_order_without_the_cancelled(cast: Cast, client_as: ClientAs) -> None:
    with write_transaction() as session:
        plan = Plan(group_id=cast.group("g1").id, title="三年行动方案", created_at=NOW, made={})
        session.add(plan)
        session.flush()
        plan_id = plan.id
    later, earlier = issued(cast, "先写的后到期", due_on=TODAY + timedelta(days=90)), issued(cast, "后写的先到期")
    cancelled = issued(cast, "撤销的")
    issued(cast, "方案外的")
    with write_transaction() as session:
        session.execute(sa.update(Task).where(Task.id.in_([*later, *earlier, *cancelled])).values(plan_id=plan_id))
        commands.cancel_task(
            session.get_one(Task, cancelled[0]), reason="另有安排", by=cast.actor("office_director"), now=NOW
        )
    rows = table(client_as("leader"), f"/plans/{plan_id}/breakdown")
    assert [row[1] for row in rows[1:]] == ["先写的后到期", "后写的先到期"]
    page = client_as("leader").get(f"/plans/{plan_id}")
    assert f"/plans/{plan_id}/breakdown" in page.text


def test_a_table_that_is_cut_says_so(cast: Cast, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch) -> None:
    issued(cast, "一", "二", "三")
    monkeypatch.setattr(breakdown, "BREAKDOWN_ROWS", 2)
    answer = client_as("leader").get("/tasks/breakdown")
    document = Document(BytesIO(answer.data))
    assert len(document.tables[0].rows) == 3
    footers = (document.sections[0].footer, document.sections[0].even_page_footer)
    assert all("只含前 2 项" in footer.tables[0]._tbl.xml for footer in footers)
    monkeypatch.setattr(breakdown, "BREAKDOWN_ROWS", 3)
    whole = Document(BytesIO(client_as("leader").get("/tasks/breakdown").data))
    assert len(whole.tables[0].rows) == 4
    assert not whole.sections[0].footer.tables
