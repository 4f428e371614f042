"""A paper's parts in the order in which they stand on its pages: the one description that both writers follow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

from tracker.documents.layout import BODY, LINE, MM, SMALL, SMALL_LINE, STYLES, Sheet, Style, shaped, sheet_of, width
from tracker.documents.paper import (
    Align,
    Attachment,
    Block,
    Heading,
    Imprint,
    PageBreak,
    Paper,
    Paragraph,
    Picture,
    RedHead,
    SignatureBlock,
    Table,
    clean,
    day,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of one style; `changes` are what differs from the style here."""

    text: str
    style: str = "body"
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def look(self) -> Style:
        """The style with the changes."""
        return replace(STYLES[self.style], **self.changes)


@dataclass(frozen=True, slots=True)
class NumberAndSigner:
    """The line above the red line on papers that go upwards."""

    number: str
    signer: str


@dataclass(frozen=True, slots=True)
class RedLine:
    """The red line, 4 mm below what stands above it."""


Part = Line | NumberAndSigner | RedLine | Table | SignatureBlock | Picture | PageBreak | Imprint

MARK_MOST = 54.0
MARK_LEAST = 30.0
"""Size from which an issuing body's mark rather takes two lines than to become smaller."""
KEPT = 200
"""A last paragraph of so many characters is kept on the page of the seal; some programs move it there whole."""
BLANK = Line("", changes={"keep": True})


def parts_of(paper: Paper) -> Iterator[Part]:
    """Everything on the paper, from the top down, in the size of the paper."""
    return map(_small, _parts(paper)) if paper.small else _parts(paper)


def _small(part: Part) -> Part:
    """The same in the small size; the title and what has a size of its own keep it."""
    if isinstance(part, Line) and part.look.size == BODY:
        return replace(part, changes={**part.changes, "size": SMALL, "line": SMALL_LINE})
    return part


def _parts(paper: Paper) -> Iterator[Part]:
    sheet = sheet_of(paper)
    if paper.head is not None:
        yield from _head(paper.head, sheet)
        yield from (BLANK, BLANK)
    elif not (paper.landscape or paper.small):
        yield BLANK
    yield from _title(paper.title, sheet)
    yield from _lines(paper.subtitle, "subtitle")
    if paper.head is not None or not paper.landscape:
        yield BLANK
    if paper.addressees:
        yield from _lines(f"{paper.addressees}：", "body")
    signed = bool(paper.issued_by or paper.date)
    for number, block in enumerate(paper.blocks):
        last = signed and number == len(paper.blocks) - 1 and not paper.attachments
        yield from _block(block, keep=last and len(getattr(block, "text", "")) <= KEPT)
    yield from _announced(paper.attachments, keep=signed)
    yield from _signed(paper)
    yield from _lines(f"（{paper.note}）" if paper.note else "", "text")
    for number, attachment in enumerate(paper.attachments, start=1):
        yield from _attached(attachment, number if len(paper.attachments) > 1 else None, sheet)
    if paper.imprint is not None:
        yield paper.imprint


def _head(head: RedHead, sheet: Sheet) -> Iterator[Part]:
    drop = 35 * MM
    if head.urgency:
        yield Line(clean(head.urgency), "urgency")
        drop -= LINE
    lines = clean(head.issuer).split("\n")
    if len(lines) == 1 and _mark_size(lines, sheet) < MARK_LEAST:
        lines = shaped(lines[0], ceil(width(lines[0]) / 2) + 4)
    size = _mark_size(lines, sheet)
    for line in lines:
        yield Line(line, "mark", {"size": size, "line": size * 1.15, "before": drop})
        drop = 0
    yield from (BLANK, BLANK)
    if head.signed_off_by:
        yield NumberAndSigner(clean(head.number), clean(head.signed_off_by))
    else:
        yield Line(clean(head.number), "number")
    yield RedLine()


def _mark_size(lines: list[str], sheet: Sheet) -> float:
    """As large as fits on its line."""
    return min(MARK_MOST, sheet.measure * MM / max(1, *(width(line) for line in lines)) - 1)


def _title(title: str, sheet: Sheet) -> Iterator[Line]:
    room = int(sheet.measure * MM / STYLES["title"].size) - 1
    for line in clean(title).split("\n"):
        for piece in shaped(line, room):
            yield Line(piece, "title")


def _lines(text: str, style: str, **changes: Any) -> Iterator[Line]:
    if text:
        for line in clean(text).split("\n"):
            yield Line(line, style, changes)


def _block(block: Block, *, keep: bool = False) -> Iterator[Part]:
    match block:
        case Heading():
            yield from _lines(block.text, f"heading{block.level}")
        case Paragraph():
            indented = block.indent and block.align in {Align.LEFT, Align.JUSTIFY}
            wishes = {"align": block.align, "bold": block.bold, "keep": keep}
            style = "text" if indented else "body"
            changes = {name: wish for name, wish in wishes.items() if wish != getattr(STYLES[style], name)}
            for line in clean(block.text).split("\n"):
                yield Line(line, style, changes)
        case Table():
            yield from _lines(block.caption, "caption")
            yield block
        case Picture():
            yield block
            yield from _lines(block.caption, "legend", align=block.align)
        case _:
            yield block


def _announced(attachments: tuple[Attachment, ...], *, keep: bool) -> Iterator[Line]:
    if not attachments:
        return
    yield BLANK
    if len(attachments) == 1:
        yield Line(f"附件：{clean(attachments[0].title)}", changes={"left": 5, "first": -3, "keep": keep})
        return
    for number, attachment in enumerate(attachments, start=1):
        label = f"{number}．"
        hang = width(label)
        title = clean(attachment.title)
        if number == 1:
            yield Line(f"附件：{label}{title}", changes={"left": 5 + hang, "first": -3 - hang, "keep": keep})
        else:
            yield Line(f"{label}{title}", changes={"left": 5 + hang, "first": -hang, "keep": keep})


def _signed(paper: Paper) -> Iterator[Line]:
    """Who issues the paper, centred over the date; the date four characters from the right."""
    if not (paper.issued_by or paper.date):
        return
    yield from (BLANK, BLANK)
    date = day(paper.date) if paper.date else ""
    for name in paper.issued_by:
        right = max(0.0, 4 + (width(date) - width(clean(name))) / 2)
        yield Line(clean(name), changes={"align": Align.RIGHT, "right": right, "keep": bool(date)})
    if date:
        yield Line(date, changes={"align": Align.RIGHT, "right": 4})


def _attached(attachment: Attachment, number: int | None, sheet: Sheet) -> Iterator[Part]:
    if not attachment.blocks:
        return
    yield PageBreak()
    yield Line(f"附件{number or ''}", "annex")
    yield BLANK
    yield from _title(attachment.title, sheet)
    yield BLANK
    for block in attachment.blocks:
        yield from _block(block)
