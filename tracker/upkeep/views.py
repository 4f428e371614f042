"""The watchdog's page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.verdict import require
from tracker.outbox.rules import LABELS as CHANNELS
from tracker.outbox.rules import Channel
from tracker.upkeep import policy, queries
from tracker.upkeep.rules import GRAVE, LABELS, Code

bp = Blueprint("upkeep", __name__)

WAYS = {
    Code.REMINDER_HELD: ("reminders.held", {}),
    Code.DELIVERY_STUCK: ("delivery.deliveries", {"state": "pending"}),
    Code.DELIVERY_UNCERTAIN: ("delivery.deliveries", {"state": "uncertain"}),
    Code.DELIVERY_FAILED: ("delivery.deliveries", {"state": "failed"}),
}
"""Where something is done about what was found on a page; the others are for the server's keeper."""


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
        ways=WAYS,
        channels={channel.value: CHANNELS[channel] for channel in Channel},
        looked_at=looked_at,
        is_late=is_late,
    )
