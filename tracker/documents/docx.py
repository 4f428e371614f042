"""Writer of .docx in the layout of GB/T 9704-2012: a paper in, bytes out."""

from dataclasses import replace
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.oxml.ns import qn
from docx.parts.story import StoryPart
from docx.section import Section
from docx.shared import Mm

from tracker.documents import word
from tracker.documents.layout import BODY, FOOT_MM, FOOT_TOP_MM, LINE, MM, QR_MM, STYLES, Face, Sheet, sheet_of
from tracker.documents.paper import Align, Footer, Imprint, PageBreak, Paper, Picture, SignatureBlock, Table, clean
from tracker.documents.parts import Line, NumberAndSigner, Part, RedLine, parts_of
from tracker.documents.word import el, twips

HEADING = "heading"
SECOND_CHOICE = {
    Face.FANGSONG: "仿宋",
    Face.KAITI: "楷体",
    Face.HEITI: "SimHei",
    Face.SONGTI: "SimSun",
    Face.XIAOBIAOSONG: "方正小标宋_GBK",
}


def docx(paper: Paper) -> bytes:
    """The paper as a Word file that an office can go on writing in."""
    document = Document()
    sheet = sheet_of(paper)
    _forget_template(document)
    _styles(document)
    _fonts(document)
    _settings(document, clean(paper.title))
    _page(document.sections[0], sheet)
    _feet(document.sections[0], sheet, paper.footer)
    end = document.element.body.sectPr
    for part in parts_of(paper):
        for element in _elements(part, sheet, document):
            end.addprevious(element)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _elements(part: Part, sheet: Sheet, document: WordDocument) -> list[Any]:
    made: list[Any]
    match part:
        case Line():
            made = [word.paragraph(part)]
        case NumberAndSigner():
            made = [word.number_and_signer(part, sheet)]
        case RedLine():
            made = [word.red_line()]
        case Table():
            made = [word.table(part, sheet), word.spacer()]
        case SignatureBlock():
            made = [word.signatures(part, sheet, document.part), word.spacer()]
        case Picture():
            made = [word.picture(part, sheet, document.part)]
        case PageBreak():
            made = [word.page_break()]
        case Imprint():
            made = [*word.imprint(part, sheet), word.spacer()]
    return made


def _forget_template(document: WordDocument) -> None:
    """Drop what the library's empty file brings along: a thumbnail, styles of another decade, a date."""
    package = document.part.package
    for owner, kind in ((package, RELATIONSHIP_TYPE.THUMBNAIL), (document.part, "stylesWithEffects")):
        for key in [key for key, relation in owner.rels.items() if relation.reltype.endswith(kind)]:
            owner.rels.pop(key)
    properties = document.core_properties
    properties.author = ""
    properties.comments = ""
    core = properties._element  # noqa: SLF001 - the library can set these dates, not leave them out
    for name in ("dcterms:created", "dcterms:modified"):
        for element in core.findall(qn(name)):
            core.remove(element)


def _styles(document: WordDocument) -> None:
    """Our styles in place of the template's."""
    styles = document.styles.element
    for child in list(styles):
        styles.remove(child)
    base = el("rPr", *word.run_properties(STYLES["body"]), el("lang", val="en-US", eastAsia="zh-CN"))
    styles.append(el("docDefaults", el("rPrDefault", base), el("pPrDefault")))
    for name, style in STYLES.items():
        level = int(name.removeprefix(HEADING)) if name.startswith(HEADING) else 0
        made = el("style", type="paragraph", styleId=word.style_id(name))
        if name == "body":
            made.set(qn("w:default"), "1")
        elif not (level or name == "title"):
            made.set(qn("w:customStyle"), "1")
        known = {"body": "Normal", "title": "Title"}.get(name, f"heading {level}" if level else style.label)
        made.append(el("name", val=known))
        if name != "body":
            made.append(el("basedOn", val="Normal"))
        made.append(el("qFormat"))
        properties = word.paragraph_properties(style)
        if level:
            properties.append(el("outlineLvl", val=level - 1))
        made.extend([properties, word.run_properties(style)])
        styles.append(made)
    plain = el("tblPr", el("tblInd", w=0, type="dxa"), word.margins(108, 108))
    table = el("style", el("name", val="Normal Table"), plain, type="table", default=1, styleId="TableNormal")
    styles.append(table)


