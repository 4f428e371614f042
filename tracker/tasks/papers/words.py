"""How dates and numbers of tasks are written on papers."""

from datetime import date

from tracker.documents.paper import day
from tracker.kernel.text import _
from tracker.tasks.models import Target

SIGNS = {">=": "≥", "<=": "≤"}


def target_words(target: Target) -> str:
    """A numeric target in one line: what, where, how much, by when."""
    scope = f"（{target.scope}）" if target.scope else ""
    by = f"（{day(target.due_on)}）" if target.due_on else ""
    return f"{target.quantity}{scope}{SIGNS.get(target.operator, target.operator)}{target.value:g}{target.unit}{by}"


def deadline_words(due_on: date | None, deadline_text: str) -> str:
    """When something is due, as papers say it."""
    return day(due_on) if due_on else deadline_text or str(_("长期坚持"))
