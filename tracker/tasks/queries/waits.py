"""The kinds of thing that can wait for somebody, in the order in which they are shown."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tracker.kernel.text import Labels, _l


class Wait(StrEnum):
    """What somebody has to do, in the order in which it is shown."""

    SIGN_OFF = "sign_off"
    ANSWER_CONSULTATION = "answer_consultation"
    HANDLE_CONSULTATION = "handle_consultation"
    ACCEPT = "accept"
    ACCEPT_PART = "accept_part"
    CONFIRM_SUBMISSION = "confirm_submission"
    CONFIRM_REPORT = "confirm_report"
    RETURNED = "returned"
    REPORT = "report"
    REPORT_PART = "report_part"
    HANDED_DOWN = "handed_down"
    DECIDE_ADJUSTMENT = "decide_adjustment"
    DECIDE_EXTENSION = "decide_extension"
    VERIFY = "verify"
    ANSWER_EXPLANATION = "answer_explanation"


LABELS = Labels(
    {
        Wait.SIGN_OFF: _l("待签发"),
        Wait.ANSWER_CONSULTATION: _l("征求意见待答复"),
        Wait.HANDLE_CONSULTATION: _l("征求意见待处理"),
        Wait.ACCEPT: _l("待签收"),
        Wait.ACCEPT_PART: _l("配合事项待签收"),
        Wait.CONFIRM_SUBMISSION: _l("办结报请待确认"),
        Wait.CONFIRM_REPORT: _l("进展报告待确认"),
        Wait.RETURNED: _l("退回重办"),
        Wait.REPORT: _l("待填报进展"),
        Wait.REPORT_PART: _l("待填报配合进展"),
        Wait.HANDED_DOWN: _l("分解的子任务待本单位办理"),
        Wait.DECIDE_ADJUSTMENT: _l("调整申请待决定"),
        Wait.DECIDE_EXTENSION: _l("延期申请待审批"),
        Wait.VERIFY: _l("待核验"),
        Wait.ANSWER_EXPLANATION: _l("逾期说明待答复"),
    }
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits. thing_id: the part, request or paper where the act is about one; else the task."""

    kind: Wait
    task_id: int | None
    thing_id: int
    group_id: int
    title: str
    unit: str
    due_on: date | None
    since: datetime | None
