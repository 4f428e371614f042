"""Working days: the State Council's calendar with holidays and make-up days, and counting by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.kernel.db import Model, db
from tracker.kernel.prepared import Prepared

DAY = timedelta(days=1)
SATURDAY = 5
FIRST_DAY = date(1970, 1, 1)


def cycle_of(due_on: date) -> int:
    """The cycle that a date begins: its number as a day, as `day_number` counts, so that a new date is a new cycle."""
    return (due_on - FIRST_DAY).days


class YearStatus(StrEnum):
    """Whether the State Council has published a year's holidays."""

    PUBLISHED = "published"
    PROVISIONAL = "provisional"


class CalendarYear(Model):
    """A year as known to this installation, with where its days come from."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[YearStatus]
    source: Mapped[str] = mapped_column(sa.String(200))
    updated_at: Mapped[datetime]


class CalendarDay(Model):
    """A day that is not what its weekday says: a holiday on a weekday, or work on a weekend."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    note: Mapped[str] = mapped_column(sa.String(100), default="")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The calendar in memory. Years nobody has published count plain weekends and never raise."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)
    published: frozenset[int] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether offices work on a day."""
        return self.exceptions.get(day, day.weekday() < SATURDAY)

    def is_provisional(self, day: date) -> bool:
        """Whether the day's year is still unpublished, so that counting over it may change."""
        return day.year not in self.published

    def on_or_after(self, day: date) -> date:
        """The first working day on or after a day."""
        while not self.is_working(day):
            day += DAY
        return day

    def on_or_before(self, day: date) -> date:
        """The last working day on or before a day."""
        while not self.is_working(day):
            day -= DAY
        return day

    def shift(self, day: date, count: int) -> date:
        """The day that lies count working days after (or, negative, before) a day; 0 is the day itself."""
        step = DAY if count > 0 else -DAY
        for _ in range(abs(count)):
            day += step
            day = self.on_or_after(day) if count > 0 else self.on_or_before(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after start up to and including end; negative when end lies before start."""
        if end < start:
            return -self.between(end, start)
        days = (end - start).days
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, days + 1))

    def late_from(self, due_on: date, *, roll: bool = True) -> date:
        """The first day on which work due on a day is late; with roll, a free due day lasts to the next working day."""
        return (self.on_or_after(due_on) if roll else due_on) + DAY

    def last_late_due_date(self, today: date, *, roll: bool = True) -> date:
        """The latest due date that is late today: what is due on or before it is overdue, nothing else is."""
        return self.on_or_before(today - DAY) if roll else today - DAY


_CALENDAR = Prepared(
    lambda: sa.union_all(
        sa.select(CalendarDay.day, CalendarDay.working, sa.cast(sa.null(), sa.Integer).label("year")),
        sa.select(sa.cast(sa.null(), sa.Date), sa.cast(sa.null(), sa.Boolean), CalendarYear.year).where(
            CalendarYear.status == YearStatus.PUBLISHED
        ),
    )
)


def load_working_days() -> WorkingDays:
    """The calendar as it stands in the database."""
    rows = _CALENDAR.rows()
    exceptions = {row.day: row.working for row in rows if row.day is not None}
    return WorkingDays(exceptions, frozenset(row.year for row in rows if row.year is not None))


def working_days() -> WorkingDays:
    """The calendar, read once per request or tick."""
    info = db.session().info
    if "working_days" not in info:
        info["working_days"] = load_working_days()
    found: WorkingDays = info["working_days"]
    return found


def forget_working_days() -> None:
    """The calendar was corrected: read it anew when next asked for."""
    db.session().info.pop("working_days", None)
