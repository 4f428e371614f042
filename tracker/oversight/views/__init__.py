"""The pages of oversight; importing them hangs them on the blueprint."""

from tracker.oversight.views import (
    decision_papers,
    directing,
    flag_acts,
    flag_bulk,
    flag_papers,
    flag_rules,
    flags,
    notice_acts,
    notices,
    urging,
)
from tracker.oversight.views.blueprint import bp
from tracker.oversight.views.panel import panel

__all__ = [
    "bp",
    "decision_papers",
    "directing",
    "flag_acts",
    "flag_bulk",
    "flag_papers",
    "flag_rules",
    "flags",
    "notice_acts",
    "notices",
    "panel",
    "urging",
]
