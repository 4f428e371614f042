"""Which message a unit gets when it is urged or asked for something."""

from tracker.oversight.notices import directing, flagging, urging
from tracker.oversight.notices.directing import tell_directed
from tracker.oversight.notices.flagging import flag_listeners, owners_at_work, tell_flagged, unit_listeners
from tracker.oversight.notices.urging import tell_urged

MESSAGES = {**urging.MESSAGES, **directing.MESSAGES, **flagging.MESSAGES}

__all__ = [
    "MESSAGES",
    "flag_listeners",
    "owners_at_work",
    "tell_directed",
    "tell_flagged",
    "tell_urged",
    "unit_listeners",
]
