"""The outline of a document: numbered headings and items, each with the text below it."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from .lines import Paragraph
from .numbering import read_number, split_inline
from .sections import Kind, own_kind

_BARE_HEADING = re.compile(
    r"^[【\[]?(?:指导思想|总体要求|基本原则|工作原则|总体目标|工作目标|主要目标|工作任务|主要任务|"
    r"重点任务|任务分解|工作措施|主要措施|重点工作|实施步骤|工作步骤|时间安排|进度安排|保障措施|组织保障|"
    r"组织领导|组织实施|工作要求|组织机构|职责分工|工作职责|工作举措|重点举措|整治重点|整治内容|基本情况|"
    r"背景)[】\]]?[：:]?$|^【[\u4e00-\u9fff]{2,12}】$"
)
_NEVER_INLINE = frozenset({"annex", "chapter", "section"})


@dataclass(slots=True)
class Item:
    """A numbered heading or item, or an unnumbered heading."""

    kind: str
    number: str | None
    ordinal: int
    text: str
    paragraph: Paragraph
    offset: int
    parent: "Item | None"
    section: Kind | None = None
    children: list["Item"] = field(default_factory=list)
    body: list[Paragraph] = field(default_factory=list)

    @property
    def line(self) -> int:
        """The line on which the item begins."""
        return self.paragraph.line_at(self.offset)

    @property
    def heading(self) -> str:
        """What the item is called: its text up to the first full stop."""
        text = re.sub(r"\s+", "", self.text)
        head = re.split(r"[。：:；]|——", text, maxsplit=1)[0]
        return head.strip("：:。 ")

    @property
    def title(self) -> str:
        """The heading as printed, with its number."""
        if self.number is None:
            return self.heading
        mark = {"han": "、", "digit": "."}.get(self.kind, "")
        return f"{self.number}{mark}{self.heading}"

    def ancestors(self) -> list["Item"]:
        """The headings above, outermost first."""
        above: list[Item] = []
        item = self.parent
        while item is not None and item.kind != "root":
            above.insert(0, item)
            item = item.parent
        return above


def build(paragraphs: list[Paragraph], skip: set[int]) -> Item:
    """Build the outline; paragraphs on skipped lines (title, signature, seats) are left out."""
    root = Item("root", None, 0, "", Paragraph("", 0), 0, None)
    stack = [root]
    enclosures = _list_of_annexes(paragraphs)
    for paragraph in paragraphs:
        if paragraph.line in skip or paragraph.line in enclosures:
            if stack[-1].kind == "annex" and not stack[-1].text:
                stack[-1].body.append(Paragraph("", paragraph.line))
            continue
        if paragraph.table:
            stack[-1].body.append(paragraph)
            continue
        for text, offset in _pieces(paragraph):
            _place(text, offset, paragraph, stack)
    return root


def _list_of_annexes(paragraphs: list[Paragraph]) -> set[int]:
    """The lines under the text that only name the annexes: 附件：1．甲 2．乙."""
    listed: set[int] = set()
    for index, paragraph in enumerate(paragraphs):
        found = re.match(r"^附\s*件\s*[：:]\s*(?P<rest>\S.*)", paragraph.text)
        if not found:
            continue
        numbered = bool(re.match(r"\d", found["rest"]))
        if not numbered and not any(re.match(r"^附\s*件", later.text) for later in paragraphs[index + 1 :]):
            continue
        listed.add(paragraph.line)
        for later in paragraphs[index + 1 :] if numbered else ():
            if len(later.text) > 50 or not re.match(r"^\d{1,2}\s*[.．、]", later.text) or later.text.endswith("。"):
                break
            listed.add(later.line)
    return listed


def _pieces(paragraph: Paragraph) -> list[tuple[str, int]]:
    """A paragraph, taken apart where items are numbered inside it."""
    numbered = read_number(paragraph.text)
    start = numbered.cut if numbered else 0
    cuts = [start + offset for offset in split_inline(paragraph.text[start:])]
    if numbered and numbered.kind in _INLINE_KINDS:
        same = split_inline(paragraph.text)
        cuts = same if same and same[0] == 0 else cuts
    bounds = sorted({0, *cuts, len(paragraph.text)})
    return [(paragraph.text[a:b].strip(), a) for a, b in pairwise(bounds) if paragraph.text[a:b].strip()]


_INLINE_KINDS = frozenset({"digit", "digit_paren", "circle"})


def _place(text: str, offset: int, paragraph: Paragraph, stack: list[Item]) -> None:
    numbered = read_number(text)
    if numbered and (numbered.rest or numbered.kind in ("annex", "chapter", "section")):
        _push(Item(numbered.kind, numbered.number, numbered.ordinal, numbered.rest, paragraph, offset, None), stack)
    elif _BARE_HEADING.match(re.sub(r"\s+", "", text)):
        _push(Item("bare", None, 0, text.strip("【】[]：: "), paragraph, offset, None), stack)
    elif stack[-1].kind == "annex" and not stack[-1].text and len(text) <= 60 and not stack[-1].body:
        stack[-1].text = text
        stack[-1].section = own_kind(text, None)
    elif offset:
        stack[-1].body.append(Paragraph(text, paragraph.line_at(offset)))
    else:
        stack[-1].body.append(paragraph)


def _push(item: Item, stack: list[Item]) -> None:
    if item.kind == "annex":
        del stack[1:]
    elif item.kind == "bare":
        while len(stack) > 1 and stack[-1].kind != "annex":
            stack.pop()
    else:
        levels = [_level(above) for above in stack]
        if _level(item) in levels:
            del stack[levels.index(_level(item)) :]
    parent = stack[-1]
    item.parent = parent
    item.section = own_kind(item.heading, parent.section) or parent.section
    parent.children.append(item)
    stack.append(item)


def _level(item: Item) -> tuple[str, int]:
    """2.1 and 2.1.1 are of one kind but not of one level."""
    return item.kind, item.number.count(".") + item.number.count("．") if item.kind == "dotted" and item.number else 0


def walk(item: Item) -> list[Item]:
    """The item's descendants in the order of the document."""
    found: list[Item] = []
    for child in item.children:
        found.append(child)
        found.extend(walk(child))
    return found
