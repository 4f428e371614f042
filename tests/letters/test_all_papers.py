"""All letters of a batch as files: zips with names that anybody can read, and one PDF to print for the meeting."""

import zipfile
from collections.abc import Callable
from io import BytesIO

import pypdfium2
import pytest
from docx import Document
from flask.testing import FlaskClient

from tests.cast import Cast
from tests.jobs.kinds import again as job_again
from tests.jobs.kinds import turn
from tests.letters.promises import again, in_force, issued, prepare, promised, sign
from tracker.documents.pdf import pdf_available
from tracker.kernel.db import db, write_transaction
from tracker.kernel.jobs import BackgroundJob, JobState
from tracker.kernel.text import told
from tracker.letters import commands, queries
from tracker.letters.batch_files import names_of, safe
from tracker.letters.models import Letter
from tracker.letters.views import batches
from tracker.organisation.models import Seat

ClientAs = Callable[[str], FlaskClient]

needs_pango = pytest.mark.skipif(not pdf_available(), reason="Pango is not installed")


def _ask(client: FlaskClient, batch_id: int, kind: str) -> int:
    answer = client.post(f"/letter-batches/{batch_id}/papers", data={"kind": kind})
    assert answer.status_code == 302
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def _result(client: FlaskClient, job_id: int) -> bytes:
    answer = client.get(f"/jobs/{job_id}/result")
    assert answer.status_code == 200
    return bytes(answer.data)


def test_the_zip_holds_a_word_file_for_each_unit(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast, "finance", "construction")
    sign(cast, letter, "finance_head")
    clerk = client_as("office_clerk")
    job_id = _ask(clerk, letter.batch_id, "word")
    assert f'href="/letter-batches/{letter.batch_id}"' in clerk.get(f"/jobs/{job_id}").text
    assert turn()
    with zipfile.ZipFile(BytesIO(_result(clerk, job_id))) as archive:
        names = archive.namelist()
        assert names == [
            "01-澄江区财政局-优均责〔2026〕1号.docx",
            "02-澄江区住房和城乡建设局-优均责〔2026〕2号.docx",
        ]
        assert {one.date_time for one in archive.infolist()} == {(2026, 3, 18, 9, 30, 0)}, "as clocks in China show it"
        document = Document(BytesIO(archive.read(names[0])))
    assert "优均责〔2026〕1号" in "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "全部责任书（Word 压缩包）已生成" in clerk.get("/inbox").text


def test_asking_twice_leads_to_the_same_job(cast: Cast, client_as: ClientAs) -> None:
    batch_id = issued(cast).batch_id
    first = _ask(client_as("office_clerk"), batch_id, "word")
    assert _ask(client_as("office_clerk"), batch_id, "word") == first
    assert _ask(client_as("supervisor"), batch_id, "word") != first


@needs_pango
def test_the_zip_of_pdfs_holds_pdfs(cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast)
    job_id = _ask(client_as("leader"), letter.batch_id, "pdf")
    turn()
    with zipfile.ZipFile(BytesIO(_result(client_as("leader"), job_id))) as archive:
        [name] = archive.namelist()
        assert archive.read(name).startswith(b"%PDF")


@needs_pango
def test_the_table_of_who_has_signed_comes_as_pdf_too(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast, "finance", "construction")
    sign(cast, letter, "finance_head")
    supervisor = client_as("supervisor")
    assert "签订情况表（PDF）" in supervisor.get(f"/letter-batches/{letter.batch_id}").text
    job_id = _ask(supervisor, letter.batch_id, "standing")
    assert turn()
    whole = pypdfium2.PdfDocument(_result(supervisor, job_id))
    said = "".join("".join(page.get_textpage().get_text_bounded().split()) for page in whole)
    whole.close()
    assert "签订情况表" in said
    assert ("澄江区财政局" in said, "澄江区住房和城乡建设局" in said, said.count("未签")) == (True, True, 3)
    assert "钱广源，系统签署，2026年3月18日" in said


