"""A paper as a page of HTML for the writer of PDF: styles made from the tables of the layout, every text escaped."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from html import escape

from tracker.documents.layout import (
    BODY,
    FOOT_TOP_MM,
    QR_MM,
    SIGNATURE_MM,
    STYLES,
    Face,
    Sheet,
    Style,
    fitted,
    sheet_of,
)
from tracker.documents.paper import (
    Align,
    Footer,
    Imprint,
    PageBreak,
    Paper,
    Party,
    Picture,
    SignatureBlock,
    Table,
    clean,
    day,
)
from tracker.documents.parts import Line, NumberAndSigner, Part, RedLine, parts_of

SERIF = '"Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", SimSun, serif'
SANS = '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif'
FAMILIES = {
    Face.FANGSONG: f'"仿宋_GB2312", FangSong_GB2312, "仿宋", FangSong, STFangsong, {SERIF}',
    Face.KAITI: f'"楷体_GB2312", KaiTi_GB2312, "楷体", KaiTi, STKaiti, {SERIF}',
    Face.HEITI: f'"黑体", SimHei, STHeiti, {SANS}',
    Face.SONGTI: f'"宋体", {SERIF}',
    Face.XIAOBIAOSONG: f'"方正小标宋简体", "方正小标宋_GBK", FZXiaoBiaoSong-B05S, {SERIF}',
}
"""The standard's faces, by what they are called on other machines, down to the ones that Linux has."""

DENSE = 10
"""Tables in smaller letters than these points stand as close in a PDF as they do in Word."""

FIXED = """
html, body, p, table { margin: 0; padding: 0 }
p { white-space: pre-wrap; overflow-wrap: anywhere; orphans: 1; widows: 1 }
table { width: 100%; border-collapse: collapse; table-layout: fixed }
td, th { padding: 0; vertical-align: middle; font-weight: normal }
.ruled td, .ruled th { border: .5pt solid #000; padding: 1pt 3pt }
.dense td, .dense th { padding: 0 3pt }
.ruled tr, .places { break-inside: avoid }
.ruled + .ruled, .places { margin-top: 6pt }
.places { break-before: avoid }
.places td { vertical-align: top; padding-right: 10pt }
.red { border-bottom: 1.5pt solid #f00; height: 4mm; break-after: avoid }
.break { break-before: page }
.last { float: footnote; footnote-display: block; border: solid #000; border-width: .35mm 0 }
.last table { table-layout: auto }
.last td + td p { white-space: pre }
.last p + table { border-top: .25mm solid #000 }
.last::footnote-call, .last::footnote-marker { content: none }
.odd { position: running(odd) }
.even { position: running(even) }
.odd td, .even td { vertical-align: top }
"""


def html(paper: Paper, *, imprint_on_new_page: bool = False) -> str:
    """The whole page; nothing in it points anywhere."""
    sheet = sheet_of(paper)
    body = "".join(_html(part, sheet, apart=imprint_on_new_page) for part in parts_of(paper))
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{_escaped(paper.title)}</title>'
        f"<style>{css(sheet)}</style></head><body>{_feet(paper.footer)}{body}</body></html>"
    )


def css(sheet: Sheet) -> str:
    """The styles of a sheet."""
    number = STYLES["page"]
    page = (
        f"@page {{ size: {sheet.width}mm {sheet.height}mm;"
        f" margin: {sheet.top}mm {sheet.right}mm {sheet.bottom}mm {sheet.left}mm }}"
    )
    for side, outer, inner, foot in (("right", "right", "left", "odd"), ("left", "left", "right", "even")):
        page += (
            f"@page :{side} {{ @bottom-{outer} {{ content: '— ' counter(page) ' —'; width: 32mm;"
            f" vertical-align: top; text-align: {outer}; padding-{outer}: {number.size}pt;"
            f" padding-top: {FOOT_TOP_MM}mm; font: {number.size}pt/{number.line}pt {FAMILIES[number.face]} }}"
            f" @bottom-{inner} {{ content: element({foot}); width: {sheet.measure - 40}mm;"
            f" vertical-align: top; padding-top: {FOOT_TOP_MM}mm }} }}"
        )
    return page + FIXED + "".join(f".{name} {{ {_rules(style, sheet)} }}" for name, style in STYLES.items())


def _rules(style: Style, sheet: Sheet) -> str:
    # A hair under the grid's pitch, so that rounding never costs a line its last character. Latin words between Chinese
    # ones would be torn apart by justifying: only full lines of characters look justified, and those are full anyway.
    spacing = sheet.pitch - BODY - 0.005 if style.size == BODY else 0
    align = Align.LEFT if style.align is Align.JUSTIFY else style.align
    return (
        f"font: {'bold ' if style.bold else ''}{style.size:.2f}pt/{style.line:.3f}pt {FAMILIES[style.face]};"
        f" letter-spacing: {spacing:.4f}pt; min-height: {style.line:.3f}pt; text-align: {align.value};"
        f" text-indent: {style.first}em; padding: {style.before:.2f}pt {style.right}em 0 {style.left}em;"
        f" color: {'#f00' if style.red else '#000'}; break-after: {'avoid' if style.keep else 'auto'}"
    )


