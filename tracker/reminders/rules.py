"""The default ladder: at which working-day offset who is told about what. Pure tables and counting."""

from dataclasses import dataclass
from enum import StrEnum

from tracker.kernel.text import Labels, _l


class Audience(StrEnum):
    """Who hears at a rung; resolved to persons when the rung is reached."""

    OWNER = "owner"
    LIAISON = "liaison"
    DEPUTY_IN_CHARGE = "deputy_in_charge"
    UNIT_HEAD = "unit_head"
    OFFICE = "office"
    LEADER_IN_CHARGE = "leader_in_charge"
    LEADER = "leader"
    SUPERVISOR = "supervisor"


class ReminderState(StrEnum):
    """active: told. superseded: a higher rung was reached at once, this one is on record only."""

    ACTIVE = "active"
    SUPERSEDED = "superseded"


LABELS = Labels(
    {
        Audience.OWNER: _l("责任人"),
        Audience.LIAISON: _l("联络员"),
        Audience.DEPUTY_IN_CHARGE: _l("分管负责人"),
        Audience.UNIT_HEAD: _l("主要负责人"),
        Audience.OFFICE: _l("领导小组办公室"),
        Audience.LEADER_IN_CHARGE: _l("牵头领导"),
        Audience.LEADER: _l("组长"),
        Audience.SUPERVISOR: _l("督导（督查）人员"),
    },
    {
        ReminderState.ACTIVE: _l("已提醒"),
        ReminderState.SUPERSEDED: _l("已由更高一级提醒取代"),
    },
)


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a ladder: offset in working days (up to 0 before the deadline, above from the day lateness starts)."""

    offset: int
    audience: tuple[Audience, ...]


DEADLINE_LADDER = (
    Rung(-7, (Audience.OWNER, Audience.LIAISON)),
    Rung(-1, (Audience.OWNER, Audience.LIAISON)),
    Rung(0, (Audience.OWNER, Audience.LIAISON)),
    Rung(1, (Audience.LIAISON, Audience.DEPUTY_IN_CHARGE)),
    Rung(3, (Audience.UNIT_HEAD, Audience.OFFICE)),
    Rung(7, (Audience.UNIT_HEAD, Audience.OFFICE, Audience.LEADER_IN_CHARGE)),
    Rung(15, (Audience.LEADER, Audience.SUPERVISOR)),
)
"""The default ladder of the domain's section 5, as far as it is messages."""
