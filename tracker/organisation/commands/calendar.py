"""Keep the working-day calendar: seeded from published years, guessed for those to come, corrected by hand."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import holidays
import sqlalchemy as sa
from chinese_calendar import Holiday, constants

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.calendar import SATURDAY, CalendarDay, CalendarYear, YearStatus
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.entry import one_line
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation import policy
from tracker.organisation.holiday_notice import Notice, read_notice

FIRST_YEAR = 2019
YEARS_AHEAD = 3
"""How many years to come are guessed, so that deadlines far off can be counted."""

PUBLISHED_SOURCE = "国务院办公厅放假通知"
GUESSED_SOURCE = "法定节假日推算，待国务院办公厅通知"

NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}

Exceptions = Mapping[date, tuple[bool, str]]


def seed_calendar(*, by: Actor, now: datetime) -> list[int]:
    """Enter the years that are known and guess those to come; returns the years written.

    Safe to repeat: a year that somebody entered or corrected as published stays as it is; a guess gives way to what
    has been published since.
    """
    require(policy.may_keep_calendar(by))
    published = {day.year for day in constants.holidays}
    standing = {year.year: year.status for year in db.session.scalars(sa.select(CalendarYear))}
    written = []
    for year in range(FIRST_YEAR, local_date(now).year + YEARS_AHEAD + 1):
        known = year in published
        if standing.get(year) is None or (known and standing[year] == YearStatus.PROVISIONAL):
            exceptions = _published(year) if known else _guessed(year)
            status = YearStatus.PUBLISHED if known else YearStatus.PROVISIONAL
            _write_year(year, status, PUBLISHED_SOURCE if known else GUESSED_SOURCE, exceptions, now=now)
            written.append(year)
    for year in written:
        record("organisation.seed_calendar", "calendar", year, by=by, now=now)
    return written


def correct_day(day: date, *, working: bool, note: str = "", by: Actor, now: datetime) -> None:
    """Say that offices work on a day or do not."""
    require(policy.may_keep_calendar(by))
    if not 2000 <= day.year <= 2100:
        raise Invalid({"day": _l("日期超出范围。")})
    note = one_line(note, "note", limit=100)
    if db.session.get(CalendarYear, day.year) is None:
        _write_year(day.year, YearStatus.PROVISIONAL, GUESSED_SOURCE, _guessed(day.year), now=now)
    row = db.session.get(CalendarDay, day)
    old = row.working if row else day.weekday() < SATURDAY
    if row is not None:
        db.session.delete(row)
        db.session.flush()
    if working != (day.weekday() < SATURDAY):
        db.session.add(CalendarDay(day=day, working=working, note=note))
    record(
        "organisation.correct_day",
        "calendar",
        day.year,
        by=by,
        now=now,
        old={"day": day, "working": old},
        new={"working": working, "note": note},
    )


def publish_year(text: str, *, by: Actor, now: datetime) -> Notice:
    """Take over a pasted notice of the State Council: its year counts as published from now on."""
    require(policy.may_keep_calendar(by))
    notice = read_notice(text)
    if notice.errors or notice.year is None:
        raise Invalid({"text": _l("通知中有没读懂的地方，请先更正。")})
    exceptions = {day: (found.working, found.note) for day, found in notice.exceptions.items()}
    source = f"国务院办公厅放假通知 {notice.number}".strip()
    _write_year(notice.year, YearStatus.PUBLISHED, source, exceptions, now=now)
    record(
        "organisation.publish_year",
        "calendar",
        notice.year,
        by=by,
        now=now,
        new={"number": notice.number, "days": len(exceptions)},
    )
    return notice


def _write_year(year: int, status: YearStatus, source: str, exceptions: Exceptions, *, now: datetime) -> None:
    row = db.session.get(CalendarYear, year)
    if row is None:
        row = CalendarYear(year=year, status=status, source=source, updated_at=now)
        db.session.add(row)
    row.status, row.source, row.updated_at = status, source, now
    of_year = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    db.session.execute(sa.delete(CalendarDay).where(sa.or_(of_year, CalendarDay.day.in_(list(exceptions)))))
    db.session.add_all(
        CalendarDay(day=day, working=working, note=note) for day, (working, note) in sorted(exceptions.items())
    )
    db.session.flush()


def _published(year: int) -> Exceptions:
    """What the library holds for a year; asking its functions about a year it lacks would raise."""
    free = {day: (False, _name(name)) for day, name in _on_weekdays(constants.holidays.items()) if day.year == year}
    made_up = {day: (True, _name(name)) for day, name in constants.workdays.items() if day.year == year}
    return {**free, **made_up}


def _guessed(year: int) -> Exceptions:
    """The statutory holidays as far as law and moon tell them; nobody can know the days to be made up."""
    names = holidays.country_holidays("CN", years=year, language="zh_CN")
    return {day: (False, f"{name}（暂定）") for day, name in _on_weekdays(names.items()) if day.year == year}


def _on_weekdays(days: Iterable[tuple[date, str]]) -> Iterable[tuple[date, str]]:
    return ((day, name) for day, name in days if day.weekday() < SATURDAY)


def _name(english: str) -> str:
    """As the notices write it: 清明节, where the library says 清明."""
    name = str(Holiday(english).chinese)
    return name if len(name) > 2 else NAMES.get(name, name)
