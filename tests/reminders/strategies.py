"""Calendars, ladders and work as they may be: for the property tests."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.reminders.reference import Work
from tracker.outbox.rules import Channel
from tracker.reminders.rules import AUDIENCES, LadderKind, Rung

AROUND = (
    date(2026, 3, 18),
    # The last days of months, of February in a leap year and in another, and of a year that nobody has published.
    date(2026, 2, 27),
    date(2026, 4, 30),
    date(2028, 2, 29),
    date(2027, 3, 1),
    date(2031, 12, 31),
    date(2026, 10, 11),
)
todays = st.sampled_from(AROUND)


@st.composite
def calendars(draw: Any, today: date) -> dict[date, bool]:
    """Holidays on weekdays, and make-up Saturdays and Sundays, some months around a day."""
    days = draw(st.lists(st.integers(-60, 60), max_size=14, unique=True))
    found = {}
    for ahead in days:
        day = today + timedelta(days=ahead)
        found[day] = day.weekday() >= 5
    # A long holiday with its make-up day, as each spring and autumn has one.
    if draw(st.booleans()):
        first = today + timedelta(days=draw(st.integers(-20, 20)))
        for n in range(7):
            found[first + timedelta(days=n)] = False
        found[first - timedelta(days=2)] = True
    return found


@st.composite
def ladders(draw: Any) -> tuple[Rung, ...]:
    """A ladder that the product keeps: in order, within its limits."""
    offsets = sorted(draw(st.sets(st.integers(-12, 20), min_size=1, max_size=5)))
    rungs = []
    for offset in offsets:
        audience = draw(st.lists(st.sampled_from(AUDIENCES[LadderKind.DEADLINE]), min_size=1, max_size=3, unique=True))
        every = draw(st.integers(0, 4))
        times = draw(st.integers(1, 3)) if every else 0
        if offset <= 0 < offset + every * times:
            every = times = 0
        rungs.append(Rung(offset, tuple(audience), channels=(Channel.MAIL,), repeat_every=every, repeat_times=times))
    return tuple(rungs)


@st.composite
def works(draw: Any, today: date) -> list[Work]:
    """Tasks of several units, due some weeks around a day; some given to a person, who may be gone; some only parts."""
    found = []
    for _n in range(draw(st.integers(1, 6))):
        unit = draw(st.sampled_from(("finance", "construction", "education", "town", "school_one")))
        owner, gone = None, False
        if unit == "finance" and draw(st.booleans()):
            owner = "finance_staff"
        elif draw(st.integers(0, 3)) == 0:
            # Somebody who works elsewhere by now.
            owner, gone = "water_head", True
        due_on = today + timedelta(days=draw(st.integers(-45, 30)))
        part = owner is None and draw(st.booleans())
        ahead = st.integers(-45, 30)
        steps = [] if part else draw(st.lists(ahead, max_size=3, unique=True))
        milestones = tuple(today + timedelta(days=days) for days in steps)
        found.append(Work(unit, due_on, owner, gone, draw(st.booleans()), part, milestones))
    return found
