"""How a unit can be urged, what a supervisor may ask of it, how a supervision notice lives, and the words for all."""

from tracker.kernel.text import Labels, _l
from tracker.oversight.rules.directing import EXPLAIN_SENTENCE, DirectionKind
from tracker.oversight.rules.supervision import (
    AT_THE_UNIT,
    DEFAULT_PREFIX,
    MAX_BASIS,
    MAX_DEMAND,
    MAX_MATTER,
    NOTICE_LABELS,
    NOTICE_MOVES,
    ON_THE_WAY,
    OUT,
    UNSIGNED,
    URGENCY_DAYS,
    FellAway,
    NoticeMove,
    NoticeOrigin,
    NoticeState,
    NoticeSubject,
    Urgency,
    document_number,
    usual_demand,
    usual_reply_by,
)
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
    *NOTICE_LABELS.tables.values(),
)

__all__ = [
    "ANSWERS",
    "AT_THE_UNIT",
    "DEFAULT_PREFIX",
    "EXPLAIN_SENTENCE",
    "LABELS",
    "MAX_BASIS",
    "MAX_DEMAND",
    "MAX_MATTER",
    "NOTICE_MOVES",
    "ON_THE_WAY",
    "OUT",
    "SENTENCES",
    "UNSIGNED",
    "URGENCY_DAYS",
    "DirectionKind",
    "FellAway",
    "NoticeMove",
    "NoticeOrigin",
    "NoticeState",
    "NoticeSubject",
    "UrgeChannel",
    "Urgency",
    "document_number",
    "usual_demand",
    "usual_reply_by",
]
