"""Which page of tasks is whose, its place in the menu, and what can be done to ticked rows."""

from tracker.kernel.access import (
    BUSINESS,
    CONFIRMING,
    EVERYBODY,
    GROUP_ROLES,
    OFFICE_ROLES,
    SIGNED_IN,
    Role,
    Route,
    route,
)
from tracker.kernel.actor import Actor
from tracker.kernel.registry import BulkAction, MenuEntry
from tracker.kernel.text import _l, _p
from tracker.organisation.rules import LEADERS, OFFICE, ContactRole, PostRank

_WRITING = CONFIRMING | {Role.LIAISON}
_SIGNING = frozenset({Role.OFFICE_DIRECTOR, Role.LEADER})
_DECIDING = OFFICE_ROLES | {Role.LEADER}

_TASK = route(BUSINESS, about="task")
_TASK_WRITTEN = route(_WRITING, sees=BUSINESS, about="task")
_TASK_CONFIRMED = route(CONFIRMING, sees=BUSINESS, about="task")
_TASK_JUDGED = route(GROUP_ROLES, sees=BUSINESS, about="task")
_TASK_DECIDED = route(_DECIDING, sees=BUSINESS, about="task")
_TASK_MANAGED = route(OFFICE_ROLES, sees=BUSINESS, about="task")
_DRAFT_MANAGED = route(OFFICE_ROLES, sees=GROUP_ROLES, about="draft")
_GROUP = route(GROUP_ROLES, about="group")
_GROUP_MANAGED = route(OFFICE_ROLES, sees=GROUP_ROLES, about="group")
_TICKED = route(_DECIDING, sees=SIGNED_IN)
_TICKED_OFFICE = route(OFFICE_ROLES, sees=SIGNED_IN)

