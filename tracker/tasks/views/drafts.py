"""The office's drafts: new, edited, copied, apportioned; taken over; put together and handed in to be signed off."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.per_item import Result, each, summary, ticked
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.organisation.models import LeadershipGroup
from tracker.organisation.rules import LABELS as UNIT_KINDS
from tracker.tasks import commands, policy, queries
from tracker.tasks.forms.drafts import ApportionForm, BatchForm, DraftForm, TakeOverForm
from tracker.tasks.models import Task
from tracker.tasks.rules import LABELS, TaskState
from tracker.tasks.views.blueprint import bp


@bp.get("/drafts")
def my_drafts() -> ResponseReturnValue:
    """The way from the menu to the drafts of the group at hand; with several groups, a choice."""
    actor = current_actor()
    known = queries.groups_of(actor, queries.reckoning(clock.today()))
    groups = [row for row in known if policy.is_office(actor, row[0])]
    if len(groups) == 1:
        return redirect(url_for("tasks.drafts", group_id=groups[0][0]))
    return render_template("tasks/my_drafts.html", groups=groups)


@bp.get("/groups/<int:group_id>/drafts")
def drafts(group_id: int) -> ResponseReturnValue:
    """The drafts of a group and its batches."""
    actor = current_actor()
    group = queries.watched_group(actor, group_id)
    return _drafts_page(actor, group, BatchForm(), TakeOverForm(), 200)


def _drafts_page(
    actor: Actor, group: LeadershipGroup, form: BatchForm, taking: TakeOverForm, status: int
) -> ResponseReturnValue:
    today = clock.today()
    rows = queries.drafts(group)
    page = render_template(
        "tasks/drafts.html",
        group=group,
        fresh=[row for row in rows if not queries.has_passed(row, today)],
        passed=[row for row in rows if queries.has_passed(row, today)],
        batches=queries.open_batches(group.id),
        consultations=queries.consultations(group.id),
        consulted=queries.consulted_drafts(group.id),
        form=form,
        taking=taking,
        manages=policy.may_manage(actor, group.id),
        signs=policy.may_sign_off(actor, group.id),
        today=today,
        labels=LABELS,
        picked=set(request.form.getlist("task")),
    )
    return page, status


@bp.post("/groups/<int:group_id>/drafts/propose")
def propose(group_id: int) -> ResponseReturnValue:
    """Hand ticked drafts in as a batch; a director who drafts alone signs them off in the same step."""
    actor, form = current_actor(), BatchForm()
    group = queries.watched_group(actor, group_id)
    require(policy.may_manage(actor, group_id))
    at_once = request.form.get("sign_off") == "1"
    ids = ticked()
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            now = clock.now()
            batch = commands.propose_batch(
                group,
                queries.draft_rows(group, ids),
                title=form.title.data or "",
                document_number=form.document_number.data or "",
                by=actor,
                now=now,
            )
            if at_once:
                commands.sign_off_batch(batch, version=batch.version, by=actor, now=now)
            flash(_("已签发。") if at_once else _("已送审。"), "success")
            return redirect(url_for("tasks.batch", batch_id=batch.id))
    return _drafts_page(actor, group, form, TakeOverForm(formdata=None), 422)


@bp.post("/groups/<int:group_id>/drafts/take-over")
def take_over(group_id: int) -> ResponseReturnValue:
    """Say what becomes of ticked drafts whose date has passed; each for itself."""
    actor, form = current_actor(), TakeOverForm()
    group = queries.watched_group(actor, group_id)
    require(policy.may_sign_off(actor, group_id))
    ids = ticked()
    if form.validate_on_submit():
        with form_errors(form):
            _require_choice(form, ids)
            rows = [
                (row.id, row.title, url_for("tasks.show", task_id=row.id)) for row in queries.draft_rows(group, ids)
            ]
            results = each(rows, lambda task_id: _take_over(actor, task_id, form), done=_("已办理"))
            return _results(_("处理存量任务"), results, url_for("tasks.drafts", group_id=group_id))
    return _drafts_page(actor, group, BatchForm(formdata=None), form, 422)


def _require_choice(form: TakeOverForm, ids: list[int]) -> None:
    if not ids:
        raise Invalid({"choice": _("请先勾选任务。")})
    if form.choice.data == "done" and form.done_on.data is None:
        raise Invalid({"done_on": _("请填写完成日期。")})


def _take_over(actor: Actor, task_id: int, form: TakeOverForm) -> None:
    task, now = queries.visible_task(actor, task_id), clock.now()
    remark = form.remark.data or ""
    if form.choice.data == "continue":
        commands.take_over(task, new_due_on=form.new_due_on.data, by=actor, now=now)
    elif form.choice.data == "done" and form.done_on.data is not None:
        commands.enter_done(task, done_on=form.done_on.data, remark=remark, by=actor, now=now)
    else:
        commands.cancel_task(task, reason=remark, by=actor, now=now)


def _results(title: str, results: list[Result], back: str) -> ResponseReturnValue:
    return render_template("tasks/results.html", title=title, results=results, summary=summary(results), back=back)


@bp.route("/groups/<int:group_id>/drafts/new", methods=["GET", "POST"])
def new(group_id: int) -> ResponseReturnValue:
    """Write down a draft by hand."""
    actor = current_actor()
    group = queries.watched_group(actor, group_id)
    require(policy.may_manage(actor, group_id))
    commands.require_at_work(group)
    form = _prepared(DraftForm(), group)
    if form.validate_on_submit() and not _more_rows():
        with form_errors(form), write_transaction():
            draft = form.draft(plan_id=queries.plan_of_phase(form.phase.row_id))
            commands.draft_task(group, draft, by=actor, now=clock.now())
            flash(_("草稿已保存。"), "success")
            return redirect(url_for("tasks.drafts", group_id=group_id))
    return _draft_page(form, group, None, _("新建任务草稿"))


@bp.route("/tasks/<int:task_id>/edit", methods=["GET", "POST"])
def edit(task_id: int) -> ResponseReturnValue:
    """Change a draft."""
    actor = current_actor()
    task = queries.visible_task(actor, task_id)
    require(policy.may_manage(actor, task.group_id))
    commands.require_at_work(task.group)
    if task.state is not TaskState.DRAFT:
        raise Stale(_("任务已经送审或签发，不能再按草稿修改。"))
    form = DraftForm()
    if not form.is_submitted():
        form.fill(task)
    form = _prepared(form, task.group)
    if form.validate_on_submit() and not _more_rows():
        with form_errors(form), write_transaction():
            task = queries.visible_task(actor, task_id)
            draft = form.draft(task, plan_id=queries.plan_of_phase(form.phase.row_id))
            commands.edit_draft(task, draft, version=form.seen_version, by=actor, now=clock.now())
            flash(_("草稿已保存。"), "success")
            return redirect(url_for("tasks.drafts", group_id=task.group_id))
    return _draft_page(form, task.group, task, _("修改任务草稿"))


@bp.route("/tasks/<int:task_id>/copy", methods=["GET", "POST"])
def copy(task_id: int) -> ResponseReturnValue:
    """Make a new draft from another task."""
    actor = current_actor()
    task = queries.visible_task(actor, task_id)
    require(policy.may_manage(actor, task.group_id))
    commands.require_at_work(task.group)
    if request.method == "POST":
        with write_transaction():
            fresh = commands.copy_task(queries.visible_task(actor, task_id), by=actor, now=clock.now())
            new_id = fresh.id
        flash(_("已复制为草稿，请补充时限。"), "success")
        return redirect(url_for("tasks.edit", task_id=new_id))
    return render_template("tasks/copy.html", task=task)


@bp.route("/groups/<int:group_id>/apportion", methods=["GET", "POST"])
def apportion(group_id: int) -> ResponseReturnValue:
    """One clause that binds many: one draft for each chosen unit under one heading."""
    actor = current_actor()
    group = queries.watched_group(actor, group_id)
    require(policy.may_manage(actor, group_id))
    commands.require_at_work(group)
    form = _prepared(ApportionForm(), group)
    form.summing_unit.offer(queries.units_for(group))
    if form.validate_on_submit() and not _more_rows():
        with form_errors(form), write_transaction():
            tasks = commands.draft_apportioned(
                group,
                form.draft(plan_id=queries.plan_of_phase(form.phase.row_id)),
                unit_ids=_bound(group),
                summing_unit_id=form.summing_unit.row_id,
                by=actor,
                now=clock.now(),
            )
            flash(_("已按 %(count)s 个单位分办，草稿待送审。", count=len(tasks)), "success")
            return redirect(url_for("tasks.drafts", group_id=group_id))
    return _draft_page(form, group, None, _("分办"))


def _bound(group: LeadershipGroup) -> list[int]:
    """The units that were ticked, one by one or a whole kind at once (各学校)."""
    kinds = set(request.form.getlist("kinds"))
    whole = [units for kind, units in queries.units_by_kind(group).items() if kind in kinds]
    return list(dict.fromkeys([*ticked("units"), *(unit_id for units in whole for unit_id, _name in units)]))


def _more_rows() -> bool:
    """Whether the button for more rows was pressed, rather than the one that saves."""
    return request.form.get("more") == "1"


def _prepared(form: DraftForm, group: LeadershipGroup) -> DraftForm:
    if request.method == "GET" or _more_rows():
        form.add_rows()
    form.offer(queries.units_for(group), queries.plan_phases(group.id))
    return form


def _draft_page(form: DraftForm, group: LeadershipGroup, task: Task | None, title: str) -> ResponseReturnValue:
    page = render_template(
        "tasks/edit.html",
        form=form,
        group=group,
        task=task,
        title=title,
        units=queries.units_by_kind(group) if isinstance(form, ApportionForm) else {},
        unit_kinds=UNIT_KINDS,
        picked={*request.form.getlist("units"), *request.form.getlist("kinds")},
    )
    return page, 200 if _more_rows() else status_of(form)
