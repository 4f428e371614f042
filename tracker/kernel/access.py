"""The words of the table of routes × roles: who may open which page, said once and checked everywhere.

Each feature lists its routes in access.py. The table refuses what it does not know, sends strangers to sign in,
generates docs/permissions.md, and is walked by a test: each route, each role, own and foreign object.
Fine rules (this task, this state) stand in policies; a route open to a role here may still refuse a case.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The kinds of people that the table speaks of, as they stand to the thing at hand."""

    ANONYMOUS = "anonymous"
    OUTSIDER = "outsider"
    STAFF = "staff"
    LIAISON = "liaison"
    DEPUTY = "deputy"
    HEAD = "head"
    OFFICE_STAFF = "office_staff"
    OFFICE_DIRECTOR = "office_director"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    SYSTEM_ADMINISTRATOR = "system_administrator"
    AUDITOR = "auditor"
    REGISTRAR = "registrar"


UNIT_ROLES = frozenset({Role.STAFF, Role.LIAISON, Role.DEPUTY, Role.HEAD})
CONFIRMING = frozenset({Role.DEPUTY, Role.HEAD})
OFFICE_ROLES = frozenset({Role.OFFICE_STAFF, Role.OFFICE_DIRECTOR})
GROUP_ROLES = OFFICE_ROLES | {Role.SUPERVISOR, Role.LEADER}
BUSINESS = UNIT_ROLES | GROUP_ROLES
SIGNED_IN = frozenset(Role) - {Role.ANONYMOUS}


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the table.

    allowed: may do it on their own objects. sees: is answered 403 with the reason rather than 404.
    own_unit: may do it on what their own unit made rather than the group's office (层层分解: its own letters).
    public: open without signing in. about: the kind of object that the address names (task, group, …), if any.
    For an object that is not theirs, everybody is answered 404.
    """

    allowed: frozenset[Role] = frozenset()
    sees: frozenset[Role] = frozenset()
    public: bool = False
    about: str = ""
    own_unit: frozenset[Role] = frozenset()


PUBLIC = Route(allowed=frozenset(Role), public=True)
EVERYBODY = Route(allowed=SIGNED_IN)


def route(
    *allowed: Role | frozenset[Role],
    sees: frozenset[Role] = frozenset(),
    about: str = "",
    own_unit: frozenset[Role] = frozenset(),
) -> Route:
    """A row from roles and sets of roles."""
    roles: set[Role] = set()
    for item in allowed:
        roles |= item if isinstance(item, frozenset) else {item}
    return Route(allowed=frozenset(roles), sees=sees, about=about, own_unit=own_unit)
