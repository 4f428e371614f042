"""Begin an installation: its one-time code, district, first administrator and registrar; or mark it as a demo."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from tracker.accounts import queries, rules
from tracker.accounts.commands.keeping import create_with_password
from tracker.accounts.models import Account, Installation
from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.db import db
from tracker.kernel.errors import Invalid, NotVisible, Stale
from tracker.kernel.text import _l
from tracker.organisation import commands as organisation
from tracker.organisation.models import Region
from tracker.organisation.rules import DutyKind, RegionLevel


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Somebody who gets an account and chooses the password on the spot."""

    name: str
    login: str
    password: str = field(repr=False)


def new_setup_code(*, by: Actor, now: datetime) -> str:
    """A fresh code that opens the set-up; the one before no longer does. Only while nobody administers."""
    if not queries.setup_is_open():
        raise Stale(_l("系统已有管理员，不再需要初始化。"))
    code = rules.new_one_time_password()
    row = queries.installation()
    if row is None:
        row = Installation(id=1, demo=False, setup_code_hash=None, created_at=now)
        db.session.add(row)
    row.setup_code_hash = rules.token_hash(code)
    db.session.flush()
    record("installation.setup_code", "installation", row.id, by=by, now=now)
    return code


def set_up(
    *,
    code: str,
    region_code: str,
    region_name: str,
    level: RegionLevel,
    administrator: NewAccount,
    registrar: NewAccount,
    by: Actor,
    now: datetime,
) -> Account:
    """Enter the district, the first administrator and the first registrar, and return the registrar's account.

    Of two who try at once, one uses up the code and the other is too late.
    """
    if not queries.setup_is_open():
        raise NotVisible
    used = sa.update(Installation).where(Installation.setup_code_hash == rules.token_hash(code))
    if db.session.execute(used.values(setup_code_hash=None).returning(Installation.id)).first() is None:
        raise Invalid({"code": _l("初始化码不正确。请使用服务器最近一次打印的初始化码。")})
    if administrator.name.split() == registrar.name.split():
        raise Invalid({"registrar_name": _l("系统管理员和登记员须为两个不同的人。")})
    with _fields("region"):
        region = organisation.add_region(code=region_code, name=region_name, level=level, by=by, now=now)
    with _fields("administrator"):
        create_officer(administrator, DutyKind.SYSTEM_ADMINISTRATOR, region, by=by, now=now)
    with _fields("registrar"):
        account = create_officer(registrar, DutyKind.REGISTRAR, region, by=by, now=now)
    record("installation.set_up", "installation", 1, by=by, now=now, new={"region": region.name})
    return account


def create_officer(new: NewAccount, duty: DutyKind, region: Region, *, by: Actor, now: datetime) -> Account:
    """Enter somebody with an installation duty and an account; at the set-up or at the server's shell."""
    person = organisation.add_person(region, name=new.name, by=by, now=now)
    account = create_with_password(person, by=by, login=new.login, password=new.password, now=now)
    organisation.grant_duty(person, duty=duty, by=by, now=now)
    return account


def mark_as_demo(*, by: Actor, now: datetime) -> None:
    """Mark an empty database as one that holds the demo story, for good: nothing takes the mark away.

    Anybody at the machine may enter a demo, so a database that people already use is refused.
    """
    if db.session.scalar(sa.select(Account.id).limit(1)) is not None:
        raise Stale(_l("这个数据库已在使用，不能标记为演示。"))
    row = queries.installation()
    if row is None:
        row = Installation(id=1, demo=True, setup_code_hash=None, created_at=now)
        db.session.add(row)
    row.demo, row.setup_code_hash = True, None
    db.session.flush()
    record("installation.mark_as_demo", "installation", 1, by=by, now=now)


@contextmanager
def _fields(prefix: str) -> Iterator[None]:
    """Name the fields at fault as the form does, which asks twice for a name, a login and a password."""
    try:
        yield
    except Invalid as refusal:
        raise Invalid({f"{prefix}_{name}": text for name, text in refusal.errors.items()}) from refusal
