"""How a unit can be urged, what a supervisor may ask of it, and the words for both."""

from tracker.kernel.text import Labels, _l
from tracker.oversight.rules.directing import EXPLAIN_SENTENCE, DirectionKind
from tracker.oversight.rules.urging import ANSWERS, SENTENCES, UrgeChannel

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

__all__ = ["ANSWERS", "EXPLAIN_SENTENCE", "LABELS", "SENTENCES", "DirectionKind", "UrgeChannel"]
