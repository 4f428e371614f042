"""任务分解表: the table of tasks on paper, of a list and of a plan, with what its reader may see."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
import sqlalchemy as sa
from docx import Document
from flask.testing import FlaskClient

from tests.cast import NOW, TODAY, Cast
from tests.jobs.kinds import turn
from tests.tasks.pages.worlds import accepted, issued, reported
from tracker.documents.pdf import pdf_available
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.organisation import commands as organisation
from tracker.organisation.models import Appointment
from tracker.plans.models import Plan
from tracker.tasks import breakdown_files, commands
from tracker.tasks.models import Target, Task
from tracker.tasks.views import index

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


needs_pango = pytest.mark.skipif(not pdf_available(), reason="Pango is not installed")


def ask(client: FlaskClient, address: str) -> int:
    answer = client.post(address)
    assert answer.status_code == 302
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def words_of(client: FlaskClient, job_id: int) -> str:
    answer = client.get(f"/jobs/{job_id}/result")
    assert answer.status_code == 200
    whole = pypdfium2.PdfDocument(answer.data)
    found = "".join(page.get_textpage().get_text_bounded() for page in whole)
    whole.close()
    return "".join(found.split())


@needs_pango
def test_the_same_list_comes_as_pdf_from_a_job(cast: Cast, client_as: ClientAs) -> None:
    issued(cast, "本单位的甲")
    issued(cast, "别人的乙", lead="town")
    leader, head = client_as("leader"), client_as("finance_head")
    assert "任务分解表（PDF）" in leader.get("/tasks").text
    jobs = {"leader": ask(leader, "/tasks/breakdown?q=别人"), "finance_head": ask(head, "/tasks/breakdown")}
    assert ask(head, "/tasks/breakdown?page=7") == jobs["finance_head"], "what is no part of the list does not matter"
    assert leader.post("/tasks/breakdown?state=nonsense").status_code == 422
    assert turn() and turn()
    said = words_of(leader, jobs["leader"])
    assert ("别人的乙" in said, "本单位的甲" in said, "责任（配合）单位" in said) == (True, False, True)
    said = words_of(head, jobs["finance_head"])
    assert ("别人的乙" in said, "本单位的甲" in said) == (False, True)
    assert leader.get(f"/jobs/{jobs['finance_head']}/result").status_code == 404


@needs_pango
def test_who_has_lost_the_post_meanwhile_gets_no_table_made_before(cast: Cast, client_as: ClientAs) -> None:
    issued(cast, "本单位的甲")
    head = client_as("finance_head")
    job_id = ask(head, "/tasks/breakdown")
    assert turn()
    assert head.get(f"/jobs/{job_id}/result").status_code == 200
    with write_transaction() as session:
        held = sa.select(Appointment).where(Appointment.person_id == cast.person_ids["finance_head"])
        organisation.end_appointment(session.scalars(held).one(), by=SYSTEM, now=NOW)
    assert head.get(f"/jobs/{job_id}/result").status_code == 404


def test_where_the_server_makes_no_pdf_the_button_says_so(
    cast: Cast, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "pdf_available", lambda: False)
    page = client_as("leader").get("/tasks").text
    assert "服务器没有安装 Pango，只能下载 Word 文件。" in page
    assert "任务分解表（Word）" in page
    assert 'action="/tasks/breakdown' not in page


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
    if pdf_available():
        assert client_as("d2_office_director").post(f"/plans/{plan_id}/breakdown").status_code == 404
        job_id = ask(client_as("leader"), f"/plans/{plan_id}/breakdown")
        assert turn()
        said = words_of(client_as("leader"), job_id)
        assert "三年行动方案任务分解表" in said
        assert said.index("先写的后到期") < said.index("后写的先到期")
        assert "撤销的" not in said


def test_a_table_that_is_cut_says_so(cast: Cast, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch) -> None:
    issued(cast, "一", "二", "三")
    monkeypatch.setattr(breakdown_files, "BREAKDOWN_ROWS", 2)
    answer = client_as("leader").get("/tasks/breakdown")
    document = Document(BytesIO(answer.data))
    assert len(document.tables[0].rows) == 3
    footers = (document.sections[0].footer, document.sections[0].even_page_footer)
    assert all("只含前 2 项" in footer.tables[0]._tbl.xml for footer in footers)
    monkeypatch.setattr(breakdown_files, "BREAKDOWN_ROWS", 3)
    whole = Document(BytesIO(client_as("leader").get("/tasks/breakdown").data))
    assert len(whole.tables[0].rows) == 4
    assert not whole.sections[0].footer.tables
