"""The only writer of oversight: units are urged, asked to explain or to make good, and get supervision notices."""

from tracker.oversight.commands.chasing import chase_undecided
from tracker.oversight.commands.deciding import (
    close_flag,
    decide_flag,
    propose_decision,
    require_closable,
    turn_down_proposal,
    withdraw_flag,
)
from tracker.oversight.commands.directing import direct
from tracker.oversight.commands.flag_settings import set_accountability, set_flag_rule
from tracker.oversight.commands.flag_steps import require_period_over
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
from tracker.oversight.commands.raising import (
    raise_flags_by_rule,
    raise_overdue_flags,
    tell_untold,
    to_look_at,
    untold_flags,
)
from tracker.oversight.commands.reviewing import ask_review, decide_review, require_review_open, require_reviewable
from tracker.oversight.commands.stating import give_statement, state_case
from tracker.oversight.commands.urging import MAX_SENTENCE, Urged, urge_many, urge_unit

__all__ = [
    "MAX_SENTENCE",
    "NoticeWords",
    "Urged",
    "accept_reply",
    "ask_review",
    "chase_undecided",
    "close_flag",
    "decide_flag",
    "decide_review",
    "direct",
    "discard_notice",
    "discard_overtaken",
    "draft_notice",
    "draft_notices_by_ladder",
    "draft_reply",
    "edit_notice",
    "give_statement",
    "propose_decision",
    "propose_notice",
    "raise_flags_by_rule",
    "raise_overdue_flags",
    "remind_late_replies",
    "require_closable",
    "require_overdue",
    "require_period_over",
    "require_review_open",
    "require_reviewable",
    "return_reply",
    "send_back_notice",
    "send_reply",
    "set_accountability",
    "set_flag_rule",
    "sign_for_notice",
    "sign_off_notice",
    "state_case",
    "tell_untold",
    "to_look_at",
    "turn_down_proposal",
    "untold_flags",
    "urge_by_ladder",
    "urge_many",
    "urge_unit",
    "withdraw_flag",
    "withdraw_notice",
]
