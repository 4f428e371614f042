"""An apportioned clause: who has reported, who sums up, and every unit's row."""

from flask import render_template
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.tasks import queries
from tracker.tasks.queries import Stage, TaskFilter
from tracker.tasks.rules import LABELS
from tracker.tasks.views.blueprint import bp
from tracker.tasks.views.index import lamp

ROWS = 300


@bp.get("/apportionments/<int:apportionment_id>")
def apportionment(apportionment_id: int) -> ResponseReturnValue:
    """The heading with 已报 41/57, and the rows as far as the reader sees them."""
    actor = current_actor()
    heading = queries.visible_apportionment(actor, apportionment_id)
    wanted = TaskFilter(apportionment_id=heading.id, state=Stage.ALL, running=True)
    page = queries.list_tasks(actor, wanted, today=clock.today(), limit=ROWS)
    whole = queries.sees_all_of(actor, heading)
    return render_template(
        "tasks/apportionment.html",
        heading=heading,
        shares=queries.shares(heading.id) if whole else None,
        page=page,
        recurs=queries.recurs(heading.id),
        labels=LABELS,
        lamp=lamp,
    )
