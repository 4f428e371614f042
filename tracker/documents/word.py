"""The pieces of a Word file: paragraphs, tables, places to sign, pictures.

Elements stand in the order of the schema, as Word calls a file damaged otherwise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.parts.story import StoryPart
from docx.shared import Mm

from tracker.documents.layout import (
    BODY,
    MM,
    SIGNATURE_MM,
    SQUEEZE,
    STYLES,
    Face,
    Sheet,
    Style,
    fitted,
)
from tracker.documents.paper import Align, Imprint, Party, Picture, SignatureBlock, Table, clean, day
from tracker.documents.parts import Line, NumberAndSigner

IDS = {"body": "Normal", "title": "Title"}
LATIN = {Face.SONGTI: Face.SONGTI.value}
"""Figures and Latin letters stand in Times New Roman, except where the standard asks for 宋体."""
HAIR = 20
"""A paragraph of one point: Word wants one between tables, and after a page's end."""
RED = "FF0000"


def el(tag: str, *children: Any, **attributes: object) -> Any:
    """An element of the main namespace, with attributes of it."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    made.extend(children)
    return made


def twips(points: float) -> int:
    """Twentieths of a point, in which Word counts."""
    return round(points * 20)


def style_id(name: str) -> str:
    """Name of one of our styles inside the file."""
    return IDS.get(name, name.capitalize())


def paragraph_properties(look: Style, *, style: str = "", tabs: Sequence[Any] = ()) -> Any:
    """How a paragraph stands."""
    made = el("pPr")
    if style:
        made.append(el("pStyle", val=style_id(style)))
    made.append(el("keepNext", val=int(look.keep)))
    made.append(el("widowControl", val=0))
    if tabs:
        made.append(el("tabs", *tabs))
    # Figures stand as close as characters do, as on the grid, to which lines keep by themselves: programs differ in
    # what snapping means.
    made.extend([el("autoSpaceDE", val=0), el("autoSpaceDN", val=0)])
    made.append(el("snapToGrid", val=0))
    made.append(el("spacing", before=twips(look.before), after=0, line=twips(look.line), lineRule="exact"))
    hang = {"hanging": twips(-look.first * look.size), "hangingChars": round(-look.first * 100)}
    first = {"firstLine": twips(look.first * look.size), "firstLineChars": round(look.first * 100)}
    left = {"left": twips(look.left * look.size), "leftChars": round(look.left * 100)}
    right = {"right": twips(look.right * look.size), "rightChars": round(look.right * 100)}
    made.append(el("ind", **left, **right, **(hang if look.first < 0 else first)))
    made.append(el("jc", val="both" if look.align is Align.JUSTIFY else look.align.value))
    return made


def run_properties(look: Style) -> Any:
    """How letters look."""
    latin = LATIN.get(look.face, "Times New Roman")
    made = el("rPr", el("rFonts", hint="eastAsia", ascii=latin, hAnsi=latin, eastAsia=look.face.value, cs=latin))
    if look.bold:
        made.append(el("b"))
    made.append(el("snapToGrid", val=0))
    if look.red:
        made.append(el("color", val=RED))
    made.append(el("spacing", val=twips(SQUEEZE) if look.size == BODY else 0))
    made.extend([el("sz", val=round(look.size * 2)), el("szCs", val=round(look.size * 2))])
    return made


def run(text: str, look: Style | None = None) -> Any:
    """Text in one look; without one it looks as its paragraph's style says."""
    # Word shows quotation marks and dashes in full width only where it is told that they are Chinese.
    made = el("r", run_properties(look) if look else el("rPr", el("rFonts", hint="eastAsia")))
    for number, piece in enumerate(clean(text).split("\t")):
        if number:
            made.append(el("tab"))
        if piece:
            made.append(_text(piece))
    return made


def _text(piece: str) -> Any:
    made = el("t")
    made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    made.text = piece
    return made


