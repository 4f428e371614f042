"""The portrait of a unit, for whoever watches over its group and for the unit itself."""

from collections.abc import Sequence

from flask import render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from tracker.desk import links, policy, queries, words
from tracker.desk.views.blueprint import bp
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.verdict import require
from tracker.organisation.models import MemberUnit
from tracker.organisation.queries import group_of_reader, unit_by_id
from tracker.oversight.rules import LABELS
from tracker.tasks.policy import OVERSEERS
from tracker.tasks.rules import LABELS as TASK_LABELS
from tracker.tasks.rules import Light

SHOWN = (Light.RED, Light.YELLOW, Light.GREEN, Light.DONE, Light.DONE_LATE, Light.GREY)


@bp.get("/groups/<int:group_id>/units/<int:unit_id>/portrait")
def portrait(group_id: int, unit_id: int) -> ResponseReturnValue:
    """Counts by light over time, what was late, returned and flagged, and what the unit did well."""
    actor, today = current_actor(), clock.today()
    group = group_of_reader(actor, group_id)
    unit = unit_by_id(actor, unit_id, day=today)
    require(policy.may_see_portrait(actor, group_id, unit))
    return render_template(
        "desk/portrait.html",
        group=group,
        unit=unit,
        found=queries.portrait(group, unit_id, today=today),
        oversees=bool(actor.roles_in(group_id) & OVERSEERS),
        lights=SHOWN,
        labels=LABELS,
        task_labels=TASK_LABELS,
        links=links,
        words=words,
        today=today,
    )


def panel(members: Sequence[MemberUnit], actor: Actor) -> str:
    """On the page of a unit: the way to its portrait in each of its groups, for whoever may look at it."""
    seen = [member for member in members if policy.may_see_portrait(actor, member.group_id, member.unit)]
    if not seen:
        return ""
    return Markup(render_template("desk/_portraits.html", members=seen))  # noqa: S704 - our own template, which escapes
