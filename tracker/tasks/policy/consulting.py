"""Who may answer when units are asked for their views; opening and handling are the office's, as drafts are."""

from tracker.kernel.actor import Actor
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.tasks.models import ConsultedUnit
from tracker.tasks.policy.standing import is_office, may_confirm_for, may_draft_for


def may_answer(actor: Actor, asked: ConsultedUnit) -> Verdict:
    """Answer for a unit: head or deputy in charge; the liaison drafts; the office enters what it was told (代录)."""
    group_id = asked.consultation.group_id
    if is_office(actor, group_id) or may_draft_for(actor, group_id, asked.unit_id):
        return ALLOWED
    return refused(_l("由被征求意见单位的主要负责人、分管负责人答复，联络员可以起草，办公室可以代录。"))


def gives_answer(actor: Actor, asked: ConsultedUnit) -> bool:
    """Whether what somebody enters is the unit's answer at once, rather than a draft for its head to confirm."""
    group_id = asked.consultation.group_id
    return may_confirm_for(actor, group_id, asked.unit_id) or not may_draft_for(actor, group_id, asked.unit_id)