def paragraph(line: Line) -> Any:
    """A line in its style."""
    if line.changes:
        return el("p", paragraph_properties(line.look, style=line.style), run(line.text, line.look))
    return el("p", el("pPr", el("pStyle", val=style_id(line.style))), run(line.text))


def spacer(height: int = HAIR, dress: Any = None, content: Any = None) -> Any:
    """A paragraph of so many twips, with a border or a colour if asked for, and otherwise empty."""
    properties = el("pPr", el("widowControl", val=0))
    if dress is not None:
        properties.append(dress)
    properties.append(el("snapToGrid", val=0))
    properties.append(el("spacing", before=0, after=0, line=height, lineRule="exact"))
    return el("p", properties, *([] if content is None else [content]))


def page_break() -> Any:
    """The end of a page."""
    return spacer(content=el("r", el("br", type="page")))


def red_line() -> Any:
    """The red line, 4 mm below what stands above it."""
    border = el("pBdr", el("bottom", val="single", sz=12, space=0, color=RED))
    return spacer(twips(4 * MM), border)


def number_and_signer(part: NumberAndSigner, sheet: Sheet) -> Any:
    """The number at the left, who signed off at the right, a character in from either side."""
    look = Style("", left=1, keep=True)
    tab = el("tab", val="right", pos=twips(sheet.measure * MM - BODY))
    return el(
        "p",
        paragraph_properties(look, tabs=[tab]),
        run(f"{part.number}\t签发人：", look),
        run(part.signer, Style("", Face.KAITI)),
    )


def cell(width: int, *content: Any, align: str = "center") -> Any:
    """A cell of a table."""
    return el("tc", el("tcPr", el("tcW", w=width, type="dxa"), el("vAlign", val=align)), *content)


def grid(widths: Sequence[int], rows: Iterable[Any], *properties: Any) -> Any:
    """A table of fixed widths in twips."""
    frame = el("tblPr", el("tblW", w=sum(widths), type="dxa"), *properties)
    return el("tbl", frame, el("tblGrid", *(el("gridCol", w=width) for width in widths)), *rows)


def borders(width: int, *sides: str) -> Any:
    """Rules on these sides; widths in eighths of a point."""
    return el("tblBorders", *(el(side, val="single", sz=width, space=0, color="000000") for side in sides))


def margins(left: int, right: int) -> Any:
    """Room left and right inside cells."""
    return el("tblCellMar", el("left", w=left, type="dxa"), el("right", w=right, type="dxa"))


def table(block: Table, sheet: Sheet) -> Any:
    """A ruled table as wide as the type area, its head on every page."""
    whole = twips(sheet.measure * MM)
    shares = sum(column.width for column in block.columns)
    widths = [int(whole * column.width / shares) for column in block.columns]
    look = Style("", size=block.font_size, line=block.font_size * 1.35)
    height = [el("trHeight", val=twips(block.row_height_mm * MM), hRule="atLeast")] if block.row_height_mm else []
    rows = []
    if block.headed:
        head = Style("", Face.HEITI, look.size, look.line, Align.CENTER)
        cells = [cell(w, *_cell_text(c.heading, head)) for w, c in zip(widths, block.columns, strict=True)]
        rows.append(el("tr", el("trPr", el("cantSplit"), el("tblHeader")), *cells))
    looks = [Style("", size=look.size, line=look.line, align=column.align) for column in block.columns]
    for row in block.rows:
        cells = [cell(w, *_cell_text(text, look)) for w, text, look in zip(widths, row, looks, strict=True)]
        rows.append(el("tr", el("trPr", el("cantSplit"), *height), *cells))
    sides = borders(4, "top", "left", "bottom", "right", "insideH", "insideV")
    return grid(widths, rows, el("jc", val="center"), sides, el("tblLayout", type="fixed"), margins(70, 70))


