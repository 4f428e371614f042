"""Words for the codes that letters write into the record of acts."""

from tracker.kernel.text import _l

ACTS = {
    "letter.set_template": _l("修改责任书模板"),
    "letter.prepare": _l("起草责任书"),
    "letter.discard": _l("弃用责任书草稿"),
    "letter.edit": _l("修改责任书条款"),
    "letter.issue_batch": _l("整批下发责任书"),
    "letter.issue": _l("下发责任书"),
    "letter.sign": _l("签署责任书"),
    "letter.record_paper": _l("代录纸质签署"),
    "letter.enter_force": _l("责任书生效"),
    "letter.supersede": _l("责任书被替代"),
    "letter.expire": _l("责任书到期"),
    "letter.send_back": _l("退回责任书"),
    "letter.withdraw": _l("撤回责任书"),
    "letter.follow": _l("起草补充或重签责任书"),
    "letter.reconcile": _l("起草年终对账"),
    "letter.fulfil": _l("确认年终对账"),
    "letter.open_handover": _l("起草交接确认"),
    "letter.sign_handover": _l("签署交接确认"),
    "letter.record_handover": _l("代录纸质交接确认"),
    "letter.urge": _l("催签责任书"),
}
