"""Lines of a Word document: paragraphs and table rows in body order, with printed numbers and merged cells."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from .docx_numbering import Numbering, attribute, child, local_name, whole
from .errors import UnreadableDocument
from .gate import MAX_CHARACTERS, Package, parse_xml
from .lines import Line, make_line

_SKIP = frozenset(
    {"del", "moveFrom", "Fallback", "instrText", "delText", "pict", "object", "footnoteReference", "commentReference"}
)
_MAX_COLUMNS = 60


def read_docx(data: bytes) -> list[Line]:
    """Read a Word document into lines."""
    package = Package(data)
    root = parse_xml(package.read(package.main))
    body = child(root, "body")
    if body is None:
        raise UnreadableDocument("damaged")
    numbering = Numbering(package.sibling("numbering.xml"), package.sibling("styles.xml"))
    lines = list(_blocks(body, numbering))
    if sum(len(line.text) for line in lines) > MAX_CHARACTERS:
        raise UnreadableDocument("too_long")
    if not any(line.text for line in lines):
        raise UnreadableDocument("empty")
    return lines


def _flow(element: Element) -> Iterator[Element]:
    """Paragraphs and tables of a body or cell, also inside content controls and accepted insertions."""
    for item in element:
        name = local_name(item)
        if name in ("p", "tbl"):
            yield item
        elif name in ("sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "AlternateContent", "Choice"):
            yield from _flow(item)


def _blocks(body: Element, numbering: Numbering) -> Iterator[Line]:
    number = table = 0
    for block in _flow(body):
        if local_name(block) == "p":
            number += 1
            yield from _paragraph_lines(block, number, numbering)
        else:
            table += 1
            for cells in _rows(block, numbering):
                number += 1
                shown = [cell for index, cell in enumerate(cells) if cell and (index == 0 or cell != cells[index - 1])]
                yield make_line(number, "  ".join(" ".join(cell.split("\n")) for cell in shown), tuple(cells), table)


def _paragraph_lines(block: Element, number: int, numbering: Numbering) -> Iterator[Line]:
    """One line, or several with the same number where the paragraph holds line breaks."""
    text = numbering.prefix(block) + _text(block)
    indent = "  " if _indented(block) else ""
    for part in text.split("\n"):
        yield make_line(number, indent + part)


def _indented(block: Element) -> bool:
    ind = child(block, "pPr", "ind")
    return any((attribute(ind, name) or "0") not in ("0", "") for name in ("firstLine", "firstLineChars"))


def _text(element: Element) -> str:
    parts: list[str] = []
    _collect(element, parts)
    return "".join(parts)


def _collect(element: Element, parts: list[str], depth: int = 0) -> None:
    if depth > 60:
        raise UnreadableDocument("bomb")
    for item in element:
        name = local_name(item)
        if name in _SKIP:
            continue
        if name == "t":
            parts.append(item.text or "")
        elif name in ("tab", "ptab"):
            parts.append("\t")
        elif name in ("br", "cr"):
            parts.append("\n")
        elif name == "noBreakHyphen":
            parts.append("-")
        elif name == "sym":
            parts.append(" ")
        elif name not in ("pPr", "rPr", "tbl"):
            _collect(item, parts, depth + 1)


def _rows(table: Element, numbering: Numbering) -> Iterator[list[str]]:
    """Rows by grid column: a merged cell gives its text to every row and column that it covers."""
    above: list[str] = []
    for row in _named(table, "tr"):
        cells: list[str] = []
        skipped = whole(attribute(child(row, "trPr", "gridBefore"), "val"), 0)
        cells.extend([""] * min(skipped, _MAX_COLUMNS))
        for cell in _named(row, "tc"):
            span = max(1, min(whole(attribute(child(cell, "tcPr", "gridSpan"), "val"), 1), _MAX_COLUMNS))
            merge = child(cell, "tcPr", "vMerge")
            if merge is not None and attribute(merge, "val") != "restart":
                text = above[len(cells)] if len(cells) < len(above) else ""
            else:
                text = _cell_text(cell, numbering)
            if len(cells) + span > _MAX_COLUMNS:
                raise UnreadableDocument("bomb")
            cells.extend([text] * span)
        above = cells
        yield cells


def _named(element: Element, name: str) -> Iterator[Element]:
    for item in element:
        if local_name(item) == name:
            yield item
        elif local_name(item) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _named(item, name)


def _cell_text(cell: Element, numbering: Numbering) -> str:
    parts: list[str] = []
    for block in _flow(cell):
        if local_name(block) == "p":
            parts.append(numbering.prefix(block) + _text(block))
        else:
            parts.extend(" ".join(inner) for inner in _rows(block, numbering))
    return "\n".join(part.strip() for part in parts if part.strip())
