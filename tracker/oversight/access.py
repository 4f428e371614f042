"""Which act of oversight is whose."""

from tracker.kernel.access import BUSINESS, GROUP_ROLES, SIGNED_IN, UNIT_ROLES, Role, Route, route
from tracker.kernel.registry import BulkAction
from tracker.kernel.text import _l
from tracker.oversight.policy import may_urge_many

ACCESS: dict[str, Route] = {
    # A lead unit urges those who cooperate with it; on its own work it is answered why not.
    "oversight.urge": route(GROUP_ROLES, sees=UNIT_ROLES, about="task"),
    "oversight.urge_many": route(GROUP_ROLES, sees=SIGNED_IN),
    "oversight.direct": route(Role.SUPERVISOR, Role.LEADER, sees=BUSINESS, about="task"),
    "oversight.flag": route(BUSINESS, about="flag"),
}

BULK = (BulkAction("oversight.urge_many", _l("催办"), "speakerphone", lambda actor: bool(may_urge_many(actor))),)
