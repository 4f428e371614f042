"""The desks, one file for each; importing them hangs them on the blueprint."""

from tracker.desk.views import flags, group, home, inbox, portrait, review
from tracker.desk.views.blueprint import bp

__all__ = ["bp", "flags", "group", "home", "inbox", "portrait", "review"]
