"""Two-step sign-in: set up, asked for, good once, not to be gone round, taken off; its secrets stand nowhere."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm.attributes import set_committed_value
from werkzeug.test import TestResponse

from tests.cast import Cast
from tests.clock import NOW, Clock
from tests.letters.promises import again, in_force
from tests.letters.years_end import reconcile
from tests.tasks.pages.acting import post
from tests.tasks.stories import everything, inbox, refuses
from tests.visitors import PASSWORD, carry_token, give_account, sign_in, stranger
from tracker.accounts import codes, commands, passwords, queries
from tracker.accounts.models import Account, Installation, RecoveryCode, SecondFactor
from tracker.audit.models import AuditEntry
from tracker.kernel import seals
from tracker.kernel.actor import Actor
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, NotVisible, Stale
from tracker.letters.rules import LetterState

ClientAs = Callable[[str], FlaskClient]

LOGIN = "jixiaodong"
STEP = timedelta(seconds=codes.STEP_SECONDS)


@dataclass
class Owner:
    """The liaison of the finance bureau with an authenticator; where it was set up, and the recovery codes."""

    account_id: int
    client: FlaskClient
    clock: Clock
    secret: str = ""
    recovery: list[str] = field(default_factory=list)

    def code(self, *, steps: int = 0) -> str:
        """What the authenticator shows now, or some steps away."""
        return pyotp.TOTP(self.secret).at(int(self.clock.now.timestamp()) + steps * codes.STEP_SECONDS)

    def wait(self) -> str:
        """The next code."""
        self.clock.now += STEP
        return self.code()


@pytest.fixture
def bare(app: Flask, cast: Cast, clock: Clock) -> Owner:
    """Signed in with the password alone."""
    give_account(app, cast.person_ids["administrator"], login="anke")
    account_id = give_account(app, cast.person_ids["finance_liaison"], login=LOGIN)
    client = app.test_client()
    sign_in(client, account_id)
    return Owner(account_id, client, clock)


@pytest.fixture
def owner(bare: Owner) -> Owner:
    """With the second factor set up through the pages."""
    page = bare.client.get("/me/second-factor").text
    bare.secret = re.sub(r"\s", "", re.findall(r"<code>([A-Z2-7 ]+)</code>", page)[0])
    [kept] = re.findall(r'name="kept" value="([^"]+)"', page)
    answer = post(bare.client, "/me/second-factor", kept=kept, code=bare.code(), password=PASSWORD)
    assert answer.status_code == 200
    bare.recovery = re.findall(r"<code>([a-z0-9-]+)</code>", answer.text)
    return bare


def first_step(app: Flask, **more: str) -> FlaskClient:
    """A browser on which the password was given."""
    client = stranger(app)
    answer = client.post("/sign-in", data={"login": LOGIN, "password": PASSWORD, **more})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/code")
    carry_token(client)
    return client


def give(client: FlaskClient, code: str) -> TestResponse:
    return post(client, "/sign-in/code", code=code)


def is_in(client: FlaskClient) -> bool:
    return client.get("/me").status_code == 200


def test_it_is_set_up_with_a_code_and_the_password_and_shows_ten_codes_once(owner: Owner, cast: Cast) -> None:
    assert len(set(owner.recovery)) == codes.RECOVERY_CODES
    page = owner.client.get("/me/second-factor").text
    assert not any(code in page for code in owner.recovery) and owner.secret not in page
    assert "已开启" in owner.client.get("/me").text
    assert "account.second_factor_on" in inbox(cast, "finance_liaison")
    assert post(owner.client, "/me/second-factor", code=owner.wait(), password=PASSWORD).status_code == 200
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode)) == codes.RECOVERY_CODES


def test_a_wrong_code_or_password_sets_nothing_up_and_keeps_the_secret_on_the_page(bare: Owner) -> None:
    page = bare.client.get("/me/second-factor").text
    bare.secret = re.sub(r"\s", "", re.findall(r"<code>([A-Z2-7 ]+)</code>", page)[0])
    [kept] = re.findall(r'name="kept" value="([^"]+)"', page)
    for said in (
        {"code": "000000", "password": PASSWORD},
        {"code": bare.code(), "password": "wrong one"},
        {"code": "", "password": PASSWORD},
        {"code": bare.code(), "password": ""},
        {"code": bare.code(steps=-2), "password": PASSWORD},
    ):
        answer = post(bare.client, "/me/second-factor", kept=kept, **said)
        assert answer.status_code == (403 if said["password"] == "wrong one" else 422)
        assert bare.secret[:4] in answer.text
    for forged in ("", "x", kept[:-2] + "xx", "00000000.AAAA"):
        answer = post(bare.client, "/me/second-factor", kept=forged, code=bare.code(), password=PASSWORD)
        assert answer.status_code == 409
    assert queries.second_factor_of(bare.account_id) is None
    answer = post(bare.client, "/me/second-factor", kept=kept, code=bare.code(), password=PASSWORD)
    assert answer.status_code == 200


def test_setting_it_up_ends_every_other_sign_in(app: Flask, bare: Owner) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, bare.account_id)
    assert is_in(elsewhere)
    page = bare.client.get("/me/second-factor").text
    bare.secret = re.sub(r"\s", "", re.findall(r"<code>([A-Z2-7 ]+)</code>", page)[0])
    [kept] = re.findall(r'name="kept" value="([^"]+)"', page)
    post(bare.client, "/me/second-factor", kept=kept, code=bare.code(), password=PASSWORD)
    assert (is_in(elsewhere), is_in(bare.client)) == (False, True)


def test_after_the_password_the_code_is_asked_and_leads_where_one_wanted(app: Flask, owner: Owner) -> None:
    client = first_step(app, next="/tasks")
    assert "六位数字" in client.get("/sign-in/code").text
    answer = give(client, owner.wait())
    assert (answer.status_code, answer.headers["Location"]) == (302, "/tasks")
    assert is_in(client)


def test_who_takes_too_long_for_the_code_begins_anew_and_still_comes_where_they_wanted(
    app: Flask, owner: Owner, clock: Clock
) -> None:
    client = first_step(app, next="/tasks")
    clock.advance(timedelta(minutes=6))
    assert client.get("/sign-in/code").headers["Location"] == "/sign-in?next=/tasks"


def test_without_a_second_factor_nothing_is_asked(app: Flask, bare: Owner) -> None:
    client = stranger(app)
    client.post("/sign-in", data={"login": LOGIN, "password": PASSWORD})
    assert is_in(client)


@pytest.mark.parametrize("address", ["/", "/me", "/tasks", "/letters", "/me/second-factor", "/password"])
def test_nobody_goes_round_the_second_step(app: Flask, owner: Owner, address: str) -> None:
    client = first_step(app)
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Location"].startswith("/sign-in")) == (302, True)
    assert post(client, "/me/second-factor/off", password=PASSWORD, code="x").status_code == 302
    assert queries.second_factor_of(owner.account_id) is not None
    give(client, owner.wait())
    assert is_in(client)


def test_the_second_step_without_the_first_leads_back(app: Flask, owner: Owner) -> None:
    client = stranger(app)
    for answer in (client.get("/sign-in/code"), give(client, owner.wait())):
        assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")
    assert not is_in(client)
    wrong = client.post("/sign-in", data={"login": LOGIN, "password": "wrong one"})
    assert wrong.status_code == 422
    assert give(client, owner.wait()).headers["Location"] == "/sign-in"


def test_a_code_is_good_once_and_none_that_is_older(app: Flask, owner: Owner) -> None:
    first, second, third = first_step(app), first_step(app), first_step(app)
    code = owner.wait()
    assert give(first, code).status_code == 302
    assert give(second, code).status_code == 422
    assert give(second, owner.code(steps=-1)).status_code == 422
    assert not is_in(second)
    owner.clock.now += STEP
    assert give(second, owner.code()).status_code == 302
    assert give(third, owner.code(steps=1)).status_code == 302, "a clock that is a little ahead"


def test_the_code_that_set_it_up_signs_nobody_in(app: Flask, owner: Owner) -> None:
    client = first_step(app)
    assert give(client, owner.code()).status_code == 422
    assert give(client, owner.wait()).status_code == 302


@pytest.mark.parametrize("steps", [-2, 2])
def test_codes_of_other_times_are_refused(app: Flask, owner: Owner, steps: int) -> None:
    owner.clock.now += 5 * STEP
    client = first_step(app)
    assert give(client, owner.code(steps=steps)).status_code == 422
    assert give(client, owner.code(steps=steps // -2)).status_code == 302


def test_a_recovery_code_is_good_once_and_its_owner_is_told(app: Flask, owner: Owner, cast: Cast) -> None:
    client = first_step(app)
    assert give(client, owner.recovery[3].upper().replace("-", " ")).status_code == 302
    assert is_in(client)
    assert give(first_step(app), owner.recovery[3]).status_code == 422
    assert queries.recovery_codes_left(owner.account_id) == codes.RECOVERY_CODES - 1
    assert "account.recovery_code_used" in inbox(cast, "finance_liaison")
    assert give(first_step(app), owner.recovery[4]).status_code == 302


def test_what_waits_for_the_code_ends_after_five_minutes_and_with_the_password(app: Flask, owner: Owner) -> None:
    slow = first_step(app)
    owner.clock.now += timedelta(minutes=5)
    assert give(slow, owner.code()).headers["Location"] == "/sign-in"
    changed = first_step(app)
    with write_transaction() as session:
        session.get_one(Account, owner.account_id).password_hash = passwords.hash_of("another one 2026")
    assert give(changed, owner.wait()).headers["Location"] == "/sign-in"
    with write_transaction() as session:
        session.get_one(Account, owner.account_id).password_hash = passwords.hash_of(PASSWORD)
    shut = first_step(app)
    with write_transaction() as session:
        session.get_one(Account, owner.account_id).active = False
    assert give(shut, owner.wait()).headers["Location"] == "/sign-in"


def test_guessing_codes_is_stopped_wherever_it_comes_from(app: Flask, owner: Owner) -> None:
    owner.clock.now += STEP
    for number in range(5):
        client = first_step(app)
        client.environ_base["REMOTE_ADDR"] = f"10.0.0.{number}"
        assert give(client, "000000").status_code == 422
    client = stranger(app)
    client.environ_base["REMOTE_ADDR"] = "10.9.9.9"
    client.post("/sign-in", data={"login": LOGIN, "password": PASSWORD})
    carry_token(client)
    assert give(client, owner.code()).status_code == 429
    owner.clock.now += timedelta(minutes=16)
    assert give(first_step(app), owner.code()).status_code == 302


def test_acts_that_ask_again_ask_for_the_code_too(app: Flask, cast: Cast, client_as: ClientAs, clock: Clock) -> None:
    letter = in_force(cast)
    reconcile(cast, letter)
    leader, address = client_as("leader"), f"/letters/{letter.id}"
    account = queries.account_of(cast.person_ids["leader"])
    assert account is not None
    secret = codes.new_secret()
    making = pyotp.TOTP(secret)
    with write_transaction():
        hidden = codes.hidden(secret, account.id)
        db.session.add(SecondFactor(account_id=account.id, secret=hidden, last_step=0, set_up_at=NOW))
    assert 'name="code"' not in leader.get(address).text, "asked a moment ago"
    clock.now = NOW + timedelta(minutes=6)
    assert 'name="code"' in leader.get(address).text
    code = making.at(int(clock.now.timestamp()))
    for said in ({"password": PASSWORD}, {"code": code}, {"password": PASSWORD, "code": "000000"}):
        assert post(leader, f"{address}/fulfil", version=1, **said).status_code == 403
        assert again(letter).state is LetterState.IN_FORCE
    wrong = post(leader, f"{address}/fulfil", version=1, password="wrong one", code=code)
    assert wrong.status_code == 403
    assert post(leader, f"{address}/fulfil", version=1, password=PASSWORD, code=code).status_code == 302
    assert again(letter).state is LetterState.FULFILLED


def test_guessing_codes_with_a_stolen_session_is_stopped(owner: Owner) -> None:
    for _ in range(5):
        answer = post(owner.client, "/me/second-factor/off", password=PASSWORD, code="000000")
        assert answer.status_code == 403
    stopped = post(owner.client, "/me/second-factor/off", password=PASSWORD, code=owner.wait())
    assert stopped.status_code == 429
    owner.clock.now += timedelta(minutes=16)
    done = post(owner.client, "/me/second-factor/off", password=PASSWORD, code=owner.code())
    assert done.status_code == 302


def test_its_owner_gives_it_up_with_password_and_code(app: Flask, owner: Owner, cast: Cast) -> None:
    off = "/me/second-factor/off"
    for said in ({"password": PASSWORD}, {"code": owner.wait()}, {"password": "wrong one", "code": owner.code()}):
        assert post(owner.client, off, **said).status_code == (403 if len(said) == 2 else 422)
    assert post(owner.client, off, password=PASSWORD, code=owner.recovery[0]).status_code == 302
    assert queries.second_factor_of(owner.account_id) is None
    assert queries.recovery_codes_left(owner.account_id) == 0
    assert "account.second_factor_off" in inbox(cast, "finance_liaison")
    assert post(owner.client, off, password=PASSWORD, code="x").status_code == 409
    client = stranger(app)
    client.post("/sign-in", data={"login": LOGIN, "password": PASSWORD})
    assert is_in(client)


def test_an_administrator_takes_it_off_and_the_owner_is_told(owner: Owner, cast: Cast, client_as: ClientAs) -> None:
    administrator, address = client_as("administrator"), f"/accounts/{owner.account_id}/second-factor/off"
    account = queries.account_by_id(owner.account_id)
    assert address in administrator.get("/accounts").text
    for name in ("office_director", "registrar", "auditor", "leader"):
        assert post(client_as(name), address, version=account.version).status_code == 404
    assert post(administrator, address, version=account.version - 1).status_code == 409
    assert queries.second_factor_of(owner.account_id) is not None
    assert post(administrator, address, version=account.version).status_code == 302
    assert queries.second_factor_of(owner.account_id) is None
    assert "account.second_factor_off" in inbox(cast, "finance_liaison")
    db.session.expire_all()
    version = queries.account_by_id(owner.account_id).version
    assert post(administrator, address, version=version).status_code == 409
    assert address not in administrator.get("/accounts").text


def test_an_administrator_s_own_takes_the_code(app: Flask, cast: Cast, owner: Owner) -> None:
    by = cast.actor("administrator")
    account = queries.account_of(cast.person_ids["administrator"])
    assert account is not None
    with write_transaction():
        hidden = codes.hidden(codes.new_secret(), account.id)
        db.session.add(SecondFactor(account_id=account.id, secret=hidden, last_step=0, set_up_at=NOW))
    with refuses(Stale):
        commands.remove_second_factor(queries.account_by_id(account.id), by=_of(by, account.id), now=NOW)
    done = app.test_cli_runner().invoke(args=["accounts", "second-factor-off", "anke"])
    assert done.exit_code == 0, done.output
    assert queries.second_factor_of(account.id) is None
    for login in ("anke", "nobody"):
        assert app.test_cli_runner().invoke(args=["accounts", "second-factor-off", login]).exit_code == 1


def _of(actor: Actor, account_id: int) -> Actor:
    return replace(actor, account_id=account_id)


def test_nobody_sets_up_or_gives_up_another_s(owner: Owner, cast: Cast) -> None:
    account, other = queries.account_by_id(owner.account_id), cast.actor("finance_head")
    with refuses(NotVisible):
        commands.set_second_factor(account, secret=owner.secret, code="0", by=other, session_id=0, now=NOW)
    with refuses(NotVisible):
        commands.give_up_second_factor(account, by=other, now=NOW)
    own = _of(cast.actor("finance_liaison"), account.id)
    with refuses(Stale):
        commands.set_second_factor(account, secret=owner.secret, code="0", by=own, session_id=0, now=NOW)


def test_a_demo_has_none(bare: Owner, cast: Cast) -> None:
    with write_transaction() as session:
        session.merge(Installation(id=1, demo=True, created_at=NOW))
    own = _of(cast.actor("finance_liaison"), bare.account_id)
    account = queries.account_by_id(bare.account_id)
    with refuses(NotAllowed):
        commands.set_second_factor(account, secret=codes.new_secret(), code="0", by=own, session_id=0, now=NOW)


def test_of_two_who_give_the_same_code_at_once_one_gets_in(owner: Owner, cast: Cast) -> None:
    account, by, code = queries.account_by_id(owner.account_id), cast.actor("finance_liaison"), owner.wait()
    found = []
    for _ in range(2):
        # As the second one sees it who read the row before the first one wrote.
        with write_transaction() as session:
            stale = session.get_one(SecondFactor, account.id)
            set_committed_value(stale, "last_step", 0)
            found.append(commands.use_code(account, code, by=by, now=owner.clock.now))
    assert found == [True, False]


def test_secrets_and_codes_stand_in_no_table_record_log_or_page(
    app: Flask, owner: Owner, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        code = owner.wait()
        give(first_step(app), "123454")
        give(first_step(app), code)
        give(first_step(app), owner.recovery[0])
    pages = "".join(owner.client.get(page).text for page in ("/me", "/me/second-factor", "/inbox"))
    rows = repr(everything())
    log = caplog.text + "".join(capfd.readouterr())
    for secret in (owner.secret, owner.secret.lower(), *owner.recovery, owner.recovery[0].replace("-", ""), code):
        assert secret not in rows
        assert secret not in log
        assert secret not in pages
    acts = set(db.session.scalars(sa.select(AuditEntry.act)))
    assert {"account.second_factor_on", "account.use_recovery_code", "account.refuse"} <= acts


def test_a_secret_is_one_account_s_and_under_the_key(app: Flask, owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = db.session.get_one(SecondFactor, owner.account_id).secret
    assert codes.shown(kept, owner.account_id) == owner.secret
    assert codes.shown(kept, owner.account_id + 1) is None
    assert seals.decrypted("another purpose", kept, about=str(owner.account_id)) is None
    old = app.config["SEAL_KEYS"]
    monkeypatch.setitem(app.config, "SEAL_KEYS", ("another key " * 4, *old))
    assert codes.shown(kept, owner.account_id) == owner.secret
    monkeypatch.setitem(app.config, "SEAL_KEYS", ("another key " * 4,))
    assert codes.shown(kept, owner.account_id) is None
    client = first_step(app)
    assert give(client, owner.wait()).status_code == 422
    assert give(client, owner.recovery[0]).status_code == 302, "the way out when the key is lost"


@pytest.mark.parametrize("typed", ["", "０００", "x" * 5000, "\x00", "𠮷", "12345", "1234567", "-1", "1e5"])
def test_whatever_is_typed_as_a_code_is_answered(app: Flask, owner: Owner, typed: str) -> None:
    client = first_step(app)
    assert give(client, typed).status_code == 422
    assert give(client, owner.wait()).status_code == 302


def test_a_code_may_be_typed_with_blanks_and_in_full_width(app: Flask, owner: Owner) -> None:
    code = owner.wait()
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert give(first_step(app), f" {wide[:3]} {wide[3:]} ").status_code == 302


def test_a_wrong_code_at_the_set_up_is_said_on_its_field(bare: Owner, cast: Cast) -> None:
    own = _of(cast.actor("finance_liaison"), bare.account_id)
    account = queries.account_by_id(bare.account_id)
    with pytest.raises(Invalid) as refusal, write_transaction():
        commands.set_second_factor(account, secret=codes.new_secret(), code="x", by=own, session_id=0, now=NOW)
    assert set(refusal.value.errors) == {"code"}


def test_an_account_without_a_second_factor_takes_no_code(app: Flask, cast: Cast) -> None:
    account_id = give_account(app, cast.person_ids["finance_liaison"])
    db.session.rollback()
    account = db.session.get_one(Account, account_id)
    with write_transaction():
        assert not commands.use_code(account, "123456", by=cast.actor("finance_liaison"), now=NOW)
