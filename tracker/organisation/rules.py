"""Kinds of unit, seats and duties, with their Chinese names."""

import re
from dataclasses import dataclass
from enum import StrEnum

from tracker.kernel.text import Labels, _l


class RegionLevel(StrEnum):
    """The level of an administrative division."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"


class UnitKind(StrEnum):
    """What a unit is."""

    GOVERNMENT = "government"
    PARTY = "party"
    DEPARTMENT = "department"
    TOWN = "town"
    SUPERVISION = "supervision"
    SCHOOL = "school"
    INSTITUTION = "institution"
    ENTERPRISE = "enterprise"
    SECTION = "section"


class PostRank(StrEnum):
    """What a post means for the unit's duties: who signs and confirms, and who does not."""

    HEAD = "head"
    DEPUTY = "deputy"
    STAFF = "staff"


class SeatRole(StrEnum):
    """A seat in a leadership group."""

    LEADER = "leader"
    EXECUTIVE_DEPUTY = "executive_deputy"
    DEPUTY_LEADER = "deputy_leader"
    MEMBER = "member"
    OFFICE_DIRECTOR = "office_director"
    OFFICE_DEPUTY_DIRECTOR = "office_deputy_director"
    OFFICE_STAFF = "office_staff"
    LIAISON = "liaison"
    SUPERVISOR = "supervisor"


class ContactRole(StrEnum):
    """Who answers for a member unit beside its head."""

    DEPUTY_IN_CHARGE = "deputy_in_charge"
    LIAISON = "liaison"


class Succession(StrEnum):
    """How a seat passes on when persons change."""

    NATURAL = "natural"
    PROPOSAL = "proposal"


class SeatChangeState(StrEnum):
    """How far the proposal to change a seat has come."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ISSUED = "issued"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class DutyKind(StrEnum):
    """What a person does for the installation; the first two do no business act."""

    SYSTEM_ADMINISTRATOR = "system_administrator"
    AUDITOR = "auditor"
    REGISTRAR = "registrar"


LEADERS = frozenset({SeatRole.LEADER, SeatRole.EXECUTIVE_DEPUTY, SeatRole.DEPUTY_LEADER})
OFFICE = frozenset({SeatRole.OFFICE_DIRECTOR, SeatRole.OFFICE_DEPUTY_DIRECTOR, SeatRole.OFFICE_STAFF})
OFFICE_DIRECTORS = frozenset({SeatRole.OFFICE_DIRECTOR, SeatRole.OFFICE_DEPUTY_DIRECTOR})
BY_SUPERIOR = LEADERS | OFFICE
"""Seats that the superior body fills by its own paper, however the group's other seats pass on."""
OPEN_CHANGES = (SeatChangeState.PROPOSED, SeatChangeState.APPROVED)
DECIDING_SEATS = LEADERS | OFFICE_DIRECTORS | {SeatRole.SUPERVISOR}
"""Seats that nobody gives to themselves."""
DECIDING_RANKS = frozenset({PostRank.HEAD, PostRank.DEPUTY})

LABELS = Labels(
    {
        RegionLevel.PROVINCE: _l("省"),
        RegionLevel.CITY: _l("市"),
        RegionLevel.COUNTY: _l("县（区）"),
        RegionLevel.TOWN: _l("乡镇（街道）"),
    },
    {
        UnitKind.GOVERNMENT: _l("人民政府"),
        UnitKind.PARTY: _l("党委部门"),
        UnitKind.DEPARTMENT: _l("政府部门"),
        UnitKind.TOWN: _l("镇（街道）"),
        UnitKind.SUPERVISION: _l("督导（督查）机构"),
        UnitKind.SCHOOL: _l("学校"),
        UnitKind.INSTITUTION: _l("事业单位"),
        UnitKind.ENTERPRISE: _l("企业"),
        UnitKind.SECTION: _l("科室"),
    },
    {
        PostRank.HEAD: _l("主要负责人"),
        PostRank.DEPUTY: _l("副职"),
        PostRank.STAFF: _l("工作人员"),
    },
    {
        SeatRole.LEADER: _l("组长"),
        SeatRole.EXECUTIVE_DEPUTY: _l("常务副组长"),
        SeatRole.DEPUTY_LEADER: _l("副组长"),
        SeatRole.MEMBER: _l("成员"),
        SeatRole.OFFICE_DIRECTOR: _l("办公室主任"),
        SeatRole.OFFICE_DEPUTY_DIRECTOR: _l("办公室副主任"),
        SeatRole.OFFICE_STAFF: _l("办公室工作人员"),
        SeatRole.LIAISON: _l("联络员"),
        SeatRole.SUPERVISOR: _l("督导（督查）人员"),
    },
    {
        ContactRole.DEPUTY_IN_CHARGE: _l("分管负责人"),
        ContactRole.LIAISON: _l("联络员"),
    },
    {
        Succession.NATURAL: _l("自然递补"),
        Succession.PROPOSAL: _l("报请调整"),
    },
    {
        SeatChangeState.PROPOSED: _l("待批"),
        SeatChangeState.APPROVED: _l("已批准，待发通知"),
        SeatChangeState.ISSUED: _l("已调整"),
        SeatChangeState.REFUSED: _l("未批准"),
        SeatChangeState.WITHDRAWN: _l("已撤回"),
    },
    {
        DutyKind.SYSTEM_ADMINISTRATOR: _l("系统管理员"),
        DutyKind.AUDITOR: _l("审计员"),
        DutyKind.REGISTRAR: _l("登记员"),
    },
)

WITHOUT_BUSINESS = frozenset({DutyKind.SYSTEM_ADMINISTRATOR, DutyKind.AUDITOR})
"""Duties whose holders do no act of business, whatever seats and posts they hold (the domain's section 1)."""

DUTIES_APART = ({DutyKind.SYSTEM_ADMINISTRATOR, DutyKind.AUDITOR},)
"""Duties that one person cannot hold together (who keeps the accounts does not audit them)."""


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """What a group works by; days are working days."""

    sign_for_days: int = 3
    consult_days: int = 3
    yellow_days: int = 7
    urge_cooldown_days: int = 2
    notice_prefix: str = "督"
    """What the numbers of its supervision notices begin with: 督〔2026〕1号."""
    roll_due_dates: bool = True
    percent_enabled: bool = False
    succession: Succession = Succession.NATURAL
    messages_from: int = 8
    messages_until: int = 20


SETTING_LIMITS = {
    "sign_for_days": (1, 30),
    "consult_days": (1, 30),
    "yellow_days": (0, 60),
    "urge_cooldown_days": (0, 30),
    "messages_from": (6, 12),
    "messages_until": (13, 22),
}


def settings_out_of_range(settings: GroupSettings) -> dict[str, tuple[int, int]]:
    """The settings that lie outside what makes sense, with their limits."""
    return {
        name: (low, high) for name, (low, high) in SETTING_LIMITS.items() if not low <= getattr(settings, name) <= high
    }


REGION_CODE = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}")
"""Codes of divisions after GB/T 2260 and its extensions: two digits a level, then three."""


MAIL_ADDRESS = re.compile(
    r"(?=.{6,120}$)(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
"""A mail address in plain letters, so that what is shown is where it goes."""


def masked_phone(number: str) -> str:
    """A telephone number with its middle hidden: who may not see it whole still recognises it."""
    if len(number) < 8:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
