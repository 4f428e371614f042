"""Sentences with which bringing in a plan is refused, shared by plans and by the intake of tasks above them."""

from tracker.kernel.text import _l

ISSUED = _l("已有任务送审或签发，方案不能撤回。")
OTHERS = _l("还有后来按本方案草拟的任务，请先撤销或改为其他来源，再撤回方案。")
CONFIRMED = _l("这份文件已经确认过，请查看建立的方案。")
NO_UNIT = _l("没有写明单位，请补上单位或取消勾选。")
STAFF_UNIT = _l("请填写所在单位。")
NO_NAME = _l("请填写领导小组名称。")
TAKEN_BACK = _l("方案已撤回，随它登记的内容已一并移除；文件还在，可以重新核对确认。")
LEFT_OUT = _l("接续时不纳入")
PASSED_LEAD = _l("请先选择牵头单位。")
PASSED_DATE = _l("请填写日期。")
DRAFTS_ARE_THE_OFFICES = _l("草稿由领导小组办公室和领导查看。")


def about(name: str, sentence: object) -> object:
    """A sentence with the thing that it is about in front."""
    return _l("%(name)s：%(sentence)s", name=name, sentence=sentence)
