"""The browser's side of sign-in: the session behind a request, the known device, and asking for a password."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, Request, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from tracker.accounts import commands, passwords, queries, rules
from tracker.accounts.identity import actor_of_person
from tracker.accounts.models import Account, SignInSession
from tracker.kernel import clock
from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.db import write_transaction
from tracker.kernel.entry import one_line
from tracker.kernel.errors import NotAllowed, Unconfirmed
from tracker.kernel.installation import settings
from tracker.kernel.prepared import Prepared
from tracker.kernel.text import _l

SESSION_KEY = "sign_in"
DEVICE_ACCOUNTS = 8
CHECKING = "(check)"
"""Under this name tries at the codes on papers are counted; no account can be called so."""

WITHOUT_IDENTITY = frozenset({"static", "health.healthz"})
BEFORE_SETUP = frozenset({"accounts.setup", "accounts.appearance"})
BEFORE_FIRST_PASSWORD = frozenset({"accounts.password", "accounts.sign_out", "accounts.appearance"})

WRONG = _l("登录名或密码不正确。")
WRONG_CODE = _l("初始化码不正确。请使用服务器最近一次打印的初始化码。")

login_manager = LoginManager()


@dataclass(frozen=True)
class SignIn(UserMixin):  # type: ignore[misc]
    """The signed-in browser behind a request: its session row and what its account says about pages."""

    session_id: int
    account_id: int
    person_id: int
    login: str
    must_change: bool
    language: str
    theme: str
    large_text: bool
    created_at: datetime
    last_seen_at: datetime
    confirmed_at: datetime


def limits() -> dict[str, timedelta]:
    """How long a sign-in lasts: left alone, and at all."""
    own = settings()
    return {"idle": timedelta(minutes=own.idle_minutes), "absolute": timedelta(hours=own.absolute_hours)}


def is_signed_in() -> bool:
    """Whether a living session is behind this request."""
    return isinstance(current_user._get_current_object(), SignIn)  # noqa: SLF001 - the proxy's own way


def current_sign_in() -> SignIn:
    """The session behind this request; only pages for signed-in people ask."""
    found = current_user._get_current_object()  # noqa: SLF001 - the proxy's own way to what it stands for
    if not isinstance(found, SignIn):
        raise NotAllowed(_l("请先登录。"))
    return found


_SIGN_IN = Prepared(
    lambda: (
        sa.select(
            SignInSession.id,
            Account.id,
            Account.person_id,
            Account.login,
            Account.must_change,
            Account.language,
            Account.theme,
            Account.large_text,
            SignInSession.created_at,
            SignInSession.last_seen_at,
            SignInSession.confirmed_at,
        )
        .join(Account, Account.id == SignInSession.account_id)
        .where(
            SignInSession.token_hash == sa.bindparam("token_hash"),
            queries.alive(seen_after=sa.bindparam("seen_after"), made_after=sa.bindparam("made_after")),
            Account.active,
        )
    )
)


@login_manager.request_loader  # type: ignore[untyped-decorator]
def _load(_request: Request) -> SignIn | None:
    """The living session that the browser's token names, if there is one: one query."""
    token = session.get(SESSION_KEY)
    if not isinstance(token, str):
        return None
    now, allowed = clock.now(), limits()
    rows = _SIGN_IN.rows(
        token_hash=rules.token_hash(token), seen_after=now - allowed["idle"], made_after=now - allowed["absolute"]
    )
    return SignIn(*rows[0]) if rows else None


def _touch(found: SignIn, now: datetime) -> SignIn:
    """Note that the browser is still there, at most once a minute, so that reading pages rarely writes."""
    if now - found.last_seen_at < rules.SEEN_EVERY:
        return found
    with write_transaction() as writing:
        writing.execute(sa.update(SignInSession).where(SignInSession.id == found.session_id).values(last_seen_at=now))
    return replace(found, last_seen_at=now)


def _identify() -> ResponseReturnValue | None:
    """Say who asks, before anything else; send strangers of a new installation to its setup."""
    if request.endpoint in WITHOUT_IDENTITY:
        return None
    is_page = request.endpoint is not None
    found = current_user._get_current_object()  # noqa: SLF001 - as above
    if not isinstance(found, SignIn):
        if is_page and request.endpoint not in BEFORE_SETUP and queries.setup_is_open():
            return redirect(url_for("accounts.setup"))
        return None
    now = clock.now()
    found = _touch(found, now)
    g.actor = actor_of_person(found.person_id, day=clock.local_date(now), account_id=found.account_id)
    g.language, g.theme, g.large_text = found.language, found.theme, found.large_text
    if found.must_change and is_page and request.endpoint not in BEFORE_FIRST_PASSWORD:
        return redirect(url_for("accounts.password", next=rules.way_back(request.method, request.full_path)))
    return None


def init_identity(app: Flask) -> None:
    """Let every request of an application know who asks; to be called before the guard of the routes."""
    login_manager.session_protection = None
    login_manager.init_app(app, add_context_processor=False)
    app.before_request(_identify)


def demo_is_open() -> bool:
    """Whether people may be entered without a password: the setting and the mark of the database must both say so."""
    return settings().demo and queries.is_demo()


def address() -> str:
    """Where a request comes from; forwarded addresses count only from trusted proxies (config)."""
    return (request.remote_addr or "")[:45]


