"""Which act of oversight is whose."""

from tracker.kernel.access import (
    BUSINESS,
    CONFIRMING,
    EVERYBODY,
    GROUP_ROLES,
    OFFICE_ROLES,
    SIGNED_IN,
    UNIT_ROLES,
    Role,
    Route,
    route,
)
from tracker.kernel.actor import Actor
from tracker.kernel.registry import BulkAction, MenuEntry
from tracker.kernel.text import _l, _p
from tracker.oversight.policy import may_urge_many

_DRAFTING = OFFICE_ROLES | {Role.SUPERVISOR}
_SIGNING = frozenset({Role.OFFICE_DIRECTOR, Role.LEADER})
_NOTICE = "supervision notice"
SETTING = (Role.OFFICE_DIRECTOR, Role.LEADER)

ACCESS: dict[str, Route] = {
    # A lead unit urges those who cooperate with it; on its own work it is answered why not.
    "oversight.urge": route(GROUP_ROLES, sees=UNIT_ROLES, about="task"),
    "oversight.urge_many": route(GROUP_ROLES, sees=SIGNED_IN),
    "oversight.direct": route(Role.SUPERVISOR, Role.LEADER, sees=BUSINESS, about="task"),
    "oversight.flag": route(BUSINESS, about="flag"),
    "oversight.notices": EVERYBODY,
    "oversight.export_notices": EVERYBODY,
    "oversight.sign_notices": route(_SIGNING, sees=SIGNED_IN),
    "oversight.draft_notice": route(_DRAFTING, sees=BUSINESS, about="task"),
    "oversight.draft_letter_notice": route(_DRAFTING, sees=BUSINESS, about="letter"),
    "oversight.notice": route(BUSINESS, about=_NOTICE),
    "oversight.notice_sheet": route(BUSINESS, about=_NOTICE),
    "oversight.notice_file": route(BUSINESS, about=_NOTICE),
    "oversight.notice_scan": route(GROUP_ROLES, about=_NOTICE),
    "oversight.edit_notice": route(_DRAFTING, sees=BUSINESS, about=_NOTICE),
    "oversight.propose_notice": route(_DRAFTING, sees=BUSINESS, about=_NOTICE),
    # Who drafts may enter what was signed on paper.
    "oversight.sign_off_notice": route(GROUP_ROLES, sees=BUSINESS, about=_NOTICE),
    "oversight.send_back_notice": route(_SIGNING, sees=BUSINESS, about=_NOTICE),
    "oversight.discard_notice": route(GROUP_ROLES, sees=BUSINESS, about=_NOTICE),
    "oversight.withdraw_notice": route(GROUP_ROLES, sees=BUSINESS, about=_NOTICE),
    "oversight.sign_for_notice": route(CONFIRMING, OFFICE_ROLES, sees=BUSINESS, about=_NOTICE),
    "oversight.reply_notice": route(CONFIRMING, OFFICE_ROLES | {Role.LIAISON}, sees=BUSINESS, about=_NOTICE),
    "oversight.accept_reply": route(GROUP_ROLES, sees=BUSINESS, about=_NOTICE),
    "oversight.return_reply": route(GROUP_ROLES, sees=BUSINESS, about=_NOTICE),
    "oversight.decide_many": route(Role.SUPERVISOR, Role.LEADER, sees=SIGNED_IN),
    "oversight.propose_many": route(Role.SUPERVISOR, Role.LEADER, sees=SIGNED_IN),
    "oversight.flag_rules": route(GROUP_ROLES, sees=UNIT_ROLES | {Role.REGISTRAR}, about="group"),
    "oversight.set_flag_rule": route(*SETTING, sees=BUSINESS | {Role.REGISTRAR}, about="group"),
    "oversight.set_flag_days": route(*SETTING, sees=BUSINESS | {Role.REGISTRAR}, about="group"),
    "oversight.flag_paper": route(BUSINESS, about="flag"),
    "oversight.decision_paper": route(GROUP_ROLES, about="flag"),
    "oversight.statement_file": route(BUSINESS, about="flag"),
    # The office enters what a unit's head signed on paper.
    "oversight.state_case": route(CONFIRMING, OFFICE_ROLES | {Role.LIAISON}, sees=BUSINESS, about="flag"),
    # A draft is the unit's own until its head gives it.
    "oversight.give_statement": route(CONFIRMING, sees=frozenset({Role.LIAISON}), about="flag"),
    "oversight.propose_decision": route(Role.SUPERVISOR, sees=BUSINESS, about="flag"),
    # The office enters what a leader decided on paper.
    "oversight.decide_flag": route(GROUP_ROLES, sees=BUSINESS, about="flag"),
    "oversight.turn_down": route(Role.LEADER, OFFICE_ROLES, sees=GROUP_ROLES, about="flag"),
    "oversight.withdraw_flag": route(GROUP_ROLES, sees=BUSINESS, about="flag"),
    "oversight.ask_review": route(CONFIRMING, OFFICE_ROLES, sees=BUSINESS, about="flag"),
    "oversight.review_flag": route(Role.LEADER, OFFICE_ROLES, sees=BUSINESS, about="flag"),
    "oversight.close_flag": route(Role.SUPERVISOR, sees=BUSINESS, about="flag"),
}

PAGES: dict[str, tuple[str, object]] = {
    "supervision_notice_id": ("oversight.notice", _l("返回督办通知单")),
    "flag_id": ("oversight.flag", _l("返回预警")),
}
"""The page of each thing that an address names, for whoever was refused an act on it."""

BULK = (BulkAction("oversight.urge_many", _l("催办"), "speakerphone", lambda actor: bool(may_urge_many(actor))),)


def _does_business(actor: Actor) -> bool:
    return bool(actor.seats or actor.unit_ids)


MENU: tuple[MenuEntry, ...] = (
    MenuEntry(
        "responsibility", "oversight.notices", _p("list", "督办通知单"), "rubber-stamp", _does_business, order=20
    ),
)
