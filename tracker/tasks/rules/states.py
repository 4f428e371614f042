"""The states and kinds of which the life of a task is made, with their Chinese names."""

from enum import StrEnum

from tracker.kernel.text import Labels, _l, _p
from tracker.tasks.rules.consulting import ConsultationState, Handling, OpinionKind, ReplyStanding


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


NEVER_DRAFTED = frozenset({TaskSource.SERIES, TaskSource.SUBTASK})
"""Later periods and pieces go out without being signed off themselves; each names the batch of what it comes from."""


class PartState(StrEnum):
    """Where a cooperating unit's part stands."""

    ISSUED = "issued"
    ACTIVE = "active"
    DONE = "done"
    CANCELLED = "cancelled"


class RequestState(StrEnum):
    """An extension or adjustment that was asked for. Withdrawn: nobody decided, the task went on without it."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


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
        TaskState.PROPOSED: _p("state", "送审"),
        TaskState.ISSUED: _l("待签收"),
        TaskState.ACTIVE: _l("办理中"),
        TaskState.SUBMITTED: _l("待核验"),
        TaskState.RETURNED: _p("state", "退回重办"),
        TaskState.SUSPENDED: _p("state", "暂停"),
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
        RequestState.WITHDRAWN: _l("已撤回"),
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
        Outcome.PASSED: _p("state", "核验通过"),
        Outcome.RETURNED: _p("state", "退回重办"),
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
        DueDateCause.TAKE_OVER: _p("state", "接续办理"),
    },
    {
        BatchState.PROPOSED: _l("待签发"),
        BatchState.SIGNED: _l("已签发"),
        BatchState.SENT_BACK: _l("已退回"),
    },
    {
        ConsultationState.OPEN: _l("征求意见"),
        ConsultationState.WITHDRAWN: _l("已撤回"),
    },
    {
        OpinionKind.NONE: _l("无意见"),
        OpinionKind.DUTY: _l("职责"),
        OpinionKind.TIME: _l("时限"),
        OpinionKind.STANDARD: _l("标准"),
        OpinionKind.OTHER: _l("其他"),
    },
    {
        Handling.ADOPTED: _l("采纳"),
        Handling.NOT_ADOPTED: _l("不采纳"),
    },
    {
        ReplyStanding.WAITING: _l("未答复"),
        ReplyStanding.DRAFTED: _l("未答复（已起草，待负责人确认）"),
        ReplyStanding.NO_OPINION: _l("无意见"),
        ReplyStanding.OPINION: _l("有意见"),
        ReplyStanding.DEEMED: _l("视为无意见"),
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
