"""States of an uploaded plan document and of the plan made from it."""

from enum import StrEnum

from tracker.kernel.text import Labels, _l


class DocumentState(StrEnum):
    """What became of an uploaded document."""

    READ = "read"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded"


class PlanState(StrEnum):
    """Whether a plan is worked by, or was taken back before anything was issued from it."""

    ACTIVE = "active"
    UNDONE = "undone"


LABELS = Labels(
    {
        DocumentState.READ: _l("待确认"),
        DocumentState.CONFIRMED: _l("已确认"),
        DocumentState.DISCARDED: _l("已放弃"),
    },
    {
        PlanState.ACTIVE: _l("执行中"),
        PlanState.UNDONE: _l("已撤回"),
    },
)
