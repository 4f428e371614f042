"""What happens to supervision notices by itself: drafts whose matter went on fall away, late answers are asked for."""

from datetime import datetime

import sqlalchemy as sa

from tracker.kernel.actor import SYSTEM
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.letters.models import Letter
from tracker.organisation.models import LeadershipGroup
from tracker.oversight import notices, policy
from tracker.oversight.commands.notice_steps import note, step
from tracker.oversight.models import SupervisionNotice
from tracker.oversight.rules import AT_THE_UNIT, UNSIGNED, NoticeMove
from tracker.tasks.models import Task

AT_ONCE = 200
"""So many late answers are asked for in one go."""


def discard_overtaken(subject: Task | Letter, *, now: datetime) -> int:
    """Discard, with the reason, the drafts on a matter that went on without them; returns how many.

    What is out stays out and shows that it was overtaken: whoever signed it off decides whether to withdraw it.
    """
    column = SupervisionNotice.letter_id if isinstance(subject, Letter) else SupervisionNotice.task_id
    wanted = sa.select(SupervisionNotice).where(column == subject.id, SupervisionNotice.state.in_(sorted(UNSIGNED)))
    # Whoever took the step may still be filling the row in.
    with db.session.no_autoflush:
        drafts = db.session.scalars(wanted).all()
    dropped = 0
    for draft in drafts:
        gone = policy.fell_away(draft)
        if gone is None:
            continue
        step(draft, NoticeMove.DISCARD, fell_away=gone)
        note("fall_away", draft, by=SYSTEM, now=now, fell_away=gone)
        notices.settle_notice(draft, now=now)
        dropped += 1
    return dropped


def remind_late_replies(*, now: datetime) -> int:
    """Tell units, once, that their answer to a notice is late, and who is to check it; returns of how many.

    A late answer shows in lists and is asked for; it raises no flag. Nothing goes out on a day off. Belongs in a write
    transaction, and is called again until it returns 0.
    """
    if not working_days().is_working(local_date(now)):
        return 0
    late_through = working_days().last_late_due_date(local_date(now))
    late = db.session.scalars(
        sa.select(SupervisionNotice)
        .join(LeadershipGroup)
        .where(
            SupervisionNotice.state.in_(sorted(AT_THE_UNIT)),
            SupervisionNotice.reply_by <= late_through,
            SupervisionNotice.late_told_at.is_(None),
            LeadershipGroup.ended_on.is_(None),
        )
        .order_by(SupervisionNotice.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=SupervisionNotice)
    ).all()
    for notice in late:
        notice.late_told_at = now
        notices.tell_unit("notice.late", notice, now=now)
    db.session.flush()
    return len(late)
