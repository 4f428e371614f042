"""What an office's paper consists of: plain data, which the writers of .docx and PDF lay out by GB/T 9704-2012.

Every text is taken as it is: nothing in it is markup, a placeholder or code. What a file cannot hold is left out
(control characters); a line break inside a text begins a new line.
"""

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

FORBIDDEN = re.compile("[^\t\n\u0020-\u007e\u0080-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML does not admit, and with it a papers' file."""


class Align(StrEnum):
    """How a line stands between the margins."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"
    JUSTIFY = "justify"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the text, number and all: level 1 一、 in 黑体, 2 （一） in 楷体, 3 and 4 in the body's font."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body, its first line two characters in."""

    text: str
    indent: bool = True
    align: Align = Align.JUSTIFY
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; widths are shares of the type area."""

    heading: str
    width: float = 1
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table. Its head is repeated on every page; without any heading it has none (a sheet to fill in).

    Rows do not break across pages. `row_height_mm` leaves room for a hand; `font_size` is in points.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    font_size: float = 12
    row_height_mm: float = 0

    @property
    def headed(self) -> bool:
        """Whether it has a head."""
        return any(column.heading for column in self.columns)


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A line to sign: the label (负责人（签字）), a drawn signature (PNG) if there is one, a note on how."""

    label: str
    drawn: bytes = b""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Who signs: the label (甲方（盖章）), the name below it, the lines to sign, and the date as it shall stand."""

    label: str
    name: str = ""
    lines: tuple[SignatureLine, ...] = ()
    date: str = ""


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """The places for seals and signatures, side by side, two to a row; kept on one page."""

    parties: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as PNG, such as a code to scan; the text beneath is optional."""

    png: bytes
    width_mm: float
    align: Align = Align.CENTER
    caption: str = ""


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Heading | Paragraph | Table | SignatureBlock | Picture | PageBreak


@dataclass(frozen=True, slots=True)
class RedHead:
    """The red head: the issuing body's mark, the document's number, and who signed it off on papers that go upwards."""

    issuer: str
    number: str = ""
    signed_off_by: str = ""
    urgency: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment: announced after the text; with blocks it follows on a page of its own."""

    title: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Imprint:
    """The foot of the last page (版记): who gets copies, which office issued it, and when."""

    issuer: str
    date: dt.date
    copies_to: str = ""


@dataclass(frozen=True, slots=True)
class Footer:
    """What stands at the foot of every page besides its number: a line of text, and a code to scan as PNG."""

    text: str = ""
    qr: bytes = b""


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper, in the order in which its parts stand on the page.

    A small one is set in 五号 rather than 三号, so that what an office calls one sheet is one.
    """

    title: str
    blocks: tuple[Block, ...] = ()
    head: RedHead | None = None
    subtitle: str = ""
    addressees: str = ""
    attachments: tuple[Attachment, ...] = ()
    issued_by: tuple[str, ...] = ()
    date: dt.date | None = None
    note: str = ""
    imprint: Imprint | None = None
    footer: Footer = Footer()
    landscape: bool = False
    small: bool = False


BLANK_DATE = "　　年　　月　　日"
"""A date to be written by hand."""


def clean(text: str) -> str:
    """The text without what no file can hold; line breaks of every kind become one."""
    return FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def day(date: dt.date) -> str:
    """A date as papers write it: 2022年4月12日, without zeros in front."""
    return f"{date.year}年{date.month}月{date.day}日"
