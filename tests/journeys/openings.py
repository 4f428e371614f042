"""Who opens which page, and about what, when each page of the product is opened once."""

from tracker.kernel.access import Role

PEOPLE = {
    Role.OFFICE_DIRECTOR: "office_director",
    Role.HEAD: "finance_head",
    Role.SUPERVISOR: "supervisor",
    Role.LEADER: "leader",
    Role.REGISTRAR: "registrar",
    Role.SYSTEM_ADMINISTRATOR: "administrator",
    Role.AUDITOR: "auditor",
    Role.LIAISON: "finance_liaison",
}
"""Who opens a page: the first of these who may, the office before others, since its pages hold the most."""

NOT_PAGES = frozenset(
    {
        "audit.anchor",
        "delivery.my_trail",
        "health.healthz",
        "jobs.download",
        "jobs.progress",
        "letters.docx_of_letter",
        "letters.fulfilment_scan",
        "letters.withdrawal_scan",
        "letters.handover_scan",
        "letters.handover_sheet",
        "letters.drawing",
        "letters.pdf_of_letter",
        "letters.pile_page",
        "letters.reconciliation_sheet",
        "letters.scan",
        "letters.standing",
        "oversight.decision_paper",
        "oversight.export_notices",
        "oversight.flag_paper",
        "oversight.notice_file",
        "oversight.notice_scan",
        "oversight.notice_sheet",
        "oversight.statement_file",
        "plans.original",
        "reminders.my_ladders",
        "static",
        "tasks.adjust_time_sheet",
        "tasks.answer_explanation_sheet",
        "tasks.batch_paper",
        "tasks.batch_sheet",
        "tasks.breakdown_of_list",
        "tasks.breakdown_of_plan",
        "tasks.cancel_sheet",
        "tasks.decide_adjustment_sheet",
        "tasks.decide_extension_sheet",
        "tasks.evidence",
        "tasks.export",
        "tasks.paper",
        "tasks.resume_sheet",
        "tasks.sheet",
        "tasks.suspend_sheet",
        "tasks.verify_sheet",
    }
)
"""What answers with a file, or to machines, or sends on to a page of the reader's group."""

ELSEWHERE = frozenset({"accounts.second_step", "accounts.setup"})
"""Open only in an empty installation: the first run has its own journey."""

PERSON_FOR = {"accounts.sign_in": None, "intake.passed_drafts": "leader", "intake.preview": "registrar"}
"""Pages that open to somebody else: to whoever has not signed in, brought the document, or leads the new group."""

TASK_FOR = {
    "oversight.direct": "late",
    "oversight.draft_notice": "late",
    "oversight.urge": "late",
    "tasks.accept": "waiting",
    "tasks.ask_adjustment": "waiting",
    "tasks.edit": "draft",
    "tasks.explain_delay": "late",
    "tasks.resume": "suspended",
    "tasks.show": "late",
    "tasks.verify": "submitted",
}
"""Routes that want a task in another state than under way."""

LETTER_FOR = {
    "letters.edit": "draft",
    "letters.follow": "in_force",
    "letters.hand_on": "in_force",
    "letters.reconcile": "in_force",
    "letters.record_fulfilment": "reconciled",
    "letters.revoke": "in_force",
    "letters.show": "in_force",
    "oversight.draft_letter_notice": "late",
}
"""Routes that want a letter in another state than waiting for signatures."""

NOTICE_FOR = {
    "oversight.accept_reply": "replied",
    "oversight.discard_notice": "draft",
    "oversight.edit_notice": "draft",
    "oversight.notice": "replied",
    "oversight.propose_notice": "draft",
    "oversight.reply_notice": "received",
    "oversight.return_reply": "replied",
    "oversight.send_back_notice": "proposed",
    "oversight.sign_for_notice": "issued",
    "oversight.sign_off_notice": "proposed",
    "oversight.withdraw_notice": "issued",
}
"""In which state each page wants a supervision notice."""

TICKED = {
    "oversight.urge_many": "late",
    "tasks.bulk_leader": "task",
    "tasks.bulk_propose": "draft",
    "tasks.bulk_time": "task",
    "tasks.consult": "draft",
}
"""Pages about the tasks that were ticked on the list before."""

DESKS = (
    ("delivery.preferences", "finance_head"),
    ("desk.flags", "supervisor"),
    ("desk.home", "finance_head"),
    ("desk.home", "finance_liaison"),
    ("desk.home", "supervisor"),
    ("desk.home", "leader"),
    ("desk.home", "registrar"),
    ("desk.home", "administrator"),
    ("desk.home", "auditor"),
    ("desk.home", "outsider"),
    ("desk.inbox", "finance_head"),
    ("desk.overview", "supervisor"),
    ("desk.portrait", "finance_head"),
    ("desk.review", "supervisor"),
    ("letters.asked", "finance_head"),
    ("letters.index", "finance_head"),
    ("letters.show", "finance_head"),
    ("letters.sign_many", "leader"),
    ("oversight.decide_flag", "leader"),
    ("oversight.flag", "finance_head"),
    ("oversight.flag", "supervisor"),
    ("oversight.flag_rules", "supervisor"),
    ("oversight.notice", "finance_head"),
    ("oversight.notices", "finance_head"),
    ("intake.preview", "registrar"),
    ("organisation.units", "registrar"),
    ("tasks.confirm", "finance_head"),
    ("tasks.consulted_unit", "finance_head"),
    ("tasks.index", "finance_head"),
    ("tasks.show", "finance_head"),
    ("tasks.show", "supervisor"),
)
"""Pages that look different to different people, opened by them as well."""
