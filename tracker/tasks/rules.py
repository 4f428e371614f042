"""The life of a task: states, moves, lateness and lights. Pure functions and tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.kernel.calendar import WorkingDays
from tracker.kernel.text import Labels, _l


class TaskState(StrEnum):
    """Where a task stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    ISSUED = "issued"
    ACTIVE = "active"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Move(StrEnum):
    """A step in the life of a task."""

    PROPOSE = "propose"
    SEND_BACK = "send_back"
    SIGN_OFF = "sign_off"
    TAKE_OVER = "take_over"
    ENTER_DONE = "enter_done"
    ACCEPT = "accept"
    SUBMIT = "submit"
    VERIFY = "verify"
    RETURN = "return"
    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"


class TaskSource(StrEnum):
    """Where a task comes from."""

    PLAN = "plan"
    HAND = "hand"
    COPY = "copy"
    SERIES = "series"
    SUBTASK = "subtask"


class PartState(StrEnum):
    """Where a cooperating unit's part stands."""

    ISSUED = "issued"
    ACTIVE = "active"
    DONE = "done"
    CANCELLED = "cancelled"


class RequestState(StrEnum):
    """An extension or adjustment that was asked for."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"


class AdjustmentKind(StrEnum):
    """What a unit asks to have adjusted before signing for a task."""

    DUTY = "duty"
    TIME = "time"
    STANDARD = "standard"


class ReportState(StrEnum):
    """A progress report: drafted by a liaison, or confirmed by a head."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"


class Outcome(StrEnum):
    """What a verification found."""

    PASSED = "passed"
    RETURNED = "returned"


class VerificationMode(StrEnum):
    """Where a verification took place."""

    DESK = "desk"
    ON_SITE = "on_site"


class DueDateCause(StrEnum):
    """Why a due date was moved. The first date is never lost."""

    EXTENSION = "extension"
    ADJUSTMENT = "adjustment"
    TIME_ADJUSTMENT = "time_adjustment"
    RETURN = "return"
    RESUME = "resume"
    RECTIFICATION = "rectification"
    TAKE_OVER = "take_over"


class BatchState(StrEnum):
    """A batch of tasks on its way to being signed off."""

    PROPOSED = "proposed"
    SIGNED = "signed"
    SENT_BACK = "sent_back"


class ExplanationState(StrEnum):
    """An explanation of a delay and how it was answered."""

    OPEN = "open"
    NOTED = "noted"
    RECTIFY = "rectify"


class CrossingKind(StrEnum):
    """What passed its deadline undone."""

    TASK = "task"
    PART = "part"
    MILESTONE = "milestone"


class Every(StrEnum):
    """The rhythm of a recurring task or of reporting on a continuous one."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Light(StrEnum):
    """The light of a task; derived from facts and today, never stored."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    DONE = "done"
    DONE_LATE = "done_late"
    GREY = "grey"


