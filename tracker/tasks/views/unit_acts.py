"""What a unit does with its tasks and parts: sign for, ask, report, hand in, explain, give on."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid
from tracker.kernel.text import _, _l
from tracker.kernel.verdict import Verdict, require
from tracker.tasks import commands, policy, queries
from tracker.tasks.commands import NewReport
from tracker.tasks.forms import acts as forms
from tracker.tasks.forms.fields import ActForm
from tracker.tasks.models import Milestone, Submission, Task, TaskPart
from tracker.tasks.queries.step_rules import WORKING
from tracker.tasks.rules import OPEN, AdjustmentKind, TaskState
from tracker.tasks.views.acting import Act, Doing, register
from tracker.tasks.views.blueprint import bp
from tracker.tasks.views.receiving_files import kept


def _seen(doing: Doing) -> int:
    version: int = doing.form.seen_version
    return version


def _spoke(doing: Doing) -> str:
    return (doing.form.spoke_with.data or "") if "spoke_with" in doing.form else ""


def _accept(doing: Doing) -> None:
    commands.accept_task(doing.thing, version=_seen(doing), spoke_with=_spoke(doing), by=doing.by, now=doing.now)


def _accept_part(doing: Doing) -> None:
    commands.accept_part(doing.thing, version=_seen(doing), spoke_with=_spoke(doing), by=doing.by, now=doing.now)


def _own_hand(form: ActForm, thing: Task | TaskPart) -> None:
    """Who signs for their own unit is not asked with whom they spoke."""
    task, unit_id = (thing, thing.lead_unit_id) if isinstance(thing, Task) else (thing.task, thing.unit_id)
    if policy.may_draft_for(current_actor(), task.group_id, unit_id):
        del form.spoke_with


def _ask_adjustment(doing: Doing) -> None:
    commands.ask_adjustment(
        doing.thing,
        kind=AdjustmentKind(doing.form.kind.data),
        reason=doing.form.reason.data or "",
        new_due_on=doing.form.new_due_on.data,
        version=_seen(doing),
        by=doing.by,
        now=doing.now,
    )


def _report_of(doing: Doing) -> NewReport:
    form = doing.form
    return NewReport(
        text=form.text.data or "",
        no_change=bool(form.no_change.data),
        difficulty=form.difficulty.data or "",
        coordination=form.coordination.data or "",
        percent=form.percent.data if "percent" in form else None,
        files=kept(form.files.uploads, field="files", now=doing.now),
        fact_on=form.fact_on.data,
    )


def _report(doing: Doing) -> None:
    commands.report_progress(doing.thing, _report_of(doing), version=_seen(doing), by=doing.by, now=doing.now)


def _report_part(doing: Doing) -> None:
    commands.report_part(doing.thing, _report_of(doing), version=_seen(doing), by=doing.by, now=doing.now)


def _without_percent(form: ActForm, thing: Task) -> None:
    if not thing.group.percent_enabled:
        del form.percent


def _waiting_submission(form: ActForm, thing: Task) -> None:
    """A head who opens what the liaison drafted finds the draft's words."""
    waiting: Submission | None = queries.waiting_submission(thing.id)
    if waiting is not None and not form.is_submitted():
        form.statement.data = waiting.statement


def _submit(doing: Doing) -> None:
    """A head hands in; anybody else who may write for the unit leaves a draft for the head."""
    submit = commands.submit_completion if policy.may_confirm(doing.by, doing.thing) else commands.draft_submission
    submit(
        doing.thing,
        statement=doing.form.statement.data or "",
        files=kept(doing.form.files.uploads, field="files", now=doing.now),
        fact_on=doing.form.fact_on.data,
        version=_seen(doing),
        by=doing.by,
        now=doing.now,
    )


def _ask_extension(doing: Doing) -> None:
    commands.ask_extension(
        doing.thing,
        reason=doing.form.reason.data or "",
        new_due_on=doing.form.new_due_on.data,
        version=_seen(doing),
        by=doing.by,
        now=doing.now,
    )


def _explain(doing: Doing) -> None:
    text = doing.form.text.data or ""
    commands.explain_delay(doing.thing, text=text, version=_seen(doing), by=doing.by, now=doing.now)


def _offer_owners(form: ActForm, thing: Task) -> None:
    form.owner.offer(queries.people_of_lead(thing, day=clock.today()))
    if not form.is_submitted():
        form.owner.data = thing.owner_id or 0


def _assign(doing: Doing) -> None:
    row_id = doing.form.owner.row_id
    person = queries.person_named(row_id) if row_id else None
    commands.assign_owner(doing.thing, person, version=_seen(doing), by=doing.by, now=doing.now)


def _offer_units_below(form: ActForm, thing: Task) -> None:
    form.unit.offer(queries.units_below(thing))
    if not form.is_submitted():
        form.due_on.data = thing.due_on


def _split(doing: Doing) -> None:
    form = doing.form
    commands.split_task(
        doing.thing,
        unit_id=form.unit.data,
        title=form.title.data or "",
        content=form.content.data or "",
        due_on=form.due_on.data,
        version=_seen(doing),
        by=doing.by,
        now=doing.now,
    )


def _confirm_report(doing: Doing) -> None:
    commands.confirm_report(doing.thing, version=_seen(doing), by=doing.by, now=doing.now)


