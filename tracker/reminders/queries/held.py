"""What is usual in a group, which runs are held, and what had to step aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.kernel import leases
from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.organisation.models import Person
from tracker.reminders import policy
from tracker.reminders.models import HeldRun, Reminder, Stumble, SweepClock
from tracker.reminders.rules import USUAL_DAYS, HoldState, ReminderState, SubjectName, clock_doubt

CLOCK_NAME = "sweep"
_IN_DOUBT = (HeldRun.group_id.is_(None), HeldRun.state == HoldState.HELD)


def usual(group_id: int, *, today: date, rungs: Sequence[int] | None = None) -> list[int]:
    """How many were told on each day of the last month on which any were; rungs: only of these."""
    query = sa.select(sa.func.count()).where(
        Reminder.group_id == group_id,
        Reminder.scheduled_for >= today - timedelta(days=USUAL_DAYS),
        Reminder.scheduled_for < today,
        Reminder.state == ReminderState.ACTIVE,
    )
    if rungs is not None:
        query = query.where(Reminder.rung.in_(rungs))
    return list(db.session.scalars(query.group_by(Reminder.scheduled_for)))


SHOWN = 50


def held_runs(actor: Actor) -> Sequence[HeldRun]:
    """The held runs that concern somebody, those that wait first, then the newest."""
    query = (
        sa.select(HeldRun)
        .where(policy.held_visible_to(actor))
        .options(joinedload(HeldRun.group), joinedload(HeldRun.decided_by))
        .order_by(HeldRun.state != HoldState.HELD, HeldRun.id.desc())
    )
    return db.session.scalars(query.limit(SHOWN)).all()


def held_run(actor: Actor, run_id: int) -> HeldRun:
    """A group's held run; raises NotVisible for who does not watch over the group, and for what is no group's."""
    row = db.session.get(HeldRun, run_id)
    if row is None or row.group_id is None or not policy.may_see_held(actor, row.group_id):
        raise NotVisible
    return row


def clock_doubted(now: datetime, right_at: datetime | None = None) -> bool:
    """Whether nothing may go out: a tick found that the clock cannot be right, or it cannot, and no tick has come yet.

    Before the first tick there is nothing to hold it against. right_at: when whoever asks found it right before, for a
    scheduler that stands still is no fault of the clock.
    """
    believed = sa.select(SweepClock.at).where(SweepClock.name == CLOCK_NAME).scalar_subquery()
    is_open, last = db.session.execute(sa.select(sa.exists().where(*_IN_DOUBT), believed)).one()
    if is_open or last is None:
        return bool(is_open)
    return clock_doubt(now, database=leases.database_now(), last=max(last, right_at or last)) is not None


def open_doubt() -> HeldRun | None:
    """The run that waits because of the clock, if one does."""
    query = sa.select(HeldRun).where(*_IN_DOUBT)
    return db.session.scalars(query.order_by(HeldRun.id).limit(1)).one_or_none()


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One line of what a held run would tell: so many subjects of a kind at a rung, to so many people."""

    kind: SubjectName
    rung: int
    subjects: int
    messages: int


def held_lines(run: HeldRun) -> list[HeldLine]:
    """What a held run holds, by kind and rung."""
    rows = db.session.execute(
        sa.select(
            Reminder.subject_kind,
            Reminder.rung,
            sa.func.count(sa.distinct(Reminder.subject_id)),
            sa.func.count(),
        )
        .where(Reminder.held_run_id == run.id, Reminder.state.in_([ReminderState.HELD]))
        .group_by(Reminder.subject_kind, Reminder.rung)
        .order_by(Reminder.subject_kind, Reminder.rung)
    )
    return [HeldLine(SubjectName(row[0]), *row[1:]) for row in rows]


def held_people(run: HeldRun, *, limit: int = 20) -> Sequence[tuple[str, int]]:
    """Who would hear most of a held run, with how many messages."""
    rows = db.session.execute(
        sa.select(Person.name, sa.func.count())
        .join(Reminder, Reminder.recipient_id == Person.id)
        .where(Reminder.held_run_id == run.id, Reminder.state == ReminderState.HELD)
        .group_by(Person.id, Person.name)
        .order_by(sa.func.count().desc(), Person.id)
        .limit(limit)
    )
    return [(name, count) for name, count in rows]


def stumbles(*, since: datetime) -> Sequence[Stumble]:
    """What had to step aside lately."""
    return db.session.scalars(
        sa.select(Stumble).where(Stumble.at >= since).order_by(Stumble.at.desc()).limit(SHOWN)
    ).all()
