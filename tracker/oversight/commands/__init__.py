"""The only writer of oversight: units are urged, asked to explain or to make good, and get supervision notices."""

from tracker.oversight.commands.directing import direct
from tracker.oversight.commands.laddering import draft_notices_by_ladder, urge_by_ladder
from tracker.oversight.commands.notice_answering import (
    accept_reply,
    draft_reply,
    return_reply,
    send_reply,
    sign_for_notice,
)
from tracker.oversight.commands.notice_drafting import (
    NoticeWords,
    discard_notice,
    draft_notice,
    edit_notice,
    propose_notice,
    send_back_notice,
)
from tracker.oversight.commands.notice_following import discard_overtaken, remind_late_replies
from tracker.oversight.commands.notice_issuing import sign_off_notice, withdraw_notice
from tracker.oversight.commands.notice_steps import require_overdue
from tracker.oversight.commands.raising import raise_flags_by_rules, raise_overdue_flags
from tracker.oversight.commands.urging import MAX_SENTENCE, Urged, urge_many, urge_unit

__all__ = [
    "MAX_SENTENCE",
    "NoticeWords",
    "Urged",
    "accept_reply",
    "direct",
    "discard_notice",
    "discard_overtaken",
    "draft_notice",
    "draft_notices_by_ladder",
    "draft_reply",
    "edit_notice",
    "propose_notice",
    "raise_flags_by_rules",
    "raise_overdue_flags",
    "remind_late_replies",
    "require_overdue",
    "return_reply",
    "send_back_notice",
    "send_reply",
    "sign_for_notice",
    "sign_off_notice",
    "urge_by_ladder",
    "urge_many",
    "urge_unit",
    "withdraw_notice",
]
