"""The pages of the organisation, one file a subject; importing them hangs them on the blueprint."""

from tracker.organisation.views import (
    adjusting,
    groups,
    installation,
    members,
    people,
    posts,
    seats,
    units,
    working_days,
)
from tracker.organisation.views.blueprint import bp

__all__ = ["adjusting", "bp", "groups", "installation", "members", "people", "posts", "seats", "units", "working_days"]
