"""Which desks there are, what counts as quiet and as slow, and how far a ladder went: pure tables and counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.kernel.calendar import WorkingDays
from tracker.kernel.text import Labels, _l, _p
from tracker.reminders.rules import Audience, Rung, rung_day, steps_of
from tracker.tasks.rules import Every

QUIET_WEEKS = 2
"""Weeks without a report after which a unit is asked for one."""
SLOW_DAYS = 3
"""Working days after which a verification or decision that waits counts as the office's own lateness."""
NEAR_DAYS = 3
"""Working days within which the overview counts what is most pressing."""


class HatKind(StrEnum):
    """As what somebody looks at the product."""

    OFFICE = "office"
    OVERVIEW = "overview"
    UNIT = "unit"
    DUTY = "duty"


class Arrival(StrEnum):
    """What came in at the office."""

    SUBMISSION = "submission"
    EXTENSION = "extension"
    ADJUSTMENT = "adjustment"
    EXPLANATION = "explanation"
    COORDINATION = "coordination"


class FlagList(StrEnum):
    """Which flags of a group a list shows."""

    MINE = "mine"
    LATE = "late"
    OPEN = "open"
    DECIDED = "decided"
    ALL = "all"


LABELS = Labels(
    {
        FlagList.MINE: _l("等您处理"),
        FlagList.LATE: _l("久未处理"),
        FlagList.OPEN: _l("未决定"),
        FlagList.DECIDED: _l("已决定"),
        FlagList.ALL: _l("全部"),
    },
    {
        HatKind.OFFICE: _l("办公室"),
        HatKind.OVERVIEW: _l("督办总览"),
        HatKind.UNIT: _l("本单位任务"),
        HatKind.DUTY: _l("系统职责"),
    },
    {
        Arrival.SUBMISSION: _p("done", "报请办结"),
        Arrival.EXTENSION: _p("done", "申请延期"),
        Arrival.ADJUSTMENT: _p("done", "申请调整"),
        Arrival.EXPLANATION: _p("done", "逾期说明"),
        Arrival.COORDINATION: _l("需协调事项"),
    },
)


@dataclass(frozen=True, slots=True)
class NextRung:
    """What the ladder does next, and on which day; repeat: the how-manieth time the rung is told again."""

    offset: int
    day: date
    audience: Sequence[Audience]
    repeat: int = 0


def next_rung(
    rungs: Sequence[Rung], due_on: date, today: date, calendar: WorkingDays, *, roll: bool = True
) -> NextRung | None:
    """What comes next on a ladder for something due on a day; None when everything was reached."""
    for step in steps_of(rungs):
        day = rung_day(due_on, step.offset, calendar, roll=roll)
        if day > today:
            return NextRung(step.offset, day, step.rung.audience, step.repeat)
    return None


def last_full_period(every: Every, today: date) -> date:
    """The first day of the last period that is over: a report on it, or later, was due by now."""
    if every is Every.MONTH:
        return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    if every is Every.QUARTER:
        first = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
        before = first - timedelta(days=1)
        return before.replace(month=before.month - 2, day=1)
    return date(today.year - 1, 1, 1)
