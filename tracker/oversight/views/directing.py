"""Say at the review desk what is asked of a unit."""

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Stale
from tracker.kernel.text import _
from tracker.kernel.verdict import require
from tracker.kernel.web import form_errors, status_of
from tracker.oversight import commands, policy, queries
from tracker.oversight.forms import DirectForm
from tracker.oversight.rules import DirectionKind
from tracker.oversight.views.blueprint import back_to, bp
from tracker.tasks.rules import OPEN


@bp.route("/tasks/<int:task_id>/direct", methods=["GET", "POST"])
def direct(task_id: int) -> ResponseReturnValue:
    """Ask the lead unit of an overdue task to explain or to make good by a date, or put a note on file."""
    actor, now = current_actor(), clock.now()
    task = queries.task_to_oversee(actor, task_id)
    require(policy.may_direct(actor, task))
    if task.state not in OPEN:
        raise Stale(_("任务不在办理中。"))
    form = DirectForm(kind=request.args.get("kind"), version=task.version, next=request.values.get("next"))
    if form.validate_on_submit():
        with form_errors(form), write_transaction():
            task = queries.task_to_oversee(actor, task_id)
            commands.direct(task, **form.said, version=form.seen_version, by=actor, now=now)
            flash(_("已记录备注。") if form.kind.data == DirectionKind.NOTE else _("已发给牵头单位。"), "success")
            return back_to(task, form.next.data)
    return render_template("oversight/direct.html", form=form, task=task, kinds=DirectionKind), status_of(form)
