"""Acts on ticked rows of the list: a page that shows them and asks for the rest, then a result for each."""

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed
from tracker.kernel.per_item import each, summary, ticked
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.organisation.rules import LEADERS, OFFICE
from tracker.tasks import commands, policy, queries
from tracker.tasks.forms.acts import LeaderForm, TimeForm
from tracker.tasks.forms.drafts import BatchForm
from tracker.tasks.on_paper import paper_of
from tracker.tasks.queries import TaskRow
from tracker.tasks.queries.step_rules import NOT_ENDED
from tracker.tasks.rules import LABELS, OPEN
from tracker.tasks.views.acting import require_state
from tracker.tasks.views.blueprint import bp


def _rows(actor: Actor) -> list[TaskRow]:
    """The ticked tasks that the actor sees; of the others nothing is said."""
    ids = ticked()
    rows = queries.tasks_by_id(actor, ids, today=clock.today()) if ids else []
    if not rows:
        raise Invalid({"task": _("请先在任务台账中勾选任务。")})
    return rows


def _one_group(rows: Sequence[TaskRow]) -> int:
    groups = {row.group_id for row in rows}
    if len(groups) != 1:
        raise Invalid({"task": _("一次只能办理同一个领导小组的任务。")})
    return groups.pop()


def _items(rows: Sequence[TaskRow]) -> list[tuple[int, str, str]]:
    return [(row.id, row.title, url_for("tasks.show", task_id=row.id)) for row in rows]


def _page(title: str, button: str, form: FlaskForm, rows: Sequence[TaskRow], *, paper: bool) -> ResponseReturnValue:
    page = render_template(
        "tasks/bulk.html", title=title, button=button, form=form, rows=rows, labels=LABELS, paper=paper
    )
    return page, status_of(form)


@bp.route("/tasks/bulk/propose", methods=["GET", "POST"])
def bulk_propose() -> ResponseReturnValue:
    """Hand ticked drafts in as one batch: all or none, since they go out under one name."""
    actor, form = current_actor(), BatchForm()
    require(policy.may_act_in_bulk(actor, OFFICE))
    rows = _rows(actor)
    group_id = _one_group(rows)
    require(policy.may_manage(actor, group_id))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            group = queries.watched_group(actor, group_id)
            tasks = queries.draft_rows(group, [row.id for row in rows])
            if len(tasks) != len(rows):
                raise Invalid({"title": _("所选任务中有的已经不是草稿，请回到台账重新勾选。")})
            batch = commands.propose_batch(
                group,
                tasks,
                title=form.title.data or "",
                document_number=form.document_number.data or "",
                by=actor,
                now=clock.now(),
            )
            flash(_("已送审。"), "success")
            return redirect(url_for("tasks.batch", batch_id=batch.id))
    return _page(_("批量送审"), _("确认送审"), form, rows, paper=False)


@bp.route("/tasks/bulk/leader", methods=["GET", "POST"])
def bulk_leader() -> ResponseReturnValue:
    """Give ticked tasks one leader in charge; each task has its own result."""
    actor, form = current_actor(), LeaderForm()
    require(policy.may_act_in_bulk(actor, OFFICE))
    rows = _rows(actor)
    group_id = _one_group(rows)
    require(policy.may_manage(actor, group_id))
    form.seat.offer(queries.leader_seats(group_id, day=clock.today()))
    if form.validate_on_submit():
        seen = {row.id: row.version for row in rows}

        def act(task_id: int) -> None:
            seat = queries.seat_named(form.seat.data) if form.seat.data else None
            task = queries.visible_task(actor, task_id)
            require_state(task, NOT_ENDED, _("确定牵头领导"))
            commands.set_leader_in_charge(task, seat, version=seen[task_id], by=actor, now=clock.now())

        return _done(_("批量确定牵头领导"), rows, act)
    return _page(_("批量确定牵头领导"), _("确定"), form, rows, paper=False)


@bp.route("/tasks/bulk/time", methods=["GET", "POST"])
def bulk_time() -> ResponseReturnValue:
    """Move the dates of ticked tasks by one decision from above; each task has its own result."""
    actor, form = current_actor(), TimeForm()
    require(policy.may_act_in_bulk(actor, OFFICE | LEADERS))
    rows = _rows(actor)
    group_id = _one_group(rows)
    if not actor.roles_in(group_id) & policy.OVERSEERS:
        raise NotAllowed(_("由领导小组办公室或者领导决定。"))
    office = policy.is_office(actor, group_id)
    form.signatory.offer(queries.signatories(group_id, day=clock.today()))
    if form.validate_on_submit():
        with form_errors(form):
            with write_transaction():
                paper = paper_of(form, policy.may_manage(actor, group_id), now=clock.now())

            def act(task_id: int) -> None:
                task = queries.visible_task(actor, task_id)
                require_state(task, OPEN, _("调整时限"))
                commands.adjust_time(
                    task,
                    new_due_on=form.new_due_on.data,
                    basis=form.basis.data or "",
                    by=actor,
                    now=clock.now(),
                    paper=paper,
                )

            return _done(_("批量调整时限"), rows, act)
    return _page(_("批量调整时限"), _("调整"), form, rows, paper=office)


def _done(title: str, rows: Sequence[TaskRow], act: Callable[[int], object]) -> ResponseReturnValue:
    results = each(_items(rows), act, done=_("已办理"))
    back = url_for("tasks.index")
    return render_template("tasks/results.html", title=title, results=results, summary=summary(results), back=back)
