"""The text of a letter as it is signed: composed from template and clauses, the same for the same input."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tracker.documents.paper import day

MAX_TITLE = 120
MAX_SECTION = 4000
MAX_CLAUSE = 3000
MAX_CLAUSES = 200
MAX_SIGNATORIES = 2

SIGN_DAYS = 10
"""Working days to sign by, as a new batch proposes, and as a letter that follows another has."""

NUMERALS = "一二三四五六七八九十"
BY_WHEN = "完成时限："
OPERATORS = {"<=": "不超过", ">=": "不低于", "=": "达到", "<": "低于", ">": "高于"}

FIRST_PARTY, SECOND_PARTY = "甲方", "乙方"

LineRole = Literal["title", "party", "heading", "body"]
_HEADING = re.compile(rf"[{NUMERALS}]、\S{{1,10}}")
_PARTY = re.compile(r"[^，。；：]{2,20}：")

RHYTHMS = {"month": ("每月", "", ""), "quarter": ("每季度", "第%d个月", "末"), "year": ("每年", "%d月", "底")}

NUMBER_TO_COME = "（下发时编号）"
"""What stands in a draft where the number will be."""

PLACEHOLDERS = ("【单位】", "【期间】", "【领导小组】", "【甲方】")
"""What a template may leave open; anything else stays as it is written."""


@dataclass(frozen=True, slots=True)
class Template:
    """The words of an office that frame the clauses; sections without words are left out."""

    purpose: str = ""
    safeguards: str = ""
    accountability: str = ""
    closing: str = ""


DEFAULT_TEMPLATE = Template(
    purpose="为落实【领导小组】确定的各项任务，明确责任，确保按期完成，【甲方】与【单位】签订【期间】目标责任书。",
    safeguards=(
        "（一）乙方主要负责人对本责任书负总责，分管负责人抓落实，每项任务明确责任科室和责任人。\n"
        "（二）乙方按要求报告进展，遇有困难及时提出，需要协调的由领导小组研究解决。\n"
        "（三）甲方为乙方履行责任提供协调和保障，按时核验乙方报请办结的任务。"
    ),
    accountability=(
        "（一）履行情况作为年度考核的依据，成绩突出的予以表扬。\n"
        "（二）未按期完成的，按领导小组的规定催办、督办；处理之前听取乙方的说明。"
    ),
    closing="本责任书一式两份，双方各执一份，自双方签署之日起生效。",
)
"""What a group begins with; the office changes it to its own words."""


def usual_title(group: str, year: int) -> str:
    """What a year's letters of a group are usually called; the office changes it as it likes."""
    return f"{group}{year}年度目标责任书"


def usual_period(year: int) -> str:
    """What the period of a year's letters is called."""
    return f"{year}年度"


def usual_prefix(year: int) -> str:
    """What the numbers of a year's letters usually begin with."""
    return f"责〔{year}〕"


@dataclass(frozen=True, slots=True)
class Signer:
    """A line to be signed: the unit (or the group) and the post."""

    party: str
    title: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that the text is composed of."""

    title: str
    number: str
    first_party: str
    second_party: str
    template: Template
    targets: Sequence[str]
    tasks: Sequence[str]
    others: Sequence[str]
    first_signers: Sequence[Signer]
    second_signers: Sequence[Signer]
    ends_on: date | None = None
    follows: str = ""
    """Number of the letter that this one adds to or replaces."""


def shaped(text: str) -> Iterator[tuple[LineRole, str]]:
    """The lines of a text that is signed with what each is: title, number and parties at the head, headings, body.

    Screen and papers lay it out by this; the words are never touched.
    """
    at_head = True
    for position, line in enumerate(text.splitlines()):
        at_head = position == 0 or (at_head and _PARTY.match(line) is not None)
        if position == 0:
            yield "title", line
        elif at_head:
            yield "party", line
        else:
            yield ("heading" if _HEADING.fullmatch(line) else "body"), line


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the head of a text that was signed: its title and the two parties."""

    title: str
    first_party: str
    second_party: str


def head_of(text: str) -> Head:
    """Title and parties as the text itself names them, whatever has become of the rows since."""
    at_head = [line for role, line in shaped(text) if role in {"title", "party"}]
    # Body may begin like a party; what is named first is the party. A text that somebody spoilt may name none.
    said = dict(line.split("：", 1) for line in reversed(at_head[1:]))
    return Head("".join(at_head[:1]), said.get(FIRST_PARTY, ""), said.get(SECOND_PARTY, ""))


def as_composed(words: str) -> str:
    """Words of one line as they stand in a text."""
    return unicodedata.normalize("NFC", words.rstrip())


