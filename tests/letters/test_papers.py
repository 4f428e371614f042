"""Letters as papers: the signed text word for word, who signed, and the table of a batch."""

from collections.abc import Callable
from io import BytesIO

import pytest
from docx import Document
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import NOW, Cast
from tests.letters.promises import again, in_force, issued, prepare, promised, sign
from tests.letters.successions import drawn_up, passed_on, seen, succeed
from tests.letters.years_end import reconcile
from tests.tasks.stories import a_file
from tracker.documents.paper import Paper
from tracker.documents.pdf import pdf_available
from tracker.kernel.db import write_transaction
from tracker.letters import commands, policy, queries
from tracker.letters.commands import SignedOnPaper
from tracker.letters.rules import HandoverLine
from tracker.letters.views import papers

ClientAs = Callable[[str], FlaskClient]


def words_of(answer: TestResponse) -> str:
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    document = Document(BytesIO(answer.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_word_file_holds_the_text_and_who_signed(cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast)
    text = policy.text_of(letter)
    assert text is not None
    words = words_of(client_as("finance_liaison").get(f"/letters/{letter.id}/letter.docx"))
    for line in text.text.splitlines():
        assert line in words
    assert "钱广源，系统签署，2026年3月18日" in words
    assert "局长（签字）：" in words
    assert "甲方（盖章）" in words and "乙方（盖章）" in words


def test_what_is_not_signed_yet_leaves_room_for_hand_and_date(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast)
    words = words_of(client_as("finance_head").get(f"/letters/{letter.id}/letter.docx"))
    assert "系统签署" not in words
    assert words.count("　　年　　月　　日") == 2


def test_a_draft_has_no_paper(cast: Cast, client_as: ClientAs) -> None:
    promised(cast)
    [letter] = queries.letters_of(prepare(cast))
    for kind in ("docx", "pdf"):
        assert client_as("office_clerk").get(f"/letters/{letter.id}/letter.{kind}").status_code == 409
        assert client_as("finance_head").get(f"/letters/{letter.id}/letter.{kind}").status_code == 404


def test_the_pdf_is_made_where_the_machine_can(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast)
    answer = client_as("leader").get(f"/letters/{letter.id}/letter.pdf")
    if not pdf_available():
        pytest.skip("Pango is not installed")
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF")


def test_the_table_of_a_batch_says_who_has_signed(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast, "finance", "construction")
    sign(cast, letter, "finance_head")
    words = words_of(client_as("supervisor").get(f"/letter-batches/{letter.batch_id}/standing.docx"))
    assert "签订情况表" in words
    assert "钱广源，系统签署，2026年3月18日" in words
    assert words.count("未签") == 3
    assert client_as("finance_head").get(f"/letter-batches/{letter.batch_id}/standing.docx").status_code == 404


def test_a_handover_on_paper_is_the_text_with_two_places_to_sign(cast: Cast, client_as: ClientAs) -> None:
    handover = drawn_up(cast, passed_on(cast))
    address = f"/letter-handovers/{handover.id}/handover.docx"
    words = words_of(client_as("finance_deputy").get(address))
    for line in handover.text.splitlines():
        # The head and the work stand in tables.
        assert all(part in words for part in line.replace("：", "\u3000", 1).split("\u3000"))
    assert words.count("（签字）：") == words.count("　　年　　月　　日") == 2
    assert client_as("construction_head").get(address).status_code == 404
    with write_transaction():
        by = cast.actor("finance_deputy")
        commands.sign_handover(seen(cast, handover, "finance_deputy"), by=by, now=NOW)
    words = words_of(client_as("leader").get(address))
    assert "谢云岚，系统签署，2026年3月18日" in words
    assert words.count("　　年　　月　　日") == 1


def test_a_handover_that_lapsed_is_not_printed_again(cast: Cast, client_as: ClientAs) -> None:
    letter = passed_on(cast)
    lapsed, waiting = drawn_up(cast, letter), drawn_up(cast, again(letter))
    assert client_as("office_clerk").get(f"/letter-handovers/{lapsed.id}/handover.docx").status_code == 409
    assert client_as("office_clerk").get(f"/letter-handovers/{waiting.id}/handover.docx").status_code == 200


def test_the_reconciliation_on_paper_says_what_became_of_each_clause(cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast)
    address = f"/letters/{letter.id}/reconciliation.docx"
    assert client_as("office_clerk").get(address).status_code == 409
    found = reconcile(cast, letter)
    words = words_of(client_as("finance_head").get(address))
    for clause in letter.clauses:
        assert clause.text in words
    assert "部分完成" in words and "第1条的情况。" in words
    assert "共2条：完成1条，部分完成1条，未完成0条。" in words
    assert "　　年　　月　　日" in words
    assert client_as("construction_head").get(address).status_code == 404
    with write_transaction():
        commands.fulfil_letter(letter, version=found.version, by=cast.actor("leader"), now=NOW)
    words = words_of(client_as("finance_head").get(address))
    assert "澄江区人民政府区长　罗正川，系统签署，2026年3月18日" in words
    assert "　　年　　月　　日" not in words


@pytest.mark.parametrize("road", ["handover", "reconciliation"])
def test_the_code_leads_to_where_the_office_enters_it(
    cast: Cast, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch, road: str
) -> None:
    letter = in_force(cast)
    found = reconcile(cast, letter)
    succeed(cast, "finance_head", "finance_deputy")
    handover = drawn_up(cast, letter)
    said: list[str] = []
    make = getattr(papers, f"{road}_paper")

    def noting(thing: object, *, url: str) -> Paper:
        said.append(url)
        made: Paper = make(thing, url=url)
        return made

    monkeypatch.setattr(papers, f"{road}_paper", noting)
    address = {
        "handover": f"/letter-handovers/{handover.id}/handover.docx",
        "reconciliation": f"/letters/{letter.id}/reconciliation.docx",
    }[road]
    assert client_as("office_clerk").get(address).status_code == 200
    [url] = said
    assert client_as("office_clerk").get(url.removeprefix("http://127.0.0.1:8000")).status_code == 200
    with write_transaction():
        scan, clerk = a_file("签署页.pdf"), cast.actor("office_clerk")
        if road == "handover":
            both = list(HandoverLine)
            commands.record_handover(handover, lines=both, scan=scan, version=handover.version, by=clerk, now=NOW)
        else:
            paper = SignedOnPaper(cast.actor("leader"), scan)
            commands.fulfil_letter(letter, version=found.version, paper=paper, by=clerk, now=NOW)
    assert client_as("office_clerk").get(address).status_code == 200
    assert "纸质签署，2026年3月18日代录" in words_of(client_as("office_clerk").get(address))
    assert client_as("office_clerk").get(said[1].removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_their_pages_lead_to_the_papers(cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast)
    page = client_as("leader").get(f"/letters/{letter.id}").text
    assert "reconciliation." not in page
    reconcile(cast, letter)
    succeed(cast, "finance_head", "finance_deputy")
    handover = drawn_up(cast, letter)
    assert f"/letters/{letter.id}/reconciliation.docx" in client_as("leader").get(f"/letters/{letter.id}").text
    page = client_as("office_clerk").get(f"/letter-handovers/{handover.id}").text
    assert f"/letter-handovers/{handover.id}/handover.docx" in page
