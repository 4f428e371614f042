"""Everything that changes a task; the only writer of its tables."""

from tracker.tasks.commands.asking import (
    ask_for_breakdown,
)
from tracker.tasks.commands.completion import (
    draft_submission,
    return_for_rework,
    submit_completion,
    verify_completion,
)
from tracker.tasks.commands.consulting import (
    open_consultation,
    withdraw_consultation,
)
from tracker.tasks.commands.coordinating import (
    answer_coordination,
    check_coordination,
)
from tracker.tasks.commands.crossings import (
    record_crossings,
)
from tracker.tasks.commands.deadlines import (
    adjust_time,
    answer_explanation,
    ask_extension,
    decide_extension,
    explain_delay,
    set_rectification,
)
from tracker.tasks.commands.drafting import (
    copy_task,
    draft_apportioned,
    draft_task,
    edit_draft,
    write_draft,
)
from tracker.tasks.commands.filling import (
    NewPart,
    NewTarget,
    TaskDraft,
)
from tracker.tasks.commands.moving import (
    PaperRoad,
    require_at_work,
)
from tracker.tasks.commands.opinions import (
    answer_consultation,
    handle_opinion,
)
from tracker.tasks.commands.parts import (
    accept_part,
    complete_part,
)
from tracker.tasks.commands.possible import (
    require_acceptable,
    require_adjustment_open,
    require_childless,
    require_children_done,
    require_delay_unexplained,
    require_dividable,
    require_extension_open,
    require_time_adjustable,
)
from tracker.tasks.commands.progress import (
    NewReport,
    assign_owner,
    complete_milestone,
    confirm_report,
    report_part,
    report_progress,
)
from tracker.tasks.commands.receiving import (
    accept_task,
    ask_adjustment,
    decide_adjustment,
)
from tracker.tasks.commands.resting import (
    cancel_task,
    proposed_resume_date,
    resume_task,
    suspend_task,
)
from tracker.tasks.commands.saying import Opinion, checked_opinion, checked_reason, handle, say
from tracker.tasks.commands.series import issue_due_periods, recurs
from tracker.tasks.commands.signing import (
    appoint_verifier,
    propose_batch,
    send_back_batch,
    set_leader_in_charge,
    sign_off_batch,
)
from tracker.tasks.commands.splitting import (
    split_task,
)
from tracker.tasks.commands.taking_over import (
    enter_done,
    take_over,
)

__all__ = [
    "NewPart",
    "NewReport",
    "NewTarget",
    "Opinion",
    "PaperRoad",
    "TaskDraft",
    "accept_part",
    "accept_task",
    "adjust_time",
    "answer_consultation",
    "answer_coordination",
    "answer_explanation",
    "appoint_verifier",
    "ask_adjustment",
    "ask_extension",
    "ask_for_breakdown",
    "assign_owner",
    "cancel_task",
    "check_coordination",
    "checked_opinion",
    "checked_reason",
    "complete_milestone",
    "complete_part",
    "confirm_report",
    "copy_task",
    "decide_adjustment",
    "decide_extension",
    "draft_apportioned",
    "draft_submission",
    "draft_task",
    "edit_draft",
    "enter_done",
    "explain_delay",
    "handle",
    "handle_opinion",
    "issue_due_periods",
    "open_consultation",
    "propose_batch",
    "proposed_resume_date",
    "record_crossings",
    "recurs",
    "report_part",
    "report_progress",
    "require_acceptable",
    "require_adjustment_open",
    "require_at_work",
    "require_childless",
    "require_children_done",
    "require_delay_unexplained",
    "require_dividable",
    "require_extension_open",
    "require_time_adjustable",
    "resume_task",
    "return_for_rework",
    "say",
    "send_back_batch",
    "set_leader_in_charge",
    "set_rectification",
    "sign_off_batch",
    "split_task",
    "submit_completion",
    "suspend_task",
    "take_over",
    "verify_completion",
    "withdraw_consultation",
    "write_draft",
]