def _fonts(document: WordDocument) -> None:
    """Say what to take where a machine lacks the standard's own faces."""
    table = el("fonts", *(el("font", el("altName", val=SECOND_CHOICE[face]), name=face.value) for face in Face))
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    part._blob = serialize_part_xml(table)  # noqa: SLF001 - to the library this part is bytes that nobody changes


def _settings(document: WordDocument, title: str) -> None:
    document.core_properties.title = title[:255]
    document.settings.odd_and_even_pages_header_footer = True
    settings = document.settings.element
    for mode in settings.iter(qn("w:compatSetting")):
        if mode.get(qn("w:name")) == "compatibilityMode":
            mode.set(qn("w:val"), "15")
    for tag, attribute, value in (
        ("w:themeFontLang", "w:eastAsia", "zh-CN"),
        ("w:characterSpacingControl", "w:val", "compressPunctuation"),
    ):
        for element in settings.iter(qn(tag)):
            element.set(qn(attribute), value)


def _page(section: Section, sheet: Sheet) -> None:
    section.page_width, section.page_height = Mm(sheet.width), Mm(sheet.height)
    section.top_margin, section.bottom_margin = Mm(sheet.top), Mm(sheet.bottom)
    section.left_margin, section.right_margin = Mm(sheet.left), Mm(sheet.right)
    properties = section._sectPr  # noqa: SLF001 - the library knows no character grid
    if sheet.width > sheet.height:
        properties.find(qn("w:pgSz")).set(qn("w:orient"), "landscape")
    grid = properties.find(qn("w:docGrid"))
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(twips(LINE)))
    # What a character of the grid is wider than one of the body, in 4096ths of a point.
    grid.set(qn("w:charSpace"), str(round((sheet.pitch - BODY) * 4096)))


def _feet(section: Section, sheet: Sheet, footer: Footer) -> None:
    """The page number outside: on odd pages at the right, on even ones at the left; what else there is, inside."""
    full = bool(footer.text or footer.qr)
    height = FOOT_MM if full else STYLES["page"].line / MM
    section.footer_distance = Mm(sheet.bottom - FOOT_TOP_MM - height)
    for foot, side in ((section.footer, Align.RIGHT), (section.even_page_footer, Align.LEFT)):
        foot.is_linked_to_previous = False
        root = foot._element  # noqa: SLF001 - filled with what the library has no words for
        for child in list(root):
            root.remove(child)
        if full:
            root.extend([_full_foot(sheet, footer, side, foot.part), word.spacer()])
        else:
            root.append(_page_number(side))


def _page_number(side: Align) -> Any:
    """— 1 —, one character in."""
    inset = 1 if side is Align.LEFT else 0
    look = replace(STYLES["page"], align=side, left=inset, right=1 - inset)
    field = []
    for kind in ("begin", "separate", "end"):
        field.append(el("r", word.run_properties(look), el("fldChar", fldCharType=kind)))
    code = el("instrText")
    code.text = " PAGE "
    field.insert(1, el("r", word.run_properties(look), code))
    field.insert(3, word.run("1", look))
    return el("p", word.paragraph_properties(look), word.run("— ", look), *field, word.run(" —", look))


def _full_foot(sheet: Sheet, footer: Footer, side: Align, part: StoryPart) -> Any:
    """A row of the code, the text and the page number, the number always outside."""
    other = Align.LEFT if side is Align.RIGHT else Align.RIGHT
    text = replace(STYLES["foot"], align=other)
    lines = [el("p", word.paragraph_properties(text), word.run(line, text)) for line in clean(footer.text).split("\n")]
    number, code = twips(32 * MM), twips((QR_MM + 2) * MM) if footer.qr else 0
    widths = [twips(sheet.measure * MM) - number - code, number]
    cells = [word.cell(widths[0], *lines), word.cell(widths[1], _page_number(side), align="top")]
    if footer.qr:
        # A line of fixed height would cut the code off.
        free = el("spacing", before=0, after=0, line=240, lineRule="auto")
        place = el("pPr", el("snapToGrid", val=0), free, el("jc", val=other.value))
        cells.insert(0, word.cell(code, el("p", place, word.inline(part, footer.qr, QR_MM, QR_MM)), align="top"))
        widths.insert(0, code)
    if side is Align.LEFT:
        widths.reverse()
        cells.reverse()
    row = el("tr", el("trPr", el("trHeight", val=twips(FOOT_MM * MM), hRule="exact")), *cells)
    return word.grid(widths, [row], el("tblLayout", type="fixed"), word.margins(0, 0))
