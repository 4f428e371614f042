"""What is typed, or tapped, in the acts of oversight; rules stand in commands."""

from tracker.oversight.forms.directing import DirectForm
from tracker.oversight.forms.supervision import (
    AcceptReplyForm,
    NoticeForm,
    PlainForm,
    RemarkForm,
    ReplyForm,
    ReturnReplyForm,
    SignForForm,
    SignOffNoticeForm,
    WithdrawNoticeForm,
    chosen,
)
from tracker.oversight.forms.tapping import in_chinese
from tracker.oversight.forms.urging import UrgeForm, UrgeManyForm

__all__ = [
    "AcceptReplyForm",
    "DirectForm",
    "NoticeForm",
    "PlainForm",
    "RemarkForm",
    "ReplyForm",
    "ReturnReplyForm",
    "SignForForm",
    "SignOffNoticeForm",
    "UrgeForm",
    "UrgeManyForm",
    "WithdrawNoticeForm",
    "chosen",
    "in_chinese",
]
