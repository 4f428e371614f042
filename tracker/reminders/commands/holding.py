"""Hold a run that is too much to be true, and let it go or not once somebody has looked at it."""

from datetime import datetime

import sqlalchemy as sa

from tracker.audit.commands import record
from tracker.kernel import leases
from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import affected, db, insert_if_new, take
from tracker.kernel.entry import paragraphs
from tracker.kernel.errors import Stale
from tracker.kernel.jobs import JobRun, RunState
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.models import LeadershipGroup
from tracker.organisation.queries import administrators, seat_holders
from tracker.organisation.rules import OFFICE_DIRECTORS
from tracker.reminders import notices, policy
from tracker.reminders.models import HeldRun, Reminder, SweepClock
from tracker.reminders.queries.held import CLOCK_NAME, open_doubt
from tracker.reminders.rules import APART, CLOCK, HoldCause, HoldState, ReminderState, clock_doubt

MAX_REASON = 500


def hold_group(group_id: int, cause: HoldCause, *, planned: int, urgent: int, usual: int, now: datetime) -> int:
    """Hold one group's run; its director and the administrators are told once. Returns the held run's number."""
    same = sa.select(HeldRun.id).where(HeldRun.group_id == group_id, HeldRun.at == now)
    known = db.session.scalar(same)
    if known is not None:
        return known
    run = HeldRun(group_id=group_id, cause=cause, at=now, planned=planned, urgent=urgent, usual=usual)
    db.session.add(run)
    db.session.flush()
    today = local_date(now)
    directors = seat_holders(group_id, day=today, roles=OFFICE_DIRECTORS)
    notices.tell_held(run, db.session.get_one(LeadershipGroup, group_id), directors, administrators(today), now=now)
    return run.id


def watch_clock(*, now: datetime) -> HoldCause | None:
    """Compare the clock with the database's and with the last tick; hold everything where it cannot be believed.

    Administrators are told once.

    A clock that is right again ends the doubt by itself. What is remembered is the database's time, which is one: the
    clock of the machine that leads next may differ from this one's to the other side.
    """
    last, database = db.session.get(SweepClock, CLOCK_NAME, with_for_update=True), leases.database_now()
    doubt = clock_doubt(now, database=database, last=last.at if last is not None else None)
    if doubt is None:
        _believe(at=database)
        _settle_doubts(HoldState.DISCARDED, reason="clock", by=SYSTEM, now=now)
        return None
    values = {"cause": doubt, "at": now, "last_at": last.at if last else None, "state": HoldState.HELD, "reason": ""}
    counted = {"planned": 0, "urgent": 0, "usual": 0, "decided_as": "", "version": 1}
    if affected(insert_if_new(HeldRun).values(**values, **counted)) == 1:
        run = open_doubt()
        assert run is not None
        notices.tell_clock(run, administrators(local_date(now)), now=now)
    return doubt


def confirm_clock(*, reason: str, by: Actor, now: datetime) -> None:
    """Say that the clock is right (after days off, for instance): the next run makes up for what was missed.

    That it differs from the database's nobody can say away: one of the two is wrong.
    """
    require(policy.may_confirm_clock(by))
    reason = paragraphs(reason, "reason", limit=MAX_REASON, required=True)
    doubt = open_doubt()
    if doubt is None:
        raise Stale(_l("没有因为系统时间暂扣的运行。"))
    database = leases.database_now()
    if clock_doubt(now, database=database, last=None) is not None:
        raise Stale(_l("系统时间与数据库时间不一致，请先校准服务器时间。"))
    _believe(at=database)
    _settle_doubts(HoldState.DONE, reason=reason, by=by, now=now)
    record("sweep.confirm_clock", "held_run", doubt.id, by=by, now=now, new={"reason": reason, "cause": doubt.cause})


def release_held(run: HeldRun, *, reason: str, version: int, by: Actor, now: datetime) -> None:
    """Let a held run of a group go out on a working day: what is still to be done is told, the rest is taken back."""
    _decide(run, HoldState.RELEASED, reason=reason, version=version, by=by, now=now)


def discard_held(run: HeldRun, *, reason: str, version: int, by: Actor, now: datetime) -> None:
    """Let a held run of a group go out never; the next rung is reached in its time.

    What it held is cancelled, and so are the lower rungs that went on record with it: their facts were dropped by a
    person with a reason, which stands beside them, and not by a higher rung.
    """
    _decide(run, HoldState.DISCARDED, reason=reason, version=version, by=by, now=now)
    held = sa.and_(Reminder.held_run_id == run.id, Reminder.state == ReminderState.HELD)
    below = sa.and_(
        Reminder.group_id == run.group_id,
        Reminder.scheduled_for == local_date(run.at),
        Reminder.created_at == run.at,
        Reminder.state == ReminderState.SUPERSEDED,
    )
    values = {"state": ReminderState.CANCELLED, "held_run_id": run.id}
    affected(sa.update(Reminder).where(sa.or_(held, below)).values(**values))


def _decide(run: HeldRun, state: HoldState, *, reason: str, version: int, by: Actor, now: datetime) -> None:
    if run.cause in CLOCK or run.group_id is None:
        raise Stale(_l("因为系统时间暂扣的运行由系统管理员确认时间。"))
    require(policy.may_decide_held(by, run.group_id))
    reason = paragraphs(reason, "reason", limit=MAX_REASON, required=True)
    take(run, version=version, states=[HoldState.HELD])
    run.state, run.reason = state, reason
    run.decided_by_id, run.decided_as, run.decided_at = by.person_id, by.capacity(run.group_id), now
    act = "sweep.release" if state is HoldState.RELEASED else "sweep.discard"
    new = {"reason": reason, "cause": run.cause, "planned": run.planned}
    record(act, "held_run", run.id, by=by, now=now, group_id=run.group_id, new=new)


def _believe(*, at: datetime) -> None:
    row = db.session.get(SweepClock, CLOCK_NAME)
    if row is None:
        db.session.add(SweepClock(name=CLOCK_NAME, at=at))
    else:
        row.at = at
    db.session.flush()


def _settle_doubts(state: HoldState, *, reason: str, by: Actor, now: datetime) -> None:
    open_ones = (HeldRun.group_id.is_(None), HeldRun.state == HoldState.HELD)
    values = {"reason": reason, "decided_by_id": by.person_id, "decided_as": by.capacity(), "decided_at": now}
    if affected(sa.update(HeldRun).where(*open_ones).values(state=state, version=HeldRun.version + 1, **values)):
        # What was done by a clock that ran ahead was not done: its slots come again in their time, the watchdog's too.
        ahead = sa.and_(JobRun.state == RunState.FINISHED, JobRun.started_at > now + APART)
        affected(sa.delete(JobRun).where(ahead))
