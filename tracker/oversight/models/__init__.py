"""Urges, directions given at the review desk, supervision notices, flags and what became of them."""

from tracker.oversight.models.deciding import (
    FlagDecision,
    FlagProposal,
    FlagReview,
    Statement,
    StatementFile,
)
from tracker.oversight.models.directing import Direction
from tracker.oversight.models.flags import AccountabilitySetting, Flag, FlagEvent, FlagRuleSetting
from tracker.oversight.models.supervision import NoticeFile, NoticeReply, SupervisionNotice
from tracker.oversight.models.urging import Urge

__all__ = [
    "AccountabilitySetting",
    "Direction",
    "Flag",
    "FlagDecision",
    "FlagEvent",
    "FlagProposal",
    "FlagReview",
    "FlagRuleSetting",
    "NoticeFile",
    "NoticeReply",
    "Statement",
    "StatementFile",
    "SupervisionNotice",
    "Urge",
]
