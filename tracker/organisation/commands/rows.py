"""How dated rows begin and end, and how a name that is taken is noticed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tracker.kernel.db import db
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l
from tracker.organisation.models import Region

DAY = timedelta(days=1)

ENDED = _l("这一条已经结束，不能再次办理。")
LAST_DAY_TOO_EARLY = _l("最后一天不能早于这一任开始的日期，请核对年份。")
SUCCESSOR_TOO_EARLY = _l("接任日期须晚于前任开始的日期，请核对年份。")


@contextmanager
def unique(*, field: str, taken: object) -> Iterator[None]:
    """Write what must have a name of its own; of two who are at it at once, one is told that it is taken."""
    try:
        with db.session.begin_nested():
            yield
            db.session.flush()
    except IntegrityError as error:
        raise Invalid({field: taken}) from error


def insert(row: Any, *, field: str, taken: object) -> None:
    """Add a row whose name must be its own."""
    with unique(field=field, taken=taken):
        db.session.add(row)


def lock(row: Any) -> None:
    """Hold a row until the transaction ends, and see it as it stands."""
    model = type(row)
    db.session.flush()
    db.session.execute(sa.select(model.id).where(model.id == row.id).with_for_update())
    db.session.refresh(row, attribute_names=[column.key for column in sa.inspect(model).column_attrs])


def end(row: Any, *, last_day: date) -> date:
    """End a dated row with the last day on which it holds; gives back that day.

    One that would never have held is taken back; where anything names it by now, it stays for its first day instead.
    """
    lock(row)
    if row.ends_on is not None and row.ends_on <= last_day:
        raise Stale(ENDED)
    if last_day < row.starts_on:
        if _taken_back(row):
            return last_day
        if row.ends_on == row.starts_on:
            raise Stale(ENDED)
        last_day = row.starts_on
    row.ends_on = last_day
    db.session.flush()
    return last_day


def require_end_in_its_time(row: Any, last_day: date, *, field: str, today: date, sentence: object) -> None:
    """Refuse to end what has held for days before its first one: a slip in the year would take all of its time away."""
    if last_day < row.starts_on < today:
        raise Invalid({field: sentence})


def require_begins_later(row: Any, day: date, *, today: date) -> None:
    """Refuse a successor's first day before that of the row it ends."""
    require_end_in_its_time(row, day - DAY, field="starts_on", today=today, sentence=SUCCESSOR_TOO_EARLY)


def _taken_back(row: Any) -> bool:
    """Remove a row, unless another one names it: the database's own foreign keys say so, of every feature."""
    try:
        with db.session.begin_nested():
            db.session.delete(row)
            db.session.flush()
    except IntegrityError:
        return False
    return True


def overlapping(model: Any, starts_on: date) -> sa.ColumnElement[bool]:
    """The rows of a dated table that hold on a day or later."""
    return sa.or_(model.ends_on.is_(None), model.ends_on >= starts_on)


def lies_within(region: Region, outer: Region) -> bool:
    """Whether a region is another one or lies below it."""
    place: Region | None = region
    while place is not None and place.id != outer.id:
        place = place.parent
    return place is not None
