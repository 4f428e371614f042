"""What day it is for each group: what is late, what is near, and how many working days that is."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from tracker.kernel.calendar import WorkingDays, working_days
from tracker.kernel.prepared import Prepared
from tracker.organisation.models import LeadershipGroup
from tracker.tasks.rules import OPEN, DayMarks, Light, LightFacts, day_marks, is_overdue, light_of


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """A group's name and what its lights depend on (yellow_days in working days)."""

    id: int
    name: str
    full_name: str
    yellow_days: int
    roll: bool
    percent_enabled: bool


class DayCount:
    """Working days between today and other days, counted once however many rows ask."""

    def __init__(self, today: date, calendar: WorkingDays) -> None:
        self.today = today
        self._calendar = calendar
        self._ahead = [0]
        self._behind = [0]

    def left(self, due_on: date) -> int:
        """Working days after today up to and including a day; 0 for today and before."""
        while len(self._ahead) <= (due_on - self.today).days:
            day = self.today + timedelta(days=len(self._ahead))
            self._ahead.append(self._ahead[-1] + self._calendar.is_working(day))
        return self._ahead[max(0, (due_on - self.today).days)]

    def late(self, due_on: date, *, roll: bool) -> int:
        """How late something is that was due on a day, as rules.days_overdue has it."""
        end = self._calendar.on_or_after(due_on) if roll else due_on
        while len(self._behind) <= (self.today - end).days:
            day = self.today - timedelta(days=len(self._behind) - 1)
            self._behind.append(self._behind[-1] + self._calendar.is_working(day))
        return max(1, self._behind[max(0, (self.today - end).days)])


class Reckoning:
    """Lights and days of many tasks on one day, each by the settings of its group."""

    def __init__(self, today: date, groups: dict[int, GroupSettings]) -> None:
        self.today = today
        self.groups = groups
        self.days = DayCount(today, working_days())
        known: dict[tuple[int, bool], DayMarks] = {}
        self.marks: dict[int, DayMarks] = {}
        for group in groups.values():
            key = (group.yellow_days, group.roll)
            if key not in known:
                known[key] = day_marks(today, working_days(), yellow_days=group.yellow_days, roll=group.roll)
            self.marks[group.id] = known[key]

    def light(self, facts: LightFacts, group_id: int) -> Light:
        """The light of a task."""
        return light_of(facts, self.marks[group_id])

    def count(self, facts: LightFacts, group_id: int) -> tuple[bool, int | None]:
        """Whether a task is overdue, and the working days late or left; None where the days do not run."""
        if facts.due_on is None or facts.state not in OPEN:
            return False, None
        if is_overdue(facts, self.marks[group_id]):
            return True, self.days.late(facts.due_on, roll=self.groups[group_id].roll)
        return False, self.days.left(facts.due_on)


def settings_of(group: LeadershipGroup) -> GroupSettings:
    """The settings of a group that is at hand already."""
    return GroupSettings(
        group.id,
        group.short_name or group.name,
        group.name,
        group.yellow_days,
        group.roll_due_dates,
        group.percent_enabled,
    )


_GROUPS = Prepared(
    lambda: sa.select(
        LeadershipGroup.id,
        sa.case((LeadershipGroup.short_name != "", LeadershipGroup.short_name), else_=LeadershipGroup.name),
        LeadershipGroup.name,
        LeadershipGroup.yellow_days,
        LeadershipGroup.roll_due_dates,
        LeadershipGroup.percent_enabled,
    )
)


def reckoning(today: date) -> Reckoning:
    """A day as every group counts it: one query. Names of groups are for those alone who may see them."""
    return Reckoning(today, {row[0]: GroupSettings(*row) for row in _GROUPS.rows()})
