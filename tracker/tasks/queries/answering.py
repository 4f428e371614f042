"""For which units somebody answers, as a condition on rows."""

from typing import Any

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.organisation.rules import ContactRole, PostRank
from tracker.tasks.models import Task
from tracker.tasks.queries.lights import Condition


def confirms_for(actor: Actor, unit: Any, group: Any = Task.group_id) -> Condition | None:
    """Units (by group) for which somebody is head, or deputy in charge."""
    return _answers(actor, unit, group, {ContactRole.DEPUTY_IN_CHARGE})


def drafts_for(actor: Actor, unit: Any, group: Any = Task.group_id) -> Condition | None:
    """The same, and as liaison."""
    return _answers(actor, unit, group, set(ContactRole))


def _answers(actor: Actor, unit: Any, group: Any, roles: set[ContactRole]) -> Condition | None:
    headed = sorted(post.unit_id for post in actor.posts if post.rank == PostRank.HEAD)
    clauses: list[Condition] = [unit.in_(headed)] if headed else []
    clauses += [
        sa.and_(unit == contact.unit_id, group == contact.group_id)
        for contact in actor.contacts
        if contact.role in roles
    ]
    # The units stand first and alone, so that their index is followed whatever the rest says.
    return sa.and_(unit.in_(sorted(actor.unit_ids)), sa.or_(*clauses)) if clauses else None
