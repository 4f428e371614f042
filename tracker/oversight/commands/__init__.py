"""The only writer of oversight: units are urged, asked to explain or to make good, and get supervision notices."""

from tracker.oversight.commands.directing import direct
from tracker.oversight.commands.laddering import draft_notices_by_ladder, urge_by_ladder
from tracker.oversight.commands.raising import raise_flags_by_rules, raise_overdue_flags
from tracker.oversight.commands.urging import MAX_SENTENCE, Urged, urge_many, urge_unit

__all__ = [
    "MAX_SENTENCE",
    "Urged",
    "direct",
    "draft_notices_by_ladder",
    "raise_flags_by_rules",
    "raise_overdue_flags",
    "urge_by_ladder",
    "urge_many",
    "urge_unit",
]
