"""What the papers about tasks contain; how papers look is documents'."""

from tracker.tasks.papers.breakdown import breakdown_paper
from tracker.tasks.papers.sheet import task_sheet
from tracker.tasks.papers.sign_off import sign_off_sheet

__all__ = ["breakdown_paper", "sign_off_sheet", "task_sheet"]
