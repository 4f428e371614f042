"""How a unit can be urged, and sentences for it that need no typing."""

from collections.abc import Mapping
from enum import StrEnum

from tracker.kernel.text import _l
from tracker.oversight.rules.supervision import Matter


class UrgeChannel(StrEnum):
    """How somebody was urged."""

    MESSAGE = "message"
    PHONE = "phone"


SENTENCES: Mapping[str, object] = {
    "report": _l("请尽快填报最新进展。"),
    "late": _l("任务已逾期，请抓紧办理，说明原因和预计完成时间。"),
    "near": _l("时限临近，请按时完成并报请办结。"),
    "help": _l("如有困难，请及时提出需协调事项。"),
}
"""What an urge most often says."""

BY_THE_LADDER: Mapping[Matter, object] = {
    Matter.TASK: SENTENCES["late"],
    Matter.MILESTONE: _l("年度节点已逾期，请抓紧办理，说明原因和预计完成时间。"),
    Matter.PART: _l("配合事项已逾期，请抓紧办理，说明原因和预计完成时间。"),
}
"""What the ladder's own urge says, by whose date passed."""

ANSWERS: Mapping[str, object] = {
    "week": _l("本周内完成"),
    "today": _l("正在办理，今天填报进展"),
    "written": _l("有困难，书面说明"),
    "nobody": _l("无人接听，稍后再打"),
}
"""What the other side most often says on the phone."""
