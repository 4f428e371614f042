"""Tasks and everything that happens to them, as tables."""

from tracker.tasks.models.consulting import (
    Consultation,
    ConsultedTask,
    ConsultedUnit,
)
from tracker.tasks.models.doing import (
    CoordinationAnswer,
    Evidence,
    ProgressReport,
    Submission,
    Verification,
)
from tracker.tasks.models.task import (
    Apportionment,
    Milestone,
    SignOffBatch,
    Target,
    Task,
    TaskPart,
    TaskSeries,
)
from tracker.tasks.models.timing import (
    Adjustment,
    Crossing,
    DelayExplanation,
    DueDateChange,
    Extension,
    Suspension,
)
from tracker.tasks.models.views_asked import (
    AnswerColumns,
    AskingColumns,
    OpinionColumns,
    of_answer,
    of_asking,
    of_opinion,
)

__all__ = [
    "Adjustment",
    "AnswerColumns",
    "Apportionment",
    "AskingColumns",
    "Consultation",
    "ConsultedTask",
    "ConsultedUnit",
    "CoordinationAnswer",
    "Crossing",
    "DelayExplanation",
    "DueDateChange",
    "Evidence",
    "Extension",
    "Milestone",
    "OpinionColumns",
    "ProgressReport",
    "SignOffBatch",
    "Submission",
    "Suspension",
    "Target",
    "Task",
    "TaskPart",
    "TaskSeries",
    "Verification",
    "of_answer",
    "of_asking",
    "of_opinion",
]
