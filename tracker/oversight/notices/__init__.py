"""Which message a unit gets when it is urged or asked for something."""

from tracker.oversight.notices import directing, urging
from tracker.oversight.notices.directing import tell_directed
from tracker.oversight.notices.urging import tell_urged

MESSAGES = {**urging.MESSAGES, **directing.MESSAGES}

__all__ = ["MESSAGES", "tell_directed", "tell_urged"]
