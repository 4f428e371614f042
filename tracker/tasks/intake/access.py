"""Which page of the intake is whose."""

from tracker.kernel.access import BUSINESS, GROUP_ROLES, OFFICE_ROLES, UNIT_ROLES, Role, Route, route

_DOCUMENT = route(OFFICE_ROLES, Role.REGISTRAR, about="plan_document")

ACCESS: dict[str, Route] = {
    "intake.preview": _DOCUMENT,
    "intake.correct": _DOCUMENT,
    "intake.undo": route(OFFICE_ROLES, Role.REGISTRAR, sees=BUSINESS - OFFICE_ROLES, about="plan"),
    "intake.passed_drafts": route(GROUP_ROLES, Role.REGISTRAR, sees=UNIT_ROLES, about="plan"),
    "intake.settle_passed": route(
        Role.OFFICE_DIRECTOR,
        Role.LEADER,
        sees=UNIT_ROLES | {Role.OFFICE_STAFF, Role.SUPERVISOR, Role.REGISTRAR},
        about="plan",
    ),
}
