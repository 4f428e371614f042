"""任务单 and 签批单: what their pages say, on paper, for whoever may see it."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from docx import Document
from flask.testing import FlaskClient

from tests.cast import Cast
from tests.tasks.stories import a_file, act, active, again, day, draft, issue, issued, propose, submit, submitted
from tests.tasks.test_consulting import handle, objected
from tracker.documents.paper import Table
from tracker.documents.pdf import pdf_available
from tracker.kernel.db import write_transaction
from tracker.tasks import commands
from tracker.tasks.commands import NewReport, PaperRoad
from tracker.tasks.models import Milestone, Target
from tracker.tasks.papers import completion_claimed, decision_sheet, explanation_given
from tracker.tasks.rules import AdjustmentKind, Handling

ClientAs = Callable[[str], FlaskClient]


def words(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    document = Document(BytesIO(answer.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_a_task_sheet_tells_everything_that_its_page_tells(cast: Cast, client_as: ClientAs) -> None:
    task = active(cast, title="核定学位 & <补齐> {{ 7*7 }}", standard="按期完工", parts=("construction",))
    with write_transaction() as session:
        session.add(Target(task_id=task.id, quantity="学位", operator=">=", value=1200, unit="个"))
        session.add(Milestone(task_id=task.id, name="开工", due_on=date(2026, 4, 1)))
    task = again(task)
    files = [a_file("验收单.pdf")]
    told = NewReport(text="主体封顶", difficulty="缺少资金", files=files, fact_on=date(2026, 3, 17))
    act(commands.report_progress, task, report=told, by=cast.actor("finance_head"))
    new, basis = date(2026, 5, 20), "会议纪要〔2026〕5号"
    act(commands.adjust_time, task, new_due_on=new, basis=basis, by=cast.actor("office_director"))
    submit(cast, task)
    act(commands.return_for_rework, task, remark="缺少台账。", by=cast.actor("supervisor"))
    text = words(client_as("finance_liaison"), f"/tasks/{task.id}/sheet.docx")
    for part in (
        "核定学位 & <补齐> {{ 7*7 }}",
        "按期完工\n学位≥1200个",
        "提供资料",
        "开工",
        "2026年4月17日",
        "2026年5月20日",
        "会议纪要〔2026〕5号",
        "主体封顶",
        "缺少资金",
        "验收单.pdf",
        "2026年3月17日",
        "已全部完成。",
        "缺少台账。",
        "退回重办",
    ):
        assert part in text, part
    assert [line for line in text.splitlines() if line[1:2] == "、"] == [
        "一、配合事项",
        "二、年度节点",
        "三、时限变动",
        "四、进展报告",
        "五、办结与核验",
        "六、佐证材料",
        "七、办理过程",
    ]


def test_a_task_sheet_is_for_whoever_sees_the_task(cast: Cast, client_as: ClientAs) -> None:
    task = active(cast)
    address = f"/tasks/{task.id}/sheet.docx"
    assert "一、办理过程" in words(client_as("finance_head"), address), "of what never happened nothing is said"
    for name in ("construction_head", "d2_head", "outsider"):
        assert client_as(name).get(address).status_code == 404
    assert address in client_as("finance_head").get(f"/tasks/{task.id}").text


def test_a_draft_report_is_not_on_paper(cast: Cast, client_as: ClientAs) -> None:
    task = active(cast)
    act(commands.report_progress, task, report=NewReport(text="还没有确认的进展"), by=cast.actor("finance_liaison"))
    assert "进展报告" not in words(client_as("finance_head"), f"/tasks/{task.id}/sheet.docx").splitlines()


def test_a_sign_off_sheet_has_what_goes_out_what_units_said_and_where_to_sign(cast: Cast, client_as: ClientAs) -> None:
    task, other = draft(cast, title="扩建校舍", standard="两所"), draft(cast, title="配齐教师", parts=("construction",))
    handle(cast, objected(cast, task), Handling.NOT_ADOPTED, "时间足够")
    batch = propose(cast, task, other, now=day("2026-03-30"))
    address = f"/batches/{batch.id}/sheet.docx"
    text = words(client_as("leader"), address)
    for part in ("扩建校舍", "两所", "配齐教师", "共2项任务", "征求意见情况", "时间足够", "□ 同意签发", "（签字）："):
        assert part in text, part
    assert "　　年　　月　　日" in text
    for name in ("finance_head", "d2_head", "outsider"):
        assert client_as(name).get(address).status_code == 404
    assert address in client_as("leader").get(f"/batches/{batch.id}").text
    leader, scan = cast.actor("leader"), a_file("签批单.pdf")
    paper = PaperRoad(signatory=leader, sha256=scan.sha256)
    later = day("2026-03-31")
    act(commands.sign_off_batch, batch, paper=paper, by=cast.actor("office_clerk"), now=later)
    text = words(client_as("leader"), address)
    assert "罗正川，纸质签批，2026年3月31日，" in text and "代录" in text
    assert "□ 同意签发" not in text


def test_a_batch_signed_off_here_says_so_on_its_sheet(cast: Cast, client_as: ClientAs) -> None:
    batch = issue(cast, draft(cast))
    text = words(client_as("leader"), f"/batches/{batch.id}/sheet.docx")
    assert "，系统签发，2026年3月18日" in text and "代录" not in text


def test_what_was_sent_back_has_no_sign_off_sheet(cast: Cast, client_as: ClientAs) -> None:
    batch = propose(cast, draft(cast))
    assert client_as("leader").get(f"/batches/{batch.id}/sheet.docx").status_code == 200
    act(commands.send_back_batch, batch, remark="请补充标准。", by=cast.actor("deputy_leader"))
    assert client_as("leader").get(f"/batches/{batch.id}/sheet.docx").status_code == 409
    assert "/sheet.docx" not in client_as("leader").get(f"/batches/{batch.id}").text


def test_both_are_to_be_had_as_pdf_where_the_machine_can(cast: Cast, client_as: ClientAs) -> None:
    if not pdf_available():
        pytest.skip("Pango is not installed")
    batch = propose(cast, draft(cast))
    for address in (f"/batches/{batch.id}/sheet.pdf", f"/tasks/{batch.tasks[0].id}/sheet.pdf"):
        answer = client_as("leader").get(address)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert answer.data.startswith(b"%PDF")
    assert client_as("leader").get(f"/batches/{batch.id}/sheet.odt").status_code == 404


def test_a_single_decision_has_its_sheet_with_what_is_asked_and_a_code_to_where_it_is_entered(
    cast: Cast, client_as: ClientAs
) -> None:
    task = active(cast, title="补齐学位", standard="两所", parts=())
    head = cast.actor("finance_head")
    asked = act(commands.ask_extension, task, reason="设备到货晚", new_due_on=date(2026, 5, 20), by=head)
    address = f"/extensions/{asked.id}/decide"
    text = words(client_as("office_clerk"), f"{address}/sheet.docx")
    for part in (
        "审批延期",
        "补齐学位",
        "两所",
        "设备到货晚",
        "申请延至",
        "2026年5月20日",
        "第1次",
        "钱广源",
        "□ 不同意",
    ):
        assert part in text, part
    assert "新的时限：　　　　年　　月　　日" in text
    page = client_as("office_clerk").get(address).text
    assert f"{address}/sheet.docx" in page and "扫码打开本页" in page
    assert f"{address}/sheet.docx" not in client_as("leader").get(address).text, "who decides here needs no paper"
    assert client_as("leader").get(f"{address}/sheet.docx").status_code == 200
    assert client_as("finance_head").get(f"{address}/sheet.docx").status_code == 403
    assert client_as("d2_head").get(f"{address}/sheet.docx").status_code == 404
    act(
        commands.decide_extension, asked, approve=True, remark="", new_due_on=date(2026, 5, 20), by=cast.actor("leader")
    )
    assert client_as("office_clerk").get(f"{address}/sheet.docx").status_code == 409


@pytest.mark.parametrize("step", ["adjust-time", "suspend", "cancel"])
def test_what_leaders_do_by_themselves_has_a_sheet(cast: Cast, client_as: ClientAs, step: str) -> None:
    task = active(cast, title="补齐学位")
    text = words(client_as("office_clerk"), f"/tasks/{task.id}/{step}/sheet.docx")
    assert "补齐学位" in text and "事由" in text and "□ 不同意" in text
    assert ("新的时限" in text) == (step == "adjust-time")
    assert client_as("finance_head").get(f"/tasks/{task.id}/{step}/sheet.docx").status_code == 403
    assert client_as("office_clerk").get(f"/tasks/{task.id}/resume/sheet.docx").status_code == 409


def test_what_was_handed_in_is_verified_on_a_sheet(cast: Cast, client_as: ClientAs) -> None:
    task = submitted(cast, title="补齐学位")
    text = words(client_as("office_clerk"), f"/tasks/{task.id}/verify/sheet.docx")
    for part in ("核验", "完成情况", "报请", "□ 通过", "□ 退回重办"):
        assert part in text, part


def test_other_requests_have_sheets_too(cast: Cast, client_as: ClientAs) -> None:
    new = issued(cast)
    head = cast.actor("finance_head")
    asked = act(commands.ask_adjustment, new, kind=AdjustmentKind.STANDARD, reason="标准偏高", by=head)
    text = words(client_as("office_clerk"), f"/adjustments/{asked.id}/decide/sheet.docx")
    assert "标准偏高" in text and "新的时限" not in text
    late, later = active(cast, due_on=date(2026, 3, 20)), day("2026-03-30")
    told = act(commands.explain_delay, late, text="雨季停工", by=head, now=later)
    sheet = decision_sheet(late, explanation_given(told), url="https://zeren.example/x", today=later.date())
    facts, to_sign = [block for block in sheet.blocks if isinstance(block, Table)]
    assert ("逾期说明", "雨季停工") in facts.rows
    assert "限期整改" in to_sign.rows[0][1]
    assert completion_claimed(None).asked == []
