"""Periods of recurring tasks, and the rhythm of reports on continuous ones."""

from datetime import date, timedelta

from tracker.tasks.rules.states import Every


def period_key(every: Every, day: date) -> str:
    """The period a day falls into: 2026-03, 2026-Q1 or 2026."""
    if every is Every.MONTH:
        return f"{day.year}-{day.month:02d}"
    if every is Every.QUARTER:
        return f"{day.year}-Q{(day.month - 1) // 3 + 1}"
    return str(day.year)


def last_day_of_month(year: int, month: int) -> date:
    """The last day of a month."""
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return first_of_next - timedelta(days=1)


def period_due(every: Every, day: date, *, month: int | None, day_of_month: int | None) -> date:
    """The due date of the period that a day falls into.

    day_of_month None means the last day. month: for a year its month; for a quarter its month 1 to 3 (last if None).
    """
    if every is Every.MONTH:
        at = day.month
    elif every is Every.QUARTER:
        at = (day.month - 1) // 3 * 3 + (month or 3)
    else:
        at = month or 12
    last = last_day_of_month(day.year, at)
    return last if day_of_month is None else last.replace(day=min(day_of_month, last.day))


def next_period(every: Every, day: date) -> date:
    """The first day of the period after the one a day falls into."""
    if every is Every.MONTH:
        return last_day_of_month(day.year, day.month) + timedelta(days=1)
    if every is Every.QUARTER:
        return last_day_of_month(day.year, (day.month - 1) // 3 * 3 + 3) + timedelta(days=1)
    return date(day.year + 1, 1, 1)


def coming_due(every: Every, day: date, *, month: int | None, day_of_month: int | None) -> date:
    """The due date that comes next, from a day on: this period's, or, where that has passed, the next one's."""
    due_on = period_due(every, day, month=month, day_of_month=day_of_month)
    if due_on < day:
        due_on = period_due(every, next_period(every, day), month=month, day_of_month=day_of_month)
    return due_on


def first_of_period(every: Every, day: date) -> date:
    """The first day of the period a day falls into."""
    if every is Every.MONTH:
        return day.replace(day=1)
    if every is Every.QUARTER:
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return date(day.year, 1, 1)


def report_owed_on(
    every: Every, today: date, *, month: int | None, day_of_month: int | None, reported_on: date | None
) -> date | None:
    """By when a continuous task (长期坚持) is to be reported on in the period that runs today; None: it has been."""
    if reported_on is not None and reported_on >= first_of_period(every, today):
        return None
    return period_due(every, today, month=month, day_of_month=day_of_month)
