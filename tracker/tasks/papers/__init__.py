"""What the papers about tasks contain; how papers look is documents'."""

from tracker.tasks.papers.breakdown import breakdown_paper
from tracker.tasks.papers.decision import (
    Decision,
    adjustment_asked,
    completion_claimed,
    decision_sheet,
    explanation_given,
    extension_asked,
)
from tracker.tasks.papers.sheet import task_sheet
from tracker.tasks.papers.sign_off import sign_off_sheet

__all__ = [
    "Decision",
    "adjustment_asked",
    "breakdown_paper",
    "completion_claimed",
    "decision_sheet",
    "explanation_given",
    "extension_asked",
    "sign_off_sheet",
    "task_sheet",
]
