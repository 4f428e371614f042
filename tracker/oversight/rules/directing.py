"""What a reviewer may ask of a unit."""

from enum import StrEnum

from tracker.kernel.text import _l


class DirectionKind(StrEnum):
    """What a review of an overdue task led to."""

    EXPLAIN = "explain"
    RECTIFY = "rectify"
    NOTE = "note"


EXPLAIN_SENTENCE = _l("请说明逾期原因、目前进展和预计完成时间。")
