"""Words for the codes that plans write into the record of acts."""

from tracker.kernel.text import _l, _p

ACTS: dict[str, object] = {
    "plan.bring_in": _p("done", "录入方案文件"),
    "plan.correct": _p("done", "核对方案识别结果"),
    "plan.discard": _p("done", "放弃方案文件"),
    "plan.confirm": _p("done", "确认建立方案"),
    "plan.add_phase": _p("done", "登记阶段"),
    "plan.add_measure": _p("done", "登记举措"),
    "plan.made": _p("done", "记录方案新建内容"),
    "plan.undo": _p("done", "撤回方案"),
}

SUBJECTS: dict[str, object] = {
    "plan_document": _l("方案文件"),
    "plan": _l("实施方案"),
}
"""What acts are done to."""

KEYS: dict[str, object] = {
    "document_id": _l("方案文件"),
    "units": _l("单位"),
    "short_names": _l("单位简称"),
    "groups": _l("领导小组"),
    "member_units": _l("成员单位"),
    "posts": _l("职务"),
    "persons": _l("人员"),
    "appointments": _l("任职"),
    "seats": _l("席位"),
    "phases": _l("阶段"),
    "measures": _l("举措"),
    "tasks": _l("任务"),
}
"""What is noted of it, old and new."""
