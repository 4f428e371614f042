"""Who opens the page of the watchdog."""

from tracker.kernel.access import SIGNED_IN, Role, Route, route
from tracker.kernel.registry import MenuEntry
from tracker.kernel.text import _l
from tracker.upkeep.policy import is_administrator

ACCESS: dict[str, Route] = {"upkeep.findings": route(Role.SYSTEM_ADMINISTRATOR, sees=SIGNED_IN)}

MENU = (MenuEntry("manage", "upkeep.findings", _l("系统巡检"), "shield-check", is_administrator, order=95),)
