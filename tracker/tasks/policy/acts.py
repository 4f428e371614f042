"""Who may do what with a task."""

from collections.abc import Collection

from tracker.kernel.actor import Actor
from tracker.kernel.text import _l
from tracker.kernel.verdict import ALLOWED, Verdict, refused
from tracker.organisation.rules import LEADERS, OFFICE, OFFICE_DIRECTORS, SeatRole
from tracker.tasks.models import Extension, ProgressReport, Task, TaskPart
from tracker.tasks.policy.separation import uninvolved
from tracker.tasks.policy.standing import OVERSEERS, is_office, may_confirm_for, may_draft_for
from tracker.tasks.rules import FREE_EXTENSIONS


def may_manage(actor: Actor, group_id: int) -> Verdict:
    """Draft, change and propose tasks: the group office."""
    if is_office(actor, group_id):
        return ALLOWED
    return refused(_l("只有领导小组办公室可以草拟和修改任务。"))


def may_act_in_bulk(actor: Actor, roles: Collection[SeatRole]) -> Verdict:
    """Open an act on many ticked tasks: whoever holds one of the seats in any group; each task is asked about again."""
    return ALLOWED if actor.groups_as(*roles) else refused(_l("批量办理由领导小组办公室和领导进行。"))


def may_sign_off(actor: Actor, group_id: int) -> Verdict:
    """Sign off: the office director or a leader of the group."""
    if actor.roles_in(group_id) & (LEADERS | OFFICE_DIRECTORS):
        return ALLOWED
    return refused(_l("任务由办公室主任、副主任或者组长、副组长签发。"))


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


def may_answer_coordination(actor: Actor, task: Task) -> Verdict:
    """Answer what a unit put up for coordination: whoever watches over the group; on a sub-task the unit above."""
    if actor.roles_in(task.group_id) & OVERSEERS or _sits_above(actor, task):
        return ALLOWED
    return refused(_l("需协调事项由领导小组办公室、督导（督查）人员或者领导答复。"))


def may_decide_adjustment(actor: Actor, task: Task) -> Verdict:
    """Decide what a unit asks for before signing: the office director or a leader; on a sub-task the unit above."""
    if not actor.roles_in(task.group_id) & (OFFICE_DIRECTORS | LEADERS) and not _sits_above(actor, task):
        return refused(_l("签收前的调整由办公室主任、副主任或者领导决定。"))
    return uninvolved(actor, task)


def may_leave_out(actor: Actor, group_id: int) -> Verdict:
    """Leave out a draft: the office that wrote it, or who would sign it off."""
    verdict = may_sign_off(actor, group_id)
    return verdict or may_manage(actor, group_id)


def may_enter_done(actor: Actor, task: Task) -> Verdict:
    """Enter a task as done before (存量已完成): who signs off, and not on the work of their own unit."""
    verdict = may_sign_off(actor, task.group_id)
    return uninvolved(actor, task) if verdict else verdict


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


def may_confirm_report(actor: Actor, report: ProgressReport) -> Verdict:
    """Confirm what was drafted: head or deputy in charge of the unit that reports, lead or cooperating."""
    if may_confirm_for(actor, report.task.group_id, report.unit_id):
        return ALLOWED
    return refused(_l("进展报告由填报单位主要负责人或者分管负责人确认。"))


def may_complete_part(actor: Actor, part: TaskPart) -> Verdict:
    """Confirm that a part is done: head or deputy in charge of the cooperating unit."""
    if may_confirm_for(actor, part.task.group_id, part.unit_id):
        return ALLOWED
    return refused(_l("配合事项须由配合单位主要负责人或者分管负责人确认完成。"))


def may_assign(actor: Actor, task: Task) -> Verdict:
    """Give a task to a person, split it among schools and sections: head or deputy in charge of the lead unit."""
    if may_confirm_for(actor, task.group_id, task.lead_unit_id):
        return ALLOWED
    return refused(_l("由牵头单位主要负责人或者分管负责人落实到人、分解任务。"))


def may_appoint_verifier(actor: Actor, task: Task) -> Verdict:
    """A leader may appoint somebody of an uninvolved unit to verify."""
    if not actor.roles_in(task.group_id) & LEADERS:
        return refused(_l("核验人由组长、副组长指定。"))
    return uninvolved(actor, task)
