"""Who may do what with a supervision notice (督办通知单), who sees it, and whether its matter still stands."""

from datetime import date

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.calendar import cycle_of, working_days
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.letters.rules import WAITING
from tracker.organisation.models import Unit
from tracker.organisation.rules import LEADERS, OFFICE, OFFICE_DIRECTORS, SeatRole
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.rules import OUT, FellAway, NoticeOrigin
from tracker.tasks import policy as tasks
from tracker.tasks.models import Milestone, Task, TaskPart
from tracker.tasks.rules import PartState, TaskState, was_late

DRAFTERS = OFFICE | {SeatRole.SUPERVISOR}

Notice = SupervisionNotice


def notices_visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The notices that somebody sees: their group's; of their own unit and those below it what is out."""
    units = sorted(actor.unit_ids)
    below = sa.select(Unit.id).where(Unit.parent_id.in_(units))
    own = sa.and_(Notice.state.in_(sorted(OUT)), sa.or_(Notice.unit_id.in_(units), Notice.unit_id.in_(below)))
    return sa.or_(Notice.group_id.in_(sorted(actor.groups_as(*tasks.OVERSEERS))), own)


def may_draft_notice(actor: Actor, group_id: int) -> Verdict:
    """Draft, change and propose notices: the group's office and its supervisors."""
    if actor.roles_in(group_id) & DRAFTERS:
        return ALLOWED
    return refused(_l("督办通知单由领导小组办公室或者督导（督查）人员起草。"))


def may_sign_off_notice(actor: Actor, group_id: int) -> Verdict:
    """Sign off: like tasks, the office director or a leader of the group."""
    if tasks.may_sign_off(actor, group_id):
        return ALLOWED
    return refused(_l("督办通知单由办公室主任、副主任或者组长、副组长签发。"))


def may_sign_off_many(actor: Actor) -> Verdict:
    """Sign many off at once: who signs off in any group; each notice is asked about again."""
    if actor.groups_as(*(LEADERS | OFFICE_DIRECTORS)):
        return ALLOWED
    return refused(_l("督办通知单由办公室主任、副主任或者组长、副组长签发。"))


def may_discard_notice(actor: Actor, notice: Notice) -> Verdict:
    """Discard a draft: office, supervisors and who would sign it off; on the work of their own unit only their own."""
    if not (may_draft_notice(actor, notice.group_id) or tasks.may_sign_off(actor, notice.group_id)):
        return may_draft_notice(actor, notice.group_id)
    if notice.drafted_by_id is not None and notice.drafted_by_id == actor.person_id:
        return ALLOWED
    return uninvolved_in(actor, notice)


def may_withdraw_notice(actor: Actor, notice: Notice) -> Verdict:
    """Withdraw a notice that is out: who may sign off, and not on the work of their own unit."""
    if not tasks.may_sign_off(actor, notice.group_id):
        return refused(_l("督办通知单由办公室主任、副主任或者组长、副组长撤回。"))
    return uninvolved_in(actor, notice)


def may_record_withdrawal(actor: Actor, notice: Notice) -> Verdict:
    """Enter a withdrawal that was signed on paper: who drafts notices, and not on the work of their own unit."""
    return may_draft_notice(actor, notice.group_id) and uninvolved_in(actor, notice)


def signs_for_own(actor: Actor, notice: Notice) -> bool:
    """Whether somebody is head or deputy in charge of the unit that a notice is addressed to."""
    return tasks.may_confirm_for(actor, notice.group_id, notice.unit_id)


def may_sign_for_notice(actor: Actor, notice: Notice) -> Verdict:
    """Sign for a notice: the unit's head or deputy in charge; the office after a call (代签收)."""
    if signs_for_own(actor, notice) or tasks.is_office(actor, notice.group_id):
        return ALLOWED
    return refused(_l("由单位主要负责人或者分管负责人签收，办公室可以电话联系后代签收。"))


def may_draft_reply(actor: Actor, notice: Notice) -> Verdict:
    """Write the answer: the unit's head, deputy in charge or liaison."""
    if tasks.may_draft_for(actor, notice.group_id, notice.unit_id):
        return ALLOWED
    return refused(_l("回执由承办单位负责人、分管负责人或者联络员填写。"))


