"""One sentence in which targets are looked for: what was found, which numbers are taken, which dates it prints."""

import re
from bisect import bisect_right
from datetime import date

from .dates import find_points
from .deadlines import dated_points
from .findings import Number, Operator, Target

_FRAME_TAIL = re.compile(
    r"^(?:度?(?:版|以来|以前|之前|前|后|起|至|到|—|－|-|初|建成的|修订|印发|出台)|末?[，,]?[^，。；]{0,8}(?:已|共|曾|累计))"
)


def value_of(text: str) -> Number:
    """The number as printed."""
    number = float(text.replace(",", ""))
    return int(number) if number.is_integer() else number


class Sentence:
    """A number that one form has taken is left alone by the next."""

    def __init__(self, text: str, year: int | None, quantity: str) -> None:
        self.text = text
        self.before = quantity
        self.dates = sorted(_dates(text, year), key=lambda item: item[0])
        self.taken = bytearray(len(text))
        self.found: list[tuple[int, Target]] = []

    def free(self, found: re.Match[str]) -> bool:
        """Whether no other form has taken the number."""
        at, end = found.span("value")
        return not any(self.taken[at:end])

    def mark(self, start: int, end: int) -> None:
        """Note that a form has taken a stretch of the text."""
        self.taken[start:end] = b"\1" * (end - start)

    def just_before(self, at: int) -> str:
        """The words that end at a place, enough of them to tell what they say of it."""
        return self.text[max(0, at - 30) : at]

    def due(self, at: int) -> date | None:
        """The last date before a place."""
        index = bisect_right(self.dates, at + 1, key=lambda item: item[0])
        if not index or re.search("全年|常年|每年", self.text[max(self.dates[index - 1][0], at - 30) : at]):
            return None
        return self.dates[index - 1][1]

    def take(
        self, found: re.Match[str], name: str, scope: str | None, operator: Operator, end: int | None = None
    ) -> None:
        """Write a target down."""
        start = found.start()
        self.mark(start, found.end() if end is None else end)
        target = Target(name, scope, operator, value_of(found["value"]), found["unit"], self.due(start))
        self.found.append((start, target))

    def last(self) -> str:
        """What the target before this one measures."""
        return self.found[-1][1].quantity if self.found else self.before


def _dates(text: str, year: int | None) -> list[tuple[int, date | None]]:
    """Every “by then”, and every year or half-year that opens a clause: 2024年新建500具，2025年新建420具."""
    found = [(item.end, item.due_on) for item in dated_points(text, year)]
    ends = {end for end, _ in found}
    for point in find_points(text, year):
        opens = not text[: point.start] or text[point.start - 1] in "，。；、：（" or point.kind == "half"
        opens = opens or bool(re.match(r"[≥≤＜＞<>]|不[低高少多超大小]", text[point.end :]))
        if (
            point.kind in ("year", "half")
            and opens
            and point.end not in ends
            and not _FRAME_TAIL.match(text[point.end :])
        ):
            found.append((point.end, point.last))
    return found
