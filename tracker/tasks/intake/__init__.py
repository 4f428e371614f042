"""From a plan document to a plan with draft tasks, and back: confirming and undoing, each in one transaction."""

from tracker.tasks.intake.confirming import confirm_document
from tracker.tasks.intake.undoing import undo_plan

__all__ = ["confirm_document", "undo_plan"]
