"""What is typed for the acts in the life of a task; rules stand in commands."""

from wtforms import BooleanField, IntegerField, RadioField, StringField
from wtforms.validators import NumberRange

from tracker.kernel.forms import (
    CHOSEN,
    OPTIONAL,
    ActForm,
    ChoiceField,
    DayField,
    FilesField,
    PaperForm,
    TextField,
    words,
)
from tracker.kernel.text import _l
from tracker.tasks.rules import LABELS, AdjustmentKind, VerificationMode

__all__ = [
    "AcceptForm",
    "ActForm",
    "AnswerForm",
    "AppointForm",
    "AskAdjustmentForm",
    "AskExtensionForm",
    "AssignForm",
    "DecideAdjustmentForm",
    "DecideExtensionForm",
    "ExplainForm",
    "LeaderForm",
    "PartReportForm",
    "ReasonForm",
    "ReportForm",
    "ResumeForm",
    "SplitForm",
    "SubmitForm",
    "TimeForm",
    "VerifyForm",
]

DECISION = words([("yes", _l("同意")), ("no", _l("不同意"))])

RETURN_PHRASES = (
    _l("佐证材料不齐，请补充后再报。"),
    _l("完成情况与完成标准不符，请对照标准补做。"),
    _l("材料日期或数据有误，请核实更正。"),
    _l("现场查看未完成，请抓紧落实。"),
)


class AcceptForm(ActForm):
    """Sign for a task; the office says with whom it spoke."""

    spoke_with = StringField(
        _l("通话对象"), [OPTIONAL], description=_l("代签收须写明与谁通话，例如：区财政局办公室 王某。")
    )


class AskAdjustmentForm(ActForm):
    """Ask for something to be changed before signing."""

    kind = RadioField(
        _l("需要调整的内容"), [CHOSEN], choices=words((kind.value, LABELS[kind]) for kind in AdjustmentKind)
    )
    reason = TextField(_l("理由"), required=True)
    new_due_on = DayField(_l("建议的完成时限（调整时限时填写）"))


class DecideAdjustmentForm(PaperForm):
    """Decide what was asked for before signing."""

    decision = RadioField(_l("决定"), [CHOSEN], choices=DECISION)
    remark = TextField(_l("意见（不同意时必填）"))
    new_lead_unit = ChoiceField(_l("改由哪个单位牵头"))
    new_due_on = DayField(_l("新的完成时限"))
    new_standard = TextField(_l("新的完成标准"))


class AssignForm(ActForm):
    """Give a task to a person."""

    owner = ChoiceField(_l("责任人"), empty=_l("不指定"))


class PartReportForm(ActForm):
    """Report on a part: a sentence, or nothing new."""

    text = TextField(_l("进展情况"), limit=2000, description=_l("一两句话即可：做了什么，到什么程度。"))
    difficulty = TextField(_l("存在困难"), limit=2000, rows=2)
    coordination = TextField(_l("需要协调的事项"), limit=2000, rows=2)
    files = FilesField(_l("附件（可不传）"))
    fact_on = DayField(_l("材料反映的日期"))
    no_change = BooleanField(_l("无变化"))


class ReportForm(PartReportForm):
    """Report progress; percent where the group has switched it on."""

    percent = IntegerField(
        _l("完成进度（%）"),
        [OPTIONAL, NumberRange(0, 100, _l("请填写 0 到 100 的整数。"))],
        render_kw={"inputmode": "numeric"},
    )


class SubmitForm(ActForm):
    """Hand a task in."""

    statement = TextField(_l("完成情况"), required=True, rows=5, description=_l("对照完成标准，说明做成了什么。"))
    files = FilesField(_l("佐证材料"))
    fact_on = DayField(_l("材料反映的日期"))


class VerifyForm(PaperForm):
    """Verify a task or return it."""

    outcome = RadioField(
        _l("结论"), [CHOSEN], choices=words([("passed", _l("核验通过，予以办结")), ("returned", _l("退回重办"))])
    )
    mode = RadioField(
        _l("核验方式"),
        choices=words((mode.value, LABELS[mode]) for mode in VerificationMode),
        default=VerificationMode.DESK.value,
    )
    phrase = ChoiceField(_l("常用意见"), empty=_l("不使用"))
    remark = TextField(_l("核验意见（退回时必填）"))
    new_due_on = DayField(_l("限期整改到（时限已到时必填）"))


class AskExtensionForm(ActForm):
    """Ask for more time."""

    new_due_on = DayField(_l("申请延期到"), required=True)
    reason = TextField(_l("理由"), required=True)


class DecideExtensionForm(PaperForm):
    """Grant or refuse more time."""

    decision = RadioField(_l("决定"), [CHOSEN], choices=DECISION)
    new_due_on = DayField(_l("延期到（不填按申请的日期）"))
    remark = TextField(_l("意见（不同意时必填）"))


class TimeForm(PaperForm):
    """Move a due date from above."""

    new_due_on = DayField(_l("新的完成时限"), required=True)
    basis = TextField(_l("依据"), required=True, description=_l("写明会议、文件或批示。"))


class ExplainForm(ActForm):
    """Explain a delay."""

    text = TextField(_l("逾期原因和下一步措施"), required=True, rows=5)


class AnswerForm(PaperForm):
    """Answer an explanation."""

    remark = TextField(_l("答复意见"))
    new_due_on = DayField(_l("限期整改到（不填为已知悉）"))


class CoordinationForm(ActForm):
    """Answer what a unit put up for coordination."""

    text = TextField(_l("答复：怎样协调，或者列入哪次会议"), required=True, limit=2000)


class ReasonForm(PaperForm):
    """An act from above that needs a reason."""

    reason = TextField(_l("理由"), required=True)


class ResumeForm(PaperForm):
    """Take a task up again."""

    new_due_on = DayField(_l("恢复后的完成时限"))


class SplitForm(ActForm):
    """Hand a piece of a task down."""

    unit = ChoiceField(_l("分解给"), required=True)
    title = StringField(_l("子任务"), [CHOSEN])
    content = TextField(_l("具体要求"))
    due_on = DayField(_l("完成时限"), required=True)


class AppointForm(ActForm):
    """Name somebody to verify."""

    verifier = ChoiceField(_l("核验人"), required=True)


class LeaderForm(ActForm):
    """Say which leader watches over a task."""

    seat = ChoiceField(_l("牵头领导"), empty=_l("不指定"))
