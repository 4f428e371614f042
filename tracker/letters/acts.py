"""Words for the codes that letters write into the record of acts."""

from enum import StrEnum

from tracker.kernel.text import _l, _p
from tracker.letters.rules import LetterKind

ACTS = {
    "letter.set_template": _p("done", "修改责任书模板"),
    "letter.prepare": _p("done", "起草责任书"),
    "letter.discard": _p("done", "弃用责任书草稿"),
    "letter.ask_views": _p("done", "征求意见"),
    "letter.withdraw_views": _p("done", "撤回征求意见"),
    "letter.draft_views": _p("done", "起草征求意见答复"),
    "letter.answer_views": _p("done", "答复征求意见"),
    "letter.enter_views": _p("done", "代录征求意见答复"),
    "letter.adopt_view": _p("done", "采纳单位意见"),
    "letter.decline_view": _p("done", "不采纳单位意见"),
    "letter.hand_on": _p("done", "分解责任书条款"),
    "letter.drop": _p("done", "从本批移出单位"),
    "letter.edit": _p("done", "修改责任书条款"),
    "letter.issue_batch": _p("done", "整批下发责任书"),
    "letter.issue": _p("done", "下发责任书"),
    "letter.sign": _p("done", "签署责任书"),
    "letter.record_paper": _p("done", "代录纸质签署"),
    "letter.upload_pile": _p("done", "上传整叠扫描件"),
    "letter.assign_pages": _p("done", "调整扫描页归位"),
    "letter.enter_force": _p("done", "责任书生效"),
    "letter.supersede": _p("done", "责任书被替代"),
    "letter.expire": _p("done", "责任书到期"),
    "letter.send_back": _p("done", "退回责任书"),
    "letter.withdraw": _p("done", "撤回责任书"),
    "letter.follow": _p("done", "起草补充或重签责任书"),
    "letter.reconcile": _p("done", "起草年终对账"),
    "letter.fulfil": _p("done", "确认年终对账"),
    "letter.revoke": _p("done", "生效后撤回"),
    "letter.open_handover": _p("done", "起草交接确认"),
    "letter.sign_handover": _p("done", "签署交接确认"),
    "letter.record_handover": _p("done", "代录纸质交接确认"),
    "letter.seal": _p("done", "加盖电子印章"),
    "letter.urge": _p("done", "催签责任书"),
}

SUBJECTS: dict[str, object] = {
    "letter": _l("责任书"),
    "letter_batch": _l("责任书批次"),
}
"""What acts are done to."""

KEYS: dict[str, object] = {
    "clause": _l("第几条"),
    "by_number": _l("替代它的责任书"),
    "certificate": _l("证书摘要"),
    "follows": _l("原责任书"),
    "free": _l("其他约定"),
    "handover": _l("交接确认"),
    "letters": _l("责任书份数"),
    "mark": _l("校验码"),
    "number": _l("编号"),
    "outcomes": _l("逐条结果"),
    "sha256": _l("SHA-256 摘要"),
    "sm3": _l("SM3 摘要"),
    "sign_by": _l("签署期限"),
    "successor": _l("接任人"),
    "tasks": _l("任务"),
    "times": _l("次数"),
    "units": _l("签订单位"),
    "pdf": _l("PDF 摘要"),
    "promise": _l("条款和签署人的摘要"),
    "frame": _l("批次和模板的摘要"),
    "pile": _l("整叠扫描"),
    "files": _l("文件"),
    "pages": _l("页面"),
    "purpose": _l("目的和依据"),
    "safeguards": _l("责任与保障"),
    "accountability": _l("考核与奖惩"),
    "closing": _l("附则"),
}
"""What is noted of it, old and new."""

CODES: dict[str, type[StrEnum]] = {"letter.kind": LetterKind}
