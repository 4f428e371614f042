"""Make guessing slow without letting anybody lock out somebody else."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.accounts.models import SignInAttempt
from tracker.accounts.rules import THROTTLE_WINDOW, TRIES_PER_ADDRESS, TRIES_PER_LOGIN
from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import Refusal
from tracker.kernel.text import _l


class TooOften(Refusal):
    """Too many tries in a short time (429); retry_after says in how many seconds the next may come."""

    status = 429

    def __init__(self, retry_after: timedelta) -> None:
        self.retry_after = max(1, int(retry_after.total_seconds()))
        minutes = -(-self.retry_after // 60)
        super().__init__(_l("尝试次数过多，请在 %(minutes)s 分钟后再试。", minutes=minutes))


def count_try(login: str, *, address: str, device: str, by: Actor, now: datetime) -> None:  # noqa: ARG001 - see below
    """Count a try at a password before it is looked at; raises TooOften when there were too many of late.

    A device that the login is known to use (device not empty) counts for itself alone: whoever guesses from elsewhere
    cannot use up its tries, and an office behind one address is not stopped by one guesser. Refused tries are not
    counted, so that waiting helps. `by` is the person whose password is asked again, or the system
    before sign-in; like every command this takes it, though nothing here depends on who asks.
    """
    db.session.execute(sa.delete(SignInAttempt).where(SignInAttempt.at <= now - THROTTLE_WINDOW))
    if device:
        _refuse_beyond(TRIES_PER_LOGIN, now, SignInAttempt.login == login, SignInAttempt.device == device)
    else:
        strange = (SignInAttempt.device == "", SignInAttempt.address == address)
        _refuse_beyond(TRIES_PER_LOGIN, now, SignInAttempt.login == login, *strange)
        _refuse_beyond(TRIES_PER_ADDRESS, now, *strange)
    db.session.add(SignInAttempt(login=login, address=address, device=device, at=now))
    db.session.flush()


def forget_tries(login: str, *, address: str, device: str, by: Actor, now: datetime) -> None:  # noqa: ARG001
    """The password was right: the tries before it were slips of the finger."""
    place = SignInAttempt.device == device if device else SignInAttempt.address == address
    db.session.execute(sa.delete(SignInAttempt).where(SignInAttempt.login == login, place))


def _refuse_beyond(limit: int, now: datetime, *which: sa.ColumnElement[bool]) -> None:
    latest = db.session.scalars(
        sa.select(SignInAttempt.at).where(*which).order_by(SignInAttempt.at.desc()).limit(limit)
    ).all()
    if len(latest) == limit:
        raise TooOften(latest[-1] + THROTTLE_WINDOW - now)
