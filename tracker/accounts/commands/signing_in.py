"""Begin and end sign-ins, and change one's own password."""

from datetime import datetime

import sqlalchemy as sa

from tracker.accounts import notices, passwords, queries, rules
from tracker.accounts.commands.throttle import forget_tries
from tracker.accounts.models import Account, SignInSession
from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, NotAllowed, NotVisible
from tracker.kernel.text import _l


def sign_in(
    account: Account, *, by: Actor, address: str, browser: str, device: str, now: datetime, password: str = ""
) -> str:
    """Let somebody in whose password was right, and return the token for the browser.

    A slip's password is good until its last day. A hash made with weaker settings is renewed on the way, which needs
    the password.
    """
    if not account.active:
        raise NotAllowed(_l("账号已停用。"))
    if account.must_change and account.password_expires_at is not None and account.password_expires_at <= now:
        raise Invalid({"password": _l("一次性密码已过有效期，请联系领导小组办公室或系统管理员重新发放。")})
    if password and passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.hash_of(password)
    token = rules.new_token()
    db.session.add(
        SignInSession(
            token_hash=rules.token_hash(token),
            account_id=account.id,
            created_at=now,
            last_seen_at=now,
            confirmed_at=now,
            address=address[:45],
            browser=browser[:200],
        )
    )
    forget_tries(account.login, address=address, device=device, by=by, now=now)
    record("account.sign_in", "account", account.id, by=by, now=now, new={"address": address})
    return token


def note_failure(account: Account | None, *, by: Actor, address: str, now: datetime) -> None:
    """Record a refused sign-in. What was typed as the login is not kept: it is a password often enough."""
    subject = account.id if account is not None else 0
    record("account.refuse", "account", subject, by=by, now=now, new={"address": address})


def sign_out(session_id: int, *, by: Actor, now: datetime) -> None:
    """End the sign-in of the browser at hand."""
    _end(SignInSession.id == session_id, now=now)
    record("account.sign_out", "account", by.account_id or 0, by=by, now=now)


def end_session(session_id: int, *, by: Actor, now: datetime) -> None:
    """End one of one's own sign-ins, perhaps on another computer."""
    if not _end(SignInSession.id == session_id, SignInSession.account_id == by.account_id, now=now):
        raise NotVisible
    record("account.end_session", "account", by.account_id or 0, by=by, now=now)


def end_all_sessions(account: Account, *, by: Actor, now: datetime, but: int | None = None) -> None:  # noqa: ARG001
    """End every sign-in of an account, but for one where that is given; a part of other acts, which are recorded."""
    _end(SignInSession.account_id == account.id, SignInSession.id != (but or 0), now=now)


def confirm_session(session_id: int, *, by: Actor, now: datetime) -> None:
    """Note that the password was just given again, for acts that ask for it."""
    session = db.session.get(SignInSession, session_id)
    if session is None or session.account_id != by.account_id:
        raise NotVisible
    session.confirmed_at = now
    forget_tries(session.account.login, address="", device=rules.session_device(session_id), by=by, now=now)


def change_password(account: Account, *, by: Actor, new: str, session_id: int, now: datetime) -> None:
    """Give oneself a new password, the old one having been checked; every other sign-in ends."""
    if account.id != by.account_id:
        raise NotVisible
    words = queries.words_about(account, local_date(now))
    fault = rules.password_fault(new, words=words)
    if fault is None and passwords.matches(account.password_hash, new):
        fault = _l("新密码不能与原密码相同。")
    if fault is not None:
        raise Invalid({"new": fault})
    take(account)
    account.password_hash = passwords.hash_of(new)
    account.must_change = False
    account.password_expires_at = None
    end_all_sessions(account, by=by, now=now, but=session_id)
    record("account.change_password", "account", account.id, by=by, now=now)
    notices.password_changed(account, now=now)


def _end(*which: sa.ColumnElement[bool], now: datetime) -> bool:
    ended = db.session.execute(
        sa.update(SignInSession)
        .where(SignInSession.ended_at.is_(None), *which)
        .values(ended_at=now)
        .returning(SignInSession.id)
    )
    return bool(ended.all())
