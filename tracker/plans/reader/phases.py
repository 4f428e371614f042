"""Phases: the dated stages of a plan."""

import re
from dataclasses import dataclass, field

from .dates import Span, fill_span, find_span, squeeze
from .deadlines import AMBIGUOUS, NO_YEAR
from .errors import N_
from .findings import Doubtful, Phase, warning
from .outline import Item, walk
from .sections import Kind
from .tables import Table

NO_DATE = N_("阶段“%(text)s”没有认出起止时间，请核对。")
ORDER = N_("阶段“%(text)s”的止期早于起期，止期留空，请核对。")
_BRACKET = re.compile(r"[（(\[【][^（）()\[\]【】]*[)）\]】]")
_STAGE = re.compile(r"阶段|第[一二三四五六七八九十]+步")
_PARAGRAPH_STAGE = re.compile(
    r"^(?:第[一二三四五六七八九十]+(?:阶段|步)|[^，。：:（(]{2,16}阶段)\s*"
    r"(?:[：:（(，,。]|[\u4e00-\u9fff]{2,12}[（(：:]|$)"
)
_TIME_HEAD = re.compile(
    r"^(?:时间(?:安排)?|起止时间)?[：:]?[（(]?(?=(?:19|20)\d{2}|\d{1,2}月|即日|" r"[一二三四五六七八九十]{1,2}月)"
)


@dataclass(slots=True)
class PhasesFound:
    """Phases in order, and which items of the outline they are."""

    phases: list[Phase] = field(default_factory=list)
    by_item: dict[int, Phase] = field(default_factory=dict)
    by_line: dict[int, Phase] = field(default_factory=dict)
    warnings: list[Doubtful] = field(default_factory=list)


def read_phases(root: Item, tables: list[Table], year: int | None) -> PhasesFound:
    """Read the phases of a document."""
    found = PhasesFound()
    known = year
    for item in walk(root):
        if _is_phase(item):
            known = _add(found, item, known)
        elif _spoken(item, found, known):
            continue
        elif item.section == Kind.PHASE or item.kind == "annex":
            known = _dated_lines(found, item, known)
            for paragraph in item.body:
                if (
                    paragraph.line not in found.by_line
                    and _PARAGRAPH_STAGE.match(paragraph.text)
                    and find_span(squeeze(paragraph.text[:60]), known)
                ):
                    known = _write(found, squeeze(paragraph.text), paragraph.line, known)
                    found.by_line[paragraph.line] = found.phases[-1]
    for table in tables:
        if table.kind == "phase":
            for row in table.rows:
                text = f"{row.cells.get('phase', '')}（{row.cells.get('deadline', '')}）"
                known = _write(found, squeeze(text), row.line, known)
    return found


def _dated_lines(found: PhasesFound, item: Item, year: int | None) -> int | None:
    """Lines of a section on steps that each begin with their time: 5月中旬—6月上旬  宣传排查."""
    lines = [part for part in item.body if not part.table]
    texts = [fill_span(squeeze(part.text)) for part in lines]
    if item.section != Kind.PHASE or item.children or len(lines) < 2:
        return year
    spans = [find_span(text[:40], 2000) for text in texts]
    if not all(span is not None and span.start <= 1 for span in spans):
        return year
    for part, text in zip(lines, texts, strict=True):
        year = _write(found, text, part.line, year)
        found.by_line[part.line] = found.phases[-1]
    return year


_STAGE_SENTENCE = re.compile(r"第[一二三四五六七八]阶段(?P<head>[^。；]*?)(?=[。；]|第[一二三四五六七八]阶段|$)")


def _spoken(item: Item, found: PhasesFound, year: int | None) -> bool:
    """Stages told in one paragraph: 第一阶段为试点阶段，自某日至某日；第二阶段为推进阶段."""
    parts = [(item.text, item.paragraph.line_at(item.offset))] + [(part.text, part.line) for part in item.body]
    any_found = False
    for text, line in parts:
        stages = [stage for stage in _STAGE_SENTENCE.finditer(squeeze(text)) if find_span(stage["head"], 2000)]
        for stage in stages if len(stages) > 1 else ():
            head = (
                re.split(r"[，,](?!自|从|时间)", stage["head"], maxsplit=1)[0]
                if find_span(re.split(r"[，,](?!自|从|时间)", stage["head"], maxsplit=1)[0], 2000)
                else stage["head"]
            )
            year = _write(found, re.sub(r"^[为是：:，,]", "", head), line, year)
            any_found = True
    return any_found


