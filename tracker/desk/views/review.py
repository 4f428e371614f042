"""The review desk: every overdue task and part with its facts, how far the ladder went, and the acts of oversight."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from tracker.desk import links, queries, words
from tracker.desk.views.blueprint import bp, overseen_group
from tracker.kernel import clock
from tracker.kernel.actor import current_actor
from tracker.kernel.web import row_number
from tracker.organisation.rules import LABELS as ORGANISATION_LABELS
from tracker.oversight.policy import REVIEWERS, may_draft_notice
from tracker.oversight.rules import ANSWERS, LABELS, SENTENCES
from tracker.reminders.rules import LABELS as REMINDER_LABELS
from tracker.tasks.queries import Reckoning, settings_of
from tracker.tasks.rules import LABELS as TASK_LABELS


@bp.get("/groups/<int:group_id>/review")
def review(group_id: int) -> ResponseReturnValue:
    """What is overdue, the longest first; perhaps of one unit."""
    actor, now, today = current_actor(), clock.now(), clock.today()
    group = overseen_group(group_id)
    unit_id = request.args.get("unit", type=row_number)
    cursor = request.args.get("after", "")
    day = Reckoning(today, {group.id: settings_of(group)})
    parts_cursor = request.args.get("parts", "")
    found = queries.review(actor, group_id, unit_id, day=day, now=now, after=cursor, parts=parts_cursor)
    return render_template(
        "desk/review.html",
        group=group,
        today=today,
        unit_id=unit_id,
        page=found.tasks,
        parts=found.parts,
        overdue=queries.numbers(group_id, today=today).overdue,
        overdue_parts=queries.late_parts_number(group_id, day=day),
        cursor=cursor,
        parts_cursor=parts_cursor,
        may_notice=bool(may_draft_notice(actor, group_id)),
        flag_numbers=queries.flag_numbers(actor, group_id, today=today),
        reviews=bool(actor.roles_in(group_id) & REVIEWERS),
        here=request.full_path if request.query_string else request.path,
        sentences=SENTENCES,
        answers=ANSWERS,
        labels=LABELS,
        reminder_labels=REMINDER_LABELS,
        organisation_labels=ORGANISATION_LABELS,
        task_labels=TASK_LABELS,
        links=links,
        words=words,
    )
