"""Lines of a document, and paragraphs put together again where a page or a column broke them."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .numbering import starts_numbered

_BLANKS = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0e-\x1b\x7f]")
_RADICALS = re.compile("[\u2e80-\u2fd5\uf900-\ufaff]")
_WIDE = str.maketrans(
    {chr(0xFF10 + n): str(n) for n in range(10)}
    | {chr(0xFF21 + n): chr(0x41 + n) for n in range(26)}
    | {chr(0xFF41 + n): chr(0x61 + n) for n in range(26)}
    | {"％": "%", "〇": "〇", "○": "○", "﹪": "%"}
)
_PAIRS = {"（": "）", "(": ")", "《": "》", "“": "”", "〔": "〕", "【": "】", "[": "]"}
_TERMINAL = "。！？；：!?;:）)】]”"
_HEAD_LABEL = re.compile(
    r"^(?:[\u4e00-\u9fff](?:\s*[\u4e00-\u9fff（）()]){0,13}\s*[：:]|附\s*件|附\s*表|抄\s*送|主\s*送|"
    r"（此件|注[：:]|备注)"
)
_OFFICE_LINE = re.compile(r"^(?:领导小组|指挥部|联席会议|委员会|专班)?(?:下设)?办公室(?:[（(]?设|主任|下设)")
_GROUP_WORD = re.compile(r"^(?:工作)?(?:领导小组|小组|指挥部|联席会议|委员会|专班)[：:]")
_CLOSERS = "，。、；：）》”】〕！？,;)"
_PADDED = re.compile(r"(?<![^\s\u3000])([\u4e00-\u9fff])[ \u3000\u00a0]{1,3}([\u4e00-\u9fff])(?=[ \u3000\u00a0]{2}|$)")
_PAGE = re.compile(
    r"^(?:[—–－―\-·]{1,2}\s*\d{1,3}\s*[—–－―\-·]{1,2}|第\s*\d{1,3}\s*页(?:\s*共\s*\d{1,3}\s*页)?|"
    r"\d{1,3}\s*/\s*\d{1,3})$"
)
_DATE_LINE = re.compile(r"^[\d一二三四五六七八九十〇○零]{4}\s*年.{1,8}日\s*$")


def clean(text: str) -> str:
    """Give blanks, digits and look-alike characters one form, keeping tabs of tables as tabs."""
    text = _INVISIBLE.sub("", text)
    text = _RADICALS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return text.translate(_WIDE)


@dataclass(frozen=True, slots=True)
class Line:
    """A physical line of text, or one paragraph or table row of a Word document."""

    number: int
    raw: str
    text: str
    indent: int
    cells: tuple[str, ...] = ()
    table: int = 0


def make_line(number: int, raw: str, cells: tuple[str, ...] = (), table: int = 0) -> Line:
    """Clean one line."""
    kept = clean(raw)
    blank = _BLANKS.sub(" ", kept)
    indent = len(blank) - len(blank.lstrip(" "))
    return Line(number, kept.strip("\r\n"), blank.strip(), indent, tuple(clean(cell).strip() for cell in cells), table)


def text_lines(text: str) -> list[Line]:
    """Split text into its physical lines, counted from 1."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return [make_line(number, raw) for number, raw in enumerate(plain.split("\n"), 1)]


@dataclass(slots=True)
class Paragraph:
    """A paragraph as it was written, knowing which line each of its characters came from."""

    text: str
    line: int
    indent: int = 0
    raw: str = ""
    cells: tuple[str, ...] = ()
    table: int = 0
    _starts: list[int] = field(default_factory=lambda: [0])
    _lines: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self._lines:
            self._lines = [self.line]

    def line_at(self, offset: int) -> int:
        """The line that the character at this offset stands on."""
        return self._lines[max(0, bisect_right(self._starts, offset) - 1)]

    @property
    def last_line(self) -> int:
        """The line on which the paragraph ends."""
        return self._lines[-1]

    def add(self, line: Line) -> None:
        """Append a line that continues this paragraph."""
        self._starts.append(len(self.text))
        self._lines.append(line.number)
        self.text += line.text


