"""The pages of the organisation, one file a subject; importing them hangs them on the blueprint."""

from tracker.organisation.views import groups, installation, members, people, posts, seats, units, working_days
from tracker.organisation.views.blueprint import bp

__all__ = ["bp", "groups", "installation", "members", "people", "posts", "seats", "units", "working_days"]
