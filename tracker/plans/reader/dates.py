"""Dates as plans print them: points in time and spans, read without guessing."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from .numbering import han_value

_M = r"(?:\d{1,2}|十[一二]?|[一二三四五六七八九])"
_HAN_YEAR = re.compile(r"[一二][〇○零0一二三四五六七八九]{3}(?=\s*年)")
_GAPS = re.compile(
    r"(?<=[\d年月日号])\s+(?=[\d年月日号底末前至到起以上中下旬第\-—－–~～])|(?<=[至到\-—－–~～])\s+(?=\d)"
)
_YEAR_DIGITS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0", "0": "0"}


def squeeze(text: str) -> str:
    """Text without blanks and with year digits in figures: the form that rules of prose are written for."""
    bare = re.sub(r"\s+", "", text)
    return _HAN_YEAR.sub(lambda found: "".join(_YEAR_DIGITS[char] for char in found.group()), bare)


@dataclass(frozen=True, slots=True)
class Point:
    """One printed point in time: the days it spans, and how sharply it was printed."""

    first: date | None
    last: date | None
    kind: str  # day, tenth, month, month_end, quarter, quarter_end, half, year, year_end
    year: int | None
    month: int | None
    start: int
    end: int

    @property
    def sharp(self) -> bool:
        """Whether “前” after it leaves no doubt: a day or an end is printed, not a bare month or year."""
        return self.kind in ("day", "tenth", "month_end", "quarter_end", "half_end", "year_end")


class PlanYear(int):
    """The year of a plan issued before that year began: a day that still lay ahead at issue is meant."""

    issued_on: date

    @classmethod
    def of(cls, year: int, issued_on: date) -> "PlanYear":
        """The year with the day of issue."""
        made = cls(year)
        made.issued_on = issued_on
        return made


POINT = (
    r"(?:(?P<y>(?<!\d)(?:19|20)\d{2})年度?|(?P<rel>今年|本年度|本年|当年|明年|次年|翌年))?"
    r"(?:"
    r"(?P<yend>年?[底末终]|(?<![\d一二三四五六七八九十两几半])年内)"
    rf"|(?<!\d)(?P<m>{_M})月份?(?:(?P<d>\d{{1,2}})[日号]|(?P<xun>上旬|中旬|下旬|初|中(?!小))|(?P<mend>月?[底末]))?"
    r"|第?(?P<q>[一二三四1234])季度(?P<qend>末|底)?"
    r"|(?P<half>上半年|下半年)(?P<hend>底|末)?"
    r"|(?P<bare>)"
    r")"
)
_POINT = re.compile(POINT)
_DOTTED = re.compile(r"(?<![\d.])(?P<y>(?:19|20)\d{2})[./-](?P<m>\d{1,2})(?:[./-](?P<d>\d{1,2}))?(?![\d%])[日号]?")


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def _day(year: int, month: int, day: int) -> date | None:
    return date(year, month, day) if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] else None


_Resolved = tuple[str, date | None, date | None, int | None]
_TENTHS = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 0), "初": (1, 10), "中": (11, 20)}


def _resolve(found: re.Match[str], year: int | None) -> _Resolved:
    group = found.groupdict()
    if group.get("m"):
        return _resolve_month(group, year)
    if group.get("q"):
        return _resolve_quarter(group, year)
    if group.get("half"):
        return _resolve_half(group, year)
    kind = "year_end" if group.get("yend") else "year"
    return kind, date(year, 1, 1) if year else None, date(year, 12, 31) if year else None, None


def _resolve_month(group: dict[str, str], year: int | None) -> _Resolved:
    month = han_value(group["m"])
    if not 1 <= month <= 12:
        return "day", None, None, None
    if group.get("d"):
        exact = _day(year, month, int(group["d"])) if year else None
        return "day", exact, exact, month
    if group.get("xun"):
        first, last = _TENTHS[group["xun"]]
        end = (date(year, month, last) if last else month_end(year, month)) if year else None
        return "tenth", date(year, month, first) if year else None, end, month
    kind = "month_end" if group.get("mend") else "month"
    return kind, date(year, month, 1) if year else None, month_end(year, month) if year else None, month


def _resolve_quarter(group: dict[str, str], year: int | None) -> _Resolved:
    last = han_value(group["q"]) * 3
    kind = "quarter_end" if group.get("qend") else "quarter"
    return kind, date(year, last - 2, 1) if year else None, month_end(year, last) if year else None, last


def _resolve_half(group: dict[str, str], year: int | None) -> _Resolved:
    last = 6 if group["half"] == "上半年" else 12
    kind = "half_end" if group.get("hend") else "half"
    return kind, date(year, last - 5, 1) if year else None, month_end(year, last) if year else None, last


# Counted from the year of the paper; 次年 and 当年 from the year that was printed last.
_FROM_ISSUE = ("今年", "本年", "本年度", "明年")
_PAST_YEAR = re.compile(r"度?(?:以来|以前|版|修订|制定|印发|出台)")


def find_points(text: str, year: int | None) -> list[Point]:
    """All points in time of a squeezed text; a missing year is the one printed before it, else the one given."""
    points: list[Point] = []
    known = year
    matches = [(found, False) for found in _POINT.finditer(text) if found.group()]
    dotted = [(found, True) for found in _DOTTED.finditer(text)]
    taken = [(found.start(), found.end()) for found, _ in dotted]
    plain = [item for item in matches if not any(a < item[0].end() and item[0].start() < b for a, b in taken)]
    for found, _ in sorted(plain + dotted, key=lambda item: item[0].start()):
        group = found.groupdict()
        if not group["y"] and not group.get("rel") and not any(group.get(key) for key in ("yend", "m", "q", "half")):
            continue
        if group.get("yend") and not group["y"] and not group.get("rel") and not group["yend"].startswith("年"):
            continue
        own = int(group["y"]) if group["y"] else year if group.get("rel") in _FROM_ISSUE else known
        if group.get("rel") in ("明年", "次年", "翌年") and own is not None:
            own = (own.issued_on.year if isinstance(own, PlanYear) else own) + 1
        elif isinstance(own, PlanYear) and not group["y"]:
            _, _, end, _ = _resolve(found, own.issued_on.year)
            ahead = end is not None and (group.get("rel") is not None or end >= own.issued_on)
            own = own.issued_on.year if ahead else int(own)
        kind, first, last, month = _resolve(found, own)
        gone_by = kind == "year" and year is not None and own is not None and own < year
        if group["y"] and not gone_by and not _PAST_YEAR.match(text, found.end()):
            known = own
        points.append(Point(first, last, kind, own, month, found.start(), found.end()))
    return points


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; `doubt` says why an end was left open although something was printed."""

    starts_on: date | None
    ends_on: date | None
    start: int
    end: int
    doubt: str | None = None


