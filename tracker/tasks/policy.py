"""Who may do what with a task, and which tasks somebody sees."""

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.organisation.models import Unit
from tracker.organisation.rules import LEADERS, OFFICE, OFFICE_DIRECTORS, ContactRole, PostRank, SeatRole
from tracker.tasks.models import Extension, Submission, Task, TaskPart
from tracker.tasks.rules import FREE_EXTENSIONS, TaskState

OVERSEERS = LEADERS | OFFICE | {SeatRole.SUPERVISOR}
"""Seats that see everything of their group."""

UNIT_BUSINESS = frozenset(set(TaskState) - {TaskState.DRAFT, TaskState.PROPOSED})
"""States in which the units concerned see a task at all."""


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """The tasks that somebody sees: their group's, or what their unit (or one below it) leads or takes part in."""
    units = sorted(actor.unit_ids)
    below = sa.select(Unit.id).where(Unit.parent_id.in_(units))
    takes_part = sa.exists().where(
        TaskPart.task_id == Task.id, sa.or_(TaskPart.unit_id.in_(units), TaskPart.unit_id.in_(below))
    )
    own = sa.and_(
        Task.state.in_(UNIT_BUSINESS),
        sa.or_(Task.state != TaskState.CANCELLED, Task.issued_at.is_not(None)),
        sa.or_(Task.lead_unit_id.in_(units), Task.lead_unit_id.in_(below), takes_part),
    )
    verifies = sa.and_(Task.verifier_id == actor.person_id, Task.state.in_(UNIT_BUSINESS))
    return sa.or_(Task.group_id.in_(sorted(actor.groups_as(*OVERSEERS))), own, verifies)


def is_office(actor: Actor, group_id: int) -> bool:
    """Whether somebody works in the group's office."""
    return bool(actor.roles_in(group_id) & OFFICE)


def may_confirm_for(actor: Actor, group_id: int, unit_id: int | None) -> bool:
    """Whether somebody is the unit's head, or its deputy in charge for the group."""
    if unit_id is None:
        return False
    return PostRank.HEAD in actor.ranks_in(unit_id) or ContactRole.DEPUTY_IN_CHARGE in actor.contact_roles(
        group_id, unit_id
    )


def may_draft_for(actor: Actor, group_id: int, unit_id: int | None, owner_id: int | None = None) -> bool:
    """Whether somebody may write for the unit: who may confirm, the liaison, and the task's owner."""
    if unit_id is None:
        return False
    return (
        may_confirm_for(actor, group_id, unit_id)
        or ContactRole.LIAISON in actor.contact_roles(group_id, unit_id)
        or (owner_id is not None and owner_id == actor.person_id and unit_id in actor.unit_ids)
    )


def may_manage(actor: Actor, group_id: int) -> Verdict:
    """Draft, change and propose tasks: the group office."""
    if is_office(actor, group_id):
        return ALLOWED
    return refused(_l("只有领导小组办公室可以草拟和修改任务。"))


def may_sign_off(actor: Actor, group_id: int) -> Verdict:
    """Sign off: the office director or a leader of the group."""
    if actor.roles_in(group_id) & (LEADERS | OFFICE_DIRECTORS):
        return ALLOWED
    return refused(_l("任务由办公室主任、副主任或者组长、副组长签发。"))


def involved_units(task: Task) -> set[int]:
    """The lead unit and the cooperating units of a task."""
    units = {part.unit_id for part in task.parts}
    if task.lead_unit_id is not None:
        units.add(task.lead_unit_id)
    return units


def doers(task: Task) -> set[int]:
    """Persons who drafted or confirmed a submission of the task: they never judge it."""
    rows = db.session.execute(
        sa.select(Submission.drafted_by_id, Submission.confirmed_by_id).where(Submission.task_id == task.id)
    )
    return {person for row in rows for person in row if person is not None}


def uninvolved(actor: Actor, task: Task) -> Verdict:
    """The doer never judges: nobody of the lead or cooperating units, and nobody who handed the task in.

    An institution that is only hosted by the lead unit is a unit of its own and not barred.
    """
    if actor.unit_ids & involved_units(task):
        return refused(_l("您是本任务牵头单位或配合单位的人员，不能核验，也不能决定本任务的延期、调整、暂停和撤销。"))
    if actor.person_id in doers(task):
        return refused(_l("您曾经办或确认本任务的办结，不能由您核验。"))
    return ALLOWED


def _sits_above(actor: Actor, task: Task) -> bool:
    """For a sub-task: whether somebody confirms for the unit that handed it down."""
    return task.parent is not None and may_confirm_for(actor, task.group_id, task.parent.lead_unit_id)


