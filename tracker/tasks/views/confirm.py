"""What waits for a head: reports and submissions that liaisons drafted; many confirmed with one password."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.accounts import gate
from tracker.kernel import clock
from tracker.kernel.actor import Actor, current_actor
from tracker.kernel.errors import Invalid
from tracker.kernel.per_item import each, summary
from tracker.kernel.text import _
from tracker.kernel.web import form_errors, status_of
from tracker.tasks import commands, queries
from tracker.tasks.forms.confirming import ConfirmForm
from tracker.tasks.queries import Draft
from tracker.tasks.views.blueprint import bp


@bp.route("/tasks/confirm", methods=["GET", "POST"])
def confirm() -> ResponseReturnValue:
    """Read what was drafted, tick what is right, and confirm it."""
    actor, form, now = current_actor(), ConfirmForm(), clock.now()
    waiting = queries.drafts_to_confirm(actor)
    if form.validate_on_submit():
        with form_errors(form):
            chosen = _chosen(waiting)
            gate.confirm_password(form.password.data, code=form.code.data, by=actor, now=now)
            items = [
                (number, draft.title, url_for("tasks.show", task_id=draft.task_id))
                for number, draft in enumerate(chosen)
            ]
            results = each(items, lambda number: _confirm(actor, chosen[number]), done=_("已确认"))
            title, back = _("集中确认"), url_for("tasks.confirm")
            return render_template(
                "tasks/results.html", title=title, results=results, summary=summary(results), back=back
            )
    page = render_template(
        "tasks/confirm.html",
        form=form,
        waiting=waiting,
        **gate.asks(now=now),
        picked=set(request.form.getlist("draft")),
    )
    return page, status_of(form)


def _chosen(waiting: list[Draft]) -> list[Draft]:
    """The ticked drafts as they stood on the page; one that has changed meanwhile says so by its version."""
    found = []
    for text in dict.fromkeys(request.form.getlist("draft")):
        key, _dot, version = text.rpartition(".")
        draft = next((draft for draft in waiting if draft.key == key), None)
        if draft is not None and version.isascii() and version.isdigit() and len(version) < 10:
            found.append(draft.seen_at(int(version)))
    if not found:
        raise Invalid({"draft": _("请先勾选要确认的事项。")})
    return found


def _confirm(actor: Actor, draft: Draft) -> None:
    now = clock.now()
    if draft.report_id is not None:
        report = queries.visible_report(actor, draft.report_id)
        commands.confirm_report(report, version=draft.version, by=actor, now=now)
        return
    task = queries.visible_task(actor, draft.task_id)
    commands.submit_completion(task, statement=draft.text, version=draft.version, by=actor, now=now)
