"""Lights and lateness, derived from facts and today."""

from dataclasses import dataclass
from datetime import date, timedelta

from tracker.kernel.calendar import WorkingDays
from tracker.tasks.rules.moves import OPEN, PERCENT_BEHIND, RETURN_DAYS
from tracker.tasks.rules.states import Light, PartState, TaskState

S = TaskState


@dataclass(frozen=True, slots=True)
class DayMarks:
    """Today, as a group's settings see it.

    late_through: what is due on or before it is late. yellow_through: what is due on or before it is near.
    """

    today: date
    late_through: date
    yellow_through: date


def day_marks(today: date, calendar: WorkingDays, *, yellow_days: int, roll: bool) -> DayMarks:
    """The marks of a day under a group's settings (yellow_days in working days; roll: free due days last on)."""
    return DayMarks(today, calendar.last_late_due_date(today, roll=roll), calendar.shift(today, max(yellow_days, 0)))


@dataclass(frozen=True, slots=True)
class LightFacts:
    """All that a light depends on. behind_on: the day from which the reported percent lags the straight line."""

    state: TaskState
    due_on: date | None
    next_milestone_on: date | None = None
    behind_on: date | None = None
    extension_pending: bool = False
    continuous: bool = False
    late: bool = False


AT_AN_END = {PartState.DONE: S.COMPLETED, PartState.CANCELLED: S.CANCELLED}


def part_facts(part: PartState, part_due_on: date | None, *, late: bool, of: LightFacts) -> LightFacts:
    """What the light of a cooperating unit's part depends on: its own date while the task (of) runs, else the task's.

    Milestones and percent are the lead unit's; an extension that waits for the task keeps its parts from being late.
    """
    return LightFacts(
        AT_AN_END.get(part, of.state),
        part_due_on or of.due_on,
        extension_pending=of.extension_pending,
        continuous=of.continuous and part_due_on is None,
        late=late,
    )


def is_overdue(facts: LightFacts, marks: DayMarks) -> bool:
    """Open, past its due date, and no extension waits that was asked for in time."""
    return (
        facts.state in OPEN
        and facts.due_on is not None
        and facts.due_on <= marks.late_through
        and not facts.extension_pending
    )


def light_of(facts: LightFacts, marks: DayMarks) -> Light:
    """The one rule of lights, for pages, exports and messages alike (defaults of the domain's section 4)."""
    if facts.state is S.COMPLETED:
        return Light.DONE_LATE if facts.late else Light.DONE
    if facts.state not in OPEN | {S.SUBMITTED} or facts.continuous:
        return Light.GREY
    if facts.state is S.SUBMITTED:
        return Light.YELLOW if facts.late else Light.GREEN
    if is_overdue(facts, marks):
        return Light.RED
    near = facts.due_on is not None and facts.due_on <= marks.yellow_through
    milestone_near = facts.next_milestone_on is not None and facts.next_milestone_on <= marks.yellow_through
    behind = facts.behind_on is not None and facts.behind_on <= marks.today
    return Light.YELLOW if near or milestone_near or behind else Light.GREEN


def behind_from(percent: int, start: date, due_on: date) -> date | None:
    """The day on which a straight line from start to due_on runs 10 points ahead of the percent reported."""
    points = percent + PERCENT_BEHIND
    if points > 100 or due_on <= start:
        return None
    return start + timedelta(days=-(-points * (due_on - start).days // 100))


def days_overdue(due_on: date, today: date, calendar: WorkingDays, *, roll: bool = True) -> int:
    """How late, in working days, at least 1; call it only for what is late."""
    end = calendar.on_or_after(due_on) if roll else due_on
    return max(1, calendar.between(end, today))


def was_late(due_on: date, on: date, calendar: WorkingDays, *, roll: bool = True) -> bool:
    """Whether something handed in on a day was late."""
    return on >= calendar.late_from(due_on, roll=roll)


def rectification_date(today: date, calendar: WorkingDays) -> date:
    """The date proposed for making good (限期整改): five working days on."""
    return calendar.shift(today, RETURN_DAYS)


def resume_date(due_on: date, rested_from: date, today: date) -> date:
    """The date proposed on resuming: moved by the days suspended, and never before tomorrow."""
    return max(due_on + (today - rested_from), today + timedelta(days=1))
