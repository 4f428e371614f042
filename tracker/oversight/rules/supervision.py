"""The life of a supervision notice (督办通知单): states, the steps between them, urgency and dates. Pure tables."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from tracker.documents.paper import day as day_words
from tracker.kernel.calendar import WorkingDays
from tracker.kernel.text import Labels, _l, _p


class NoticeState(StrEnum):
    """How a supervision notice stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    ISSUED = "issued"
    RECEIVED = "received"
    REPLIED = "replied"
    RETURNED = "returned"
    CLOSED = "closed"
    DISCARDED = "discarded"
    WITHDRAWN = "withdrawn"


class NoticeMove(StrEnum):
    """A step in the life of a supervision notice."""

    PROPOSE = "propose"
    SEND_BACK = "send_back"
    SIGN_OFF = "sign_off"
    SIGN_FOR = "sign_for"
    REPLY = "reply"
    RETURN = "return"
    ACCEPT = "accept"
    DISCARD = "discard"
    WITHDRAW = "withdraw"


class NoticeSubject(StrEnum):
    """What a notice is about: one matter, one paper (一事一单)."""

    TASK = "task"
    PART = "part"
    LETTER = "letter"


class NoticeOrigin(StrEnum):
    """Who drafted a notice: a rung of the ladder, the group's office, or the supervisors."""

    LADDER = "ladder"
    OFFICE = "office"
    SUPERVISOR = "supervisor"


class Urgency(StrEnum):
    """How fast a notice is to be answered."""

    ORDINARY = "ordinary"
    URGENT = "urgent"
    MOST_URGENT = "most_urgent"


class Matter(StrEnum):
    """Whose date passed: the task's, that of a step inside it (年度节点), or that of a cooperating unit's part."""

    TASK = "task"
    MILESTONE = "milestone"
    PART = "part"


