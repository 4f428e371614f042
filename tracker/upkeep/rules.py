"""What the watchdog may find, and how grave each is. Pure tables."""

from dataclasses import dataclass
from enum import StrEnum

from tracker.kernel.text import Labels, _l


class Code(StrEnum):
    """Something that is not as it should be."""

    SLOT_MISSED = "slot_missed"
    SCHEDULER_SILENT = "scheduler_silent"
    WORKER_SILENT = "worker_silent"
    CLAIM_EXPIRED = "claim_expired"
    STEP_PASSED_OVER = "step_passed_over"
    REMINDER_UNHEARD = "reminder_unheard"
    REMINDER_HELD = "reminder_held"
    MESSAGE_LEFT_OUT = "message_left_out"
    DELIVERY_STUCK = "delivery_stuck"
    DELIVERY_UNCERTAIN = "delivery_uncertain"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERIES_HELD = "deliveries_held"
    CLOCK_APART = "clock_apart"


LABELS = Labels(
    {
        Code.SLOT_MISSED: _l("定时任务没有按时完成，或者有一部分失败"),
        Code.SCHEDULER_SILENT: _l("定时进程曾停顿，期间没有检查到期事项"),
        Code.WORKER_SILENT: _l("后台进程没有响应"),
        Code.CLAIM_EXPIRED: _l("后台任务已被领走，但处理它的进程没有响应"),
        Code.STEP_PASSED_OVER: _l("到期事项没有留下提醒记录"),
        Code.REMINDER_UNHEARD: _l("提醒没有写进收件箱"),
        Code.REMINDER_HELD: _l("提醒已暂扣，等待确认"),
        Code.MESSAGE_LEFT_OUT: _l("应外发的消息没有列入发送"),
        Code.DELIVERY_STUCK: _l("外发消息积压"),
        Code.DELIVERY_UNCERTAIN: _l("外发消息是否送达不明，需要人工确认"),
        Code.DELIVERY_FAILED: _l("外发消息发送失败"),
        Code.DELIVERIES_HELD: _l("外发消息已全部停发"),
        Code.CLOCK_APART: _l("本机时钟与数据库时钟不一致"),
    }
)

GRAVE = frozenset(
    {
        Code.SLOT_MISSED,
        Code.WORKER_SILENT,
        Code.CLAIM_EXPIRED,
        Code.STEP_PASSED_OVER,
        Code.REMINDER_UNHEARD,
        Code.MESSAGE_LEFT_OUT,
        Code.DELIVERY_STUCK,
        Code.CLOCK_APART,
    }
)
"""Something does not work, and whoever watches from outside is told so; the others wait for a person's decision."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something found: what, of what (a job, a channel, a group), and how many."""

    code: Code
    detail: str = ""
    count: int = 1
