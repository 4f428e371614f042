"""Which act of oversight is whose."""

from tracker.kernel.access import BUSINESS, GROUP_ROLES, UNIT_ROLES, Role, Route, route

ACCESS: dict[str, Route] = {
    # A lead unit urges those who cooperate with it; on its own work it is answered why not.
    "oversight.urge": route(GROUP_ROLES, sees=UNIT_ROLES, about="task"),
    "oversight.urge_many": route(GROUP_ROLES, sees=UNIT_ROLES | {Role.REGISTRAR}),
    "oversight.direct": route(Role.SUPERVISOR, Role.LEADER, sees=BUSINESS, about="task"),
}
