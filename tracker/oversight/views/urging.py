"""Urge a unit, and urge many."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts.rules import own_path
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, row_number, status_of
from tracker.oversight import commands, policy, queries
from tracker.oversight.forms import UrgeForm, UrgeManyForm
from tracker.oversight.rules import ANSWERS, LABELS, SENTENCES
from tracker.oversight.views.blueprint import back_to, bp

MOST_AT_ONCE = 200


@bp.route("/tasks/<int:task_id>/urge", methods=["GET", "POST"])
def urge(task_id: int) -> ResponseReturnValue:
    """Urge a unit about a task, by message or by noting a call."""
    actor, now = current_actor(), clock.now()
    task = queries.task_to_oversee(actor, task_id)
    units = queries.urgeable(actor, [task], now=now)[task.id]
    if not units:
        require(policy.may_urge(actor, task, task.lead_unit_id or 0))
        raise Stale(_("任务不在办理中，不需要催办。"))
    form = UrgeForm(next=request.values.get("next"), unit_id=request.args.get("unit", type=row_number))
    form.offer([(unit.unit_id, unit.name) for unit in units])
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            task = queries.task_to_oversee(actor, task_id)
            made = commands.urge_unit(task, unit_id=form.unit_id.data, **form.said, by=actor, now=now)
            flash(_("已记录电话催办。") if made.answer else _("催办已发送。"), "success")
            return back_to(task, form.next.data)
    page = render_template(
        "oversight/urge.html", form=form, task=task, units=units, sentences=SENTENCES, answers=ANSWERS, labels=LABELS
    )
    return page, status_of(form)


@bp.route("/tasks/urge", methods=["GET", "POST"])
def urge_many() -> ResponseReturnValue:
    """Urge the lead units of the ticked tasks, and say for each what became of it."""
    actor, now = current_actor(), clock.now()
    require(policy.may_urge_many(actor))
    ids = list(dict.fromkeys(request.values.getlist("task", type=row_number)))[:MOST_AT_ONCE]
    if not ids:
        raise Invalid({"task": _("请先勾选任务。")})
    form = UrgeManyForm(next=request.values.get("next"))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            tasks = queries.tasks_to_oversee(actor, ids)
            results = commands.urge_many(tasks, sentence=form.said, by=actor, now=now)
            unseen = len(ids) - len(results)
            back = own_path(form.next.data, default=url_for("tasks.index"))
            return render_template("oversight/urged.html", results=results, unseen=unseen, back=back)
    tasks = queries.tasks_to_oversee(actor, ids)
    page = render_template("oversight/urge_many.html", form=form, tasks=tasks, sentences=SENTENCES)
    return page, status_of(form)