def may_send_reply(actor: Actor, notice: Notice) -> Verdict:
    """Confirm the answer: only the unit's head or deputy in charge."""
    if signs_for_own(actor, notice):
        return ALLOWED
    return refused(_l("回执须由承办单位主要负责人或者分管负责人确认，联络员可以先行起草。"))


def may_record_reply(actor: Actor, notice: Notice) -> Verdict:
    """Enter an answer that came sealed on paper (代录): the office, and nobody of the unit that gives it."""
    if not tasks.is_office(actor, notice.group_id):
        return refused(_l("纸质回执由领导小组办公室录入。"))
    if notice.unit_id in actor.unit_ids:
        return refused(_l("您是承办单位的人员，本单位的纸质回执请由办公室其他人员录入。"))
    return ALLOWED


def checking_roles(notice: Notice) -> frozenset[SeatRole]:
    """Whose it is to check an answer: the side that drafted the notice, and the supervisors; leaders always may."""
    office = OFFICE if notice.origin is not NoticeOrigin.SUPERVISOR else frozenset()
    return office | LEADERS | {SeatRole.SUPERVISOR}


def may_check_reply(actor: Actor, notice: Notice) -> Verdict:
    """Find an answer fit, or send it back: who drafted, supervisors and leaders. The doer never judges."""
    if not actor.roles_in(notice.group_id) & checking_roles(notice):
        return refused(_l("回执由起草督办通知单的一方、督导（督查）人员或者领导审核。"))
    return uninvolved_in(actor, notice)


def uninvolved_in(actor: Actor, notice: Notice) -> Verdict:
    """Whether somebody has no part in a notice's matter: as for verifying its task, or outside the letter's unit."""
    if notice.task is not None:
        return tasks.uninvolved(actor, notice.task)
    if notice.unit_id in actor.unit_ids:
        return refused(_l("您是承办单位的人员，不能由您办理。"))
    return ALLOWED


def late_milestone(task: Task, *, today: date) -> Milestone | None:
    """The step that a notice on a task is about: the latest that passed undone while the task's own date has not."""
    calendar, roll = working_days(), task.group.roll_due_dates
    if task.due_on is not None and was_late(task.due_on, today, calendar, roll=roll):
        return None
    undone = (one for one in task.milestones if one.done_on is None)
    late = [one for one in undone if was_late(one.due_on, today, calendar, roll=roll)]
    return max(late, key=lambda one: one.due_on, default=None)


def date_of_work(subject: Task | TaskPart, *, today: date) -> date | None:
    """Which date a notice on a task or part is about. A part without a date of its own has the task's."""
    if isinstance(subject, TaskPart):
        return subject.due_on or subject.task.due_on
    milestone = late_milestone(subject, today=today)
    return subject.due_on if milestone is None else milestone.due_on


def cycle_of_work(subject: Task | TaskPart, *, today: date) -> int:
    """The same date as the number of its day; 0 where there is none."""
    return _cycle(date_of_work(subject, today=today))


def fell_away(notice: Notice) -> FellAway | None:
    """Why what a notice is about no longer stands as it did; None while it does."""
    if notice.letter is not None:
        if notice.letter.state not in WAITING:
            return FellAway.SETTLED
        return None if notice.letter.edition == notice.cycle else FellAway.RESCHEDULED
    task = notice.task
    assert task is not None
    ended = {TaskState.CANCELLED: FellAway.CANCELLED, TaskState.COMPLETED: FellAway.COMPLETED}.get(task.state)
    return ended or (_step_fell_away(notice, task) if notice.part is None else _part_fell_away(notice, notice.part))


def _part_fell_away(notice: Notice, part: TaskPart) -> FellAway | None:
    gone = {PartState.DONE: FellAway.COMPLETED, PartState.CANCELLED: FellAway.CANCELLED}
    same = notice.cycle == _cycle(part.due_on or part.task.due_on)
    return gone.get(part.state, None if same else FellAway.RESCHEDULED)


def _step_fell_away(notice: Notice, task: Task) -> FellAway | None:
    """Whether the date that it is about, the task's or that of a step inside it, is still one that is to be kept."""
    if notice.cycle == _cycle(task.due_on):
        return None
    steps = [one for one in task.milestones if cycle_of(one.due_on) == notice.cycle]
    if any(one.done_on is None for one in steps):
        return None
    return FellAway.COMPLETED if steps else FellAway.RESCHEDULED


def _cycle(day: date | None) -> int:
    return cycle_of(day) if day is not None else 0