def test_where_the_server_makes_no_pdf_the_batch_says_so(
    cast: Cast, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "pdf_available", lambda: False)
    page = client_as("office_clerk").get(f"/letter-batches/{issued(cast).batch_id}").text
    assert "服务器没有安装 Pango，只能下载 Word 文件。" in page
    assert ("签订情况表（PDF）" in page, "全部责任书（Word 压缩包）" in page) == (False, True)


@needs_pango
def test_each_letter_to_print_begins_on_the_front_of_a_sheet(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast, "finance", "construction", "town")
    sign(cast, letter, "finance_head")
    sign(cast, letter, "leader")
    clerk = client_as("office_clerk")
    job_id = _ask(clerk, letter.batch_id, "print")
    turn()
    whole = pypdfium2.PdfDocument(_result(clerk, job_id))
    texts = [page.get_textpage().get_text_bounded() for page in whole]
    whole.close()
    assert len(texts) % 2 == 0
    begin = [number for number, text in enumerate(texts) if "甲方：" in text]
    assert len(begin) == 2
    assert all(number % 2 == 0 for number in begin)
    assert not any("优均责〔2026〕1号" in text for text in texts)


def test_where_nothing_went_out_there_is_nothing_to_print(cast: Cast, client_as: ClientAs) -> None:
    promised(cast)
    batch = prepare(cast)
    clerk = client_as("office_clerk")
    assert clerk.post(f"/letter-batches/{batch.id}/papers", data={"kind": "word"}).status_code == 422
    assert clerk.post(f"/letter-batches/{batch.id}/papers", data={"kind": "nonsense"}).status_code == 422
    assert db.session.query(BackgroundJob).count() == 0


def test_only_who_sees_the_batch_asks_for_its_files(cast: Cast, client_as: ClientAs) -> None:
    batch_id = issued(cast).batch_id
    assert (
        client_as("office_clerk").post(f"/letter-batches/{batch_id}/papers", data={"kind": "word"}).status_code == 302
    )
    for name in ("finance_head", "outsider", "g2_office_clerk"):
        assert client_as(name).post(f"/letter-batches/{batch_id}/papers", data={"kind": "word"}).status_code == 404


def test_who_has_left_the_office_gets_neither_job_nor_file(cast: Cast, client_as: ClientAs) -> None:
    batch_id = issued(cast).batch_id
    clerk = client_as("office_clerk")
    done, waiting = _ask(clerk, batch_id, "word"), 0
    turn()
    assert clerk.get(f"/jobs/{done}/result").status_code == 200
    waiting = _ask(clerk, batch_id, "word")
    with write_transaction() as session:
        session.query(Seat).filter(Seat.person_id == cast.person_ids["office_clerk"]).delete()
    turn()
    job = job_again(db.session.get_one(BackgroundJob, waiting))
    assert job.state is JobState.FAILED
    assert "没有找到" in told(job.reason)
    assert clerk.get(f"/jobs/{done}/result").status_code == 404


def test_letters_that_are_all_signed_meanwhile_leave_nothing_to_print(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast)
    job_id = _ask(client_as("office_clerk"), letter.batch_id, "print")
    with write_transaction():
        row = db.session.get_one(Letter, letter.id)
        commands.withdraw_letter(
            row, remark="有误。", version=row.version, by=cast.actor("office_clerk"), now=row.batch.created_at
        )
    turn()
    assert told(job_again(db.session.get_one(BackgroundJob, job_id)).reason) == "没有可以打印的责任书。"


def test_names_in_the_zip_lead_nowhere(cast: Cast) -> None:
    letter = again(issued(cast))
    assert safe("../../区财政局 & 住建局 <2026>\\etc\x00\u202e") == "区财政局 & 住建局 2026 etc"
    assert safe("長" * 500) == "長" * 80
    names = names_of([letter] * 120, ".docx")
    assert len(set(names)) == 120
    assert not any(sign in name for name in names for sign in '/\\:*?"<>|')
    assert queries.letters_of(letter.batch) == [letter]
