"""Which page of reminders is whose, and their places in the menu."""

from tracker.kernel.access import GROUP_ROLES, SIGNED_IN, UNIT_ROLES, Role, route
from tracker.kernel.actor import Actor
from tracker.kernel.registry import MenuEntry
from tracker.kernel.text import _l
from tracker.reminders.policy import is_administrator, may_open_held
from tracker.tasks.policy import OVERSEERS

_SEEN = UNIT_ROLES | {Role.REGISTRAR}
_READ = route(GROUP_ROLES, sees=_SEEN, about="group")
_CHANGE = route(Role.OFFICE_DIRECTOR, sees=GROUP_ROLES | _SEEN, about="group")
_DECIDE = route(Role.OFFICE_DIRECTOR, sees=GROUP_ROLES, about="held run")

ACCESS = {
    "reminders.my_ladders": route(GROUP_ROLES),
    "reminders.ladder": _READ,
    "reminders.edit_ladder": _CHANGE,
    "reminders.restore_ladder": _CHANGE,
    "reminders.held": route(GROUP_ROLES, Role.SYSTEM_ADMINISTRATOR, sees=SIGNED_IN),
    "reminders.confirm_clock": route(Role.SYSTEM_ADMINISTRATOR, sees=SIGNED_IN),
    "reminders.held_run": route(GROUP_ROLES, about="held run"),
    "reminders.release": _DECIDE,
    "reminders.discard": _DECIDE,
}


def _watches(actor: Actor) -> bool:
    return bool(actor.groups_as(*OVERSEERS))


def _keeps(actor: Actor) -> bool:
    return is_administrator(actor) and bool(may_open_held(actor))


MENU = (
    MenuEntry("manage", "reminders.my_ladders", _l("提醒规则"), "bell", _watches, order=60, active_prefix="reminders."),
    MenuEntry("manage", "reminders.held", _l("暂扣的提醒"), "bell", _keeps, order=61),
)
