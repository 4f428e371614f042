"""The panel on a task's page that shows what oversight did and offers what it may do."""

from flask import render_template, request
from markupsafe import Markup

from tracker.kernel import clock
from tracker.kernel.actor import Actor
from tracker.oversight import policy, queries
from tracker.oversight.rules import ANSWERS, LABELS, SENTENCES
from tracker.tasks.models import Task
from tracker.tasks.policy import OVERSEERS


def panel(task: Task, actor: Actor) -> str:
    """“催办与督查” on a task's page: what was urged and asked so far, and the forms for who may."""
    now = clock.now()
    record = queries.records_of([task.id])[task.id]
    units = queries.urgeable(actor, [task], now=now)[task.id]
    may_direct = policy.may_direct_now(actor, task)
    if not (record.urges or record.directions or units or may_direct):
        return ""
    return Markup(  # noqa: S704 - written by our own template, which escapes
        render_template(
            "oversight/_panel.html",
            task=task,
            record=record,
            units=units,
            may_direct=may_direct,
            oversees=task.group_id in actor.groups_as(*OVERSEERS),
            sentences=SENTENCES,
            answers=ANSWERS,
            labels=LABELS,
            here=request.full_path if request.query_string else request.path,
        )
    )
