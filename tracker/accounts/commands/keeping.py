"""Create, reset, deactivate and reactivate accounts; what pages look like for their owner."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tracker.accounts import notices, passwords, policy, queries, rules
from tracker.accounts.commands.signing_in import end_all_sessions
from tracker.accounts.identity import actor_of_person
from tracker.accounts.models import Account
from tracker.accounts.passwords import Secret
from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, NotAllowed, NotVisible, Stale
from tracker.kernel.pinyin import pinyin_of
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.organisation.commands.rows import insert
from tracker.organisation.models import LeadershipGroup, Person

LOGIN_TAKEN = _l("登录名刚刚被别人使用，请换一个。")


@dataclass(frozen=True, slots=True)
class OneTime:
    """A password for a slip of paper, in clear: shown once and kept nowhere."""

    account_id: int
    name: str
    login: str
    password: str = field(repr=False)
    expires_at: datetime


def create_account(person: Person, *, by: Actor, secret: Secret, now: datetime, login: str = "") -> OneTime:
    """Open an account for a person; the one-time password is good for seven days. Only the system administrator."""
    require(policy.may_keep_accounts(by, person.region))
    return open_account(person, secret=secret, by=by, login=login, now=now)


def create_with_password(person: Person, *, by: Actor, login: str, password: str, now: datetime) -> Account:
    """Open an account whose owner chooses the password on the spot: at the set-up or at the server's shell."""
    require(policy.may_keep_accounts(by, person.region))
    account = _new(person, login, now)
    fault = rules.password_fault(password, words=queries.words_about(account, local_date(now)))
    if fault is not None:
        raise Invalid({"password": fault})
    account.password_hash = passwords.hash_of(password)
    account.must_change = False
    insert(account, field="login", taken=LOGIN_TAKEN)
    record("account.create", "account", account.id, by=by, now=now, new={"login": account.login})
    return account


def open_accounts(
    group: LeadershipGroup, *, people: Sequence[int], by: Actor, secrets: Sequence[Secret], now: datetime
) -> list[OneTime]:
    """Open accounts for people of a group who have none yet, all in one step; who has one is passed over.

    secrets: a prepared one-time password for each person, since hashing takes longer than a transaction should.
    """
    require(policy.may_open_accounts(by, group))
    known = {row.person_id: row for row in queries.people_of_group(group.id, local_date(now))}
    if not set(people) <= set(known):
        raise NotVisible
    return [
        open_account(db.session.get_one(Person, person_id), secret=secret, by=by, now=now, group_id=group.id)
        for person_id, secret in zip(people, secrets, strict=True)
        if known[person_id].account_id is None
    ]


def reset_password(
    account: Account,
    *,
    by: Actor,
    secret: Secret,
    now: datetime,
    group: LeadershipGroup | None = None,
    version: int | None = None,
) -> OneTime:
    """Make a new one-time password; the old one and every sign-in end at once."""
    day = local_date(now)
    owner = actor_of_person(account.person_id, day=day)
    if group is not None and account.person_id not in {row.person_id for row in queries.people_of_group(group.id, day)}:
        raise NotVisible
    seats = {seat.role for seat in owner.seats}
    require(policy.may_reset(by, account.person.region, group=group, seats=seats, duties=owner.duties))
    if not account.active:
        raise Stale(_l("账号已停用，请先启用。"))
    take(account, version=version)
    account.password_hash = secret.password_hash
    account.must_change = True
    account.password_expires_at = now + rules.SLIP_VALID
    end_all_sessions(account, by=by, now=now)
    record("account.reset", "account", account.id, by=by, now=now, group_id=group.id if group else None)
    notices.password_reset(account, by=by, now=now)
    return OneTime(account.id, account.person.name, account.login, secret.password, account.password_expires_at)


def deactivate_account(account: Account, *, by: Actor, now: datetime, version: int | None = None) -> None:
    """Shut an account; every sign-in of it ends at once. The last administrator's stays, and one's own."""
    require(policy.may_keep_accounts(by, account.person.region))
    if not account.active:
        raise Stale
    if account.id == by.account_id:
        raise Stale(_l("不能停用自己的账号。"))
    if queries.is_last_administrator(account, local_date(now)):
        raise Stale(_l("这是最后一个系统管理员账号，不能停用。"))
    take(account, version=version)
    account.active = False
    end_all_sessions(account, by=by, now=now)
    record("account.deactivate", "account", account.id, by=by, now=now)


def reactivate_account(account: Account, *, by: Actor, now: datetime, version: int | None = None) -> None:
    """Open an account again that was shut."""
    require(policy.may_keep_accounts(by, account.person.region))
    if account.active:
        raise Stale
    take(account, version=version)
    account.active = True
    record("account.reactivate", "account", account.id, by=by, now=now)


def choose_appearance(
    account: Account,
    *,
    by: Actor,
    now: datetime,  # noqa: ARG001 - every command takes it
    language: str | None = None,
    theme: str | None = None,
    large_text: bool | None = None,
) -> None:
    """Say how pages look for oneself; what is not given stays. Not an act that anybody needs a record of."""
    if account.id != by.account_id:
        raise NotVisible
    if language is not None and language not in rules.LANGUAGES:
        raise Invalid({"language": _l("没有这种语言。")})
    if theme is not None and theme not in set(rules.Theme):
        raise Invalid({"theme": _l("没有这种外观。")})
    account.language = language if language is not None else account.language
    account.theme = theme if theme is not None else account.theme
    account.large_text = large_text if large_text is not None else account.large_text


def open_account(
    person: Person, *, secret: Secret, by: Actor, now: datetime, login: str = "", group_id: int | None = None
) -> OneTime:
    """Give a person an account with a one-time password; a part of other acts, which ask whether it is allowed."""
    account = _new(person, login, now)
    account.password_hash = secret.password_hash
    account.password_expires_at = now + rules.SLIP_VALID
    insert(account, field="login", taken=LOGIN_TAKEN)
    created = {"login": account.login}
    record("account.create", "account", account.id, by=by, now=now, group_id=group_id, new=created)
    return OneTime(account.id, person.name, account.login, secret.password, account.password_expires_at)


def open_demo_account(person: Person, *, by: Actor, now: datetime) -> Account:
    """Give one of the story's people an account that is entered without a password. Only in a demo database."""
    if not queries.is_demo():
        raise NotAllowed(_l("只有演示数据库可以建立无密码账号。"))
    account = _new(person, "", now)
    account.password_hash, account.must_change = "no password", False
    insert(account, field="login", taken=LOGIN_TAKEN)
    record("account.create", "account", account.id, by=by, now=now, new={"login": account.login})
    return account


def _new(person: Person, login: str, now: datetime) -> Account:
    """The row, with a login of its own: the one wished for, or one from the name."""
    if queries.account_of(person.id) is not None:
        raise Invalid({"person": _l("“%(name)s”已有账号。", name=person.name)})
    wished = rules.plain_login(login)
    if not wished:
        wished = rules.login_for(pinyin_of(person.name), queries.logins_like(pinyin_of(person.name)))
    if not rules.LOGIN_PATTERN.fullmatch(wished):
        raise Invalid({"login": _l("登录名为 3 至 40 位小写字母、数字或 . _ -，首尾为字母或数字。")})
    if queries.account_named(wished) is not None:
        raise Invalid({"login": _l("登录名“%(login)s”已被使用。", login=wished)})
    return Account(
        person=person,
        login=wished,
        password_hash="",
        must_change=True,
        password_expires_at=None,
        active=True,
        language="zh",
        theme="auto",
        large_text=False,
        created_at=now,
    )
