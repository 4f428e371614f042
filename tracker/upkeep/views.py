"""The watchdog's page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.verdict import require
from tracker.upkeep import policy, queries
from tracker.upkeep.rules import GRAVE, LABELS

bp = Blueprint("upkeep", __name__)


@bp.get("/findings")
def findings() -> ResponseReturnValue:
    """What the watchdog found, the open first."""
    require(policy.may_see_findings(current_actor()))
    looked_at, is_late = queries.last_look(now=clock.now())
    return render_template(
        "upkeep/findings.html",
        findings=queries.findings(),
        labels=LABELS,
        grave=GRAVE,
        looked_at=looked_at,
        is_late=is_late,
    )
