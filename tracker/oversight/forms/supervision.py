"""What is typed about supervision notices; rules stand in commands."""

from typing import Any

from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import Length

from tracker.kernel.files import ACCEPTED
from tracker.kernel.forms import (
    CHOSEN,
    OPTIONAL,
    REQUIRED,
    ActForm,
    ChoiceField,
    DayField,
    FilesField,
    PaperForm,
    TextField,
    UploadField,
    words,
)
from tracker.kernel.text import _l
from tracker.oversight.commands import NoticeWords
from tracker.oversight.rules import LABELS, MAX_BASIS, MAX_DEMAND, MAX_MATTER, Urgency

REASON = 1000


class NoticeForm(ActForm):
    """What a notice says."""

    urgency = RadioField(
        _l("紧急程度"),
        [CHOSEN],
        choices=words((one.value, LABELS[one]) for one in Urgency),
        default=Urgency.ORDINARY.value,
        description=_l("通常时限：平件 5 个工作日，急件 3 个工作日，特急当日。"),
    )
    matter = StringField(_l("督办事项"), [REQUIRED, Length(max=MAX_MATTER)])
    basis = StringField(_l("交办依据"), [OPTIONAL, Length(max=MAX_BASIS)])
    demand = TextField(_l("具体要求"), required=True, limit=MAX_DEMAND, rows=4)
    reply_by = DayField(_l("办理时限"), description=_l("不填的，自签发之日起按紧急程度的通常时限计算。"))
    contact = StringField(_l("联系人"), [OPTIONAL, Length(max=60)])
    phone = StringField(_l("联系电话"), [OPTIONAL, Length(max=40)])

    @property
    def said(self) -> NoticeWords:
        """What goes into the notice."""
        return NoticeWords(
            matter=self.matter.data or "",
            demand=self.demand.data or "",
            basis=self.basis.data or "",
            urgency=Urgency(self.urgency.data),
            reply_by=self.reply_by.data,
            contact=self.contact.data or "",
            phone=self.phone.data or "",
        )


class PlainForm(ActForm):
    """A step that needs no words."""


class RemarkForm(ActForm):
    """A reason."""

    remark = TextField(_l("理由"), required=True, limit=REASON)


class SignOffNoticeForm(PaperForm):
    """Sign a notice off, here or as it was signed on paper."""


class WithdrawNoticeForm(RemarkForm, PaperForm):
    """Why a notice is taken back, here or as it was signed on paper."""


class SignForForm(ActForm):
    """Sign for a notice; the office says with whom it spoke."""

    spoke_with = StringField(
        _l("通话对象"), [OPTIONAL], description=_l("代签收须写明与谁通话，例如：区财政局办公室 王某。")
    )


class ReplyForm(PaperForm):
    """The answer on the reply slip, here or as it came sealed on paper."""

    text = TextField(_l("办理情况"), required=True, rows=5, description=_l("做了什么，到什么程度，预计何时办结。"))
    files = FilesField(_l("附件（可不传）"))
    paper = BooleanField(_l("纸质回执：单位已签字盖章报送，由我录入"))
    signatory = ChoiceField(_l("签字的单位负责人"))
    scan = UploadField(_l("回执扫描或照片"), [OPTIONAL], render_kw={"accept": ",".join(ACCEPTED)})


class AcceptReplyForm(ActForm):
    """Find an answer fit."""

    remark = TextField(_l("审核意见（可不填）"), limit=REASON)


class ReturnReplyForm(RemarkForm):
    """Send an answer back; a new limit where the old has passed."""

    reply_by = DayField(_l("新的办理时限"), description=_l("原办理时限已过的须填写。"))


def chosen(form: Any, name: str) -> str:
    """What stands in a field of text."""
    return str(form[name].data or "") if name in form else ""