def places(text: str, clauses: Sequence[str]) -> list[str]:
    """Where each clause stands in a letter, as the letter itself numbers it: 一、1 is the first of its first section.

    A clause that the text does not hold has no place.
    """
    found, heading = list[str](), ""
    wanted = [unicodedata.normalize("NFC", _inline(clause)) for clause in clauses]
    for role, line in shaped(text):
        if role == "heading":
            heading = line[0]
            continue
        number, dot, words = line.partition("．")
        while dot and len(found) < len(wanted) and wanted[len(found)] not in text:
            found.append("")
        if dot and number.isdecimal() and len(found) < len(wanted) and words == wanted[len(found)].rstrip():
            found.append(f"{heading}、{number}")
    return found + [""] * (len(wanted) - len(found))


def filled(text: str, values: Mapping[str, str]) -> str:
    """A template's words with its placeholders filled; nothing in the values is ever read as a placeholder again."""
    parts = [text]
    for name in PLACEHOLDERS:
        value = values.get(name)
        if value is None:
            continue
        # Every second part is a value that was put in and stays as it is.
        split: list[str] = []
        for position, part in enumerate(parts):
            pieces = part.split(name) if position % 2 == 0 else [part]
            for order, piece in enumerate(pieces):
                split += [piece] if order == 0 else [value, piece]
        parts = split
    return "".join(parts)


def target_words(quantity: str, scope: str, operator: str, value: float, unit: str, due_on: date | None) -> str:
    """A numeric target as a clause: 小学班额不超过45人（2026年8月31日前）."""
    number = f"{value:f}".rstrip("0").rstrip(".")
    return f"{scope}{quantity}{OPERATORS[operator]}{number}{unit}{_until(due_on)}"


def _until(due_on: date | None) -> str:
    return f"（{day(due_on)}前）" if due_on is not None else ""


def without_date(target: str, due_on: date | None) -> str:
    """A clause about a number without its date: 小学班额不超过45人."""
    return target.removesuffix(_until(due_on))


def task_words(title: str, content: str, standard: str, deadline: str) -> str:
    """A task as a clause: what, to what standard, by when."""
    return _what(title, content, standard) + _sentence(f"{BY_WHEN}{deadline}")


def still_says(clause: str, title: str, content: str, standard: str) -> bool:
    """Whether a clause about a task says this, whatever it says of the deadline."""
    return clause.startswith(_what(title, content, standard) + BY_WHEN)


def together(texts: Iterable[str]) -> str:
    """Texts one below the other, each once."""
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _what(title: str, content: str, standard: str) -> str:
    said = _inline(content)
    # What is done often begins with its own title: it is not said twice.
    words = "" if said.startswith(title) else _sentence(title)
    if said:
        words += _sentence(said)
    if standard:
        words += _sentence(f"完成标准：{_inline(standard)}")
    return words


def deadline_words(due_on: date | None, text: str, *, continuous: bool) -> str:
    """When a task is due, as a clause says it: the date, and where there is none, the plan's own words."""
    if continuous:
        return text or "长期坚持"
    if due_on is None:
        return text or "未定"
    return day(due_on)


def recurring_words(every: str, month: int | None, day_of_month: int | None) -> str:
    """When a recurring task is due, as a clause says it: 每月28日前, 每季度第3个月25日前, 每年8月31日前."""
    rhythm, of_month, end = RHYTHMS[every]
    until = f"{day_of_month}日前" if day_of_month else "底前"
    if every == "month":
        return rhythm + until
    return rhythm + (of_month % month + until if month else f"{end}前")


def composed(contents: Contents) -> str:
    """The canonical text: NFC, one line feed a line, no spaces at line ends, one line feed at the end."""
    lines = [contents.title, f"编号：{contents.number}"]
    if contents.follows:
        lines.append(f"原责任书编号：{contents.follows}")
    lines += [f"{FIRST_PARTY}：{contents.first_party}", f"{SECOND_PARTY}：{contents.second_party}"]
    lines += _paragraphs(contents.template.purpose)
    closing = [*_paragraphs(contents.template.closing)]
    if contents.ends_on is not None:
        closing.append(f"有效期至{day(contents.ends_on)}。")
    sections = (
        ("责任目标", _numbered(contents.targets)),
        ("工作任务", _numbered(contents.tasks)),
        ("其他约定", _numbered(contents.others)),
        ("责任与保障", _paragraphs(contents.template.safeguards)),
        ("考核与奖惩", _paragraphs(contents.template.accountability)),
        ("附则", closing),
    )
    for numeral, (heading, body) in zip(NUMERALS, [part for part in sections if part[1]], strict=False):
        lines += [f"{numeral}、{heading}", *body]
    for word, signers in ((FIRST_PARTY, contents.first_signers), (SECOND_PARTY, contents.second_signers)):
        lines += [f"{word}签署人：{signer.party}{signer.title}" for signer in signers]
    text = unicodedata.normalize("NFC", "\n".join(line.rstrip() for line in lines))
    return text + "\n"


def _numbered(clauses: Sequence[str]) -> list[str]:
    return [f"{number}．{_inline(clause)}" for number, clause in enumerate(clauses, 1)]


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _inline(text: str) -> str:
    return " ".join(_paragraphs(text))


def _sentence(text: str) -> str:
    return text if text.endswith(("。", "；", "！", "？")) else f"{text}。"
