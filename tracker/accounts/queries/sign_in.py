"""Read accounts and their sessions, one at a time."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.accounts.models import Account, SignInSession
from tracker.kernel.db import db
from tracker.kernel.errors import NotVisible
from tracker.organisation.models import Appointment, InstallationDuty, Person, Post, Region, Unit, UnitShortName, on_day
from tracker.organisation.rules import DutyKind


def alive(*, seen_after: Any, made_after: Any) -> sa.ColumnElement[bool]:
    """The sessions that still hold: not ended, not left alone too long, not older than a sign-in may get.

    Both are instants, or what stands for them in a prepared statement.
    """
    return sa.and_(
        SignInSession.ended_at.is_(None),
        SignInSession.last_seen_at > seen_after,
        SignInSession.created_at > made_after,
    )


def living_sessions(account_id: int, *, now: datetime, idle: timedelta, absolute: timedelta) -> Sequence[SignInSession]:
    """Where an account is signed in at the moment, the latest first."""
    return db.session.scalars(
        sa.select(SignInSession)
        .where(SignInSession.account_id == account_id, alive(seen_after=now - idle, made_after=now - absolute))
        .order_by(SignInSession.last_seen_at.desc(), SignInSession.id.desc())
        .limit(50)
    ).all()


def account_by_id(account_id: int) -> Account:
    """An account; raises NotVisible where there is none."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotVisible
    return account


def visible_account(account_id: int, visible: sa.ColumnElement[bool]) -> Account | None:
    """An account that a keeper may know of."""
    return db.session.scalar(
        sa.select(Account).join(Person, Person.id == Account.person_id).where(Account.id == account_id, visible)
    )


def account_named(login: str) -> Account | None:
    """The account of a login, as `plain_login` writes it."""
    return db.session.scalar(sa.select(Account).where(Account.login == login))


def account_of(person_id: int) -> Account | None:
    """A person's account."""
    return db.session.scalar(sa.select(Account).where(Account.person_id == person_id))


def logins_like(stem: str) -> frozenset[str]:
    """The logins that begin with some letters."""
    query = sa.select(Account.login).where(Account.login.startswith(stem[:32], autoescape=True))
    return frozenset(db.session.scalars(query))


def words_about(account: Account, day: date) -> frozenset[str]:
    """What a stranger would guess first: login, name, units, district. No password may contain it."""
    person = account.person
    region = db.session.get_one(Region, person.region_id)
    units = (
        sa.select(Post.unit_id).join(Appointment).where(Appointment.person_id == person.id, on_day(Appointment, day))
    )
    names = sa.union(
        sa.select(Unit.name).where(Unit.id.in_(units)),
        sa.select(UnitShortName.name).where(UnitShortName.unit_id.in_(units)),
    )
    return frozenset({account.login, person.name, person.pinyin, region.name, *db.session.scalars(names)})


def is_last_administrator(account: Account, day: date) -> bool:
    """Whether nobody but the owner of this account could keep accounts."""
    administrators = set(
        db.session.scalars(
            sa.select(Account.id)
            .join(InstallationDuty, InstallationDuty.person_id == Account.person_id)
            .where(
                Account.active,
                InstallationDuty.duty == DutyKind.SYSTEM_ADMINISTRATOR,
                on_day(InstallationDuty, day),
            )
        )
    )
    return administrators == {account.id}
