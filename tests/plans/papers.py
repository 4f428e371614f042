"""Papers for the tests of the reader: the real plans, where they are, and small Word files made on the spot."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from config import ROOT
from tracker.plans.reader import findings_to_json, read_file, read_text

REAL = ROOT.parent / "shared" / "plans"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
_SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def real_plan(number: str) -> Path:
    """A real plan by its number; the test is skipped where the real plans are absent."""
    found = sorted(REAL.glob(f"{number}_*.txt"))
    if not found:
        pytest.skip("the real plans are not beside this repository")
    return found[0]


def read(text: str) -> Any:
    """The JSON form of what stands in a text."""
    return findings_to_json(read_text(text))


def read_word(body: str, **parts: str | bytes) -> Any:
    """The JSON form of what stands in a Word document with this body."""
    return findings_to_json(read_file(word(body, **parts), "plan.docx"))


def word(body: str, **parts: str | bytes) -> bytes:
    """A Word document with this body; further parts by name, with __ for a slash and _ before the ending."""
    document = f'<?xml version="1.0"?><w:document {_SPACE}><w:body>{body}</w:body></w:document>'
    return package({"word/document.xml": document, **{f"word/{name}.xml": part for name, part in parts.items()}})


def package(parts: dict[str, str | bytes], *, types: str | None = _TYPES) -> bytes:
    """A zip of parts, with the list of content types unless it is left out."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        if types is not None:
            archive.writestr("[Content_Types].xml", types)
        for name, part in parts.items():
            archive.writestr(name, part)
    return held.getvalue()


def paragraph(text: str, properties: str = "") -> str:
    """One paragraph of a Word document."""
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def listed(text: str, level: int, number: int = 1) -> str:
    """One automatically numbered paragraph."""
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def numbering(*levels: tuple[str, str], override: str = "") -> str:
    """The numbering part with one list; levels are (format, text)."""
    rows = "".join(
        f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for index, (form, text) in enumerate(levels)
    )
    return (
        f'<?xml version="1.0"?><w:numbering {_SPACE}><w:abstractNum w:abstractNumId="7">{rows}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="7"/>{override}</w:num></w:numbering>'
    )


def row(*cells: str) -> str:
    """One table row; a cell may carry properties before a bar: “gridSpan=2|文字”."""
    return "<w:tr>" + "".join(_cell(cell) for cell in cells) + "</w:tr>"


def _cell(cell: str) -> str:
    marks, _, text = cell.rpartition("|")
    properties = ""
    for mark in filter(None, marks.split(",")):
        name, _, value = mark.partition("=")
        properties += f'<w:{name} w:val="{value}"/>' if value else f"<w:{name}/>"
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"
