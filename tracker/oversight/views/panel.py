"""The panel on a task's page that shows what oversight did and offers what it may do."""

from collections.abc import Sequence
from datetime import datetime

from flask import render_template, request, url_for
from markupsafe import Markup

from tracker.kernel import clock
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.errors import Stale
from tracker.oversight import commands, policy, queries
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.rules import ANSWERS, LABELS, ON_THE_WAY, SENTENCES
from tracker.tasks.models import Task, TaskPart
from tracker.tasks.policy import OVERSEERS


def panel(task: Task, actor: Actor) -> str:
    """“催办与督查” on a task's page: what was urged and asked so far, and the forms for who may."""
    now = clock.now()
    record = queries.records_of([task.id])[task.id]
    units = queries.urgeable(actor, [task], now=now)[task.id]
    may_direct = policy.may_direct_now(actor, task)
    notices = queries.notices_about(actor, [task.id])[task.id]
    drafts = drafting_links(task, actor, notices, now=now)
    flags = queries.flags_about(actor, task.id)
    if not (record.urges or record.directions or units or may_direct or notices or drafts or flags):
        return ""
    return Markup(  # noqa: S704 - written by our own template, which escapes
        render_template(
            "oversight/_panel.html",
            task=task,
            record=record,
            units=units,
            may_direct=may_direct,
            notices=notices,
            flags=flags,
            drafts=drafts,
            gone={notice.id: policy.fell_away(notice) for notice in notices},
            late={notice.id for notice in notices if notice.late or queries.owes_late(notice, today=clock.today())},
            oversees=task.group_id in actor.groups_as(*OVERSEERS),
            sentences=SENTENCES,
            answers=ANSWERS,
            labels=LABELS,
            here=request.full_path if request.query_string else request.path,
        )
    )


def drafting_links(
    task: Task, actor: Actor, notices: Sequence[SupervisionNotice], *, now: datetime
) -> list[tuple[str, str]]:
    """Units to whom somebody may draft a notice now, with where: of what is overdue and has none on the way."""
    if not policy.may_draft_notice(actor, task.group_id):
        return []
    taken = {(one.part_id, one.cycle) for one in notices if one.state in ON_THE_WAY}
    links = []
    subjects: list[Task | TaskPart] = [task, *task.parts]
    today = local_date(now)
    for subject in subjects:
        part_id = subject.id if isinstance(subject, TaskPart) else None
        cycle = policy.cycle_of_work(subject, today=today)
        unit = subject.unit if isinstance(subject, TaskPart) else subject.lead_unit
        if (part_id, cycle) not in taken and unit is not None and _is_overdue(subject, now=now):
            links.append((unit.name, url_for("oversight.draft_notice", task_id=task.id, part=part_id)))
    return links


def _is_overdue(subject: Task | TaskPart, *, now: datetime) -> bool:
    try:
        commands.require_overdue(subject, now=now)
    except Stale:
        return False
    return True
