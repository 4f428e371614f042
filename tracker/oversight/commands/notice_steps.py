"""What every command on a supervision notice shares: the step, its record, and that its matter stands."""

from datetime import date, datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Stale
from tracker.kernel.text import _l
from tracker.letters.models import Letter
from tracker.letters.rules import SIGNABLE
from tracker.oversight import policy
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.rules import LABELS, NOTICE_MOVES, NoticeMove, NoticeSubject
from tracker.tasks.commands import require_at_work
from tracker.tasks.commands.moving import has_passed
from tracker.tasks.models import Task, TaskPart
from tracker.tasks.rules import OPEN, PartState

Subject = Task | TaskPart | Letter


def step(notice: SupervisionNotice, move: NoticeMove, *, version: int | None = None, **facts: object) -> None:
    """Take a step in the life of a notice, once and from the right state, with the facts that it brings."""
    require_at_work(notice.group)
    sources, target = NOTICE_MOVES[move]
    take(notice, version=version, states=sources)
    notice.state = target
    for name, value in facts.items():
        setattr(notice, name, value)


def note(act: str, notice: SupervisionNotice, *, by: Actor, now: datetime, **new: object) -> None:
    """Put an act on a notice on record."""
    values = {"state": notice.state, **new}
    subject, group, unit = ("notice", notice.id), notice.group_id, notice.unit_id
    record(f"notice.{act}", *subject, by=by, now=now, group_id=group, unit_id=unit, new=values)


def subject_of(notice: SupervisionNotice) -> Subject:
    """What a notice is about."""
    found = {
        NoticeSubject.TASK: notice.task,
        NoticeSubject.PART: notice.part,
        NoticeSubject.LETTER: notice.letter,
    }[notice.kind]
    assert found is not None
    return found


def hold_subject(subject: Subject) -> None:
    """Keep what a notice is about as it is while the notice changes; Stale if it went on meanwhile.

    Rows that refer to it can still be written, among them the notice's own: else two acts could wait for each other.
    """
    if isinstance(subject, Letter):
        held = sa.select(Letter.id).where(Letter.id == subject.id, Letter.state.in_(sorted(SIGNABLE)))
    else:
        task_id = subject.id if isinstance(subject, Task) else subject.task_id
        held = sa.select(Task.id).where(Task.id == task_id, Task.state.in_(sorted(OPEN)))
    if db.session.scalar(held.with_for_update(key_share=True)) is None:
        raise Stale


def require_overdue(subject: Subject, *, now: datetime) -> None:
    """A notice is about what is overdue: a task or part at work whose date has passed, a letter unsigned in time."""
    today = local_date(now)
    if isinstance(subject, Letter):
        if subject.state not in SIGNABLE or subject.sign_by >= today:
            raise Stale(_l("责任书不在待签署状态，或者签署期限未过，不需要督办。"))
        return
    task, due = (subject.task, [subject.due_on]) if isinstance(subject, TaskPart) else (subject, _dates(subject))
    if task.state not in OPEN or (isinstance(subject, TaskPart) and subject.state not in UNDONE):
        raise Stale(_l("事项不在办理中，不需要督办。"))
    if task.extension_pending:
        raise Stale(_l("延期或者调整的申请待决定，暂不督办。"))
    if not any(has_passed(task, due_on, today) for due_on in due):
        raise Stale(_l("事项没有逾期，不需要督办；可以催办。"))


UNDONE = frozenset({PartState.ISSUED, PartState.ACTIVE})


def _dates(task: Task) -> list[date | None]:
    return [task.due_on, task.next_milestone_on]


def require_standing(notice: SupervisionNotice, *, now: datetime) -> None:
    """What a draft says must still hold when it goes out."""
    gone = policy.fell_away(notice)
    if gone is not None:
        raise Stale(_l("%(why)s，不再签发。", why=LABELS[gone]))
    require_overdue(subject_of(notice), now=now)