ACCESS: dict[str, Route] = {
    "tasks.index": EVERYBODY,
    "tasks.export": EVERYBODY,
    "tasks.breakdown_of_list": EVERYBODY,
    "tasks.breakdown_of_plan": route(BUSINESS, Role.REGISTRAR, about="plan"),
    "tasks.pdf_of_list": EVERYBODY,
    "tasks.pdf_of_plan": route(BUSINESS, Role.REGISTRAR, about="plan"),
    "tasks.show": _TASK,
    "tasks.evidence": route(BUSINESS, about="evidence"),
    "tasks.paper": _TASK,
    "tasks.sheet": _TASK,
    "tasks.confirm": EVERYBODY,
    "tasks.accept": route(_WRITING, OFFICE_ROLES, sees=BUSINESS, about="task"),
    "tasks.ask_adjustment": _TASK_CONFIRMED,
    "tasks.report": _TASK_WRITTEN,
    "tasks.confirm_report": route(CONFIRMING, sees=BUSINESS, about="report"),
    "tasks.submit": _TASK_WRITTEN,
    "tasks.ask_extension": _TASK_CONFIRMED,
    "tasks.explain_delay": _TASK_CONFIRMED,
    "tasks.assign": _TASK_CONFIRMED,
    "tasks.split": _TASK_CONFIRMED,
    "tasks.complete_milestone": route(CONFIRMING, sees=BUSINESS, about="milestone"),
    "tasks.accept_part": route(_WRITING, OFFICE_ROLES, sees=BUSINESS, about="part"),
    "tasks.report_part": route(_WRITING, sees=BUSINESS, about="part"),
    "tasks.complete_part": route(CONFIRMING, sees=BUSINESS, about="part"),
    "tasks.decide_adjustment": route(_DECIDING, sees=BUSINESS, about="adjustment"),
    "tasks.decide_adjustment_sheet": route(_DECIDING, sees=BUSINESS, about="adjustment"),
    "tasks.decide_extension": route(_DECIDING, sees=BUSINESS, about="extension"),
    "tasks.decide_extension_sheet": route(_DECIDING, sees=BUSINESS, about="extension"),
    "tasks.answer_coordination": route(GROUP_ROLES, sees=BUSINESS, about="report"),
    "tasks.answer_explanation": route(GROUP_ROLES, sees=BUSINESS, about="explanation"),
    "tasks.answer_explanation_sheet": route(GROUP_ROLES, sees=BUSINESS, about="explanation"),
    "tasks.verify": _TASK_JUDGED,
    "tasks.verify_sheet": _TASK_JUDGED,
    "tasks.adjust_time": _TASK_DECIDED,
    "tasks.adjust_time_sheet": _TASK_DECIDED,
    "tasks.suspend": _TASK_DECIDED,
    "tasks.suspend_sheet": _TASK_DECIDED,
    "tasks.resume": _TASK_DECIDED,
    "tasks.resume_sheet": _TASK_DECIDED,
    "tasks.cancel": _TASK_DECIDED,
    "tasks.cancel_sheet": _TASK_DECIDED,
    "tasks.appoint_verifier": route(Role.LEADER, sees=BUSINESS, about="task"),
    "tasks.set_leader": _TASK_MANAGED,
    "tasks.copy": _TASK_MANAGED,
    "tasks.edit": _DRAFT_MANAGED,
    "tasks.my_drafts": EVERYBODY,
    "tasks.drafts": _GROUP,
    "tasks.new": _GROUP_MANAGED,
    "tasks.apportion": _GROUP_MANAGED,
    "tasks.propose": _GROUP_MANAGED,
    "tasks.consult": _GROUP_MANAGED,
    "tasks.consultation": route(GROUP_ROLES, about="consultation"),
    "tasks.withdraw_consultation": route(OFFICE_ROLES, sees=GROUP_ROLES, about="consultation"),
    "tasks.handle_opinion": route(OFFICE_ROLES, sees=GROUP_ROLES, about="opinion"),
    "tasks.consulted_unit": route(BUSINESS, about="consulted unit"),
    "tasks.answer_consultation": route(_WRITING, OFFICE_ROLES, sees=BUSINESS, about="consulted unit"),
    "tasks.take_over": route(_SIGNING, sees=GROUP_ROLES, about="group"),
    "tasks.batch": route(GROUP_ROLES, about="batch"),
    "tasks.batch_sheet": route(GROUP_ROLES, about="batch"),
    "tasks.batch_paper": route(GROUP_ROLES, about="batch"),
    "tasks.sign_batch": route(_SIGNING, OFFICE_ROLES, sees=GROUP_ROLES, about="batch"),
    "tasks.send_back_batch": route(_SIGNING, sees=GROUP_ROLES, about="batch"),
    "tasks.apportionment": route(BUSINESS, about="apportionment"),
    "tasks.bulk_propose": _TICKED_OFFICE,
    "tasks.bulk_leader": _TICKED_OFFICE,
    "tasks.bulk_time": _TICKED,
}

ACTS = {"file.damaged": _p("done", "文件与入库内容不一致")}


def _does_business(actor: Actor) -> bool:
    return bool(actor.seats or actor.unit_ids)


def _works_in_office(actor: Actor) -> bool:
    return bool(actor.groups_as(*OFFICE))


def _decides(actor: Actor) -> bool:
    return bool(actor.groups_as(*OFFICE, *LEADERS))


def _confirms(actor: Actor) -> bool:
    return any(post.rank == PostRank.HEAD for post in actor.posts) or any(
        contact.role == ContactRole.DEPUTY_IN_CHARGE for contact in actor.contacts
    )


MENU: tuple[MenuEntry, ...] = (
    MenuEntry(
        "tasks",
        "tasks.index",
        _l("任务台账"),
        "list-check",
        _does_business,
        order=10,
        tab=True,
        active_prefix="tasks.show",
    ),
    MenuEntry(
        "tasks",
        "tasks.my_drafts",
        _l("草稿与签发"),
        "file-text",
        _works_in_office,
        order=15,
        active_prefix="tasks.draft",
    ),
    MenuEntry("tasks", "tasks.confirm", _l("集中确认"), "checks", _confirms, order=18),
)

BULK: tuple[BulkAction, ...] = (
    BulkAction("tasks.bulk_propose", _l("批量送审"), "send", _works_in_office),
    BulkAction("tasks.bulk_leader", _l("确定牵头领导"), "user-check", _works_in_office),
    BulkAction("tasks.bulk_time", _l("调整时限"), "calendar", _decides),
)
