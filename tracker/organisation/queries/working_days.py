"""A year of the working-day calendar, as a page shows it."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from tracker.kernel.calendar import SATURDAY, CalendarDay, CalendarYear, YearStatus
from tracker.kernel.db import db


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day. special: it differs from what its weekday says."""

    day: date
    working: bool
    special: bool
    note: str


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """Weeks from Monday; None where a week reaches into another month."""

    month: int
    weeks: Sequence[Sequence[DayCell | None]]
    working_days: int


@dataclass(frozen=True, slots=True)
class YearView:
    """A year with its state; provisional also where nobody has entered it."""

    year: int
    published: bool
    source: str
    months: Sequence[CalendarMonth]
    special: Sequence[DayCell]


def year_view(year: int) -> YearView:
    """Every day of a year, whether offices work, and where that is known from."""
    row = db.session.get(CalendarYear, year)
    days = db.session.scalars(
        sa.select(CalendarDay)
        .where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(CalendarDay.day)
    ).all()
    known = {day.day: day for day in days}
    return YearView(
        year,
        row is not None and row.status == YearStatus.PUBLISHED,
        row.source if row else "",
        [_month(year, month, known) for month in range(1, 13)],
        [_cell(day.day, known) for day in days],
    )


def _cell(day: date, known: dict[date, CalendarDay]) -> DayCell:
    row = known.get(day)
    if row is None:
        return DayCell(day, day.weekday() < SATURDAY, special=False, note="")
    return DayCell(day, row.working, special=True, note=row.note)


def _month(year: int, month: int, known: dict[date, CalendarDay]) -> CalendarMonth:
    weeks = [
        [_cell(day, known) if day.month == month else None for day in week]
        for week in Calendar().monthdatescalendar(year, month)
    ]
    return CalendarMonth(month, weeks, sum(cell.working for week in weeks for cell in week if cell))
