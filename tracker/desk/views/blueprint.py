"""Where the desks hang, and what several of them share."""

from flask import Blueprint

from tracker.desk import policy
from tracker.kernel.actor import current_actor
from tracker.kernel.verdict import require
from tracker.organisation.models import LeadershipGroup
from tracker.organisation.queries import group_of_reader

bp = Blueprint("desk", "tracker.desk")


def overseen_group(group_id: int) -> LeadershipGroup:
    """The group that the address names, for who watches over it; 404 for who may not know of it, else 403."""
    actor = current_actor()
    group = group_of_reader(actor, group_id)
    require(policy.may_oversee(actor, group_id))
    return group
