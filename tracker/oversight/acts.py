"""Words for the codes that oversight writes into the record of acts."""

from enum import StrEnum

from tracker.kernel.text import _l
from tracker.oversight.rules import FlagColour, FlagRule, FlagState, NoticeState

ACTS = {
    "task.urge": _l("催办"),
    "task.urge_by_phone": _l("电话催办"),
    "task.ask_explanation": _l("要求作逾期说明"),
    "task.rectify": _l("限期整改"),
    "task.note": _l("督查备注"),
    "notice.draft": _l("起草督办通知单"),
    "flag.raise": _l("预警"),
}

SUBJECTS: dict[str, object] = {"notice": _l("督办通知单"), "flag": _l("问责预警")}
"""What acts are done to."""

KEYS: dict[str, object] = {
    "rung": _l("提醒级次"),
    "rule": _l("预警规则"),
    "colour": _l("预警等级"),
}
"""What is noted of it, old and new."""

CODES: dict[str, type[StrEnum]] = {
    "notice.state": NoticeState,
    "flag.rule": FlagRule,
    "flag.colour": FlagColour,
    "flag.state": FlagState,
}
"""Values that are codes, by subject and key."""
