"""Words for the codes that oversight writes into the record of acts."""

from enum import StrEnum

from tracker.kernel.text import _l
from tracker.oversight.rules import NoticeState

ACTS = {
    "task.urge": _l("催办"),
    "task.urge_by_phone": _l("电话催办"),
    "task.ask_explanation": _l("要求作逾期说明"),
    "task.rectify": _l("限期整改"),
    "task.note": _l("督查备注"),
    "notice.draft": _l("起草督办通知单"),
}

SUBJECTS = {"notice": _l("督办通知单")}
KEYS = {"rung": _l("提醒级次")}

CODES: dict[str, type[StrEnum]] = {"notice.state": NoticeState}
