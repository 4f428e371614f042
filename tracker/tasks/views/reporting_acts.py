"""What a unit says of its work: progress, parts, completion, milestones; drafted by some, confirmed by a head."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid
from tracker.kernel.forms import ActForm
from tracker.kernel.text import _, _l
from tracker.kernel.uploads import kept
from tracker.kernel.verdict import require
from tracker.tasks import commands, policy, queries
from tracker.tasks.commands import NewReport
from tracker.tasks.forms import acts as forms
from tracker.tasks.models import Milestone, Submission, Task
from tracker.tasks.queries.step_rules import WORKING
from tracker.tasks.rules import PART_WORK, PartState, ReportState
from tracker.tasks.views.acting import Act, Doing, register
from tracker.tasks.views.blueprint import bp


def _seen(doing: Doing) -> int:
    version: int = doing.form.seen_version
    return version


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


def _confirm_report(doing: Doing) -> None:
    commands.confirm_report(doing.thing, version=_seen(doing), by=doing.by, now=doing.now)


def _drafts(actor: Actor, task: Task) -> bool:
    return not policy.may_confirm(actor, task)


def _complete_part(doing: Doing) -> None:
    commands.complete_part(doing.thing, version=_seen(doing), by=doing.by, now=doing.now)


ACTS = (
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
        waits=_drafts,
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
        waits=lambda actor, part: not policy.may_complete_part(actor, part),
        template="tasks/report.html",
        states=PART_WORK,
        thing_states=frozenset({PartState.ACTIVE}),
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
        states=PART_WORK,
        thing_states=frozenset({PartState.ACTIVE}),
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
        states=PART_WORK,
        thing_states=frozenset({ReportState.DRAFT}),
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
        waits=_drafts,
        template="tasks/submit.html",
        more=lambda actor, thing: {"confirms": bool(policy.may_confirm(actor, thing))},
        possible=commands.require_children_done,
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
