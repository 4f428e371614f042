"""Which message a unit gets when it is urged, asked or flagged, and who hears of a supervision notice."""

from tracker.oversight.notices import directing, flagging, supervision, urging
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

MESSAGES = {**urging.MESSAGES, **directing.MESSAGES, **flagging.MESSAGES, **supervision.MESSAGES}

__all__ = [
    "MESSAGES",
    "flag_listeners",
    "owners_at_work",
    "settle_notice",
    "tell_checkers",
    "tell_directed",
    "tell_drafter",
    "tell_flagged",
    "tell_heads",
    "tell_signers",
    "tell_unit",
    "tell_urged",
    "unit_listeners",
]
