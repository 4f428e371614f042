"""Words for the codes that plans write into the record of acts."""

from tracker.kernel.text import _l

ACTS: dict[str, object] = {
    "plan.bring_in": _l("录入方案文件"),
    "plan.correct": _l("核对方案识别结果"),
    "plan.discard": _l("放弃方案文件"),
    "plan.confirm": _l("确认建立方案"),
    "plan.add_phase": _l("登记阶段"),
    "plan.add_measure": _l("登记举措"),
    "plan.made": _l("记录方案新建内容"),
    "plan.undo": _l("撤回方案"),
}
