"""Read the State Council's yearly notice of holidays: which days are free, which are made up.

Its form: 国务院办公厅关于×年部分节假日安排的通知, one holiday a line.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from tracker.kernel.text import _l

MAX_SPAN = 15
"""No holiday has ever been longer; a longer range is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """A day as the notice has it; note is the holiday's name."""

    day: date
    working: bool
    note: str
    line: int

    @property
    def is_exception(self) -> bool:
        """Whether it differs from what its weekday says; a free Saturday does not."""
        return self.working == (self.day.weekday() >= 5)


@dataclass(frozen=True, slots=True)
class NoticeError:
    """A line that could not be taken, and why."""

    line: int
    text: str
    reason: object


@dataclass(slots=True)
class Notice:
    """What a pasted notice says; without errors and with days it can be taken over."""

    year: int | None = None
    number: str = ""
    days: list[NoticeDay] = field(default_factory=list)
    errors: list[NoticeError] = field(default_factory=list)

    @property
    def exceptions(self) -> dict[date, NoticeDay]:
        """What the calendar keeps: days that differ from their weekday."""
        return {found.day: found for found in self.days if found.is_exception}


_YEAR = re.compile(r"(?:关于)?(\d{4})年")
_NUMBER = re.compile(r"国办发明电\D?\d{4}\D?\d+号")
_ENTRY = re.compile(r"^(?:[一二三四五六七八九十]+[、.]|\d+[、.])?(?P<name>[\u4e00-\u9fff、]{2,10}):(?P<rest>.+)$")
_DAY = r"(?:(?P<{0}y>\d{{4}})年)?(?P<{0}m>\d{{1,2}})月(?P<{0}d>\d{{1,2}})日(?P<{0}n>\([^)]*\))?"
_RANGE = re.compile(
    _DAY.format("a")
    + r"(?:至|-|—|~|到)"
    + r"(?:(?P<by>\d{4})年)?(?:(?P<bm>\d{1,2})月)?(?P<bd>\d{1,2})日(?P<bn>\([^)]*\))?"
)
_SINGLE = re.compile(_DAY.format("a"))
_COUNT = re.compile(r"(?:共|放假)(\d{1,2})天")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_WEEKDAYS = "一二三四五六日"
_SENTENCE = re.compile(r"[。;]")


class _Unreadable(Exception):  # noqa: N818 - becomes a line's reason
    def __init__(self, reason: object) -> None:
        super().__init__(reason)
        self.reason = reason


def read_notice(text: str) -> Notice:
    """Read a pasted notice. Lines that speak of days off or on and cannot be read become errors, never guesses."""
    notice = Notice()
    lines = [unicodedata.normalize("NFKC", line).replace(" ", "") for line in text.splitlines()]
    whole = "".join(lines)
    year = _YEAR.search(whole)
    number = _NUMBER.search(whole)
    notice.year = int(year[1]) if year and 2000 <= int(year[1]) <= 2100 else None
    notice.number = number[0].replace("(", "〔").replace(")", "〕") if number else ""
    if notice.year is None:
        notice.errors.append(NoticeError(1, "", _l("没有写明是哪一年的安排，请连同标题一起粘贴。")))
        return notice
    for line_number, line in enumerate(lines, start=1):
        _read_line(notice, notice.year, line_number, line)
    if not notice.days and not notice.errors:
        notice.errors.append(NoticeError(1, "", _l("没有找到放假安排，例如“元旦：1月1日放假1天”。")))
    _refuse_contradictions(notice)
    return notice


def _read_line(notice: Notice, year: int, number: int, line: str) -> None:
    entry = _ENTRY.match(line)
    if entry is None:
        if _SINGLE.search(line) and re.search(r"放假|上班|调休", line):
            notice.errors.append(NoticeError(number, line, _l("没有读懂：应为“节日：日期放假”的形式。")))
        return
    try:
        found = [NoticeDay(day, working, entry["name"], number) for day, working in _sentences(entry["rest"], year)]
    except _Unreadable as error:
        notice.errors.append(NoticeError(number, line, error.reason))
        return
    notice.days += found


def _sentences(text: str, year: int) -> Iterator[tuple[date, bool]]:
    found_any = False
    for sentence in filter(None, _SENTENCE.split(text)):
        working = "上班" in sentence
        if not working and "放假" not in sentence and "休" not in sentence:
            continue
        days = list(_days(sentence, year))
        if not days:
            raise _Unreadable(_l("没有读懂日期。"))
        _check(sentence, days, working)
        found_any = True
        yield from ((day, working) for day in days)
    if not found_any:
        raise _Unreadable(_l("没有写明放假还是上班。"))


def _check(sentence: str, days: list[date], working: bool) -> None:
    count = _COUNT.search(sentence)
    if count and not working and int(count[1]) != len(days):
        raise _Unreadable(_l("写明 %(said)s 天，日期却有 %(found)s 天。", said=count[1], found=len(days)))
    if working and any(day.weekday() < 5 for day in days):
        raise _Unreadable(_l("调休上班的日子应是周末。"))


def _days(sentence: str, year: int) -> Iterator[date]:
    rest = sentence
    for match in _RANGE.finditer(sentence):
        rest = rest.replace(match[0], "")
        start = _date(match["ay"], match["am"], match["ad"], match["an"], year)
        end_year = match["by"] or str(start.year)
        end = _date(end_year, match["bm"] or str(start.month), match["bd"], match["bn"], year)
        if not start <= end <= start + timedelta(days=MAX_SPAN):
            raise _Unreadable(_l("起止日期不对。"))
        yield from (start + timedelta(days=n) for n in range((end - start).days + 1))
    for match in _SINGLE.finditer(rest):
        yield _date(match["ay"], match["am"], match["ad"], match["an"], year)


def _date(said_year: str | None, month: str, day: str, remark: str | None, year: int) -> date:
    try:
        found = date(int(said_year or year), int(month), int(day))
    except ValueError as error:
        raise _Unreadable(_l("没有这一天：%(day)s。", day=f"{month}月{day}日")) from error
    if abs(found.year - year) > 1:
        raise _Unreadable(_l("年份不对：%(day)s。", day=found.isoformat()))
    weekday = _WEEKDAY.search(remark or "")
    if weekday and _WEEKDAYS.index(weekday[1].replace("天", "日")) != found.weekday():
        raise _Unreadable(_l("%(day)s 不是周%(said)s，请核对。", day=f"{found.month}月{found.day}日", said=weekday[1]))
    return found


def _refuse_contradictions(notice: Notice) -> None:
    seen: dict[date, NoticeDay] = {}
    for found in notice.days:
        other = seen.setdefault(found.day, found)
        if other.working != found.working:
            reason = _l("%(day)s 既写放假又写上班（另见第 %(line)s 行）。", day=found.day.isoformat(), line=other.line)
            notice.errors.append(NoticeError(found.line, "", reason))