def may_verify(actor: Actor, task: Task) -> Verdict:
    """Verify or return: overseers, an appointed verifier, for a sub-task also the unit above. Never the doer."""
    entitled = (
        bool(actor.roles_in(task.group_id) & OVERSEERS)
        or (task.verifier_id is not None and task.verifier_id == actor.person_id)
        or _sits_above(actor, task)
    )
    if not entitled:
        return refused(_l("核验由领导小组办公室、督导（督查）人员、领导或者指定的核验人进行。"))
    return uninvolved(actor, task)


def may_decide(actor: Actor, task: Task) -> Verdict:
    """Decide extension, adjustment, suspension, cancellation: the office or a leader, and only who might verify."""
    if not actor.roles_in(task.group_id) & (OFFICE | LEADERS) and not _sits_above(actor, task):
        return refused(_l("由领导小组办公室或者领导决定。"))
    return uninvolved(actor, task)


def may_decide_adjustment(actor: Actor, task: Task) -> Verdict:
    """What a unit asks for before signing is decided by the office director (or a leader)."""
    if not actor.roles_in(task.group_id) & (OFFICE_DIRECTORS | LEADERS):
        return refused(_l("签收前的调整由办公室主任、副主任或者领导决定。"))
    return uninvolved(actor, task)


def may_decide_extension(actor: Actor, extension: Extension) -> Verdict:
    """The first extension is the office's to decide, every further one a leader's."""
    task = extension.task
    if extension.ordinal > FREE_EXTENSIONS and not actor.roles_in(task.group_id) & LEADERS:
        return refused(_l("第二次及以后的延期由组长、副组长决定。"))
    return may_decide(actor, task)


def may_accept(actor: Actor, task: Task) -> Verdict:
    """Sign for a task: the lead unit's head, deputy in charge or liaison; the office after a call (代签收)."""
    if is_office(actor, task.group_id) or may_draft_for(actor, task.group_id, task.lead_unit_id):
        return ALLOWED
    return refused(_l("由牵头单位负责人、分管负责人或者联络员签收，办公室可以电话联系后代签收。"))


def may_accept_part(actor: Actor, part: TaskPart) -> Verdict:
    """Sign for a part: the same people of the cooperating unit."""
    if is_office(actor, part.task.group_id) or may_draft_for(actor, part.task.group_id, part.unit_id):
        return ALLOWED
    return refused(_l("由配合单位负责人、分管负责人或者联络员签收，办公室可以电话联系后代签收。"))


def may_ask(actor: Actor, task: Task) -> Verdict:
    """Ask for an adjustment or an extension, or explain a delay: head or deputy in charge of the lead unit."""
    if may_confirm_for(actor, task.group_id, task.lead_unit_id):
        return ALLOWED
    return refused(_l("由牵头单位主要负责人或者分管负责人提出。"))


def may_report(actor: Actor, task: Task) -> Verdict:
    """Report on a task: the lead unit's head, deputy in charge, liaison, or the task's owner."""
    if may_draft_for(actor, task.group_id, task.lead_unit_id, task.owner_id):
        return ALLOWED
    return refused(_l("进展由牵头单位负责人、联络员或者任务责任人填报。"))


def may_report_part(actor: Actor, part: TaskPart) -> Verdict:
    """Report on a part: the same people of the cooperating unit."""
    if may_draft_for(actor, part.task.group_id, part.unit_id):
        return ALLOWED
    return refused(_l("配合事项由配合单位负责人、分管负责人或者联络员填报。"))


def may_confirm(actor: Actor, task: Task) -> Verdict:
    """Confirm a report or a completion: only the lead unit's head or deputy in charge."""
    if may_confirm_for(actor, task.group_id, task.lead_unit_id):
        return ALLOWED
    return refused(_l("办结须由牵头单位主要负责人或者分管负责人确认，联络员可以先行起草。"))


def may_assign(actor: Actor, task: Task) -> Verdict:
    """Give a task to a person, split it among schools and sections: head or deputy in charge of the lead unit."""
    if may_confirm_for(actor, task.group_id, task.lead_unit_id):
        return ALLOWED
    return refused(_l("由牵头单位主要负责人或者分管负责人落实到人、分解任务。"))


def may_appoint_verifier(actor: Actor, task: Task) -> Verdict:
    """A leader may appoint somebody of an uninvolved unit to verify."""
    if not actor.roles_in(task.group_id) & LEADERS:
        return refused(_l("核验人由组长、副组长指定。"))
    return ALLOWED
