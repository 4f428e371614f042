"""Letters as papers: the signed text word for word, who signed, and the table of a batch."""

from collections.abc import Callable
from io import BytesIO

import pytest
from docx import Document
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import Cast
from tests.letters.promises import in_force, issued, prepare, promised, sign
from tracker.documents.pdf import pdf_available
from tracker.letters import policy, queries

ClientAs = Callable[[str], FlaskClient]


def _words(answer: TestResponse) -> str:
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    document = Document(BytesIO(answer.data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_word_file_holds_the_text_and_who_signed(cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast)
    text = policy.text_of(letter)
    assert text is not None
    words = _words(client_as("finance_liaison").get(f"/letters/{letter.id}/letter.docx"))
    for line in text.text.splitlines():
        assert line in words
    assert "钱广源，系统签署，2026年3月18日" in words
    assert "局长（签字）：" in words
    assert "甲方（盖章）" in words and "乙方（盖章）" in words


def test_what_is_not_signed_yet_leaves_room_for_hand_and_date(cast: Cast, client_as: ClientAs) -> None:
    letter = issued(cast)
    words = _words(client_as("finance_head").get(f"/letters/{letter.id}/letter.docx"))
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
    words = _words(client_as("supervisor").get(f"/letter-batches/{letter.batch_id}/standing.docx"))
    assert "签订情况表" in words
    assert "钱广源，系统签署，2026年3月18日" in words
    assert words.count("未签") == 3
    assert client_as("finance_head").get(f"/letter-batches/{letter.batch_id}/standing.docx").status_code == 404
