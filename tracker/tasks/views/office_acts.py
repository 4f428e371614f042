"""What office, supervisors and leaders do with a task: decide, verify, return, move dates, suspend, cancel, appoint."""

from datetime import date

from tracker.kernel import clock
from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.text import _l
from tracker.kernel.verdict import Verdict
from tracker.tasks import commands, policy, queries
from tracker.tasks.forms import acts as forms
from tracker.tasks.forms.fields import ActForm
from tracker.tasks.models import Adjustment, DelayExplanation, Task
from tracker.tasks.queries.step_rules import NOT_ENDED, RESTABLE
from tracker.tasks.rules import OPEN, AdjustmentKind, TaskState, VerificationMode, rectification_date
from tracker.tasks.views.acting import Act, Doing, register


def _seen(doing: Doing) -> int:
    version: int = doing.form.seen_version
    return version


def _may_decide_adjustment(actor: Actor, adjustment: Adjustment) -> Verdict:
    return policy.may_decide_adjustment(actor, adjustment.task)


def _shape_adjustment(form: ActForm, adjustment: Adjustment) -> None:
    """Only what was asked to be changed can be set."""
    kind = adjustment.kind
    if kind is AdjustmentKind.DUTY:
        form.new_lead_unit.offer(queries.units_for(adjustment.task.group))
    else:
        del form.new_lead_unit
    if kind is not AdjustmentKind.TIME:
        del form.new_due_on
    elif not form.is_submitted():
        form.new_due_on.data = adjustment.new_due_on
    if kind is not AdjustmentKind.STANDARD:
        del form.new_standard
    elif not form.is_submitted():
        form.new_standard.data = adjustment.task.standard


def _decide_adjustment(doing: Doing) -> None:
    form = doing.form
    commands.decide_adjustment(
        doing.thing,
        approve=form.decision.data == "yes",
        remark=form.remark.data or "",
        new_lead_unit_id=form.new_lead_unit.row_id if "new_lead_unit" in form else None,
        new_due_on=form.new_due_on.data if "new_due_on" in form else None,
        new_standard=(form.new_standard.data or "") if "new_standard" in form else "",
        version=_seen(doing),
        by=doing.by,
        now=doing.now,
        paper=doing.paper,
    )


def _decide_extension(doing: Doing) -> None:
    commands.decide_extension(
        doing.thing,
        approve=doing.form.decision.data == "yes",
        remark=doing.form.remark.data or "",
        new_due_on=doing.form.new_due_on.data,
        version=_seen(doing),
        by=doing.by,
        now=doing.now,
        paper=doing.paper,
    )


def _proposed_date() -> date:
    return rectification_date(clock.today(), working_days())


def _shape_verification(form: ActForm, task: Task) -> None:
    form.phrase.offer([(number, phrase) for number, phrase in enumerate(forms.RETURN_PHRASES, start=1)])
    if not form.is_submitted() and task.due_on is not None and task.due_on <= clock.today():
        form.new_due_on.data = _proposed_date()


def _remark(doing: Doing) -> str:
    """The canned phrase and what was written beside it."""
    number = doing.form.phrase.row_id
    phrase = str(forms.RETURN_PHRASES[number - 1]) if number else ""
    return "\n".join(part for part in (phrase, doing.form.remark.data or "") if part)


def _verify(doing: Doing) -> None:
    form, mode = doing.form, VerificationMode(doing.form.mode.data)
    if form.outcome.data == "passed":
        commands.verify_completion(
            doing.thing,
            remark=form.remark.data or "",
            mode=mode,
            version=_seen(doing),
            by=doing.by,
            now=doing.now,
            paper=doing.paper,
        )
        return
    commands.return_for_rework(
        doing.thing,
        remark=_remark(doing),
        new_due_on=form.new_due_on.data,
        mode=mode,
        version=_seen(doing),
        by=doing.by,
        now=doing.now,
        paper=doing.paper,
    )


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


def _may_answer(actor: Actor, explanation: DelayExplanation) -> Verdict:
    return policy.may_verify(actor, explanation.task)


def _answer(doing: Doing) -> None:
    commands.answer_explanation(
        doing.thing,
        remark=doing.form.remark.data or "",
        new_due_on=doing.form.new_due_on.data,
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
        "decide_adjustment",
        "/adjustments/<int:adjustment_id>/decide",
        _l("决定调整申请"),
        _l("提交决定"),
        _l("已作出决定。"),
        forms.DecideAdjustmentForm,
        queries.visible_adjustment,
        _may_decide_adjustment,
        _decide_adjustment,
        make=_shape_adjustment,
        states=frozenset({TaskState.ISSUED}),
        template="tasks/decide.html",
    ),
    Act(
        "decide_extension",
        "/extensions/<int:extension_id>/decide",
        _l("审批延期"),
        _l("提交决定"),
        _l("已作出决定。"),
        forms.DecideExtensionForm,
        queries.visible_extension,
        policy.may_decide_extension,
        _decide_extension,
        states=OPEN,
        template="tasks/decide.html",
    ),
    Act(
        "verify",
        "/tasks/<int:task_id>/verify",
        _l("核验"),
        _l("提交结论"),
        _l("核验结论已记录。"),
        forms.VerifyForm,
        queries.visible_task,
        policy.may_verify,
        _verify,
        make=_shape_verification,
        states=frozenset({TaskState.SUBMITTED}),
        template="tasks/verify.html",
        more=lambda _actor, task: {
            "submission": queries.handed_in(task.id),
            "files": queries.evidence_of(task.id),
        },
    ),
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
    ),
    Act(
        "answer_explanation",
        "/explanations/<int:explanation_id>/answer",
        _l("答复逾期说明"),
        _l("答复"),
        _l("已答复。"),
        forms.AnswerForm,
        queries.visible_explanation,
        _may_answer,
        _answer,
        states=OPEN,
        template="tasks/decide.html",
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
