"""The layout of GB/T 9704-2012 as data: sheets, faces, styles, and where a title breaks.

Both writers go by these tables, so that a .docx and a PDF of one paper look alike. Lengths are in points unless they
say mm.
"""

import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tracker.documents.paper import Align, Paper

MM = 72 / 25.4
BODY = 16.0
"""3号, the size of the body."""
LINE = 225 * MM / 22 - 0.04
"""A line of the grid, a hair less than its 22nd part of the page, so that no rounding pushes the last line out."""
SMALL, SMALL_LINE = 10.5, 15.5
"""五号, the size of a small paper, and its line."""
SQUEEZE = -0.3
"""What letters of the body's size stand closer, so that 28 of them fill a line of 156 mm whatever the program."""
FOOT_TOP_MM = 4.5
"""From the type area down to the line of the page number, whose dash then stands 7 mm below."""
FOOT_MM = 16
QR_MM = 14
SIGNATURE_MM = (45.0, 14.0)
"""The most that a drawn signature takes, across and down."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A4 one way or the other: its margins in mm, and the lines and characters that fill it."""

    width: float
    height: float
    top: float
    right: float
    bottom: float
    left: float
    lines: int
    characters: int

    @property
    def measure(self) -> float:
        """Width of the type area in mm."""
        return self.width - self.left - self.right

    @property
    def picture_height(self) -> float:
        """The tallest picture in mm that leaves room for a line beneath it."""
        return self.height - self.top - self.bottom - 20

    @property
    def pitch(self) -> float:
        """Width of a character of the grid."""
        return self.measure * MM / self.characters


PORTRAIT = Sheet(210, 297, top=37, right=26, bottom=35, left=28, lines=22, characters=28)
LANDSCAPE = Sheet(297, 210, top=28, right=37, bottom=26, left=35, lines=15, characters=40)


class Face(StrEnum):
    """The five faces of an office's papers, by the names under which Word knows them."""

    FANGSONG = "仿宋_GB2312"
    KAITI = "楷体_GB2312"
    HEITI = "黑体"
    SONGTI = "宋体"
    XIAOBIAOSONG = "方正小标宋简体"


@dataclass(frozen=True, slots=True)
class Style:
    """How a line looks; indents are counted in characters of its size, `first` for the first line alone."""

    label: str
    face: Face = Face.FANGSONG
    size: float = BODY
    line: float = LINE
    align: Align = Align.LEFT
    first: float = 0
    left: float = 0
    right: float = 0
    before: float = 0
    red: bool = False
    bold: bool = False
    keep: bool = False


STYLES: Mapping[str, Style] = {
    "body": Style("正文", align=Align.JUSTIFY),
    "text": Style("正文段落", align=Align.JUSTIFY, first=2),
    "urgency": Style("紧急程度", Face.HEITI),
    "mark": Style("发文机关标志", Face.XIAOBIAOSONG, align=Align.CENTER, red=True, keep=True),
    "number": Style("发文字号", align=Align.CENTER, keep=True),
    "title": Style("公文标题", Face.XIAOBIAOSONG, 22, 35, Align.CENTER, keep=True),
    "subtitle": Style("公文副标题", Face.KAITI, align=Align.CENTER, keep=True),
    "heading1": Style("一级标题", Face.HEITI, first=2, keep=True),
    "heading2": Style("二级标题", Face.KAITI, first=2, keep=True),
    "heading3": Style("三级标题", first=2, bold=True, keep=True),
    "heading4": Style("四级标题", first=2, keep=True),
    "annex": Style("附件标记", Face.HEITI, keep=True),
    "caption": Style("表题", Face.HEITI, 14, 24, Align.CENTER, keep=True),
    "legend": Style("图注", size=12, line=18, align=Align.CENTER),
    "note": Style("签署说明", size=10.5, line=15),
    "imprint": Style("版记", size=14, line=24, left=1, right=1),
    "foot": Style("页脚", size=9, line=12),
    "page": Style("页码", Face.SONGTI, 14, 14),
}


def sheet_of(paper: Paper) -> Sheet:
    """The sheet that the paper stands on."""
    return LANDSCAPE if paper.landscape else PORTRAIT


def width(text: str) -> float:
    """Width in characters of the grid: Latin letters and figures count half."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


STARTS = ("印发", "工作", "领导小组", "人民政府", "委员会", "办公室", "重点任务")
"""Words that a line of a title may well begin with."""


def shaped(title: str, room: int) -> list[str]:
    """A title in lines of like length, broken where it reads well and never inside a number."""
    total = width(title)
    count = int(-(-total // room)) if total else 1
    lines: list[str] = []
    rest = title
    for left in range(count, 1, -1):
        at = _break(rest, width(rest) / left, room)
        lines.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [line for line in (*lines, rest) if line] or [""]


def _break(text: str, ideal: float, room: int) -> int:
    best, best_cost = len(text), float("inf")
    reached = 0.0
    for at in range(1, len(text)):
        reached += width(text[at - 1])
        before, after = text[at - 1], text[at]
        if (
            reached > room
            or after in "、，。：；》）”’的"
            or before in "《（“‘0123456789"
            or (before + after).isascii()
        ):
            continue
        well = before in "、的和与及》）”" or after in "《（“" or text.startswith(STARTS, at)
        cost = abs(reached - ideal) - (8 if text.startswith("关于", at) else 4 if well else 0)
        if before in "第零一二三四五六七八九十年月季":
            cost += 4
        if cost < best_cost:
            best, best_cost = at, cost
    return best


def fitted(png: bytes, width_mm: float, height_mm: float) -> tuple[float, float]:
    """Width and height in mm of a picture that fills one of the two and keeps within both."""
    if png[:8] != b"\x89PNG\r\n\x1a\n" or png[12:16] != b"IHDR":
        raise ValueError("a picture on a paper is a PNG")
    across, down = struct.unpack(">II", png[16:24])
    scale = min(width_mm / across, height_mm / down)
    return across * scale, down * scale
