"""Which page of deliveries is whose, and its place in the menu."""

from tracker.delivery.policy import is_administrator
from tracker.kernel.access import EVERYBODY, GROUP_ROLES, SIGNED_IN, UNIT_ROLES, Role, Route, route
from tracker.kernel.actor import Actor
from tracker.kernel.registry import MenuEntry
from tracker.kernel.text import _l
from tracker.organisation.policy import WATCHING

_LIST = route(Role.SYSTEM_ADMINISTRATOR, sees=SIGNED_IN - {Role.SYSTEM_ADMINISTRATOR})
_ENDPOINT = route(Role.SYSTEM_ADMINISTRATOR, about="endpoint")
_DELIVERY = route(Role.SYSTEM_ADMINISTRATOR, about="delivery")

ACCESS: dict[str, Route] = {
    "delivery.preferences": EVERYBODY,
    "delivery.endpoints": _LIST,
    "delivery.add_endpoint": _LIST,
    "delivery.endpoint": _ENDPOINT,
    "delivery.edit_endpoint": _ENDPOINT,
    "delivery.disable_endpoint": _ENDPOINT,
    "delivery.enable_endpoint": _ENDPOINT,
    "delivery.test_endpoint": _ENDPOINT,
    "delivery.deliveries": _LIST,
    "delivery.told": _LIST,
    "delivery.delivery": _DELIVERY,
    "delivery.resolve": _DELIVERY,
    "delivery.retry": _DELIVERY,
    "delivery.my_trail": route(GROUP_ROLES),
    "delivery.trail": route(GROUP_ROLES, sees=UNIT_ROLES | {Role.REGISTRAR}, about="group"),
}


def watches(actor: Actor) -> bool:
    """Whether somebody watches over a group."""
    return bool(actor.groups_as(*WATCHING))


MENU = (
    MenuEntry(
        "responsibility",
        "delivery.my_trail",
        _l("消息送达"),
        "send",
        watches,
        order=90,
        active_prefix="delivery.trail",
    ),
    MenuEntry(
        "manage",
        "delivery.endpoints",
        _l("发送渠道"),
        "send",
        is_administrator,
        order=82,
        active_prefix="delivery.endpoint",
    ),
)
