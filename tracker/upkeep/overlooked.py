"""What nobody was told of although it was due: the watchdog asks the planner and the ladder what they would do still.

Both do what they find, again and again, so what they would have done by now and have not is lost or stuck. Asking is
their own first question, which they ask far more often; where all is well, it finds nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.audit.models import AuditEntry
from tracker.delivery.models import ChannelEndpoint
from tracker.delivery.planning import due_items
from tracker.kernel.calendar import CalendarYear, working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.installation import deliveries_held, released_at
from tracker.kernel.jobs import JobRun, RunState
from tracker.organisation.models import LeadershipGroup
from tracker.outbox.models import InboxItem
from tracker.reminders.models import HeldRun, LadderPolicy
from tracker.reminders.queries import ladders, standing
from tracker.reminders.queries.held import open_doubt
from tracker.reminders.recipients import Holders
from tracker.reminders.rules import LadderKind, SubjectName, windows
from tracker.reminders.runs import Sweeping
from tracker.reminders.subjects import KIND_OF
from tracker.tasks.models import Task
from tracker.upkeep.rules import Code, Found

LATE = timedelta(minutes=30)
"""So long a message that may go out is in no digest; the planner looks three times a minute."""
APART = timedelta(minutes=1)
"""So far the clocks of processes may be apart."""
MOST = 100
"""So many tasks are looked at more closely; who finds more need not know how many."""
MOST_LETTERS = 80


def messages(now: datetime) -> Iterator[Found]:
    """Unread messages that should have gone out and stand in no digest: due half an hour ago, and due now. By channel.

    Asked with the planner's own conditions, people's hours among them, as everything stands now: what somebody changed
    meanwhile counts at both times.
    """
    then = now - LATE
    rests = not all(working_days().is_working(local_date(moment)) for moment in (then, now))
    if rests or _was_held(since=then):
        return
    usable = sa.select(ChannelEndpoint).where(ChannelEndpoint.enabled, ChannelEndpoint.created_at <= then)
    for endpoint in db.session.scalars(usable.order_by(ChannelEndpoint.id)).all():
        before, still = (due_items(endpoint, moment).subquery() for moment in (then, now))
        left_out = (
            sa.select(sa.func.count())
            .select_from(before)
            .join(still, still.c.id == before.c.id)
            .join(InboxItem, InboxItem.id == before.c.id)
            .where(InboxItem.created_at <= then)
        )
        if count := db.session.scalar(left_out):
            yield Found(Code.MESSAGE_LEFT_OUT, endpoint.channel, count)


def _was_held(*, since: datetime) -> bool:
    """Whether nothing could go out at some time since a moment: all was held back, or the clock was in doubt."""
    released = released_at()
    if deliveries_held() or (released is not None and released > since):
        return True
    over = sa.and_(HeldRun.decided_at.is_not(None), HeldRun.decided_at <= since)
    return db.session.scalar(sa.select(HeldRun.id).where(HeldRun.group_id.is_(None), ~over).limit(1)) is not None


def steps(now: datetime) -> Iterator[Found]:
    """Open tasks that stood on a rung when the last sweep began, and have no trace of it though that sweep has ended.

    What was acted upon since may stand there only since then, and is left to the next sweep; so is a group whose ladder
    or settings changed, and everything where the calendar did. What is held, was dropped or had to step aside has its
    trace.
    """
    last = db.session.scalars(
        sa.select(JobRun)
        .where(JobRun.job == "sweep", JobRun.state == RunState.FINISHED)
        .order_by(JobRun.started_at.desc())
        .limit(1)
    ).first()
    if last is None or last.counts.get("failed") or open_doubt() is not None:
        return
    at = last.started_at
    changed = sa.select(CalendarYear.year).where(CalendarYear.updated_at > at - APART)
    if not working_days().is_working(local_date(at)) or db.session.scalar(changed.limit(1)) is not None or at > now:
        return
    for group in db.session.scalars(_at_work(at).order_by(LeadershipGroup.id)).all():
        if count := len(_passed_over(group, at)):
            yield Found(Code.STEP_PASSED_OVER, (group.short_name or group.name)[:MOST_LETTERS], count)


def _at_work(at: datetime) -> sa.Select[LeadershipGroup]:
    """Groups that the sweep looked at and that stand as they stood then."""
    ladder = sa.exists().where(LadderPolicy.group_id == LeadershipGroup.id, LadderPolicy.made_at > at - APART)
    return sa.select(LeadershipGroup).where(
        LeadershipGroup.uses_from <= local_date(at),
        LeadershipGroup.ended_on.is_(None),
        ~ladder,
        LeadershipGroup.id.not_in(_acted_upon("group", at)),
    )


def _acted_upon(kind: str, at: datetime, ids: Sequence[int] | None = None) -> sa.Select[int]:
    about = (AuditEntry.subject_kind == kind, AuditEntry.at > at - APART)
    some = () if ids is None else (AuditEntry.subject_id.in_(ids),)
    return sa.select(AuditEntry.subject_id).where(*about, *some)


def _passed_over(group: LeadershipGroup, at: datetime) -> set[int]:
    """The tasks of a group, at most so many, that the ladder would find still if the sweep were run once more."""
    kind, today = KIND_OF[SubjectName.TASK], local_date(at)
    ladder = ladders.ladder_of(group.id, LadderKind.DEADLINE)
    run = Sweeping(group.id, group.uses_from, ladder, Holders(group.id, today), at)
    rungs = windows(today, working_days(), ladder.rungs, roll=group.roll_due_dates)
    days = standing.standing_dates(run, kind, rungs)
    found: set[int] = set()
    rows = standing.pending(kind)
    quiet = (
        sa.select(rows.c.task_id).join(Task, Task.id == rows.c.task_id).where(Task.updated_at < at - APART).limit(MOST)
    )
    for window in rungs:
        if any(window.after < day <= window.through for day in days):
            found |= set(db.session.scalars(quiet, standing.step_values(run, window)))
    return found - set(db.session.scalars(_acted_upon("task", at, sorted(found)))) if found else found
