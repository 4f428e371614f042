"""How a unit can be urged, and what a supervisor may ask of it."""

from enum import StrEnum

from tracker.kernel.text import Labels, _l


class UrgeChannel(StrEnum):
    """How somebody was urged."""

    MESSAGE = "message"
    PHONE = "phone"


class DirectionKind(StrEnum):
    """What a review of an overdue task led to."""

    EXPLAIN = "explain"
    RECTIFY = "rectify"
    NOTE = "note"


LABELS = Labels(
    {
        UrgeChannel.MESSAGE: _l("消息催办"),
        UrgeChannel.PHONE: _l("电话催办"),
    },
    {
        DirectionKind.EXPLAIN: _l("请作逾期说明"),
        DirectionKind.RECTIFY: _l("限期整改"),
        DirectionKind.NOTE: _l("备注"),
    },
)
