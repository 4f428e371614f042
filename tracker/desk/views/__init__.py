"""The desks, one file for each; importing them hangs them on the blueprint."""

from tracker.desk.views import group, home, inbox, review
from tracker.desk.views.blueprint import bp

__all__ = ["bp", "group", "home", "inbox", "review"]
