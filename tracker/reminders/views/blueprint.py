"""Where the pages of reminders hang, and what several of them share."""

from flask import Blueprint

from tracker.kernel.actor import current_actor
from tracker.kernel.errors import NotVisible
from tracker.kernel.verdict import require
from tracker.organisation.models import LeadershipGroup
from tracker.organisation.queries import group_of_reader
from tracker.reminders import policy
from tracker.reminders.rules import LadderKind

bp = Blueprint("reminders", "tracker.reminders")


def group_of_page(group_id: int) -> LeadershipGroup:
    """The group that the address names, for who watches over it; 404 for who may not know of it, else 403."""
    actor = current_actor()
    group = group_of_reader(actor, group_id)
    require(policy.may_read_ladders(actor, group_id))
    return group


def kind_of_page(code: str) -> LadderKind:
    """The ladder that the address names; 404 where there is no such."""
    try:
        return LadderKind(code)
    except ValueError as error:
        raise NotVisible from error
