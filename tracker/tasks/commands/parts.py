"""What a cooperating unit owes (配合事项): signed for and completed by itself."""

from datetime import datetime

from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import take
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.tasks import notices, policy
from tracker.tasks.commands.crossings import has_crossed, write_crossing
from tracker.tasks.commands.moving import has_passed, hold, record_part, words
from tracker.tasks.models import TaskPart
from tracker.tasks.rules import OPEN, PART_WORK, CrossingKind, PartState
from tracker.tasks.signals import task_went_on


def accept_part(part: TaskPart, *, version: int, by: Actor, now: datetime, spoke_with: str = "") -> None:
    """Sign for a part, by the cooperating unit itself or by the office after a call."""
    require(policy.may_accept_part(by, part))
    own = policy.may_draft_for(by, part.task.group_id, part.unit_id)
    spoke = words(spoke_with, "spoke_with", required=not own, limit=200)
    hold(part.task, states=PART_WORK)
    take(part, version=version, states=[PartState.ISSUED])
    part.state, part.accepted_at = PartState.ACTIVE, now
    act = "part.accept" if own else "part.accept_by_phone"
    record_part(act, part, by=by, now=now, spoke_with=spoke)


def complete_part(part: TaskPart, *, version: int, by: Actor, now: datetime) -> None:
    """A cooperating unit's head or deputy says its part is done; a late one leaves its crossing."""
    require(policy.may_complete_part(by, part))
    if part.reported_at is None:
        raise Invalid({"part": _l("请先填报配合进展，再确认完成。")})
    task = part.task
    hold(task, states=PART_WORK)
    take(part, version=version, states=[PartState.ACTIVE])
    # While the task lies with the verifier or a request waits, the days count against nobody.
    counted = task.state in OPEN and not task.extension_pending
    if counted and part.due_on is not None and has_passed(task, part.due_on, local_date(now)):
        write_crossing(CrossingKind.PART, part.id, task, part.unit_id, part.due_on, now=now)
    late = has_crossed(CrossingKind.PART, part.id)
    part.state, part.done_at, part.late = PartState.DONE, now, late
    notices.settle_reminders(task, "part", part.id, now=now)
    record_part("part.done", part, by=by, now=now, late=late)
    task_went_on.send(task, now=now)
