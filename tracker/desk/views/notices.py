"""What of supervision notices waits for the reader, for every desk."""

from collections.abc import Sequence
from typing import Any

from tracker.kernel.actor import Actor
from tracker.oversight import queries
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.rules import LABELS


def notices_waiting(actor: Actor, group_id: int) -> dict[str, Any]:
    """Drafts for the office, what was put up for who signs off, and answers for who checks them."""
    nothing = queries.Waiting([], 0)
    asks = queries.any_waiting(group_id)
    return {
        "notices_to_sign": queries.to_sign_off(actor, group_id) if asks else nothing,
        "notices_to_issue": queries.to_issue(actor, group_id) if asks else nothing,
        "notices_to_check": queries.to_check(actor, group_id) if asks else nothing,
        "notice_labels": LABELS,
    }


def notices_at_unit(actor: Actor) -> Sequence[SupervisionNotice]:
    """What the reader's unit is to sign for or to answer."""
    return queries.at_unit(actor)
