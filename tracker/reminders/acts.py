"""Words for what is done to ladders and held runs in the record of acts."""

from enum import StrEnum

from tracker.kernel.text import _l, _p
from tracker.reminders.rules import HoldCause, LadderKind

ACTS: dict[str, object] = {
    "ladder.change": _p("done", "修改提醒规则"),
    "ladder.restore": _p("done", "恢复默认提醒规则"),
    "sweep.release": _p("done", "放行暂扣的提醒"),
    "sweep.discard": _p("done", "取消暂扣的提醒"),
    "sweep.confirm_clock": _p("done", "确认系统时间"),
}
SUBJECTS: dict[str, object] = {"ladder": _l("提醒规则"), "held_run": _l("暂扣的提醒")}
KEYS: dict[str, object] = {
    "ladder": _l("适用"),
    "version": _l("版本"),
    "rungs": _l("各级提醒"),
    "reason": _l("理由"),
    "cause": _l("原因"),
    "planned": _l("条数"),
}
CODES: dict[str, type[StrEnum]] = {"ladder.ladder": LadderKind, "held_run.cause": HoldCause}