class FellAway(StrEnum):
    """Why a draft was discarded by the system: what it was about went on without it."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    RESCHEDULED = "rescheduled"
    SETTLED = "settled"


S = NoticeState

NOTICE_MOVES: Mapping[NoticeMove, tuple[frozenset[NoticeState], NoticeState]] = {
    NoticeMove.PROPOSE: (frozenset({S.DRAFT}), S.PROPOSED),
    NoticeMove.SEND_BACK: (frozenset({S.PROPOSED}), S.DRAFT),
    # Where the director drafts alone, proposing and signing off is one step.
    NoticeMove.SIGN_OFF: (frozenset({S.DRAFT, S.PROPOSED}), S.ISSUED),
    NoticeMove.SIGN_FOR: (frozenset({S.ISSUED}), S.RECEIVED),
    NoticeMove.REPLY: (frozenset({S.RECEIVED, S.RETURNED}), S.REPLIED),
    NoticeMove.RETURN: (frozenset({S.REPLIED}), S.RETURNED),
    NoticeMove.ACCEPT: (frozenset({S.REPLIED}), S.CLOSED),
    NoticeMove.DISCARD: (frozenset({S.DRAFT, S.PROPOSED}), S.DISCARDED),
    NoticeMove.WITHDRAW: (frozenset({S.ISSUED, S.RECEIVED, S.REPLIED, S.RETURNED}), S.WITHDRAWN),
}
"""From each step to the states it may start in and the state it ends in."""

UNSIGNED = frozenset({S.DRAFT, S.PROPOSED})
"""Not yet a paper: without a number, and nothing that the unit sees."""
AT_THE_UNIT = frozenset({S.ISSUED, S.RECEIVED, S.RETURNED})
"""The unit is to sign for it or to answer; with these the limit runs."""
ON_THE_WAY = UNSIGNED | AT_THE_UNIT | {S.REPLIED}
"""Neither closed nor taken back: a second one on the same matter is not written."""
OUT = frozenset(set(NoticeState) - UNSIGNED - {S.DISCARDED})
"""Has a number, and is seen by the unit."""

URGENCY_DAYS: Mapping[Urgency, int] = {Urgency.ORDINARY: 5, Urgency.URGENT: 3, Urgency.MOST_URGENT: 0}
"""The usual limit for an answer in working days after the day of issue; 0: at once, on that day."""

DEFAULT_PREFIX = "督"
"""What the numbers begin with, unless the group has set another: 督〔2026〕1号."""


LIMIT_PASSED = {
    Matter.TASK: "该事项完成时限为{day}，至今未办结。",
    Matter.MILESTONE: "该事项的年度节点“{name}”时限为{day}，至今未完成。",
    Matter.PART: "该事项中由你单位承担的配合事项时限为{day}，至今未完成。",
}

MAX_MATTER = 200
MAX_BASIS = 300
MAX_DEMAND = 2000


def usual_demand(due_on: date | None, *, of: Matter = Matter.TASK, name: str = "") -> str:
    """What a notice on an overdue matter usually demands, as the paper prints it (always in Chinese).

    name: of the milestone.
    """
    limit = LIMIT_PASSED[of].format(day=day_words(due_on), name=name) if due_on else "该事项至今未办结。"
    return f"{limit}请查明原因，抓紧办理，并在办理时限内以回执反馈办理情况和预计完成时间。"


def usual_reply_by(day: date, urgency: Urgency, calendar: WorkingDays) -> date:
    """By when a notice that goes out on a day is usually answered; never on a day off."""
    return calendar.shift(calendar.on_or_after(day), URGENCY_DAYS[urgency])


def document_number(prefix: str, year: int, number: int) -> str:
    """The number in the form of GB/T 9704: hexagonal brackets, the year in four figures, no leading zero."""
    return f"{prefix}〔{year}〕{number}号"


NOTICE_LABELS = Labels(
    {
        NoticeState.DRAFT: _l("草拟"),
        NoticeState.PROPOSED: _p("state", "送签"),
        NoticeState.ISSUED: _l("待签收"),
        NoticeState.RECEIVED: _l("待回复"),
        NoticeState.REPLIED: _l("回执待审"),
        NoticeState.RETURNED: _p("state", "退回重报"),
        NoticeState.CLOSED: _l("已办结"),
        NoticeState.DISCARDED: _l("已作废"),
        NoticeState.WITHDRAWN: _l("已撤回"),
    },
    {
        NoticeMove.PROPOSE: _l("送签"),
        NoticeMove.SEND_BACK: _l("退回修改"),
        NoticeMove.SIGN_OFF: _l("签发"),
        NoticeMove.SIGN_FOR: _l("签收"),
        NoticeMove.REPLY: _l("报送回执"),
        NoticeMove.RETURN: _l("退回重报"),
        NoticeMove.ACCEPT: _l("审核通过"),
        NoticeMove.DISCARD: _l("作废"),
        NoticeMove.WITHDRAW: _l("撤回"),
    },
    {
        NoticeSubject.TASK: _l("任务"),
        NoticeSubject.PART: _l("配合事项"),
        NoticeSubject.LETTER: _l("责任书"),
    },
    {
        NoticeOrigin.LADDER: _l("系统按提醒规则起草"),
        NoticeOrigin.OFFICE: _l("领导小组办公室起草"),
        NoticeOrigin.SUPERVISOR: _l("督导（督查）人员起草"),
    },
    {
        Urgency.ORDINARY: _l("平件"),
        Urgency.URGENT: _l("急件"),
        Urgency.MOST_URGENT: _l("特急"),
    },
    {
        Matter.TASK: _l("任务"),
        Matter.MILESTONE: _l("年度节点"),
        Matter.PART: _l("配合事项"),
    },
    {
        FellAway.COMPLETED: _l("督办事项已办结"),
        FellAway.CANCELLED: _l("督办事项已撤销"),
        FellAway.RESCHEDULED: _l("完成时限已调整"),
        FellAway.SETTLED: _l("责任书已签署或者已收回"),
    },
)
