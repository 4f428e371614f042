"""What waits for one person: to sign for, to confirm, to report, to verify, to decide, to sign off. One query."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.kernel.actor import Actor
from tracker.kernel.clock import LOCAL
from tracker.kernel.db import db
from tracker.organisation.models import Unit
from tracker.organisation.queries import units_by_person, works_for
from tracker.organisation.rules import LEADERS, OFFICE, OFFICE_DIRECTORS
from tracker.tasks.models import (
    Adjustment,
    DelayExplanation,
    Extension,
    ProgressReport,
    Submission,
    Task,
    TaskPart,
)
from tracker.tasks.policy import OVERSEERS, is_barred
from tracker.tasks.queries.answering import confirms_for, drafts_for
from tracker.tasks.queries.lights import Condition, by_marks, codes, of_the_group
from tracker.tasks.queries.reckoning import Reckoning, reckoning
from tracker.tasks.queries.scope import looked_up_group, looked_up_state
from tracker.tasks.queries.waiting_papers import of_papers
from tracker.tasks.queries.waits import Wait, Waiting
from tracker.tasks.rules import (
    FREE_EXTENSIONS,
    OPEN,
    ExplanationState,
    PartState,
    ReportState,
    RequestState,
    TaskState,
)

Waits = sa.Select[*tuple[Any, ...]]

LIMIT = 100
"""So many of each kind are listed."""
QUIET_DAYS = 7
"""Calendar days after a report in which a task asks for no other."""


def waiting_for(actor: Actor, *, today: date, only_groups: bool = False, day: Reckoning | None = None) -> list[Waiting]:
    """Everything that only this person (or others in the same seat or post) can do now, by kind, oldest date first.

    only_groups: what they do for a group, by seat or appointment, and not what their unit does. day: the
    reckoning of today, where the caller has it already.
    """
    own = [] if only_groups else _of_units(actor, day or reckoning(today))
    queries = [*own, *_of_groups(actor), *of_papers(actor, today)]
    if not queries:
        return []
    wrapped = [
        sa.select(query.order_by(sa.text("due_on"), sa.text("thing_id")).limit(LIMIT).subquery()) for query in queries
    ]
    rows = db.session.execute(sa.union_all(*wrapped)).all()
    found = [Waiting(Wait(row[0]), *row[1:]) for row in rows]
    order = list(Wait)
    return sorted(found, key=lambda w: (order.index(w.kind), w.due_on or date.max, w.thing_id))


def _looks_up(request: Any) -> Condition:
    """A task looked up from what was asked about it; without statistics SQLite would rather go through every task."""
    condition: Condition = Task.id == request.task_id + 0
    return condition


def _row(kind: Wait, thing: Any, *, since: Any, due: Any = Task.due_on, unit: Any = Task.lead_unit_id) -> Waits:
    """The columns of a thing that waits; the caller adds joins and conditions."""
    name = sa.select(Unit.name).where(Unit.id == unit).correlate_except(Unit).scalar_subquery()
    return sa.select(
        sa.literal(kind.value).label("kind"),
        Task.id.label("task_id"),
        thing.label("thing_id"),
        Task.group_id,
        Task.title,
        name.label("unit"),
        due.label("due_on"),
        since.label("since"),
    ).select_from(Task)


def _of_units(actor: Actor, day: Reckoning) -> list[Waits]:
    """What waits for somebody as head, deputy in charge, liaison or owner."""
    found: list[Waits] = []
    drafts, part_drafts = drafts_for(actor, Task.lead_unit_id), drafts_for(actor, TaskPart.unit_id)
    if drafts is not None:
        found.append(_row(Wait.ACCEPT, Task.id, since=Task.issued_at).where(drafts, Task.state == TaskState.ISSUED))
    reports = [clause for clause in (drafts, _owns(actor)) if clause is not None]
    if reports:
        found += _reports(sa.and_(Task.lead_unit_id.in_(sorted(actor.unit_ids)), sa.or_(*reports)), day)
    if part_drafts is not None:
        found += _parts(part_drafts, day)
    confirms = confirms_for(actor, Task.lead_unit_id)
    if confirms is not None:
        found += _confirmations(confirms)
        found += [_handed_down(actor), _without_owner(confirms, day.today)]
    return found


def _handed_down(actor: Actor) -> Waits:
    """Pieces that sections and schools of the unit handed in or ask something about: here the unit is the office."""
    above = aliased(Task)
    asked = [
        sa.exists().where(model.task_id == Task.id, model.state == pending, also)
        for model, pending, also in (
            (Extension, RequestState.PENDING, Extension.ordinal <= FREE_EXTENSIONS),
            (Adjustment, RequestState.PENDING, sa.true()),
            (DelayExplanation, ExplanationState.OPEN, sa.true()),
        )
    ]
    submitted = sa.and_(Task.state == TaskState.SUBMITTED, Task.verifier_id.is_(None))
    waits = sa.or_(submitted, sa.and_(Task.state.in_(sorted(OPEN)), sa.or_(*asked)))
    mine = confirms_for(actor, above.lead_unit_id, above.group_id)
    row = _row(Wait.HANDED_DOWN, Task.id, since=Task.updated_at).join(above, above.id == Task.parent_id)
    return row.where(sa.false() if mine is None else mine, waits, *_uninvolved(actor))


def _without_owner(mine: Condition, today: date) -> Waits:
    """What was given to somebody who has left the unit since: nobody in the unit is left to whom it is given."""
    gone = sa.and_(Task.owner_id.is_not(None), ~works_for(Task.owner_id, Task.lead_unit_id, today))
    return _row(Wait.NAME_OWNER, Task.id, since=Task.updated_at).where(mine, Task.state.in_(sorted(OPEN)), gone)


def owner_left(task: Task, *, day: date) -> bool:
    """Whether open work was given to somebody who has left the lead unit since."""
    if task.owner_id is None or task.state not in OPEN:
        return False
    return task.lead_unit_id not in units_by_person([task.owner_id], day=day)[task.owner_id]


def _owns(actor: Actor) -> Condition | None:
    units = sorted(actor.unit_ids)
    if actor.person_id is None or not units:
        return None
    return sa.and_(Task.owner_id == actor.person_id, Task.lead_unit_id.in_(units))


def _reports(mine: Condition, day: Reckoning) -> list[Waits]:
    """Returned work; and what is near or late, or continuous, and has been quiet for a week."""
    near = by_marks(day.marks, lambda mark: Task.sort_on <= mark.yellow_through)
    pressing = sa.or_(near, Task.continuous)
    drafted = sa.exists().where(ProgressReport.task_id == Task.id, ProgressReport.state == ReportState.DRAFT)
    handed_in = sa.exists().where(Submission.task_id == Task.id, Submission.state == ReportState.DRAFT)
    quiet = sa.or_(Task.reported_at.is_(None), Task.reported_at < _quiet_since(day.today))
    return [
        _row(Wait.RETURNED, Task.id, since=Task.updated_at).where(mine, Task.state == TaskState.RETURNED, ~handed_in),
        _row(Wait.REPORT, Task.id, since=Task.reported_at).where(
            mine, Task.state == TaskState.ACTIVE, pressing, quiet, ~drafted, ~handed_in
        ),
    ]


def _parts(mine: Condition, day: Reckoning) -> list[Waits]:
    near = by_marks(day.marks, lambda mark: sa.func.coalesce(TaskPart.due_on, Task.sort_on) <= mark.yellow_through)
    quiet = sa.or_(TaskPart.reported_at.is_(None), TaskPart.reported_at < _quiet_since(day.today))
    due = sa.func.coalesce(TaskPart.due_on, Task.due_on)
    running = looked_up_state.in_(codes(OPEN))
    accept = _row(Wait.ACCEPT_PART, TaskPart.id, since=Task.issued_at, due=due, unit=TaskPart.unit_id)
    report = _row(Wait.REPORT_PART, TaskPart.id, since=TaskPart.reported_at, due=due, unit=TaskPart.unit_id)
    return [
        accept.join(TaskPart, TaskPart.task_id == Task.id).where(mine, running, TaskPart.state == PartState.ISSUED),
        report.join(TaskPart, TaskPart.task_id == Task.id).where(
            mine, running, TaskPart.state == PartState.ACTIVE, near, quiet
        ),
    ]


def _confirmations(mine: Condition) -> list[Waits]:
    submission = _row(Wait.CONFIRM_SUBMISSION, Submission.id, since=Submission.drafted_at)
    report = _row(Wait.CONFIRM_REPORT, ProgressReport.id, since=ProgressReport.drafted_at)
    working = Task.state.in_([TaskState.ACTIVE, TaskState.RETURNED])
    return [
        submission.join(Submission, Submission.task_id == Task.id).where(
            mine, working, Submission.state == ReportState.DRAFT
        ),
        report.join(ProgressReport, ProgressReport.task_id == Task.id).where(
            mine,
            Task.state.in_(sorted(OPEN | {TaskState.SUBMITTED})),
            ProgressReport.state == ReportState.DRAFT,
            ProgressReport.part_id.is_(None),
        ),
    ]


def _uninvolved(actor: Actor) -> list[Condition]:
    """Nobody judges what their unit does or did in their time, or what they handed in, as policy.uninvolved has it."""
    units = sorted(actor.unit_ids)
    own_part = sa.exists().where(TaskPart.task_id == Task.id, TaskPart.unit_id.in_(units))
    return [Task.lead_unit_id.not_in(units), ~own_part, ~is_barred(Task, actor.person_id)]


def _of_groups(actor: Actor) -> list[Waits]:
    """What waits for somebody in the office, as supervisor, as leader or as appointed verifier."""
    free = _uninvolved(actor)
    overseen = sorted(actor.groups_as(*OVERSEERS))
    verify = _row(Wait.VERIFY, Task.id, since=Task.submitted_at).where(*free)
    found: list[Waits] = []
    if actor.person_id is not None:
        appointed = sa.and_(Task.verifier_id == actor.person_id, Task.verifier_id.is_not(None))
        found.append(verify.where(appointed, looked_up_state == TaskState.SUBMITTED.value))
    if overseen:
        mine = sa.and_(Task.group_id.in_(overseen), Task.verifier_id.is_(None), of_the_group)
        # In the order of the index, which then gives the first hundred without sorting all that were handed in.
        found.append(verify.where(mine, Task.state == TaskState.SUBMITTED).order_by(Task.sort_on, Task.id))
        explained = _row(Wait.ANSWER_EXPLANATION, DelayExplanation.id, since=DelayExplanation.given_at)
        found.append(
            explained.join(DelayExplanation, _looks_up(DelayExplanation)).where(
                looked_up_group.in_(overseen),
                looked_up_state.in_(codes(OPEN)),
                DelayExplanation.state == ExplanationState.OPEN,
                of_the_group,
                *free,
            )
        )
    return found + _requests(actor, free)


def _requests(actor: Actor, free: Sequence[Condition]) -> list[Waits]:
    """Requests are few and tasks are many: the tasks are looked up from the requests."""
    found: list[Waits] = []
    offices, leading = sorted(actor.groups_as(*OFFICE)), sorted(actor.groups_as(*LEADERS))
    deciding = sorted(actor.groups_as(*OFFICE_DIRECTORS, *LEADERS))
    if offices or leading:
        extension = _row(Wait.DECIDE_EXTENSION, Extension.id, since=Extension.asked_at)
        mine = sa.or_(
            sa.and_(looked_up_group.in_(offices), Extension.ordinal <= FREE_EXTENSIONS, of_the_group),
            sa.and_(looked_up_group.in_(leading), Extension.ordinal > FREE_EXTENSIONS),
        )
        found.append(
            extension.join(Extension, _looks_up(Extension)).where(
                mine, Extension.state == RequestState.PENDING, looked_up_state.in_(codes(OPEN)), *free
            )
        )
    if deciding:
        due = Adjustment.decide_by
        adjustment = _row(Wait.DECIDE_ADJUSTMENT, Adjustment.id, since=Adjustment.asked_at, due=due)
        found.append(
            adjustment.join(Adjustment, _looks_up(Adjustment)).where(
                looked_up_group.in_(deciding),
                looked_up_state == TaskState.ISSUED.value,
                Adjustment.state == RequestState.PENDING,
                of_the_group,
                *free,
            )
        )
    return found


def _quiet_since(today: date) -> datetime:
    day = today - timedelta(days=QUIET_DAYS)
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL)
