"""Which page of the organisation is whose, and its place in the menu."""

from tracker.kernel.access import (
    BUSINESS,
    CONFIRMING,
    EVERYBODY,
    OFFICE_ROLES,
    SIGNED_IN,
    Role,
    Route,
    route,
)
from tracker.kernel.actor import Actor
from tracker.kernel.registry import MenuEntry
from tracker.kernel.text import _l
from tracker.organisation import policy
from tracker.organisation.rules import DutyKind

_KEEPERS = (OFFICE_ROLES, Role.REGISTRAR)
_READERS = BUSINESS | {Role.REGISTRAR, Role.SYSTEM_ADMINISTRATOR}

_GROUP = route(BUSINESS, Role.REGISTRAR, about="group")
_GROUP_KEPT = route(*_KEEPERS, sees=BUSINESS, about="group")
_GROUP_LED = route(Role.OFFICE_DIRECTOR, Role.REGISTRAR, sees=BUSINESS, about="group")
_UNIT = route(_READERS, about="unit")
_UNIT_KEPT = route(*_KEEPERS, sees=_READERS, about="unit")
_UNIT_REGISTERED = route(Role.REGISTRAR, sees=_READERS, about="unit")
_REGISTRAR = route(Role.REGISTRAR, sees=SIGNED_IN)
_ADMINISTRATOR = route(Role.SYSTEM_ADMINISTRATOR, sees=SIGNED_IN)
_CALENDAR = route(Role.REGISTRAR, Role.SYSTEM_ADMINISTRATOR, sees=SIGNED_IN)

ACCESS: dict[str, Route] = {
    "organisation.groups": EVERYBODY,
    "organisation.found_group": _REGISTRAR,
    "organisation.group": _GROUP,
    "organisation.edit_group": _GROUP_LED,
    "organisation.group_settings": _GROUP_LED,
    "organisation.end_group": _GROUP_LED,
    "organisation.seats": _GROUP,
    "organisation.add_seat": _GROUP_KEPT,
    "organisation.change_seat": _GROUP_KEPT,
    "organisation.end_seat": _GROUP_KEPT,
    "organisation.propose_seat_change": route(CONFIRMING, *_KEEPERS, sees=BUSINESS | {Role.REGISTRAR}, about="group"),
    "organisation.seat_change": _GROUP,
    "organisation.decide_seat_change": route(*_KEEPERS, Role.LEADER, sees=BUSINESS, about="group"),
    "organisation.withdraw_seat_change": route(CONFIRMING, *_KEEPERS, sees=BUSINESS, about="group"),
    "organisation.issue_seat_notice": _GROUP_KEPT,
    "organisation.seat_notice": _GROUP,
    "organisation.members": _GROUP,
    "organisation.add_member": _GROUP_KEPT,
    "organisation.member": _GROUP,
    "organisation.edit_member": _GROUP_KEPT,
    "organisation.end_member": _GROUP_KEPT,
    "organisation.set_contact": _GROUP_KEPT,
    "organisation.end_contact": _GROUP_KEPT,
    "organisation.units": EVERYBODY,
    "organisation.add_unit": route(*_KEEPERS, sees=SIGNED_IN),
    "organisation.unit": _UNIT,
    "organisation.edit_unit": _UNIT_REGISTERED,
    "organisation.end_unit": _UNIT_REGISTERED,
    "organisation.add_short_name": _UNIT_KEPT,
    "organisation.drop_short_name": _UNIT_REGISTERED,
    "organisation.appoint": _UNIT_KEPT,
    "organisation.hand_over": _UNIT_KEPT,
    "organisation.end_appointment": _UNIT_KEPT,
    "organisation.set_presiding": _UNIT_KEPT,
    "organisation.people": EVERYBODY,
    "organisation.person": route(_READERS, about="person"),
    "organisation.set_phone": route(*_KEEPERS, sees=_READERS, about="person"),
    "organisation.rename_person": route(Role.REGISTRAR, sees=_READERS, about="person"),
    "organisation.regions": route(Role.REGISTRAR, Role.SYSTEM_ADMINISTRATOR, sees=SIGNED_IN),
    "organisation.add_region": _REGISTRAR,
    "organisation.rename_region": route(Role.REGISTRAR, sees=SIGNED_IN, about="region"),
    "organisation.duties": _ADMINISTRATOR,
    "organisation.grant_duty": _ADMINISTRATOR,
    "organisation.end_duty": route(Role.SYSTEM_ADMINISTRATOR, sees=SIGNED_IN, about="duty"),
    "organisation.calendar": EVERYBODY,
    "organisation.correct_day": _CALENDAR,
    "organisation.holiday_notice": _CALENDAR,
}


def _knows_groups(actor: Actor) -> bool:
    return bool(actor.seats or actor.member_units or DutyKind.REGISTRAR in actor.duties)


def _is_registrar(actor: Actor) -> bool:
    return DutyKind.REGISTRAR in actor.duties


def _keeps_people(actor: Actor) -> bool:
    return bool(actor.groups_as(*policy.WATCHING) or {DutyKind.REGISTRAR, DutyKind.SYSTEM_ADMINISTRATOR} & actor.duties)


def _is_administrator(actor: Actor) -> bool:
    return DutyKind.SYSTEM_ADMINISTRATOR in actor.duties


MENU: tuple[MenuEntry, ...] = (
    MenuEntry(
        "responsibility",
        "organisation.groups",
        _l("领导小组"),
        "sitemap",
        _knows_groups,
        order=40,
        active_prefix="organisation.group",
    ),
    MenuEntry(
        "manage",
        "organisation.units",
        _l("单位名录"),
        "building",
        _keeps_people,
        order=50,
        active_prefix="organisation.unit",
    ),
    MenuEntry(
        "manage",
        "organisation.people",
        _l("人员名录"),
        "id-badge",
        _keeps_people,
        order=55,
        active_prefix="organisation.person",
    ),
    MenuEntry("manage", "organisation.regions", _l("行政区"), "map-pin", _is_registrar, order=60),
    MenuEntry("manage", "organisation.calendar", _l("工作日历"), "calendar", _keeps_people, order=65),
    MenuEntry("manage", "organisation.duties", _l("安装职责"), "shield-check", _is_administrator, order=70),
)
