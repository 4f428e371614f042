"""What cannot be measured on a page: that Word finds the file sound, its grid, its styles, its fonts."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt

from tests.documents.samples import LETTER, NOTICE, PAPERS, PLAN, drawing
from tracker.documents.docx import docx
from tracker.documents.paper import Align, Column, Paper, Paragraph, Party, Picture, SignatureBlock, Table

ORDERS = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr pBdr shd tabs autoSpaceDE autoSpaceDN "
    "snapToGrid spacing ind jc outlineLvl rPr sectPr",
    "rPr": "rStyle rFonts b bCs i iCs snapToGrid color spacing w kern position sz szCs u lang",
    "tblPr": "tblStyle tblpPr tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tcPr": "tcW gridSpan vMerge tcBorders shd noWrap tcMar textDirection vAlign",
    "sectPr": "headerReference footerReference type pgSz pgMar cols titlePg docGrid",
    "style": "name basedOn next qFormat pPr rPr tblPr",
}
"""The order in which the schema of WordprocessingML has what we write; Word calls a file damaged that has another."""


def opened(paper: Paper) -> Any:
    return Document(BytesIO(docx(paper)))


def grid_of(data: bytes) -> tuple[int, int]:
    """How many lines fill a page of a Word file, and how many characters a line."""
    section: Any = Document(BytesIO(data)).sections[0]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    height = (section.page_height - section.top_margin - section.bottom_margin) / Pt(1)
    width = (section.page_width - section.left_margin - section.right_margin) / Pt(1)
    lines = height * 20 / int(grid.get(qn("w:linePitch")))
    return int(lines), int(width / (16 + int(grid.get(qn("w:charSpace"))) / 4096) + 0.01)


@pytest.mark.parametrize(("paper", "lines", "characters"), [(NOTICE, 22, 28), (PLAN, 15, 40)])
def test_the_grid_holds_so_many_lines_and_characters(paper: Paper, lines: int, characters: int) -> None:
    assert grid_of(docx(paper)) == (lines, characters)


def test_margins_are_those_of_the_standard() -> None:
    section = opened(NOTICE).sections[0]
    margins = section.top_margin, section.bottom_margin, section.left_margin, section.right_margin
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]


def test_faces_are_those_of_the_standard_with_a_second_choice_for_each() -> None:
    data = docx(NOTICE)
    styles = {style.name: style for style in Document(BytesIO(data)).styles}
    faces = {
        name: (styles[name].element.rPr.rFonts.get(qn("w:eastAsia")), styles[name].font.size.pt)
        for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3", "Heading 4", "页码", "版记")
    }
    assert faces == {
        "Normal": ("仿宋_GB2312", 16),
        "Title": ("方正小标宋简体", 22),
        "Heading 1": ("黑体", 16),
        "Heading 2": ("楷体_GB2312", 16),
        "Heading 3": ("仿宋_GB2312", 16),
        "Heading 4": ("仿宋_GB2312", 16),
        "页码": ("宋体", 14),
        "版记": ("仿宋_GB2312", 14),
    }
    fonts = ZipFile(BytesIO(data)).read("word/fontTable.xml").decode()
    assert [face for face, _size in faces.values() if f'w:name="{face}"><w:altName' not in fonts] == []


@pytest.mark.parametrize("name", PAPERS)
def test_properties_stand_in_the_order_of_the_schema(name: str) -> None:
    document = opened(PAPERS[name])
    section = document.sections[0]
    roots = [document.element, document.styles.element, section.footer._element, section.even_page_footer._element]
    for tag, order in ORDERS.items():
        places = {qn(f"w:{child}"): at for at, child in enumerate(order.split())}
        for root in roots:
            for element in root.iter(qn(f"w:{tag}")):
                found = [places[child.tag] for child in element]
                assert found == sorted(found)


def test_heads_are_repeated_and_rows_kept_whole() -> None:
    (table,) = opened(PLAN).tables
    rows = table._tbl.tr_lst
    assert [row.trPr.find(qn("w:tblHeader")) is not None for row in rows] == [True] + [False] * 40
    assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)


def test_a_table_without_headings_has_no_head() -> None:
    sheet = Table((Column(""), Column("")), (("甲", "乙"),), row_height_mm=20)
    (table,) = opened(Paper("题", (sheet,))).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["甲", "乙"]]
    assert table.rows[0].height.mm == pytest.approx(20, abs=0.1)


def test_the_number_of_parties_to_sign_is_free() -> None:
    parties = tuple(Party(f"{name}方") for name in "甲乙丙")
    (table,) = opened(Paper("题", (SignatureBlock(parties),))).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["甲方", "乙方"], ["", "丙方"]]


def test_what_is_no_picture_or_does_not_fit_its_columns_is_refused() -> None:
    assert docx(Paper("题", (Picture(drawing(), 30), Table((Column("甲"),), (("乙",),)))))
    with pytest.raises(ValueError, match="PNG"):
        docx(Paper("题", (Picture(b"GIF89a", 30),)))
    with pytest.raises(ValueError, match="zip"):
        docx(Paper("题", (Table((Column("甲"),), (("乙", "丙"),)),)))


def test_the_file_says_nothing_of_who_or_what_made_it() -> None:
    properties = opened(LETTER).core_properties
    assert (properties.author, properties.comments, properties.created, properties.title) == (
        "",
        "",
        None,
        LETTER.title,
    )


def test_a_paragraph_stands_as_asked() -> None:
    paper = Paper(
        "题", (Paragraph("左", indent=False), Paragraph("中", align=Align.CENTER, bold=True), Paragraph("进"))
    )
    left, middle, indented = opened(paper).paragraphs[-3:]
    assert left.style.name == "Normal"
    assert middle.alignment == 1
    assert middle.runs[0].bold
    assert indented.style.paragraph_format.first_line_indent.pt == 32
