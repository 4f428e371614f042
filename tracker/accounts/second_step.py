"""Between password and code: who gave the right password on this browser and must still give a code of theirs.

Nobody is signed in until then: the browser holds no session, only a signed note that the first step is done.
"""

from datetime import datetime, timedelta

from flask import redirect, session, url_for
from werkzeug.wrappers import Response

from tracker.accounts import commands, gate, queries, rules
from tracker.accounts.identity import actor_of_person
from tracker.accounts.models import Account
from tracker.kernel import clock
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction

KEY = "second_step"
VALID = timedelta(minutes=5)


def begin(account: Account, *, target: str | None, now: datetime) -> Response:
    """The password was right: ask for the code next. Nothing is kept of what the browser had before."""
    session.clear()
    session[KEY] = {
        "account": account.id,
        "until": int((now + VALID).timestamp()),
        # A password that is changed meanwhile takes the note with it.
        "password": rules.token_hash(account.password_hash),
        "next": rules.own_path(target),
    }
    return redirect(url_for("accounts.second_step"))


def waiting(*, now: datetime) -> Account | None:
    """The account whose code this browser is to give; None where no password was given, or too long ago."""
    note = session.get(KEY)
    if not isinstance(note, dict) or int(now.timestamp()) >= note["until"]:
        return None
    account = queries.account_by_id(note["account"])
    unchanged = rules.token_hash(account.password_hash) == note["password"]
    return account if account.active and unchanged else None


def target() -> str | None:
    """Where the first step was to lead, also where it is too long ago; None where there was none or it leads home."""
    note = session.get(KEY)
    return note["next"] if isinstance(note, dict) and note["next"] != "/" else None


def try_code(account: Account, code: str, *, now: datetime) -> bool:
    """Whether this is a code of the account's; raises TooOften after too many tries.

    Tries from browsers that the account is not known to use count together, wherever they come from: whoever tries
    codes has the password already, and many addresses shall not make six digits a matter of minutes.
    """
    login, place = account.login, gate.address()
    device = gate.device_for(account) or f"code {account.id}"
    by = actor_of_person(account.person_id, day=clock.local_date(now), account_id=account.id)
    with write_transaction():
        commands.count_try(login, address=place, device=device, by=SYSTEM, now=now)
    with write_transaction():
        account = queries.account_by_id(account.id)
        right = commands.use_code(account, code, by=by, now=now)
        if right:
            commands.forget_tries(login, address=place, device=device, by=by, now=now)
        else:
            commands.note_failure(account, by=SYSTEM, address=place, now=now)
    return right


def go_on(account: Account, *, now: datetime) -> Response:
    """Both steps are done: sign in, and go where the first step was to lead."""
    return gate.let_in(account.id, target=session[KEY]["next"], now=now)