def _html(part: Part, sheet: Sheet, *, apart: bool) -> str:
    made: str
    match part:
        case Line():
            made = _line(part, sheet)
        case NumberAndSigner():
            made = _number_and_signer(part, sheet)
        case RedLine():
            made = '<div class="red"></div>'
        case Table():
            made = _table(part, sheet)
        case SignatureBlock():
            made = _places(part, sheet)
        case Picture():
            across, down = fitted(part.png, min(part.width_mm, sheet.measure), sheet.picture_height)
            made = f'<p style="text-align: {part.align.value}">{_image(part.png, across, down)}</p>'
        case PageBreak():
            made = '<div class="break"></div>'
        case Imprint():
            made = _imprint(part, sheet, apart=apart)
    return made


def _line(line: Line, sheet: Sheet) -> str:
    changed = f' style="{escape(_rules(line.look, sheet))}"' if line.changes else ""
    return f'<p class="{line.style}"{changed}>{_escaped(line.text)}</p>'


def _said(text: str, look: Style, sheet: Sheet) -> str:
    """Every line of a text in one look."""
    rules = escape(_rules(look, sheet))
    return "".join(f'<p style="{rules}">{_escaped(line)}</p>' for line in clean(text).split("\n"))


def _number_and_signer(part: NumberAndSigner, sheet: Sheet) -> str:
    signer = _escaped(part.signer)
    rules = escape(_rules(Style("", Face.KAITI), sheet))
    return (
        f'<table class="signed"><tr><td>{_said(part.number, Style("", left=1), sheet)}</td><td>'
        f'<p style="{escape(_rules(Style("", align=Align.RIGHT, right=1), sheet))}">签发人：'
        f'<span style="{rules}">{signer}</span></p></td></tr></table>'
    )


def _table(block: Table, sheet: Sheet) -> str:
    look = Style("", size=block.font_size, line=block.font_size * 1.35)
    shares = sum(column.width for column in block.columns)
    columns = "".join(f'<col style="width: {column.width / shares * 100:.3f}%">' for column in block.columns)
    head = ""
    if block.headed:
        style = Style("", Face.HEITI, look.size, look.line, Align.CENTER)
        cells = "".join(f"<th>{_said(column.heading, style, sheet)}</th>" for column in block.columns)
        head = f"<thead><tr>{cells}</tr></thead>"
    looks = [Style("", size=look.size, line=look.line, align=column.align) for column in block.columns]
    rows = []
    for row in block.rows:
        cells = "".join(f"<td>{_said(text, style, sheet)}</td>" for text, style in zip(row, looks, strict=True))
        rows.append(f'<tr style="height: {block.row_height_mm}mm">{cells}</tr>')
    dense = " dense" if block.font_size < DENSE else ""
    return f'<table class="ruled{dense}"><colgroup>{columns}</colgroup>{head}<tbody>{"".join(rows)}</tbody></table>'


def _places(block: SignatureBlock, sheet: Sheet) -> str:
    parties: list[Party | None] = list(block.parties)
    if len(parties) % 2:
        parties.insert(len(parties) - 1, None)
    rows = []
    for pair in zip(parties[::2], parties[1::2], strict=True):
        cells = "".join(f"<td>{''.join(_party(party, sheet)) if party else ''}</td>" for party in pair)
        rows.append(f"<tr>{cells}</tr>")
    return f'<table class="places">{"".join(rows)}</table>'


def _party(party: Party, sheet: Sheet) -> Iterator[str]:
    look = Style("")
    apart = replace(look, before=look.line)
    yield _said(party.label, replace(look, before=look.line / 2), sheet)
    if party.name:
        yield _said(party.name, look, sheet)
    for line in party.lines:
        yield _said(line.label, apart, sheet)
        if line.drawn:
            yield f"<p>{_image(line.drawn, *fitted(line.drawn, *SIGNATURE_MM))}</p>"
        if line.note:
            yield _said(line.note, STYLES["note"], sheet)
    if party.date:
        yield _said(party.date, apart, sheet)


def _imprint(block: Imprint, sheet: Sheet, *, apart: bool) -> str:
    look = STYLES["imprint"]
    copies = ""
    if block.copies_to:
        copies = _said(f"抄送：{block.copies_to}。", replace(look, left=4, first=-3), sheet)
    date = _said(f"{day(block.date)}印发", replace(look, align=Align.RIGHT), sheet)
    issued = f"<td>{_said(block.issuer, look, sheet)}</td><td>{date}</td>"
    before = '<div class="break"></div>' if apart else ""
    return f'{before}<div><div class="last">{copies}<table><tr>{issued}</tr></table></div></div>'


def _feet(footer: Footer) -> str:
    made = ""
    for side, align in (("odd", "left"), ("even", "right")):
        cells = []
        if footer.qr:
            code = _image(footer.qr, QR_MM, QR_MM)
            cells.append(f'<td style="width: {QR_MM + 2}mm; text-align: {align}">{code}</td>')
        if footer.text:
            lines = "".join(f"<p>{_escaped(line)}</p>" for line in clean(footer.text).split("\n"))
            cells.append(f'<td class="foot" style="text-align: {align}">{lines}</td>')
        if side == "even":
            cells.reverse()
        made += f'<table class="{side}"><tr>{"".join(cells)}</tr></table>'
    return made


def _image(png: bytes, across: float, down: float) -> str:
    return (
        f'<img alt="" style="width: {across:.2f}mm; height: {down:.2f}mm; vertical-align: top"'
        f' src="data:image/png;base64,{b64encode(png).decode()}">'
    )


def _escaped(text: str) -> str:
    return escape(clean(text))