def _cell_text(text: str, look: Style) -> list[Any]:
    return [el("p", paragraph_properties(look), run(line, look)) for line in clean(text).split("\n")]


def signatures(block: SignatureBlock, sheet: Sheet, part: StoryPart) -> Any:
    """The places to sign, two to a row; a single one stands at the right."""
    half = twips(sheet.measure * MM / 2)
    parties: list[Party | None] = list(block.parties)
    if len(parties) % 2:
        parties.insert(len(parties) - 1, None)
    rows = []
    for left, right in zip(parties[::2], parties[1::2], strict=True):
        last = right is parties[-1]
        cells = [cell(half, *_party(party, part, keep=not last), align="top") for party in (left, right)]
        rows.append(el("tr", el("trPr", el("cantSplit")), *cells))
    return grid([half, half], rows, el("tblLayout", type="fixed"), margins(0, 200))


def _party(party: Party | None, part: StoryPart, *, keep: bool) -> list[Any]:
    look = Style("", keep=keep)
    apart = replace(look, before=look.line)
    if party is None:
        return [el("p", paragraph_properties(look))]

    def said(text: str, style: Style) -> list[Any]:
        return [el("p", paragraph_properties(style), run(line, style)) for line in clean(text).split("\n")]

    made = [*said(party.label, replace(look, before=look.line / 2))]
    if party.name:
        made += said(party.name, look)
    for line in party.lines:
        made += said(line.label, apart)
        if line.drawn:
            drawing = inline(part, line.drawn, *SIGNATURE_MM)
            made.append(el("p", el("pPr", el("keepNext", val=int(keep)), el("snapToGrid", val=0)), drawing))
        if line.note:
            note = STYLES["note"]
            made += said(line.note, Style("", note.face, note.size, note.line, keep=keep))
    if party.date:
        made += said(party.date, apart)
    return made


def inline(part: StoryPart, png: bytes, width_mm: float, height_mm: float) -> Any:
    """A picture in the line, no larger than given."""
    across, down = fitted(png, width_mm, height_mm)
    return el("r", el("drawing", part.new_pic_inline(BytesIO(png), Mm(across), Mm(down))))


def picture(block: Picture, sheet: Sheet, part: StoryPart) -> Any:
    """A picture on a line of its own."""
    drawing = inline(part, block.png, min(block.width_mm, sheet.measure), sheet.picture_height)
    align = "left" if block.align is Align.JUSTIFY else block.align.value
    properties = el(
        "pPr",
        el("keepNext", val=int(bool(block.caption))),
        el("snapToGrid", val=0),
        el("spacing", before=0, after=0, line=240, lineRule="auto"),
        el("jc", val=align),
    )
    return el("p", properties, drawing)


def imprint(block: Imprint, sheet: Sheet) -> list[Any]:
    """The foot of the last page, between its rules, at the bottom of the type area."""
    look = STYLES["imprint"]
    whole = sheet.measure * MM
    tab = el("tab", val="right", pos=twips(whole - look.size))
    issued = el("p", paragraph_properties(look, tabs=[tab]), run(f"{block.issuer}\t{day(block.date)}印发", look))
    made = [_rule(0.35), issued, _rule(0.35)]
    if block.copies_to:
        hung = replace(look, left=4, first=-3)
        made[1:1] = [el("p", paragraph_properties(hung), run(f"抄送：{block.copies_to}。", hung)), _rule(0.25)]
    for element in made:
        frame = el("framePr", w=twips(whole), wrap="around", hAnchor="margin", vAnchor="margin", xAlign="left")
        frame.set(qn("w:yAlign"), "bottom")
        element.find(qn("w:pPr")).find(qn("w:widowControl")).addprevious(frame)
    return made


def _rule(thickness_mm: float) -> Any:
    """A rule as wide as the type area: a black line of text, since LibreOffice loses frames that hold borders."""
    return spacer(twips(thickness_mm * MM), el("shd", val="clear", color="auto", fill="000000"))
