"""Read accounts and their sessions."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.accounts.models import Account, Installation, SignInSession
from tracker.kernel.db import db
from tracker.organisation.models import InstallationDuty
from tracker.organisation.rules import DutyKind


def alive(now: datetime, *, idle: timedelta, absolute: timedelta) -> sa.ColumnElement[bool]:
    """The sessions that still hold: not ended, not left alone too long, not older than a sign-in may get."""
    return sa.and_(
        SignInSession.ended_at.is_(None),
        SignInSession.last_seen_at > now - idle,
        SignInSession.created_at > now - absolute,
    )


def setup_is_open() -> bool:
    """Whether this installation still waits for its first administrator. Once closed, it is closed for good."""
    administrator = (
        sa.select(InstallationDuty.id)
        .join(Account, Account.person_id == InstallationDuty.person_id)
        .where(InstallationDuty.duty == DutyKind.SYSTEM_ADMINISTRATOR)
        .exists()
    )
    demo = sa.select(Installation.id).where(Installation.demo).exists()
    return bool(db.session.scalar(sa.select(sa.not_(sa.or_(administrator, demo)))))


def installation() -> Installation | None:
    """The row of this installation."""
    return db.session.get(Installation, 1)
