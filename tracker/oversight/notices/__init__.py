"""Which message a unit gets when it is urged, asked or flagged, and who hears of a supervision notice."""

from tracker.oversight.notices import deciding, directing, flagging, supervision, urging
from tracker.oversight.notices.deciding import (
    deciders_of,
    office_of,
    supervisors_of,
    tell_decided,
    tell_drafted_statement,
    tell_entered,
    tell_nobody_decides,
    tell_nobody_there,
    tell_proposed,
    tell_review_asked,
    tell_reviewed,
    tell_stated,
    tell_turned_down,
    tell_undecided,
    tell_withdrawn,
)
from tracker.oversight.notices.directing import tell_directed
from tracker.oversight.notices.flagging import flag_listeners, owners_at_work, tell_flagged, unit_listeners
from tracker.oversight.notices.supervision import (
    settle_notice,
    tell_checkers,
    tell_drafter,
    tell_heads,
    tell_signers,
    tell_unit,
)
from tracker.oversight.notices.urging import tell_urged

MESSAGES = {
    **urging.MESSAGES,
    **directing.MESSAGES,
    **flagging.MESSAGES,
    **deciding.MESSAGES,
    **supervision.MESSAGES,
}

__all__ = [
    "MESSAGES",
    "deciders_of",
    "flag_listeners",
    "office_of",
    "owners_at_work",
    "settle_notice",
    "supervisors_of",
    "tell_checkers",
    "tell_decided",
    "tell_directed",
    "tell_drafted_statement",
    "tell_drafter",
    "tell_entered",
    "tell_flagged",
    "tell_heads",
    "tell_nobody_decides",
    "tell_nobody_there",
    "tell_proposed",
    "tell_review_asked",
    "tell_reviewed",
    "tell_signers",
    "tell_stated",
    "tell_turned_down",
    "tell_undecided",
    "tell_unit",
    "tell_urged",
    "tell_withdrawn",
    "unit_listeners",
]
