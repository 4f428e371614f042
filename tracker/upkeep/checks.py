"""What the watchdog looks at. Each check reads facts alone and says what it found; none changes anything."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.delivery.models import Delivery
from tracker.delivery.rules import HELD_BY_A_WORKER, DeliveryState
from tracker.jobs.queries import WORKER_LATE, worker_lives
from tracker.kernel import leases
from tracker.kernel.calendar import working_days
from tracker.kernel.clock import local_date
from tracker.kernel.db import db
from tracker.kernel.installation import deliveries_held
from tracker.kernel.jobs import BackgroundJob, JobRun, JobState, RunState
from tracker.outbox.models import InboxItem
from tracker.reminders.jobs import all_jobs, latest_slot, slot_name
from tracker.reminders.models import Reminder
from tracker.reminders.queries.held import open_doubt
from tracker.reminders.rules import ReminderState
from tracker.upkeep import overlooked
from tracker.upkeep.rules import Code, Found

WATCH = "watch"
SLOT_LATE = timedelta(minutes=15)
SILENCE = timedelta(minutes=30)
STUCK = timedelta(minutes=30)
CLAIM_LATE = timedelta(minutes=5)
LOOK_BACK = timedelta(days=8)
CLOCKS_APART = timedelta(seconds=60)

Check = Callable[[datetime], Iterator[Found]]


def slots(now: datetime) -> Iterator[Found]:
    """Jobs whose slot should have been done by now and is not, or was done but for a part of it that failed."""
    # While the clock is in doubt the administrators are told of that, and not of each job that waits for it.
    is_doubted = open_doubt() is not None
    for job in all_jobs():
        moment = latest_slot(job, now - SLOT_LATE)
        if job.name == WATCH or moment is None or (is_doubted and not job.in_doubt):
            continue
        latest = sa.select(JobRun).where(JobRun.job == job.name).order_by(JobRun.slot.desc())
        # A later slot makes up for an earlier one, so one of them is enough.
        since = db.session.scalars(latest.where(JobRun.slot >= slot_name(moment))).all()
        under_way = any(run.state is RunState.RUNNING and now - run.started_at < timedelta(hours=1) for run in since)
        done = db.session.scalars(latest.where(JobRun.state == RunState.FINISHED).limit(1)).first()
        failed = int(done.counts.get("failed", 0)) if done is not None else 0
        if not under_way and (done is None or done not in since):
            yield Found(Code.SLOT_MISSED, job.name)
        elif failed:
            yield Found(Code.SLOT_MISSED, job.name, failed)


def silences(now: datetime) -> Iterator[Found]:
    """The time before this look in which nobody looked; and a worker that gives no sign of life."""
    last = db.session.scalar(
        sa.select(sa.func.max(JobRun.finished_at)).where(JobRun.job == WATCH, JobRun.state == RunState.FINISHED)
    )
    if last is not None and now - last > SILENCE:
        yield Found(Code.SCHEDULER_SILENT, count=int((now - last) / timedelta(minutes=1)))
    waiting = db.session.scalar(
        sa.select(sa.func.count()).where(
            BackgroundJob.state == JobState.WAITING, BackgroundJob.asked_at < now - WORKER_LATE
        )
    )
    if waiting and not worker_lives(now=now):
        yield Found(Code.WORKER_SILENT, count=waiting)


def claims(_now: datetime) -> Iterator[Found]:
    """Jobs whose lease ran out and that nobody took up."""
    expired = sa.select(sa.func.count()).where(
        BackgroundJob.state == JobState.RUNNING, BackgroundJob.lease_until < leases.database_now() - CLAIM_LATE
    )
    if count := db.session.scalar(expired):
        yield Found(Code.CLAIM_EXPIRED, count=count)


def reminders(now: datetime) -> Iterator[Found]:
    """Reminders that tell somebody but are in no inbox, and those that wait for a decision."""
    key = (
        sa.literal("reminder:")
        + Reminder.subject_kind
        + sa.literal(":")
        + sa.cast(Reminder.subject_id, sa.String)
        + sa.literal(":")
        + sa.cast(Reminder.cycle, sa.String)
        + sa.literal(":")
        + sa.cast(Reminder.rung, sa.String)
    )
    again = key + sa.literal(":") + sa.cast(Reminder.repeat, sa.String)
    wanted = sa.case((Reminder.repeat == 0, key), else_=again)
    unheard = sa.select(sa.func.count()).where(
        Reminder.state == ReminderState.ACTIVE,
        Reminder.created_at > now - LOOK_BACK,
        ~sa.exists().where(InboxItem.recipient_id == Reminder.recipient_id, InboxItem.key == wanted),
    )
    if count := db.session.scalar(unheard):
        yield Found(Code.REMINDER_UNHEARD, count=count)


def held_reminders(_now: datetime) -> Iterator[Found]:
    """Reminders of a run that somebody must look at first."""
    held = sa.select(sa.func.count()).where(Reminder.state == ReminderState.HELD)
    if count := db.session.scalar(held):
        yield Found(Code.REMINDER_HELD, count=count)


def deliveries(now: datetime) -> Iterator[Found]:
    """What is stuck on its way out, and what waits for a person: failed, or of unknown end. By channel."""
    held_up = sa.or_(
        sa.and_(Delivery.state == DeliveryState.PENDING, Delivery.next_attempt_at < now - STUCK),
        sa.and_(Delivery.state.in_(HELD_BY_A_WORKER), Delivery.lease_until < leases.database_now() - CLAIM_LATE),
    )
    lately = Delivery.ended_at > now - LOOK_BACK
    # While everything is on hold that is the finding, and not each channel; on days of rest nothing goes out.
    moves = not deliveries_held() and open_doubt() is None and working_days().is_working(local_date(now))
    for code, which in (
        (Code.DELIVERY_STUCK, held_up if moves else sa.false()),
        (Code.DELIVERY_UNCERTAIN, sa.and_(Delivery.state == DeliveryState.UNCERTAIN, lately)),
        (Code.DELIVERY_FAILED, sa.and_(Delivery.state == DeliveryState.FAILED, lately)),
    ):
        counts = sa.select(Delivery.channel, sa.func.count()).where(which).group_by(Delivery.channel)
        for channel, count in db.session.execute(counts.order_by(Delivery.channel)):
            yield Found(code, channel, count)


def holds(_now: datetime) -> Iterator[Found]:
    """Whether anything that goes out to people is held back."""
    if deliveries_held():
        yield Found(Code.DELIVERIES_HELD)


def clocks(now: datetime) -> Iterator[Found]:
    """Whether this machine and the database agree on what time it is."""
    apart = abs(leases.database_now() - now)
    if apart > CLOCKS_APART:
        yield Found(Code.CLOCK_APART, count=int(apart.total_seconds()))


CHECKS: tuple[Check, ...] = (
    slots,
    silences,
    claims,
    overlooked.steps,
    reminders,
    held_reminders,
    overlooked.messages,
    deliveries,
    holds,
    clocks,
)


def look(now: datetime) -> list[Found]:
    """Everything that is not as it should be."""
    return [found for check in CHECKS for found in check(now)]