def _is_phase(item: Item) -> bool:
    """A dated child of a section on steps, or any item that calls itself a stage and carries a time."""
    parent = item.parent
    if parent is None or item.section == Kind.GOAL or item.kind in ("annex", "chapter", "bare"):
        return False
    first = squeeze(item.text)[:80]
    stage = bool(_STAGE.search(item.heading[:24]))
    if (
        parent.section not in (Kind.TASK, Kind.MAYBE_TASK)
        and len(parent.children) > 1
        and not item.children
        and all(_begins_with_time(child) for child in parent.children)
    ):
        return True
    if item.section == Kind.PHASE and parent.section == Kind.PHASE and _root_of_phase(parent):
        siblings = parent.children
        dated = [child for child in siblings if find_span(_head(child), 2000)]
        return len(dated) * 2 >= len(siblings) or stage
    return stage and find_span(first, 2000) is not None and not _PROSE_STAGE.search(item.heading)


def _begins_with_time(item: Item) -> bool:
    """2025年3月—10月：组织实施."""
    text = fill_span(squeeze(item.text))
    span = find_span(text[:40], 2000)
    return (
        span is not None
        and span.start <= 1
        and bool(re.match(r"^[）)]?[：:，,。]|^[）)]?[\u4e00-\u9fff]{2,12}(?:阶段|[。；]|$)", text[span.end :]))
        and text[span.end : span.end + 1] != "前"
    )


_PROSE_STAGE = re.compile(r"义务教育阶段|学前教育阶段|初中阶段|小学阶段|高中阶段|现阶段|各阶段|全阶段")


def _root_of_phase(parent: Item) -> bool:
    above = parent.parent
    return above is None or above.section != Kind.PHASE


def _head(item: Item) -> str:
    """Where a stage prints its time: its heading, or the very start of what follows."""
    text = squeeze(item.text)
    first, _, rest = text.partition("。")
    first = first if len(first) <= 70 else re.split(r"[：:，]", first, maxsplit=1)[0][:70]
    if find_span(first, 2000):
        return first
    after = rest or (squeeze(item.body[0].text) if item.body else "")
    if _TIME_HEAD.match(after):
        return first + "（" + re.split(r"[。，,；）)]", _TIME_HEAD.sub("", after), maxsplit=1)[0] + "）"
    return first


def _add(found: PhasesFound, item: Item, year: int | None) -> int | None:
    known = _write(found, _head(item), item.line, year)
    found.by_item[id(item)] = found.phases[-1]
    return known


def _write(found: PhasesFound, head: str, line: int, year: int | None) -> int | None:
    head = re.split(r"。", head, maxsplit=1)[0]
    span = find_span(head, year)
    name = phase_name(head, span)
    phase = Phase(name, span.starts_on if span else None, span.ends_on if span else None, line)
    found.phases.append(phase)
    if span is None:
        if not re.search(r"长期|持续|常态", head):
            found.warnings.append(warning(line, NO_DATE, text=name))
    elif span.doubt == "before":
        found.warnings.append(warning(line, AMBIGUOUS, text=head))
    elif span.doubt == "order":
        found.warnings.append(warning(line, ORDER, text=name))
    elif span.doubt:
        found.warnings.append(warning(line, NO_YEAR, text=head))
    last = (span.ends_on or span.starts_on) if span else None
    return last.year if last else year


def phase_name(head: str, span: Span | None) -> str:
    """The name of a stage without its number and time."""
    kept = _BRACKET.sub(
        lambda found: "" if find_span(found.group(), 2000) or re.search(r"长期|持续", found.group()) else found.group(),
        head,
    )
    split = re.match(r"^(?P<a>[^：:（(]{2,24})[（(][^（）()]*[)）][：:](?P<b>.+)$", head)
    if split and find_span(head[split.end("a") : split.start("b")], 2000):
        first = re.split(r"[，,；;。]", split["b"], maxsplit=1)[0]
        return (
            f"{split['a']}：{first}"
            if re.fullmatch(r"第[一二三四五六七八九十]+阶段", split["a"]) and len(first) <= 20
            else split["a"]
        )
    if kept == head and span is not None:
        kept = re.sub(r"^(?:即日起)?(?:至|到)?", "", head[: span.start]) + re.sub(
            r"^(?:以后|之后|之前|以前|底前|前|底|起|后|止|期间|内)", "", head[span.end :]
        )
    if "：" in kept and len(kept) > 30:
        kept = kept.split("：", 1)[0]
    kept = re.sub(r"：[，,、：]+", "：", kept)
    kept = re.sub(r"(?:时间(?:为|是)?|从|自|为)$", "", kept.strip("：:，,、；;。 （）()"))
    return kept.strip("：:，,、；;。 （）()") or head
