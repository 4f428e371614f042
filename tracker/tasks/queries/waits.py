"""The kinds of thing that can wait for somebody, in the order in which they are shown."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.kernel.text import Labels, _l, _p
from tracker.tasks.models import CoordinationAnswer, ProgressReport
from tracker.tasks.rules import ReportState


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
    NAME_OWNER = "name_owner"
    HANDED_DOWN = "handed_down"
    DECIDE_ADJUSTMENT = "decide_adjustment"
    DECIDE_EXTENSION = "decide_extension"
    VERIFY = "verify"
    ANSWER_EXPLANATION = "answer_explanation"
    ANSWER_COORDINATION = "answer_coordination"


LABELS = Labels(
    {
        Wait.SIGN_OFF: _l("待签发"),
        Wait.ANSWER_CONSULTATION: _l("征求意见待答复"),
        Wait.HANDLE_CONSULTATION: _l("征求意见待处理"),
        Wait.ACCEPT: _l("待签收"),
        Wait.ACCEPT_PART: _l("配合事项待签收"),
        Wait.CONFIRM_SUBMISSION: _l("办结报请待确认"),
        Wait.CONFIRM_REPORT: _l("进展报告待确认"),
        Wait.RETURNED: _p("state", "退回重办"),
        Wait.REPORT: _l("待填报进展"),
        Wait.REPORT_PART: _l("待填报配合进展"),
        Wait.NAME_OWNER: _l("责任人已不在本单位，待另行落实"),
        Wait.HANDED_DOWN: _l("分解的子任务待本单位办理"),
        Wait.DECIDE_ADJUSTMENT: _l("调整申请待决定"),
        Wait.DECIDE_EXTENSION: _l("延期申请待审批"),
        Wait.VERIFY: _l("待核验"),
        Wait.ANSWER_EXPLANATION: _l("逾期说明待答复"),
        Wait.ANSWER_COORDINATION: _l("需协调事项待答复"),
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


def waits_for_coordination() -> sa.ColumnElement[bool]:
    """Of reports: they put a difficulty up to the group, unanswered; a later one without it takes it back."""
    later = aliased(ProgressReport)
    overtaken = sa.select(later.id).where(
        later.task_id == ProgressReport.task_id,
        later.unit_id == ProgressReport.unit_id,
        later.state == ReportState.CONFIRMED,
        later.id > ProgressReport.id,
    )
    answered = sa.select(CoordinationAnswer.id).where(CoordinationAnswer.report_id == ProgressReport.id)
    return sa.and_(
        ProgressReport.coordination != "",
        ProgressReport.state == ReportState.CONFIRMED,
        sa.not_(overtaken.correlate(ProgressReport).exists()),
        sa.not_(answered.correlate(ProgressReport).exists()),
    )
