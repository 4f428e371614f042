"""Who may urge whom."""

from tracker.kernel.actor import Actor
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.tasks import policy as tasks
from tracker.tasks.models import Task


def may_urge(actor: Actor, task: Task, unit_id: int) -> Verdict:
    """Urge a unit about a task: office, supervisor and leaders; the lead unit may urge those who cooperate."""
    if actor.roles_in(task.group_id) & tasks.OVERSEERS:
        return ALLOWED
    if unit_id != task.lead_unit_id and tasks.may_draft_for(actor, task.group_id, task.lead_unit_id, task.owner_id):
        return ALLOWED
    return refused(_l("催办由领导小组办公室、督导（督查）人员和领导进行，牵头单位可以催办配合单位。"))


def may_urge_many(actor: Actor) -> Verdict:
    """Urge the lead units of many tasks at once: whoever watches over a group; each task is asked about again."""
    if actor.groups_as(*tasks.OVERSEERS):
        return ALLOWED
    return refused(_l("批量催办由领导小组办公室、督导（督查）人员和领导进行。"))
