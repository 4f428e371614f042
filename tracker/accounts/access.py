"""Which page of accounts is whose, and its place in the menu."""

from tracker.accounts.policy import is_administrator
from tracker.kernel.access import (
    EVERYBODY,
    OFFICE_ROLES,
    PUBLIC,
    SIGNED_IN,
    UNIT_ROLES,
    Role,
    Route,
    route,
)
from tracker.kernel.registry import MenuEntry
from tracker.kernel.text import _l

_GROUP = route(OFFICE_ROLES, Role.REGISTRAR, sees=UNIT_ROLES | {Role.SUPERVISOR, Role.LEADER}, about="group")
_LIST = route(Role.SYSTEM_ADMINISTRATOR, sees=SIGNED_IN - {Role.SYSTEM_ADMINISTRATOR})
_ACCOUNT = route(Role.SYSTEM_ADMINISTRATOR, about="account")

ACCESS: dict[str, Route] = {
    "accounts.sign_in": PUBLIC,
    "accounts.second_step": PUBLIC,
    "accounts.setup": PUBLIC,
    "accounts.appearance": PUBLIC,
    "accounts.enter_demo": PUBLIC,
    "accounts.sign_out": EVERYBODY,
    "accounts.password": EVERYBODY,
    "accounts.me": EVERYBODY,
    "accounts.second_factor": EVERYBODY,
    "accounts.give_up_second_factor": EVERYBODY,
    "accounts.end_session": Route(allowed=SIGNED_IN, about="session"),
    "accounts.welcome": EVERYBODY,
    "accounts.group": _GROUP,
    "accounts.open_for_group": _GROUP,
    "accounts.paste": _GROUP,
    "accounts.reset_in_group": _GROUP,
    "accounts.index": _LIST,
    "accounts.create": _LIST,
    "accounts.reset": _ACCOUNT,
    "accounts.deactivate": _ACCOUNT,
    "accounts.reactivate": _ACCOUNT,
    "accounts.remove_second_factor": _ACCOUNT,
}

MENU = (
    MenuEntry(
        "manage", "accounts.index", _l("账号管理"), "users", is_administrator, order=80, active_prefix="accounts.create"
    ),
)