_SEP = r"(?:起|开始)?(?:至|到|—{1,3}|－{1,2}|–|-{1,2}|~|～|―{1,2}|─{1,2}|一(?=\d))"
_FILL_YEAR = re.compile(rf"((?:19|20)\d{{2}})(?={_SEP}(?:19|20)\d{{2}}年(?!\d{{1,2}}月))")
_FILL_MONTH = re.compile(rf"(?<![\d月年.])(\d{{1,2}})(?={_SEP}\d{{1,2}}月)|(?<=年)(\d{{1,2}})(?={_SEP}\d{{1,2}}月)")
_DAY_ONLY = re.compile(rf"{_SEP}(\d{{1,2}})[日号]")
_AFTER = re.compile(r"^(?:以后|之后|后|起|以来|开始)")
_BEFORE = re.compile(r"^(?:之前|以前|前|止|为止|结束)")
_SEP_AT = re.compile(rf"^{_SEP}")
_NOW_TO = re.compile(r"(?:即日起?|印发之日起?|发布之日起?|现在起?|目前)$")


def fill_span(text: str) -> str:
    """Write out what a span leaves unsaid: 2020—2022年 and 3—5月 become two full points."""
    text = _FILL_YEAR.sub(lambda found: found.group(1) + "年", text)
    return _FILL_MONTH.sub(lambda found: (found.group(1) or found.group(2)) + "月", text)


def find_span(text: str, year: int | None) -> Span | None:
    """The first stretch of time printed in a squeezed text."""
    text = fill_span(text)
    points = find_points(text, year)
    if not points:
        return None
    one = points[0]
    two = _second(text, points)
    if two is not None:
        if one.first and two.last and two.last < one.first:
            return Span(one.first, None, one.start, two.end, "order")
        return Span(one.first, two.last, one.start, two.end, None if one.first and two.last else "year")
    day = _DAY_ONLY.match(text, one.end)
    if day and one.first and one.kind == "day":
        last = _day(one.first.year, one.first.month, int(day.group(1)))
        return Span(one.first, last, one.start, day.end(), None if last else "day")
    return _single(text, one)


def _second(text: str, points: list[Point]) -> Point | None:
    if len(points) < 2:
        return None
    between = text[points[0].end : points[1].start]
    return points[1] if _SEP_AT.fullmatch(between) else None


def _single(text: str, one: Point) -> Span:
    tail, head = text[one.end :], text[: one.start]
    doubt = None if one.last else "year"
    if _AFTER.match(tail):
        return Span(one.first, None, one.start, one.end + 1, doubt)
    if re.match(r"^(?:至|到|起)(?!\d)", tail):
        return Span(one.first, None, one.start, one.end + 1, doubt)
    before = _BEFORE.match(tail)
    lead = re.search(r"(?:到|至|截至|截止)$", head)
    if before or lead:
        if before and before.group().endswith("前") and not one.sharp:
            return Span(None, None, one.start, one.end + 1, "before")
        return Span(None, one.last, one.start, one.end + (len(before.group()) if before else 0), doubt)
    if one.kind in ("year_end", "month_end", "quarter_end", "half_end") and not _NOW_TO.search(head):
        return Span(None, one.last, one.start, one.end, doubt)
    return Span(one.first, one.last, one.start, one.end, doubt)
