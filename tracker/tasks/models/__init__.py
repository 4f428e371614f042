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

__all__ = [
    "Adjustment",
    "Apportionment",
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
    "ProgressReport",
    "SignOffBatch",
    "Submission",
    "Suspension",
    "Target",
    "Task",
    "TaskPart",
    "TaskSeries",
    "Verification",
]
