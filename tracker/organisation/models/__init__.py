"""Regions, units, people and posts; groups, their seats and member units. Dated rows, never overwritten."""

from tracker.organisation.models.adjusting import SeatChange, SeatNotice
from tracker.organisation.models.directory import (
    Appointment,
    InstallationDuty,
    Person,
    Post,
    Region,
    Unit,
    UnitShortName,
    on_day,
)
from tracker.organisation.models.groups import LeadershipGroup, MemberContact, MemberUnit, Seat

__all__ = [
    "Appointment",
    "InstallationDuty",
    "LeadershipGroup",
    "MemberContact",
    "MemberUnit",
    "Person",
    "Post",
    "Region",
    "Seat",
    "SeatChange",
    "SeatNotice",
    "Unit",
    "UnitShortName",
    "on_day",
]
