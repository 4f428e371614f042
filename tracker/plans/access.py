"""Which page of plans is whose, and its place in the menu."""

from tracker.kernel.access import BUSINESS, EVERYBODY, OFFICE_ROLES, SIGNED_IN, Role, Route, route
from tracker.kernel.registry import MenuEntry
from tracker.kernel.text import _l
from tracker.organisation.rules import DutyKind

_KEEPERS = OFFICE_ROLES | {Role.REGISTRAR}
_DOCUMENT = route(_KEEPERS, about="plan_document")
_PLAN = route(BUSINESS, Role.REGISTRAR, about="plan")

ACCESS: dict[str, Route] = {
    "plans.index": EVERYBODY,
    "plans.upload": route(_KEEPERS, sees=SIGNED_IN - _KEEPERS),
    "plans.discard": _DOCUMENT,
    "plans.show": _PLAN,
    "plans.original": _PLAN,
}

MENU = (
    MenuEntry(
        "responsibility",
        "plans.index",
        _l("实施方案"),
        "file-text",
        lambda actor: bool(actor.seats or actor.member_units or DutyKind.REGISTRAR in actor.duties),
        order=50,
        active_prefix="plans.",
    ),
)
