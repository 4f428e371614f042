"""Any text of the world survives on paper, as text: nothing is lost, nothing is markup, nothing is run."""

from io import BytesIO

from docx import Document
from docx.oxml.ns import qn

from tests.documents.reading import Page
from tests.documents.samples import LONG, TEXTS, WORLD
from tracker.documents.docx import docx
from tracker.documents.html import html
from tracker.documents.paper import Paper, Paragraph, clean

Read = dict[str, list[Page]]


def bare(text: str) -> str:
    return "".join(clean(text).split())


def test_every_text_is_read_back_from_the_pages(read: Read) -> None:
    whole = "".join(page.text for page in read["world"])
    assert [text for text in TEXTS if bare(text) not in whole] == []
    assert "控制符第1项" in whole


def test_long_clauses_and_many_of_them_are_complete(read: Read) -> None:
    whole = "".join(page.body for page in read["world"])
    items = [item for item in LONG.split("，") if item.endswith("项")]
    assert len(items) > 400
    # Once in a clause, once in a cell of a table.
    assert [item for item in items if whole.count(item) < 2] == []
    assert [number for number in range(1, 201) if f"第{number}条" not in whole] == []
    bottoms = [word.bottom for page in read["world"] for word in page.words]
    assert max(bottoms) < 297, "nothing runs off the paper"


def test_a_word_file_holds_every_text_letter_by_letter() -> None:
    document = Document(BytesIO(docx(WORLD)))
    texts = {"".join(t.text or "" for t in p.iter(qn("w:t"))) for p in document.element.body.iter(qn("w:p"))}
    assert [text for text in TEXTS if text not in texts] == []
    assert f"控制符{LONG}" in texts
    assert document.core_properties.title == f"标题{TEXTS[0]}"


def test_no_text_becomes_markup() -> None:
    page = html(WORLD)
    assert "<img src=" not in page.replace('<img alt="" style=', "")
    assert page.count("&lt;img src=&quot;x&quot; onerror=&quot;alert(1)&quot;&gt;") > 3
    assert "{{ 7*7 }}" in page


def test_a_line_break_begins_a_new_line() -> None:
    document = Document(BytesIO(docx(Paper("题", (Paragraph("甲\r\n乙\n\n丙\t丁"),)))))
    assert [p.text for p in document.paragraphs][-4:] == ["甲", "乙", "", "丙\t丁"]
