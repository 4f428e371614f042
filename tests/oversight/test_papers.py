"""The papers of oversight: what stands on 督办通知单 with its reply slip, 约谈通知, 约谈记录 and 通报."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import Cast
from tests.oversight.paper_samples import ANSWER, CIRCULAR, INTERVIEW, NOTICE, RECORD
from tests.oversight.supervised import drafted, issued, replied
from tests.tasks.stories import a_file, act
from tracker.documents.docx import docx
from tracker.documents.paper import Paper
from tracker.documents.pdf import pdf, pdf_available
from tracker.oversight import commands, views
from tracker.oversight.papers import (
    circular_paper,
    interview_notice_paper,
    interview_record_paper,
    notice_paper,
)

ClientAs = Callable[[str], FlaskClient]

PAPERS = {
    "notice": notice_paper(NOTICE),
    "notice, a draft": notice_paper(replace(NOTICE, number="", reply_by=None, issued_on=None, limit="签发当日")),
    "notice, answered": notice_paper(replace(NOTICE, answer=ANSWER)),
    "interview": interview_notice_paper(INTERVIEW),
    "record": interview_record_paper(RECORD),
    "record, to be filled in": interview_record_paper(replace(RECORD, told="", answered="", promised="", url="")),
    "circular": circular_paper(CIRCULAR),
}


def words_of(data: bytes) -> str:
    """All words of a Word file."""
    document = Document(BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    foot = [paragraph.text for section in document.sections for paragraph in section.footer.paragraphs]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells, *foot])


def sent(answer: TestResponse) -> str:
    """All words of a Word file that was sent."""
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return words_of(answer.data)


@pytest.mark.parametrize("name", PAPERS)
def test_every_paper_can_be_written_as_word_and_pdf(name: str) -> None:
    assert words_of(docx(PAPERS[name]))
    if not pdf_available():
        pytest.skip("Pango is not installed")
    assert pdf(PAPERS[name]).startswith(b"%PDF")


def test_the_notice_has_every_field_of_its_form() -> None:
    words = words_of(docx(PAPERS["notice"]))
    for label in (
        "编　　号",
        "紧急程度",
        "主　　送",
        "督办事项",
        "交办依据",
        "具体要求",
        "办理时限",
        "联系电话",
        "签 发 人",
        "发出日期",
    ):
        assert label in words
    for text in (
        "督〔2026〕3号",
        "急件",
        "澄江区财政局",
        "2026年3月23日",
        "0571-5550100",
        "副组长 乔若兰",
        "2026年3月18日",
    ):
        assert text in words
    assert "回　　执" in words and "办理情况" in words and "负责人（签字）：" in words and "承办单位（盖章）" in words
    assert words.count("　　年　　月　　日") == 1


def test_what_was_answered_here_stands_on_the_slip() -> None:
    words = words_of(docx(PAPERS["notice, answered"]))
    assert ANSWER.text in words
    assert "钱广源，局长，系统报送" in words
    assert "学位缺口核定表.xlsx" in words
    assert "2026年3月20日" in words


def test_a_draft_has_room_for_number_and_date_and_says_its_limit_in_words() -> None:
    words = words_of(docx(PAPERS["notice, a draft"]))
    assert "（草稿）" in words and "签发当日" in words
    assert words.count("　　年　　月　　日") == 2


def test_the_interview_is_asked_for_with_facts_and_the_right_to_state_ones_case() -> None:
    words = words_of(docx(PAPERS["interview"]))
    for text in (
        "优均办约〔2026〕1号",
        "澄江区财政局：",
        "逾期15个工作日",
        "2026年4月2日上午9时",
        "陈述和申辩",
        "2026年3月30日",
    ):
        assert text in words
    blank = words_of(
        docx(interview_notice_paper(replace(INTERVIEW, when="", place="", facts=(), basis="", contact="", phone="")))
    )
    assert "时间：　　　年　　月　　日　　时" in blank
    assert "联系人" not in blank


def test_the_record_of_an_interview_has_two_lines_to_sign() -> None:
    words = words_of(docx(PAPERS["record"]))
    assert words.count("（签字）：") == 2
    assert RECORD.told in words and RECORD.answered in words and RECORD.promised in words


def test_the_circular_names_unit_matter_and_days_and_leaves_out_what_is_empty() -> None:
    words = words_of(docx(PAPERS["circular"]))
    for text in (
        "一、工作进展",
        "二、做得好的方面",
        "三、存在的问题",
        "四、下一步要求",
        "区财政局",
        "17",
        "2026年4月15日前",
    ):
        assert text in words
    short = words_of(docx(circular_paper(replace(CIRCULAR, praised=(), problems=(), office="", report_by=None))))
    assert "二、下一步要求" in short
    assert "存在的问题" not in short


def test_the_unit_takes_its_notice_home_as_word_and_pdf(cast: Cast, client_as: ClientAs) -> None:
    notice = issued(cast)
    client = client_as("finance_liaison")
    words = sent(client.get(f"/notices/{notice.id}/sheet.docx"))
    assert "督〔2026〕1号" in words and "核定义务教育阶段学位缺口" in words and "2026年3月25日" in words
    if pdf_available():
        assert client.get(f"/notices/{notice.id}/sheet.pdf").data.startswith(b"%PDF")


def test_an_answer_with_files_stands_on_the_paper(cast: Cast, client_as: ClientAs) -> None:
    notice = replied(cast)
    act(commands.return_reply, notice, remark="补附表。", by=cast.actor("supervisor"))
    act(commands.send_reply, notice, text="附表如下。", files=[a_file()], by=cast.actor("finance_head"))
    words = sent(client_as("leader").get(f"/notices/{notice.id}/sheet.docx"))
    assert "附表如下。" in words and "台账.pdf" in words
    assert "三日内报送" not in words


def test_a_draft_is_printed_for_a_leader_to_sign_by_hand(cast: Cast, client_as: ClientAs) -> None:
    notice = drafted(cast)
    words = sent(client_as("office_clerk").get(f"/notices/{notice.id}/sheet.docx"))
    assert "（草稿）" in words and "签发之日起5个工作日内" in words


def test_the_code_leads_to_the_notices_page(cast: Cast, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch) -> None:
    notice = issued(cast)
    seen: list[str] = []

    def sheet_of(_notice: object, *, url: str) -> Paper:
        seen.append(url)
        return PAPERS["notice"]

    monkeypatch.setattr(views.notices, "sheet_of", sheet_of)
    client_as("finance_head").get(f"/notices/{notice.id}/sheet.docx")
    assert [url.partition("//")[2].partition("/")[2] for url in seen] == [f"notices/{notice.id}"]
