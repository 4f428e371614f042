"""Who reviews what is overdue, and says what is asked of a unit."""

from tracker.kernel.actor import Actor
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.organisation.rules import LEADERS, SeatRole
from tracker.tasks import policy as tasks
from tracker.tasks.models import Task
from tracker.tasks.rules import OPEN

REVIEWERS = LEADERS | {SeatRole.SUPERVISOR}


def may_review(actor: Actor, group_id: int) -> Verdict:
    """Open the review desk of what is overdue: supervisors and leaders, and the office that prepares it."""
    if actor.roles_in(group_id) & tasks.OVERSEERS:
        return ALLOWED
    return refused(_l("逾期复核由督导（督查）人员、领导和领导小组办公室进行。"))


def may_direct(actor: Actor, task: Task) -> Verdict:
    """Ask for an explanation, set a date to make good by, or note: supervisors and leaders not involved in the task."""
    if not actor.roles_in(task.group_id) & REVIEWERS:
        return refused(_l("由督导（督查）人员或者领导提出。"))
    return tasks.uninvolved(actor, task)


def may_direct_now(actor: Actor, task: Task) -> Verdict:
    """The same, as the task stands: only what is being worked on."""
    if task.state not in OPEN:
        return refused(_l("任务不在办理中。"))
    return may_direct(actor, task)
