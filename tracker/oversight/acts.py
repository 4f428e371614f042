"""Words for the codes that oversight writes into the record of acts."""

from tracker.kernel.text import _l

ACTS = {
    "task.urge": _l("催办"),
    "task.urge_by_phone": _l("电话催办"),
    "task.ask_explanation": _l("要求作逾期说明"),
    "task.rectify": _l("限期整改"),
    "task.note": _l("督查备注"),
}
