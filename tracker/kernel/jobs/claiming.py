"""Jobs change hands by compare-and-set alone: asked for, claimed under a lease, prolonged, given back, ended.

A worker that dies loses nothing: its lease ends, and another claims the job anew, a bounded number of times. One that
was only asleep finds that its token no longer counts. Leases are measured by the database's clock, which is one, and
never by those of the workers. Everything here belongs in a write transaction.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.kernel import leases
from tracker.kernel.actor import Actor
from tracker.kernel.db import affected, db
from tracker.kernel.jobs.rows import OPEN, BackgroundJob, JobState

LEASE = timedelta(seconds=90)
"""So long a worker may be silent before its job is anybody's again."""
MOST_ATTEMPTS = 3
"""A job whose worker died so often is given up: it may well be what they died of."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a job: its number, and the token that proves it."""

    job_id: int
    token: str


def ask(
    kind: str, arguments: Mapping[str, Any], *, by: Actor, now: datetime, group_id: int | None = None
) -> BackgroundJob:
    """Ask for a job. Who asks again for the same while it is under way gets that one."""
    assert by.person_id is not None
    wanted = dict(arguments)
    under_way = sa.select(BackgroundJob).where(
        BackgroundJob.kind == kind, BackgroundJob.asked_by_id == by.person_id, BackgroundJob.state.in_(OPEN)
    )
    for job in db.session.scalars(under_way):
        if job.arguments == wanted and not job.cancel_asked:
            return job
    job = BackgroundJob(
        kind=kind,
        arguments=wanted,
        asked_by_id=by.person_id,
        account_id=by.account_id,
        group_id=group_id,
        asked_at=now,
        folder=secrets.token_hex(16),
    )
    db.session.add(job)
    db.session.flush()
    return job


def claim(*, holder: str) -> Claim | None:
    """Take the oldest job that nobody is at; of two who try, one gets it and the other the next."""
    now = leases.database_now()
    lapsed = sa.and_(BackgroundJob.state == JobState.RUNNING, BackgroundJob.lease_until <= now)
    free = sa.or_(BackgroundJob.state == JobState.WAITING, sa.and_(lapsed, BackgroundJob.attempts < MOST_ATTEMPTS))
    # Materialised, because PostgreSQL may otherwise ask again while it locks and take more than one.
    oldest = (
        sa.select(BackgroundJob.id)
        .where(free)
        .order_by(BackgroundJob.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("oldest")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    token = secrets.token_hex(16)
    taken = (
        sa.update(BackgroundJob)
        .where(BackgroundJob.id.in_(sa.select(oldest.c.id)))
        .values(
            state=JobState.RUNNING,
            token=token,
            holder=holder,
            lease_until=now + LEASE,
            attempts=BackgroundJob.attempts + 1,
        )
        .returning(BackgroundJob.id)
    )
    job_id = db.session.execute(taken, execution_options={"synchronize_session": False}).scalar()
    return None if job_id is None else Claim(job_id, token)


def given_up() -> Sequence[BackgroundJob]:
    """The jobs whose worker died once too often, held until this transaction ends."""
    return db.session.scalars(
        sa.select(BackgroundJob)
        .where(
            BackgroundJob.state == JobState.RUNNING,
            BackgroundJob.lease_until <= leases.database_now(),
            BackgroundJob.attempts >= MOST_ATTEMPTS,
        )
        .with_for_update(skip_locked=True)
    ).all()


def _held(claim: Claim) -> sa.ColumnElement[bool]:
    return sa.and_(
        BackgroundJob.id == claim.job_id,
        BackgroundJob.token == claim.token,
        BackgroundJob.state == JobState.RUNNING,
    )


def prolong(claim: Claim, **progress: int) -> bool | None:
    """Say that a job is still being worked on, and how far it is.

    Returns whether somebody asked to cancel it; None: the claim no longer counts.
    """
    said = sa.update(BackgroundJob).where(_held(claim)).values(lease_until=leases.database_now() + LEASE, **progress)
    row = db.session.execute(
        said.returning(BackgroundJob.cancel_asked), execution_options={"synchronize_session": False}
    ).first()
    return None if row is None else bool(row[0])


def give_back(claim: Claim) -> None:
    """Let another worker have a job, because this one is told to stop; that is no failed attempt."""
    affected(
        sa.update(BackgroundJob)
        .where(_held(claim))
        .values(state=JobState.WAITING, token=None, lease_until=None, attempts=BackgroundJob.attempts - 1)
    )


def free_claims_of(holders: Sequence[str]) -> None:
    """Let the jobs of processes that are known to be dead be claimed at once."""
    affected(
        sa.update(BackgroundJob)
        .where(BackgroundJob.state == JobState.RUNNING, BackgroundJob.holder.in_(holders))
        .values(lease_until=leases.database_now())
    )


def end(claim: Claim, state: JobState, *, now: datetime, **what: Any) -> bool:
    """A job is over, once; False where the claim no longer counts."""
    over = {"state": state, "token": None, "lease_until": None, "ended_at": now, "expires_at": now, **what}
    return affected(sa.update(BackgroundJob).where(_held(claim)).values(**over)) == 1


def call_off(job: BackgroundJob, *, now: datetime) -> bool:
    """Cancel a job: at once where nobody is at it, else at its worker's next step. False: it is over already."""
    idle = sa.or_(BackgroundJob.state == JobState.WAITING, BackgroundJob.lease_until <= leases.database_now())
    mine = sa.and_(BackgroundJob.id == job.id, BackgroundJob.state.in_(OPEN))
    at_once = {"state": JobState.CANCELLED, "token": None, "lease_until": None, "ended_at": now, "expires_at": now}
    return bool(
        affected(sa.update(BackgroundJob).where(mine, idle).values(cancel_asked=True, **at_once))
        or affected(sa.update(BackgroundJob).where(mine).values(cancel_asked=True))
    )


def holders() -> Sequence[str]:
    """The processes that are said to be at a job."""
    return db.session.scalars(
        sa.select(BackgroundJob.holder).where(BackgroundJob.state == JobState.RUNNING).distinct()
    ).all()