LABELS = Labels(
    {
        TaskState.DRAFT: _l("草拟"),
        TaskState.PROPOSED: _l("送审"),
        TaskState.ISSUED: _l("待签收"),
        TaskState.ACTIVE: _l("办理中"),
        TaskState.SUBMITTED: _l("待核验"),
        TaskState.RETURNED: _l("退回重办"),
        TaskState.SUSPENDED: _l("暂停"),
        TaskState.COMPLETED: _l("已办结"),
        TaskState.CANCELLED: _l("已撤销"),
    },
    {
        Move.PROPOSE: _l("送审"),
        Move.SEND_BACK: _l("退回修改"),
        Move.SIGN_OFF: _l("签发"),
        Move.TAKE_OVER: _l("接续办理"),
        Move.ENTER_DONE: _l("存量已完成"),
        Move.ACCEPT: _l("签收"),
        Move.SUBMIT: _l("报请办结"),
        Move.VERIFY: _l("核验通过"),
        Move.RETURN: _l("退回重办"),
        Move.SUSPEND: _l("暂停"),
        Move.RESUME: _l("恢复办理"),
        Move.CANCEL: _l("撤销"),
    },
    {
        TaskSource.PLAN: _l("实施方案"),
        TaskSource.HAND: _l("手工录入"),
        TaskSource.COPY: _l("复制"),
        TaskSource.SERIES: _l("周期任务"),
        TaskSource.SUBTASK: _l("层层分解"),
    },
    {
        PartState.ISSUED: _l("待签收"),
        PartState.ACTIVE: _l("配合中"),
        PartState.DONE: _l("已完成"),
        PartState.CANCELLED: _l("已撤销"),
    },
    {
        RequestState.PENDING: _l("待审批"),
        RequestState.APPROVED: _l("已同意"),
        RequestState.REFUSED: _l("未同意"),
    },
    {
        AdjustmentKind.DUTY: _l("职责不符"),
        AdjustmentKind.TIME: _l("时限"),
        AdjustmentKind.STANDARD: _l("标准"),
    },
    {
        ReportState.DRAFT: _l("待确认"),
        ReportState.CONFIRMED: _l("已确认"),
    },
    {
        Outcome.PASSED: _l("核验通过"),
        Outcome.RETURNED: _l("退回重办"),
    },
    {
        VerificationMode.DESK: _l("资料核验"),
        VerificationMode.ON_SITE: _l("实地查验"),
    },
    {
        DueDateCause.EXTENSION: _l("延期"),
        DueDateCause.ADJUSTMENT: _l("签收前调整"),
        DueDateCause.TIME_ADJUSTMENT: _l("时限调整"),
        DueDateCause.RETURN: _l("退回限期整改"),
        DueDateCause.RESUME: _l("恢复办理顺延"),
        DueDateCause.RECTIFICATION: _l("限期整改"),
        DueDateCause.TAKE_OVER: _l("接续办理"),
    },
    {
        BatchState.PROPOSED: _l("待签发"),
        BatchState.SIGNED: _l("已签发"),
        BatchState.SENT_BACK: _l("已退回"),
    },
    {
        ExplanationState.OPEN: _l("待答复"),
        ExplanationState.NOTED: _l("已知悉"),
        ExplanationState.RECTIFY: _l("限期整改"),
    },
    {
        CrossingKind.TASK: _l("任务"),
        CrossingKind.PART: _l("配合事项"),
        CrossingKind.MILESTONE: _l("年度节点"),
    },
    {
        Every.MONTH: _l("每月"),
        Every.QUARTER: _l("每季度"),
        Every.YEAR: _l("每年"),
    },
    {
        Light.GREEN: _l("正常"),
        Light.YELLOW: _l("临期"),
        Light.RED: _l("逾期"),
        Light.DONE: _l("办结"),
        Light.DONE_LATE: _l("逾期办结"),
        Light.GREY: _l("未计灯"),
    },
)

S = TaskState

MOVES: Mapping[Move, tuple[frozenset[TaskState], TaskState | None]] = {
    Move.PROPOSE: (frozenset({S.DRAFT}), S.PROPOSED),
    Move.SEND_BACK: (frozenset({S.PROPOSED}), S.DRAFT),
    Move.SIGN_OFF: (frozenset({S.DRAFT, S.PROPOSED}), S.ISSUED),
    Move.TAKE_OVER: (frozenset({S.DRAFT}), S.ACTIVE),
    Move.ENTER_DONE: (frozenset({S.DRAFT}), S.COMPLETED),
    Move.ACCEPT: (frozenset({S.ISSUED}), S.ACTIVE),
    Move.SUBMIT: (frozenset({S.ACTIVE, S.RETURNED}), S.SUBMITTED),
    Move.VERIFY: (frozenset({S.SUBMITTED}), S.COMPLETED),
    Move.RETURN: (frozenset({S.SUBMITTED}), S.RETURNED),
    Move.SUSPEND: (frozenset({S.ISSUED, S.ACTIVE, S.RETURNED}), S.SUSPENDED),
    Move.RESUME: (frozenset({S.SUSPENDED}), None),
    Move.CANCEL: (frozenset(S) - {S.COMPLETED, S.CANCELLED}, S.CANCELLED),
}
"""From each move to the states it may start in and the state it ends in (None: where the task was before)."""

OPEN = frozenset({S.ISSUED, S.ACTIVE, S.RETURNED})
"""States in which the days run: only these can be overdue."""
LIVE = OPEN | {S.SUBMITTED, S.SUSPENDED}
"""Issued and not at an end."""
ENDED = frozenset({S.COMPLETED, S.CANCELLED})

ADJUSTMENT_DECISION_DAYS = 2
RETURN_DAYS = 5
FREE_EXTENSIONS = 1
"""So many extensions are decided by the office; every further one by a leader."""
MAX_TITLE = 120
MAX_TEXT = 4000
PERCENT_BEHIND = 10
FAR_FUTURE = date(9999, 12, 31)


def can(move: Move, state: TaskState) -> bool:
    """Whether a move may start in a state."""
    return state in MOVES[move][0]


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