def _device_cookie() -> str:
    return f"{settings().cookie_name}_device"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().session_key(), salt="zeren device")


def _device() -> tuple[str, list[int]]:
    """The mark of this browser and the accounts that have signed in with it; a new mark where there is none."""
    try:
        known: Any = _signer().loads(request.cookies.get(_device_cookie(), ""))
    except BadSignature:
        return rules.new_token(), []
    return str(known["mark"]), [int(account) for account in known["accounts"]]


def device_for(account: Account | None) -> str:
    """The hash of the browser's mark, if this account is known to use the browser; otherwise empty."""
    mark, accounts = _device()
    return rules.token_hash(mark) if account is not None and account.id in accounts else ""


def try_password(login: str, password: str, *, now: datetime) -> Account | None:
    """The account whose login and password these are, or None; raises TooOften after too many tries.

    Counted before it is looked at, so that many tries at once do not slip through; checked outside any
    transaction, since a check is slow by design; and as slow for a login that does not exist.
    """
    plain = rules.plain_login(login)[:60]
    with write_transaction():
        account = queries.account_named(plain)
        device = device_for(account)
        commands.count_try(plain, address=address(), device=device, by=SYSTEM, now=now)
    account = queries.account_named(plain)
    right = passwords.matches(account.password_hash if account is not None else None, password)
    if account is not None and right and account.active:
        return account
    with write_transaction():
        commands.note_failure(account, by=SYSTEM, address=address(), now=now)
    return None


def let_in(account_id: int, *, target: str | None, now: datetime, password: str = "") -> Response:
    """Sign an account in on this browser, and say where to go on: to an own path, or home.

    A new token every time, and nothing kept of what the browser had before.
    """
    with write_transaction():
        account = queries.account_by_id(account_id)
        by = actor_of_person(account.person_id, day=clock.local_date(now), account_id=account.id)
        token = commands.sign_in(
            account,
            by=by,
            address=address(),
            browser=one_line(str(request.user_agent)[:200], "browser", limit=200),
            device=device_for(account),
            password=password,
            now=now,
        )
    session.clear()
    session[SESSION_KEY] = token
    return _remember_device(redirect(rules.own_path(target)), account_id)


def _remember_device(answer: Response, account_id: int) -> Response:
    """Mark the browser as one that an account has signed in with."""
    mark, accounts = _device()
    known = [*(account for account in accounts if account != account_id), account_id][-DEVICE_ACCOUNTS:]
    answer.set_cookie(
        _device_cookie(),
        _signer().dumps({"mark": mark, "accounts": known}),
        max_age=rules.DEVICE_VALID,
        httponly=True,
        secure=settings().secure_cookies,
        samesite="Lax",
    )
    return answer


def count_wrong_code(*, now: datetime) -> None:
    """Count a code on a paper that is none, as wrong passwords are; raises TooOften after too many from one address."""
    with write_transaction():
        commands.count_try(CHECKING, address=address(), device="", by=SYSTEM, now=now)


def check_own_password(password: str, *, field: str, by: Actor, now: datetime, code: str | None = None) -> None:
    """Ask the signed-in person's password again; raises Unconfirmed on its field if wrong, TooOften after five.

    With a code given (an empty one, too) it is asked where the account has a second factor. Counted for this session
    alone: somebody who stole it guesses no faster, and its owner is not locked out elsewhere.
    """
    found = current_sign_in()
    with write_transaction():
        commands.count_try(
            found.login, address=address(), device=rules.session_device(found.session_id), by=by, now=now
        )
    account = queries.account_by_id(found.account_id)
    right = passwords.matches(account.password_hash, password)
    errors = {} if right else {field: _l("密码不正确。")}
    if right and code is not None and queries.second_factor_of(account.id) is not None:
        with write_transaction():
            errors = {} if commands.use_code(account, code, by=by, now=now) else {"code": commands.WRONG_CODE}
    if errors:
        with write_transaction():
            commands.note_failure(account, by=by, address=address(), now=now)
        raise Unconfirmed(errors)
    with write_transaction():
        commands.confirm_session(found.session_id, by=by, now=now)


def recently_confirmed(*, now: datetime) -> bool:
    """Whether the password was given within the last five minutes, so that it need not be asked again.

    The people of a demo have no passwords, so they are never asked.
    """
    if now - current_sign_in().confirmed_at < rules.REAUTHENTICATION_VALID:
        return True
    return demo_is_open()


def asks(*, now: datetime) -> dict[str, bool]:
    """What a page with such an act must ask for: the password, and the code where there is a second factor."""
    ask = not recently_confirmed(now=now)
    code = ask and queries.second_factor_of(current_sign_in().account_id) is not None
    return {"ask_password": ask, "ask_code": code}


def confirm_password(
    password: str | None, *, by: Actor, now: datetime, code: str | None = None, field: str = "password"
) -> None:
    """Make sure that it is really the person at the screen, before an act that asks for it.

    Several acts in five minutes need one password (and one code). To be called before the view's own write
    transaction; raises Unconfirmed on the field when something is missing or wrong, TooOften after too many wrong ones.
    """
    if recently_confirmed(now=now):
        return
    if not password:
        raise Unconfirmed({field: _l("请输入您的登录密码，以确认是本人操作。")})
    check_own_password(password, field=field, by=by, now=now, code=code or "")
