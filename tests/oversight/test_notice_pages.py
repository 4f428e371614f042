"""Supervision notices on their pages: drafted, signed, signed for, answered and checked without JavaScript."""

import hashlib
import re
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from openpyxl import load_workbook

from tests.cast import Cast
from tests.oversight.supervised import anew, by_ladder, closed, drafted, issued, overdue, proposed, received, replied
from tests.tasks.stories import act, active, day, inbox, submit
from tracker.kernel.db import db
from tracker.oversight import commands
from tracker.oversight.models import NoticeFile, NoticeReply, SupervisionNotice
from tracker.oversight.rules import NoticeState
from tracker.tasks.commands import verify_completion
from tracker.tasks.models import Task

ClientAs = Callable[[str], FlaskClient]
PDF = b"%PDF-1.4 one page"


def the_notice() -> SupervisionNotice:
    """The one notice that there is."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(sa.select(SupervisionNotice)).one()


def fields(text: str) -> dict[str, str]:
    """What stands in the fields of a form that are typed on one line or hidden."""
    found = re.findall(r'<input[^>]*name="([a-z_]+)"[^>]*value="([^"]*)"', text)
    return {name: value for name, value in found if name not in {"csrf_token", "urgency"}}


def test_from_the_task_page_to_the_accepted_answer(cast: Cast, client_as: ClientAs) -> None:
    task = overdue(cast)
    office, director = client_as("office_clerk"), client_as("office_director")
    page = office.get(f"/tasks/{task.id}").text
    assert f'href="/tasks/{task.id}/notice"' in page
    form = office.get(f"/tasks/{task.id}/notice").text
    assert "该事项完成时限为2026年3月6日，至今未办结。" in form
    said = {**fields(form), "urgency": "urgent", "demand": "请三日内书面反馈。"}
    answer = office.post(f"/tasks/{task.id}/notice", data=said)
    notice = the_notice()
    assert answer.location == f"/notices/{notice.id}"
    assert (notice.matter, notice.contact, notice.urgency) == (task.title, "秦小满", "urgent")
    office.post(f"/notices/{notice.id}/propose", data={"version": notice.version})
    assert "待签发" in client_as("office_director").get("/inbox").text
    director.post(f"/notices/{notice.id}/sign", data={"version": the_notice().version})
    notice = the_notice()
    assert (notice.state, notice.document_number) == (NoticeState.ISSUED, "督〔2026〕1号")
    assert notice.reply_by == date(2026, 3, 23)

    head = client_as("finance_head")
    page = head.get(f"/notices/{notice.id}").text
    assert "督〔2026〕1号" in page and "请三日内书面反馈。" in page
    head.post(f"/notices/{notice.id}/sign-for", data={"version": notice.version})
    version = the_notice().version
    sent = {"version": version, "text": "已办，附表。", "files": (BytesIO(PDF), "核定表.pdf")}
    assert head.post(f"/notices/{notice.id}/reply", data=sent).status_code == 302
    assert the_notice().state is NoticeState.REPLIED
    [file] = db.session.scalars(sa.select(NoticeFile))
    supervisor = client_as("supervisor")
    assert supervisor.get(f"/notice-files/{file.id}").data == PDF
    supervisor.post(f"/notices/{notice.id}/accept", data={"version": the_notice().version, "remark": "同意。"})
    assert the_notice().state is NoticeState.CLOSED
    assert "审核通过" in head.get(f"/notices/{notice.id}").text


def test_the_office_enters_the_slip_that_came_on_paper(cast: Cast, client_as: ClientAs) -> None:
    notice = received(cast)
    act(commands.draft_reply, anew(notice), text="单位的初稿。", by=cast.actor("finance_liaison"))
    office, address = client_as("office_clerk"), f"/notices/{notice.id}/reply"
    assert "录入纸质回执" in office.get(f"/notices/{notice.id}").text
    form = office.get(address).text
    assert form.count("录入纸质回执") >= 3 and "填写回执" not in form, "title, heading and button name what is done"
    assert "填写回执" in client_as("finance_head").get(address).text
    assert "钱广源" in form and "谢云岚" in form and "罗正川" not in form and "单位的初稿。" not in form
    said = {"version": the_notice().version, "text": "已办。", "paper": "y"}
    assert office.post(address, data=said).status_code == 422
    assert office.post(address, data={"version": said["version"], "text": "已办。"}).status_code == 403
    said |= {"signatory": cast.person_ids["finance_head"], "scan": (BytesIO(PDF), "回执.pdf")}
    assert office.post(address, data=said).status_code == 302
    page = office.get(f"/notices/{notice.id}").text
    assert the_notice().state is NoticeState.REPLIED
    assert "纸质回执已录入。" in page
    assert "不能“录入纸质回执”" in office.get(address).text
    assert "纸质回执" in page and "秦小满代录" in page and "回执.pdf" in page
    assert client_as("supervisor").get(address).status_code == 403


def test_the_liaison_drafts_and_the_head_confirms(cast: Cast, client_as: ClientAs) -> None:
    notice = received(cast)
    liaison, head = client_as("finance_liaison"), client_as("finance_head")
    answer = liaison.post(f"/notices/{notice.id}/reply", data={"version": notice.version, "text": "初稿：正在核对。"})
    assert answer.status_code == 302
    assert the_notice().state is NoticeState.RECEIVED
    assert "初稿：正在核对。" not in client_as("supervisor").get(f"/notices/{notice.id}").text
    assert "初稿：正在核对。" in head.get(f"/notices/{notice.id}/reply").text
    assert "notice.reply_drafted" in inbox(cast, "finance_head")
    head.post(f"/notices/{notice.id}/reply", data={"version": the_notice().version, "text": "已核对。"})
    assert the_notice().state is NoticeState.REPLIED
    assert "已核对。" in client_as("supervisor").get(f"/notices/{notice.id}").text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(NoticeReply)) == 1


def test_a_refused_form_says_so_at_its_field_and_changes_nothing(cast: Cast, client_as: ClientAs) -> None:
    notice = received(cast)
    head = client_as("finance_head")
    answer = head.post(f"/notices/{notice.id}/reply", data={"version": notice.version, "text": " "})
    assert answer.status_code == 422
    assert "请填写此项。" in answer.text
    stale = head.post(f"/notices/{notice.id}/reply", data={"version": 1, "text": "已办。"})
    assert stale.status_code == 409
    assert the_notice().state is NoticeState.RECEIVED
    assert (
        head.post(f"/notices/{notice.id}/reply", data={"version": notice.version, "text": "已办。"}).status_code == 302
    )


@pytest.mark.parametrize("make", [drafted, proposed])
def test_a_unit_does_not_know_of_a_draft(cast: Cast, client_as: ClientAs, make: Callable[[Cast], object]) -> None:
    make(cast)
    notice = the_notice()
    for name in ("finance_head", "finance_liaison", "construction_head", "outsider", "g2_supervisor"):
        client = client_as(name)
        assert client.get(f"/notices/{notice.id}").status_code == 404
        assert client.get(f"/notices/{notice.id}/sheet.docx").status_code == 404
        assert notice.matter not in client.get("/notices").text
    assert notice.matter in client_as("supervisor").get("/notices").text
    act(commands.sign_off_notice, notice, by=cast.actor("leader"))
    assert client_as("finance_head").get(f"/notices/{notice.id}").status_code == 200
    assert client_as("construction_head").get(f"/notices/{notice.id}").status_code == 404
    assert notice.matter in client_as("finance_liaison").get("/notices").text


def test_the_list_is_narrowed_by_state_unit_and_lateness(cast: Cast, client_as: ClientAs) -> None:
    late = issued(cast, now=day("2026-03-09"))
    fresh = issued(cast, about=overdue(cast, lead="construction", title="核定建设用地"))
    client = client_as("office_clerk")

    def shown(query: str) -> list[int]:
        text = client.get(f"/notices{query}").text
        return [one.id for one in (late, fresh) if f'href="/notices/{one.id}"' in text]

    assert shown("") == [late.id, fresh.id]
    assert shown(f"?unit={cast.unit_ids['construction']}") == [fresh.id]
    assert shown("?late=1") == [late.id]
    assert shown("?state=draft") == []
    assert shown(f"?group={cast.group_ids['g1']}&state=issued") == [late.id, fresh.id]
    book = load_workbook(BytesIO(client.get("/notices/export?late=1").data))
    cells = list(book.active.iter_rows(values_only=True))
    assert [row[0] for row in cells if row[0] and row[0].startswith("督〔")] == ["督〔2026〕1号"]
    assert cells[-1][9] == "是"


def test_many_drafts_of_the_ladder_are_signed_in_one_act_with_a_result_for_each(
    cast: Cast, client_as: ClientAs
) -> None:
    tasks = [overdue(cast), overdue(cast, lead="construction", title="核定建设用地"), overdue(cast, title="第三件")]
    drafts = by_ladder(cast, *tasks)
    act(commands.discard_notice, drafts[1], remark="已当面督办。", by=cast.actor("office_clerk"))
    client = client_as("office_director")
    page = client.get("/notices").text
    assert page.count('name="notice"') == 2
    said = {"notice": [str(one.id) for one in drafts], **{f"version-{one.id}": str(one.version) for one in drafts}}
    answer = client.post("/notices/sign", data=said)
    assert answer.status_code == 200
    assert answer.text.count("已签发") == 2
    assert [anew(one).document_number for one in drafts] == ["督〔2026〕1号", "", "督〔2026〕2号"]
    assert client_as("office_clerk").post("/notices/sign", data=said).status_code == 403
    assert client.post("/notices/sign", data={}).status_code == 422


def test_what_is_out_shows_that_it_was_overtaken(cast: Cast, client_as: ClientAs) -> None:
    notice = issued(cast)
    assert "督办事项已办结" not in client_as("finance_head").get(f"/notices/{notice.id}").text
    task = notice.task
    assert isinstance(task, Task)
    submit(cast, task)
    act(verify_completion, task, by=cast.actor("supervisor"))
    assert "督办事项已办结" in client_as("finance_head").get(f"/notices/{notice.id}").text


def test_a_task_that_is_not_overdue_offers_no_notice(cast: Cast, client_as: ClientAs) -> None:
    task = active(cast)
    client = client_as("office_clerk")
    assert f'href="/tasks/{task.id}/notice"' not in client.get(f"/tasks/{task.id}").text
    assert client.get(f"/tasks/{task.id}/notice").status_code == 409
    late = overdue(cast)
    assert client.get(f"/tasks/{late.id}/notice").status_code == 200


def test_the_office_enters_what_was_signed_on_paper(cast: Cast, client_as: ClientAs) -> None:
    notice = proposed(cast)
    client = client_as("office_clerk")
    said = {"version": notice.version, "paper": "y", "signatory": cast.person_ids["deputy_leader"]}
    sent = {**said, "scan": (BytesIO(PDF), "签批件.pdf")}
    assert client.post(f"/notices/{notice.id}/sign", data={"version": notice.version}).status_code == 403
    assert client.post(f"/notices/{notice.id}/sign", data=sent).status_code == 302
    made = the_notice()
    assert (made.signed_by_id, made.recorded_by_id) == (
        cast.person_ids["deputy_leader"],
        cast.person_ids["office_clerk"],
    )
    scan = f"/notices/{notice.id}/signed/{made.paper_sha256}"
    assert client.get(scan).data == PDF
    assert client_as("finance_head").get(scan).status_code == 404
    page = client.get(f"/notices/{notice.id}").text
    assert "纸质签批" in page
    assert f'href="{scan}"' in page


def test_the_office_enters_a_withdrawal_that_was_signed_on_paper(cast: Cast, client_as: ClientAs) -> None:
    notice = issued(cast)
    address, client = f"/notices/{notice.id}", client_as("office_clerk")
    said = {"version": notice.version, "remark": "主送有误。", "paper": "y", "signatory": cast.person_ids["leader"]}
    assert f'href="{address}/withdraw"' in client.get(address).text
    assert "纸质签批" in client.get(f"{address}/withdraw").text
    assert client.post(f"{address}/withdraw", data={**said, "paper": ""}).status_code == 403
    assert client.post(f"{address}/withdraw", data={**said, "signatory": ""}).status_code == 422
    assert the_notice().state is NoticeState.ISSUED
    sent = {**said, "scan": (BytesIO(PDF), "撤回签批.pdf")}
    assert client.post(f"{address}/withdraw", data=sent).status_code == 302
    assert the_notice().state is NoticeState.WITHDRAWN
    digest = hashlib.sha256(PDF).hexdigest()
    assert f'href="{address}/signed/{digest}"' in client.get(address).text
    assert client.get(f"{address}/signed/{digest}").data == PDF
    assert client.get(f"{address}/signed/{'0' * 64}").status_code == 404


@pytest.mark.parametrize("make", [drafted, proposed, issued, received, replied, closed])
@pytest.mark.parametrize("name", ["office_clerk", "leader", "supervisor", "finance_head"])
def test_every_page_opens_in_every_state(
    cast: Cast, client_as: ClientAs, make: Callable[[Cast], object], name: str
) -> None:
    make(cast)
    notice = the_notice()
    client = client_as(name)
    answer = client.get(f"/notices/{notice.id}")
    assert answer.status_code == (404 if name == "finance_head" and not notice.number else 200)
    links = set(re.findall(rf'href="(/notices/{notice.id}/[a-z-]+)"', answer.text))
    for link in links:
        assert client.get(link).status_code == 200, link
