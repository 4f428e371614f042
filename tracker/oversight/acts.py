"""Words for the codes that oversight writes into the record of acts."""

from enum import StrEnum

from tracker.kernel.text import _l, _p
from tracker.oversight.rules import (
    Card,
    DecisionKind,
    FellAway,
    FlagColour,
    FlagRule,
    FlagState,
    NoticeState,
    ReviewOutcome,
    Urgency,
)

ACTS = {
    "task.urge": _p("done", "催办"),
    "task.urge_by_phone": _p("done", "电话催办"),
    "task.ask_explanation": _p("done", "要求作逾期说明"),
    "task.rectify": _p("done", "限期整改"),
    "task.note": _p("done", "督查备注"),
    "notice.draft": _p("done", "起草督办通知单"),
    "notice.edit": _p("done", "修改督办通知单"),
    "notice.propose": _p("done", "送签"),
    "notice.send_back": _p("done", "退回修改"),
    "notice.sign_off": _p("done", "签发"),
    "notice.sign_for": _p("done", "签收"),
    "notice.sign_for_by_phone": _p("done", "代签收"),
    "notice.draft_reply": _p("done", "起草回执"),
    "notice.reply": _p("done", "报送回执"),
    "notice.record_reply": _p("done", "录入纸质回执"),
    "notice.return": _p("done", "退回重报"),
    "notice.accept": _p("done", "审核通过"),
    "notice.withdraw": _p("done", "撤回"),
    "notice.discard": _p("done", "作废"),
    "notice.fall_away": _p("done", "自动作废"),
    "flag.raise": _p("done", "预警"),
    "flag.notify": _p("done", "告知预警"),
    "flag.state": _p("done", "提交情况说明"),
    "flag.propose": _p("done", "提出处理建议"),
    "flag.turn_down": _p("done", "退回处理建议"),
    "flag.decide": _p("done", "作出处理决定"),
    "flag.ask_review": _p("done", "申请复核"),
    "flag.review": _p("done", "作出复核决定"),
    "flag.close": _p("done", "办结存档"),
    "flag.withdraw": _p("done", "撤销预警"),
    "flag.set_rule": _p("done", "设置预警规则"),
    "flag.set_days": _p("done", "设置问责期限"),
}

SUBJECTS: dict[str, object] = {"notice": _l("督办通知单"), "flag": _l("问责预警")}
"""What acts are done to."""

KEYS: dict[str, object] = {
    "rung": _l("提醒级次"),
    "matter": _l("督办事项"),
    "basis": _l("交办依据"),
    "demand": _l("具体要求"),
    "urgency": _l("紧急程度"),
    "reply_by": _l("办理时限"),
    "contact": _l("联系人"),
    "phone": _l("联系电话"),
    "late": _l("逾期"),
    "fell_away": _l("作废原因"),
    "rule": _l("预警规则"),
    "colour": _l("预警等级"),
    "ends_period": _l("陈述完毕"),
    "decision": _l("处理决定"),
    "card": _l("用牌"),
    "paper_number": _l("文号"),
    "outcome": _l("复核结果"),
    "enabled": _l("启用"),
    "threshold": _l("阈值"),
    "statement_days": _l("陈述申辩期（工作日）"),
    "review_days": _l("申请复核期（天）"),
    "decide_within_days": _l("处理时限（工作日）"),
    "uses_cards": _l("使用黄牌、红牌"),
}
"""What is noted of it, old and new."""

CODES: dict[str, type[StrEnum]] = {
    "notice.state": NoticeState,
    "notice.urgency": Urgency,
    "notice.fell_away": FellAway,
    "flag.rule": FlagRule,
    "flag.colour": FlagColour,
    "flag.state": FlagState,
    "flag.decision": DecisionKind,
    "flag.card": Card,
    "flag.outcome": ReviewOutcome,
}
"""Values that are codes, by subject and key."""
