"""Which desk is whose, and its place in the menu and on the phone's bar."""

from tracker.desk.policy import watches
from tracker.kernel.access import EVERYBODY, GROUP_ROLES, SIGNED_IN, UNIT_ROLES, Role, Route, route
from tracker.kernel.actor import Actor
from tracker.kernel.registry import MenuEntry
from tracker.kernel.text import _l
from tracker.outbox.queries import unread_count

_GROUP = route(GROUP_ROLES, sees=UNIT_ROLES | {Role.REGISTRAR}, about="group")
_MINE = route(GROUP_ROLES)

ACCESS: dict[str, Route] = {
    "desk.home": EVERYBODY,
    "desk.my_overview": _MINE,
    "desk.my_review": _MINE,
    "desk.overview": _GROUP,
    "desk.leader": _GROUP,
    "desk.review": _GROUP,
    "desk.flags": _GROUP,
    # A unit looks at its own; who keeps the directory sees the unit and is told why not.
    "desk.portrait": route(GROUP_ROLES, UNIT_ROLES, sees=frozenset({Role.REGISTRAR}), about="group"),
    "desk.inbox": EVERYBODY,
    "desk.open_message": Route(allowed=SIGNED_IN, about="message"),
    "desk.read_all": EVERYBODY,
}


def _everybody(_actor: Actor) -> bool:
    return True


MENU: tuple[MenuEntry, ...] = (
    MenuEntry("desk", "desk.home", _l("工作台"), "home", _everybody, order=1, tab=True),
    MenuEntry(
        "desk", "desk.my_overview", _l("督办总览"), "layout-dashboard", watches, order=2, active_prefix="desk.overview"
    ),
    MenuEntry("desk", "desk.my_review", _l("逾期复核"), "gavel", watches, order=3, active_prefix="desk.review"),
    MenuEntry("desk", "desk.inbox", _l("消息"), "bell", _everybody, order=9, badge=unread_count, tab=True),
)
