"""Sentences with which bringing in a plan is refused, shared by plans and by the intake of tasks above them."""

from tracker.kernel.text import _l

ISSUED = _l("已有任务征求意见、送审或签发，方案不能撤回。")
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

UNREADABLE: dict[str, object] = {
    "empty": _l("文件是空的，没有可读的内容。"),
    "too_large": _l("文件超过 20 MB，请另存为较小的文件后再上传。"),
    "too_long": _l("文件的文字太多，不像一份实施方案，请只上传方案正文和附表。"),
    "wrong_kind": _l("只能读取 .txt 和 .docx 文件，请另存为其中一种格式后再上传。"),
    "old_word": _l("这是旧版 Word（.doc）文件，请在 Word 或 WPS 中另存为 .docx 后再上传。"),
    "not_docx": _l("文件扩展名是 .docx，内容却不是 Word 文档。"),
    "not_text": _l("文件扩展名是 .txt，内容却不是文本。"),
    "encoding": _l("认不出文本的编码，请另存为 UTF-8 编码后再上传。"),
    "bomb": _l("文件解压后过大或结构异常，为安全起见不予读取。"),
    "macro": _l("文件带有宏，为安全起见不予读取，请另存为不带宏的 .docx。"),
    "damaged": _l("文件已损坏或被加密，无法打开。"),
    "missing": _l("找不到这个文件，或没有权限读取。"),
}
"""The reader's reasons in its words, so that pages can say them in another language; a test holds the two together."""


def about(name: str, sentence: object) -> object:
    """A sentence with the thing that it is about in front."""
    return _l("%(name)s：%(sentence)s", name=name, sentence=sentence)
