"""The pages of ladders and held runs, and what a task's page shows of its reminders."""

from tracker.reminders.views import held, ladders
from tracker.reminders.views.blueprint import bp
from tracker.reminders.views.panel import panel

__all__ = ["bp", "held", "ladders", "panel"]
