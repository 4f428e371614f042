"""What office and leaders do to a task by themselves: move its date, rest it, cancel it, name people for it."""

from tracker.kernel import clock
from tracker.kernel.actor import Actor
from tracker.kernel.forms import ActForm
from tracker.kernel.text import _l
from tracker.kernel.verdict import Verdict
from tracker.tasks import commands, policy, queries
from tracker.tasks.forms import acts as forms
from tracker.tasks.models import Task
from tracker.tasks.papers import Decision
from tracker.tasks.queries.step_rules import NOT_ENDED, RESTABLE
from tracker.tasks.rules import OPEN, TaskState
from tracker.tasks.views.acting import Act, Doing, register


def _seen(doing: Doing) -> int:
    version: int = doing.form.seen_version
    return version


def _adjust_time(doing: Doing) -> None:
    commands.adjust_time(
        doing.thing,
        new_due_on=doing.form.new_due_on.data,
        basis=doing.form.basis.data or "",
        version=_seen(doing),
        by=doing.by,
        now=doing.now,
        paper=doing.paper,
    )


def _suspend(doing: Doing) -> None:
    reason = doing.form.reason.data or ""
    commands.suspend_task(
        doing.thing, reason=reason, version=_seen(doing), by=doing.by, now=doing.now, paper=doing.paper
    )


def _propose_resumption(form: ActForm, task: Task) -> None:
    proposed = commands.proposed_resume_date(task, now=clock.now())
    if proposed is None:
        del form.new_due_on
    elif not form.is_submitted():
        form.new_due_on.data = proposed


def _resume(doing: Doing) -> None:
    form = doing.form
    commands.resume_task(
        doing.thing,
        new_due_on=form.new_due_on.data if "new_due_on" in form else None,
        version=_seen(doing),
        by=doing.by,
        now=doing.now,
        paper=doing.paper,
    )


def _may_cancel(actor: Actor, task: Task) -> Verdict:
    if task.issued_at is None:
        return policy.may_manage(actor, task.group_id)
    return policy.may_decide(actor, task)


def _cancel(doing: Doing) -> None:
    reason = doing.form.reason.data or ""
    commands.cancel_task(
        doing.thing, reason=reason, version=_seen(doing), by=doing.by, now=doing.now, paper=doing.paper
    )


def _offer_verifiers(form: ActForm, task: Task) -> None:
    form.verifier.offer(queries.possible_verifiers(task, day=clock.today()))


def _appoint(doing: Doing) -> None:
    person = queries.person_named(doing.form.verifier.data)
    commands.appoint_verifier(doing.thing, person, version=_seen(doing), by=doing.by, now=doing.now)


def _may_set_leader(actor: Actor, task: Task) -> Verdict:
    return policy.may_manage(actor, task.group_id)


def _offer_leaders(form: ActForm, task: Task) -> None:
    form.seat.offer(queries.leader_seats(task.group_id, day=clock.today()))
    if not form.is_submitted():
        form.seat.data = task.leader_seat_id or 0


def _set_leader(doing: Doing) -> None:
    row_id = doing.form.seat.row_id
    seat = queries.seat_named(row_id) if row_id else None
    commands.set_leader_in_charge(doing.thing, seat, version=_seen(doing), by=doing.by, now=doing.now)


ACTS = (
    Act(
        "adjust_time",
        "/tasks/<int:task_id>/adjust-time",
        _l("调整时限"),
        _l("调整"),
        _l("完成时限已调整，原时限保留在记录中。"),
        forms.TimeForm,
        queries.visible_task,
        policy.may_decide,
        _adjust_time,
        states=OPEN,
        possible=commands.require_time_adjustable,
        sheet=lambda _task: Decision("调整时限", [("事由", "　")], ("同意调整", "不同意"), dated=True),
    ),
    Act(
        "suspend",
        "/tasks/<int:task_id>/suspend",
        _l("暂停"),
        _l("暂停"),
        _l("任务已暂停。"),
        forms.ReasonForm,
        queries.visible_task,
        policy.may_decide,
        _suspend,
        states=RESTABLE,
        note=_l("暂停期间不计时、不提醒，恢复时按暂停天数顺延。"),
        sheet=lambda _task: Decision("暂停", [("事由", "　")], ("同意暂停", "不同意")),
    ),
    Act(
        "resume",
        "/tasks/<int:task_id>/resume",
        _l("恢复办理"),
        _l("恢复办理"),
        _l("任务已恢复办理。"),
        forms.ResumeForm,
        queries.visible_task,
        policy.may_decide,
        _resume,
        make=_propose_resumption,
        states=frozenset({TaskState.SUSPENDED}),
        note=_l("建议时限已按暂停的天数顺延，可以修改。"),
        sheet=lambda _task: Decision("恢复办理", [("事由", "　")], ("同意恢复", "不同意"), dated=True),
    ),
    Act(
        "cancel",
        "/tasks/<int:task_id>/cancel",
        _l("撤销任务"),
        _l("撤销任务"),
        _l("任务已撤销。"),
        forms.ReasonForm,
        queries.visible_task,
        _may_cancel,
        _cancel,
        states=NOT_ENDED,
        kind="danger",
        note=_l("撤销后不能恢复，历史记录保留。"),
        possible=commands.require_childless,
        sheet=lambda _task: Decision("撤销任务", [("事由", "　")], ("同意撤销", "不同意")),
    ),
    Act(
        "appoint_verifier",
        "/tasks/<int:task_id>/verifier",
        _l("指定核验人"),
        _l("指定"),
        _l("核验人已指定。"),
        forms.AppointForm,
        queries.visible_task,
        policy.may_appoint_verifier,
        _appoint,
        make=_offer_verifiers,
        states=NOT_ENDED,
        note=_l("从与本任务无关的单位中指定；牵头单位、配合单位的人员不能核验。"),
    ),
    Act(
        "set_leader",
        "/tasks/<int:task_id>/leader",
        _l("确定牵头领导"),
        _l("保存"),
        _l("牵头领导已确定。"),
        forms.LeaderForm,
        queries.visible_task,
        _may_set_leader,
        _set_leader,
        make=_offer_leaders,
        states=NOT_ENDED,
    ),
)

for _act in ACTS:
    register(_act)