def width(text: str) -> int:
    """Printed width: a Chinese character counts two, a Latin letter one."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def _unclosed(text: str) -> bool:
    tail = text[-200:]
    return any(tail.count(opening) > tail.count(closing) for opening, closing in _PAIRS.items() if opening != "“") or (
        tail.count("“") > tail.count("”")
    )


class _Layout:
    """How the document is set: at which width its lines break, and whether paragraphs are indented."""

    def __init__(self, lines: Iterable[Line]) -> None:
        filled = [line for line in lines if line.text and not line.table]
        widths = sorted(width(line.text) + line.indent for line in filled)
        self.wrap = 0
        if len(widths) >= 12:
            longest = widths[int(len(widths) * 0.97) - 1]
            near = sum(1 for value in widths if longest - 5 <= value <= longest + 3)
            if 36 <= longest <= 130 and near >= max(5, len(widths) * 0.2) and widths[-1] <= longest + 8:
                self.wrap = longest
        long = [line for line in filled if width(line.text) > 30]
        self.indented = bool(long) and sum(1 for line in long if line.indent) >= max(2, len(long) * 0.12)

    def reaches_edge(self, line: Line) -> bool:
        return bool(self.wrap) and width(line.text) + line.indent >= self.wrap - 5

    def falls_short(self, line: Line) -> bool:
        """Whether a line ends so near the edge that quotation marks and figures may make up what is missing."""
        return bool(self.wrap) and width(line.text) + line.indent >= self.wrap - 12


def _begins(text: str, current: Line) -> bool:
    """Whether a line by its own look begins something new."""
    new = current.text
    if starts_numbered(new) or _DATE_LINE.match(new) or _DATE_LINE.match(text) or is_columns(current.raw):
        return True
    if _OFFICE_LINE.match(new) and not text.endswith(("、", "，")):
        return True
    if _GROUP_WORD.match(new) and text[-1] not in _TERMINAL:
        return False
    return bool(_HEAD_LABEL.match(new)) and not text.endswith(("、", "，")) and not _unclosed(text)


def _continues(so_far: Paragraph, last: Line, current: Line, layout: _Layout) -> bool:  # noqa: PLR0911 - rules in their order of rank, the first that fits decides
    """Whether a line goes on with the paragraph above rather than beginning its own."""
    text, new = so_far.text, current.text
    if last.table or current.table:
        return False
    if new[0] in _CLOSERS:
        return True
    if _begins(text, current):
        return False
    if layout.wrap:
        if not layout.reaches_edge(last):
            return (
                layout.falls_short(last) and bool(layout.indented and not current.indent) and text[-1] not in _TERMINAL
            )
        return not (layout.indented and current.indent) and (not text.endswith(tuple("。！？")) or layout.indented)
    if layout.indented and current.indent and not last.indent:
        return text[-1] in "，、"
    if text[-1] in _TERMINAL and not _unclosed(text):
        return False
    if text[-1] in "，、" or _unclosed(text):
        return True
    if starts_numbered(text):
        return "。" in text or (len(text) >= 40 and "，" in text)
    return len(text) >= 16 and ("，" in text or "。" in text) and not _HEAD_LABEL.match(text)


def _cut_by_page(so_far: Paragraph, current: Line) -> bool:
    """Over a page number even a short numbered sentence goes on, unless it ends or is a heading without a comma."""
    text = so_far.text
    plain = not current.table and not so_far.table and not _begins(text, current)
    return plain and "，" in text and text[-1] not in _TERMINAL and not current.indent


def is_columns(raw: str) -> bool:
    """Whether a line of text looks like a row of a table: three cells or more."""
    return len(split_columns(raw)) >= 3


def split_columns(raw: str) -> list[str]:
    """Cells of a flattened table row: parted by tabs, bars, or two blanks and more."""
    text = raw.strip("\r\n")
    if "|" in text or "｜" in text or "│" in text:
        return [cell.strip() for cell in re.split(r"[|｜│]", text.strip().strip("|｜│"))]
    if "\t" in text:
        cells = [cell.strip(" \u3000\u00a0") for cell in text.split("\t")]
        return cells if sum(1 for cell in cells if cell) > 1 else [text.strip()]
    return [cell for cell in re.split(r"[ \u3000\u00a0]{2,}", _PADDED.sub(r"\1\2", text.strip())) if cell]


def paragraphs(lines: list[Line], is_head_cell: Callable[[str], bool]) -> list[Paragraph]:
    """Join lines into paragraphs; blank lines and page numbers are left out, table rows stand alone.

    Three head cells of a table on lines of their own say that every cell below has its own line, so nothing is joined.
    """
    layout = _Layout(lines)
    found: list[Paragraph] = []
    last: Line | None = None
    head_cells = 0
    page_turned = False
    for line in lines:
        if (not line.text and not any(line.cells)) or _PAGE.match(line.text):
            page_turned = page_turned or bool(line.text)
            continue
        cells_below = head_cells >= 3 and not starts_numbered(line.text)
        head_cells = head_cells + 1 if is_head_cell(line.text) else head_cells if cells_below else 0
        goes_on = (
            found
            and last is not None
            and not cells_below
            and (_continues(found[-1], last, line, layout) or (page_turned and _cut_by_page(found[-1], line)))
        )
        if goes_on:
            found[-1].add(line)
        else:
            found.append(Paragraph(line.text, line.number, line.indent, line.raw, line.cells, line.table))
        last, page_turned = line, False
    return found