def _complete_part(doing: Doing) -> None:
    commands.complete_part(doing.thing, version=_seen(doing), by=doing.by, now=doing.now)


def _may_accept(actor: Actor, thing: Task) -> Verdict:
    return policy.may_accept(actor, thing)


ISSUED = frozenset({TaskState.ISSUED})

ACTS = (
    Act(
        "accept",
        "/tasks/<int:task_id>/accept",
        _l("签收"),
        _l("签收"),
        _l("已签收。"),
        forms.AcceptForm,
        queries.visible_task,
        _may_accept,
        _accept,
        make=_own_hand,
        states=ISSUED,
        note=_l("签收表示已知悉任务内容、完成标准和时限。"),
    ),
    Act(
        "accept_part",
        "/parts/<int:part_id>/accept",
        _l("签收配合事项"),
        _l("签收"),
        _l("配合事项已签收。"),
        forms.AcceptForm,
        queries.visible_part,
        policy.may_accept_part,
        _accept_part,
        make=_own_hand,
    ),
    Act(
        "ask_adjustment",
        "/tasks/<int:task_id>/ask-adjustment",
        _l("申请调整"),
        _l("提交申请"),
        _l("调整申请已提交，等待办公室决定。"),
        forms.AskAdjustmentForm,
        queries.visible_task,
        policy.may_ask,
        _ask_adjustment,
        states=ISSUED,
        note=_l("签收前可以申请一次：职责不符、时限或者标准需要调整。办公室在 2 个工作日内决定，决定后照此执行。"),
    ),
    Act(
        "report",
        "/tasks/<int:task_id>/report",
        _l("填报进展"),
        _l("提交进展"),
        _l("进展已提交。"),
        forms.ReportForm,
        queries.visible_task,
        policy.may_report,
        _report,
        make=_without_percent,
        states=WORKING,
        template="tasks/report.html",
    ),
    Act(
        "report_part",
        "/parts/<int:part_id>/report",
        _l("填报配合进展"),
        _l("提交进展"),
        _l("配合进展已提交。"),
        forms.PartReportForm,
        queries.visible_part,
        policy.may_report_part,
        _report_part,
        template="tasks/report.html",
    ),
    Act(
        "complete_part",
        "/parts/<int:part_id>/complete",
        _l("确认配合完成"),
        _l("确认完成"),
        _l("配合事项已完成。"),
        ActForm,
        queries.visible_part,
        policy.may_complete_part,
        _complete_part,
        note=_l("确认后，本单位的配合事项办结。"),
    ),
    Act(
        "confirm_report",
        "/reports/<int:report_id>/confirm",
        _l("确认进展报告"),
        _l("确认"),
        _l("进展报告已确认。"),
        ActForm,
        queries.visible_report,
        policy.may_confirm_report,
        _confirm_report,
        template="tasks/confirm_report.html",
    ),
    Act(
        "submit",
        "/tasks/<int:task_id>/submit",
        _l("报请办结"),
        _l("报请办结"),
        _l("已提交。"),
        forms.SubmitForm,
        queries.visible_task,
        policy.may_report,
        _submit,
        make=_waiting_submission,
        states=WORKING,
        template="tasks/submit.html",
        more=lambda actor, thing: {"confirms": bool(policy.may_confirm(actor, thing))},
    ),
    Act(
        "ask_extension",
        "/tasks/<int:task_id>/ask-extension",
        _l("申请延期"),
        _l("提交申请"),
        _l("延期申请已提交，等待决定。"),
        forms.AskExtensionForm,
        queries.visible_task,
        policy.may_ask,
        _ask_extension,
        states=WORKING,
        note=_l("延期须在时限之前申请，原时限保留在记录中。"),
    ),
    Act(
        "explain_delay",
        "/tasks/<int:task_id>/explain-delay",
        _l("逾期说明"),
        _l("提交说明"),
        _l("逾期说明已提交。"),
        forms.ExplainForm,
        queries.visible_task,
        policy.may_ask,
        _explain,
        states=OPEN,
    ),
    Act(
        "assign",
        "/tasks/<int:task_id>/assign",
        _l("落实责任人"),
        _l("保存"),
        _l("责任人已落实。"),
        forms.AssignForm,
        queries.visible_task,
        policy.may_assign,
        _assign,
        make=_offer_owners,
        states=OPEN,
    ),
    Act(
        "split",
        "/tasks/<int:task_id>/split",
        _l("层层分解"),
        _l("下达子任务"),
        _l("子任务已下达。"),
        forms.SplitForm,
        queries.visible_task,
        policy.may_assign,
        _split,
        make=_offer_units_below,
        states=WORKING,
        note=_l("分解给本单位的科室或者所属学校，牵头责任不变。"),
    ),
)

for _act in ACTS:
    register(_act)


@bp.post("/milestones/<int:milestone_id>/done")
def complete_milestone(milestone_id: int) -> ResponseReturnValue:
    """Say that a dated step inside a task is done."""
    actor = current_actor()
    require(policy.may_confirm(actor, queries.visible_milestone(actor, milestone_id).task))
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid({"version": _("填写的内容有误。")})
    with write_transaction():
        milestone: Milestone = queries.visible_milestone(actor, milestone_id)
        task_id = milestone.task_id
        commands.complete_milestone(milestone, version=int(text), by=actor, now=clock.now())
    flash(_("年度节点已完成。"), "success")
    return redirect(url_for("tasks.show", task_id=task_id))
