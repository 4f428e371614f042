"""Asking the units' views before signing off (征求意见): what a unit says, and how it stands on a day."""

from datetime import date
from enum import StrEnum


class OpinionKind(StrEnum):
    """What a unit says of a draft: that it has nothing to say, or what its opinion is about."""

    NONE = "none"
    DUTY = "duty"
    TIME = "time"
    STANDARD = "standard"
    OTHER = "other"


class Handling(StrEnum):
    """What the office makes of an opinion."""

    ADOPTED = "adopted"
    NOT_ADOPTED = "not_adopted"


class ConsultationState(StrEnum):
    """Whether a consultation stands; that it is over follows from its date and the answers."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"


class ReplyStanding(StrEnum):
    """How a unit stands to what it was asked; derived, never stored."""

    WAITING = "waiting"
    DRAFTED = "drafted"
    NO_OPINION = "no_opinion"
    OPINION = "opinion"
    DEEMED = "deemed"


def reply_standing(*, answered: bool, drafted: bool, opinions: int, reply_by: date, today: date) -> ReplyStanding:
    """How a unit stands on a day: silence past the date means no opinion (视为无意见)."""
    if answered:
        return ReplyStanding.OPINION if opinions else ReplyStanding.NO_OPINION
    if today > reply_by:
        return ReplyStanding.DEEMED
    return ReplyStanding.DRAFTED if drafted else ReplyStanding.WAITING
