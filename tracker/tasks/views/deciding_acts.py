"""What is decided about a task: what a unit asked for, whether it is done, what its explanation leads to."""

from datetime import date

from tracker.kernel import clock
from tracker.kernel.actor import Actor
from tracker.kernel.calendar import working_days
from tracker.kernel.forms import ActForm
from tracker.kernel.text import _l
from tracker.kernel.verdict import Verdict
from tracker.tasks import commands, papers, policy, queries
from tracker.tasks.forms import acts as forms
from tracker.tasks.models import Adjustment, DelayExplanation, ProgressReport, Task
from tracker.tasks.rules import (
    LIVE,
    OPEN,
    AdjustmentKind,
    ExplanationState,
    RequestState,
    TaskState,
    VerificationMode,
    rectification_date,
)
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


def _answer_coordination(doing: Doing) -> None:
    commands.answer_coordination(doing.thing, text=doing.form.text.data or "", by=doing.by, now=doing.now)


def _may_answer_coordination(actor: Actor, report: ProgressReport) -> Verdict:
    return policy.may_answer_coordination(actor, report.task)


ACTS = (
    Act(
        "answer_coordination",
        "/reports/<int:report_id>/coordination",
        _l("答复需协调事项"),
        _l("答复"),
        _l("已答复。"),
        forms.CoordinationForm,
        queries.visible_report,
        _may_answer_coordination,
        _answer_coordination,
        states=LIVE,
        possible=commands.check_coordination,
    ),
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
        thing_states=frozenset({RequestState.PENDING}),
        sheet=papers.adjustment_asked,
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
        thing_states=frozenset({RequestState.PENDING}),
        sheet=papers.extension_asked,
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
        sheet=lambda task: papers.completion_claimed(queries.handed_in(task.id)),
        more=lambda _actor, task: {
            "submission": queries.handed_in(task.id),
            "files": queries.evidence_of(task.id),
        },
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
        thing_states=frozenset({ExplanationState.OPEN}),
        sheet=papers.explanation_given,
    ),
)

for _act in ACTS:
    register(_act)
