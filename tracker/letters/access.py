"""Which page of responsibility letters is whose, and its place in the menu."""

from tracker.kernel.access import (
    BUSINESS,
    CONFIRMING,
    EVERYBODY,
    GROUP_ROLES,
    OFFICE_ROLES,
    PUBLIC,
    Role,
    Route,
    route,
)
from tracker.kernel.actor import Actor
from tracker.kernel.registry import MenuEntry
from tracker.kernel.text import _l

_OFFICE = route(OFFICE_ROLES, sees=GROUP_ROLES, about="group")
_ANSWERING = CONFIRMING | {Role.LIAISON}
_PILE = route(OFFICE_ROLES, sees=GROUP_ROLES, about="letter_pile", own_unit=_ANSWERING)
_BATCH = route(GROUP_ROLES, about="letter_batch", own_unit=_ANSWERING)
_BATCH_OFFICE = route(OFFICE_ROLES, sees=GROUP_ROLES, about="letter_batch", own_unit=_ANSWERING)
_LETTER_OFFICE = route(OFFICE_ROLES, sees=BUSINESS, about="letter")

ACCESS: dict[str, Route] = {
    "letters.index": EVERYBODY,
    "letters.sign_many": EVERYBODY,
    "letters.template": _OFFICE,
    "letters.new": _OFFICE,
    "letters.batch": _BATCH,
    "letters.issue_batch": route(OFFICE_ROLES, sees=GROUP_ROLES, about="letter_batch", own_unit=CONFIRMING),
    "letters.discard_batch": _BATCH_OFFICE,
    "letters.drop": _BATCH_OFFICE,
    "letters.ask_views": route(OFFICE_ROLES, sees=GROUP_ROLES, about="letter_batch"),
    "letters.views": route(GROUP_ROLES, about="letter_batch"),
    "letters.withdraw_views": route(OFFICE_ROLES, sees=GROUP_ROLES, about="letter_batch"),
    "letters.handle_view": route(OFFICE_ROLES, sees=GROUP_ROLES, about="letter opinion"),
    "letters.asked": route(BUSINESS, about="asked letter"),
    "letters.answer_views": route(_ANSWERING, OFFICE_ROLES, sees=BUSINESS, about="asked letter"),
    "letters.unsigned": route(GROUP_ROLES, about="group"),
    "letters.urge_unsigned": route(GROUP_ROLES, about="group"),
    "letters.urge": _BATCH,
    "letters.urge_one": route(GROUP_ROLES, sees=BUSINESS, about="letter"),
    "letters.make_papers": _BATCH,
    "letters.new_pile": _BATCH_OFFICE,
    "letters.pile": _PILE,
    "letters.pile_page": _PILE,
    "letters.assign_pages": _PILE,
    "letters.record_pile": _PILE,
    "letters.show": route(BUSINESS, about="letter"),
    "letters.sign": route(Role.HEAD, Role.LEADER, sees=BUSINESS, about="letter"),
    "letters.send_back": route(CONFIRMING, sees=BUSINESS, about="letter"),
    "letters.edit": _LETTER_OFFICE,
    "letters.issue": _LETTER_OFFICE,
    "letters.withdraw": _LETTER_OFFICE,
    "letters.revoke": route(Role.LEADER, OFFICE_ROLES, sees=BUSINESS, about="letter"),
    "letters.withdrawal_scan": route(BUSINESS, about="letter"),
    "letters.follow": _LETTER_OFFICE,
    "letters.hand_on": route(_ANSWERING, sees=BUSINESS, about="letter"),
    "letters.record_paper": _LETTER_OFFICE,
    "letters.drawing": route(BUSINESS, about="letter"),
    "letters.scan": route(BUSINESS, about="letter"),
    "letters.docx_of_letter": route(BUSINESS, about="letter"),
    "letters.pdf_of_letter": route(BUSINESS, about="letter"),
    "letters.reconciliation_sheet": route(BUSINESS, about="letter"),
    "letters.handover_sheet": route(BUSINESS, about="handover"),
    "letters.standing": _BATCH,
    "letters.reconcile": _LETTER_OFFICE,
    "letters.fulfil": route(Role.LEADER, sees=BUSINESS, about="letter"),
    "letters.record_fulfilment": _LETTER_OFFICE,
    "letters.fulfilment_scan": route(BUSINESS, about="letter"),
    "letters.open_handover": route(Role.HEAD, OFFICE_ROLES, sees=BUSINESS, about="letter"),
    "letters.handover": route(BUSINESS, about="handover"),
    "letters.sign_handover": route(Role.HEAD, sees=BUSINESS, about="handover"),
    "letters.record_handover": route(OFFICE_ROLES, sees=BUSINESS, about="handover"),
    "letters.handover_scan": route(BUSINESS, about="handover"),
    "letters.check": PUBLIC,
}


PAGES: dict[str, tuple[str, object]] = {
    "letter_id": ("letters.show", _l("返回责任书")),
    "letter_batch_id": ("letters.batch", _l("返回责任书批次")),
    "asked_id": ("letters.asked", _l("返回征求意见")),
    "pile_id": ("letters.pile", _l("返回整叠扫描")),
    "handover_id": ("letters.handover", _l("返回交接确认")),
}
"""The page of each thing that an address names, for whoever was refused an act on it."""


def _does_business(actor: Actor) -> bool:
    return bool(actor.seats or actor.unit_ids)


MENU: tuple[MenuEntry, ...] = (
    MenuEntry(
        "responsibility", "letters.index", _l("责任书"), "signature", _does_business, order=10, active_prefix="letters."
    ),
)
