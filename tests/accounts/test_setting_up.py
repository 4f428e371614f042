"""The first run: behind the server's code, until there is an administrator, and then never again."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.cast import Cast
from tests.clock import NOW
from tests.visitors import carry_token, give_account, stranger
from tracker.accounts import commands, passwords, queries
from tracker.accounts.models import Account, Installation
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, NotVisible, Stale
from tracker.organisation.models import InstallationDuty, Person, Region
from tracker.organisation.rules import RegionLevel

FORM = {
    "region_code": "990401",
    "region_name": "桂溪县",
    "region_level": "county",
    "administrator_name": "陆守一",
    "administrator_login": "lushouyi",
    "administrator_password": "一苇杭之跂予望之 1",
    "registrar_name": "尹知秋",
    "registrar_login": "yinzhiqiu",
    "registrar_password": "青青子衿悠悠我心 2",
}


@pytest.fixture
def code(app: Flask, session: Session) -> str:
    with write_transaction():
        return commands.new_setup_code(by=SYSTEM, now=NOW)


def unlock(app: Flask, code: str) -> FlaskClient:
    client = stranger(app)
    assert client.post("/setup", data={"code": code}).status_code == 302
    return client


def finish(client: FlaskClient, **changes: str) -> TestResponse:
    return client.post("/setup", data={**FORM, **changes})


def nothing_is_set_up(session: Session) -> bool:
    session.rollback()
    tables = (Account, Person, Region, InstallationDuty)
    return not any(session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables)


@pytest.mark.parametrize("page", ["/", "/me", "/accounts", "/sign-in?next=/me", "/groups/5/accounts"])
def test_every_page_of_an_empty_installation_leads_to_the_set_up(app: Flask, page: str) -> None:
    answer = stranger(app).get(page)
    expected = 404 if answer.status_code == 404 and page == "/" else 302
    assert answer.status_code == expected
    assert expected == 404 or answer.location == "/setup"


def test_the_code_opens_the_form_and_the_form_founds_the_installation(app: Flask, code: str, session: Session) -> None:
    client = unlock(app, code)
    assert "行政区与人员" in client.get("/setup").get_data(as_text=True)
    answer = finish(client)
    assert (answer.status_code, answer.location) == (302, "/welcome")
    region = session.scalars(sa.select(Region)).one()
    assert (region.code, region.name, region.level) == ("990401", "桂溪县", RegionLevel.COUNTY)
    duties = session.execute(
        sa.select(Person.name, InstallationDuty.duty, Account.login, Account.must_change)
        .join(InstallationDuty, InstallationDuty.person_id == Person.id)
        .join(Account, Account.person_id == Person.id)
        .order_by(Person.id)
    ).all()
    assert duties == [
        ("陆守一", "system_administrator", "lushouyi", False),
        ("尹知秋", "registrar", "yinzhiqiu", False),
    ]
    # The form's browser goes on as the registrar, who brings the plan.
    assert "带上" in client.get("/welcome").get_data(as_text=True)
    assert client.get("/accounts").status_code == 403


def test_both_can_sign_in_with_the_passwords_they_chose(app: Flask, code: str) -> None:
    finish(unlock(app, code))
    for who in ("administrator", "registrar"):
        form = {"login": FORM[f"{who}_login"], "password": FORM[f"{who}_password"]}
        assert stranger(app).post("/sign-in", data=form).status_code == 302


def test_once_there_is_an_administrator_the_set_up_is_gone_for_good(app: Flask, code: str, session: Session) -> None:
    waiting = unlock(app, code)
    finish(unlock(app, code))
    assert stranger(app).get("/setup").status_code == 404
    assert stranger(app).post("/setup", data={"code": code}).status_code == 404
    assert finish(waiting, region_code="990402").status_code == 404
    assert session.scalar(sa.select(sa.func.count()).select_from(Region)) == 1
    # Even when nobody has the duty any more.
    with write_transaction():
        for duty in session.scalars(sa.select(InstallationDuty)):
            duty.starts_on = duty.ends_on = NOW.date().replace(year=2025)
    assert stranger(app).get("/setup").status_code == 404
    with pytest.raises(Stale), write_transaction():
        commands.new_setup_code(by=SYSTEM, now=NOW)


@pytest.mark.parametrize("wrong", ["", "abcd-efgh-2345", "x" * 500, "a\0b"])
def test_a_wrong_code_opens_nothing(app: Flask, code: str, session: Session, wrong: str) -> None:
    client = stranger(app)
    assert client.post("/setup", data={"code": wrong}).status_code == 422
    assert finish(client).status_code == 422
    assert nothing_is_set_up(session)


def test_codes_cannot_be_tried_by_the_thousand(app: Flask, code: str) -> None:
    statuses = [stranger(app).post("/setup", data={"code": f"wrong-{n}"}).status_code for n in range(6)]
    assert statuses == [422] * 5 + [429]
    assert stranger(app).post("/setup", data={"code": code}).status_code == 429


def test_a_new_code_takes_the_place_of_the_old_one(app: Flask, code: str, session: Session) -> None:
    client = unlock(app, code)
    with write_transaction():
        second = commands.new_setup_code(by=SYSTEM, now=NOW)
    assert second != code
    assert finish(client).status_code == 422
    assert nothing_is_set_up(session)
    assert finish(unlock(app, second)).status_code == 302


def test_without_a_code_printed_nothing_opens(app: Flask, session: Session) -> None:
    assert stranger(app).post("/setup", data={"code": "abcd-efgh-2345"}).status_code == 422
    assert nothing_is_set_up(session)


def test_the_code_is_kept_as_a_hash_alone(code: str, session: Session) -> None:
    kept = session.scalars(sa.select(Installation.setup_code_hash)).one()
    assert kept is not None
    assert code not in kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("region_code", "12345"),
        ("region_code", ""),
        ("region_name", ""),
        ("region_level", "planet"),
        ("administrator_name", ""),
        ("administrator_login", "a b"),
        ("administrator_password", "password123"),
        ("administrator_password", "lushouyi-lushouyi"),
        ("registrar_name", "陆守一"),
        ("registrar_login", "lushouyi"),
        ("registrar_password", "short"),
        ("registrar_password", "桂溪县人民欢迎您 2026"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_founded(
    app: Flask, code: str, session: Session, field: str, value: str
) -> None:
    client = unlock(app, code)
    answer = finish(client, **{field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)
    assert nothing_is_set_up(session)
    assert finish(client).status_code == 302


def found(code: str, login: str, region_code: str = "990401") -> None:
    commands.set_up(
        code=code,
        region_code=region_code,
        region_name="桂溪县",
        level=RegionLevel.COUNTY,
        administrator=commands.NewAccount("甲", login, "一苇杭之跂予望之 1"),
        registrar=commands.NewAccount("乙", f"{login}.too", "青青子衿悠悠我心 2"),
        by=SYSTEM,
        now=NOW,
    )


def test_the_command_asks_for_the_code_and_closes_behind_itself(app: Flask, code: str, session: Session) -> None:
    with pytest.raises(Invalid) as refusal, write_transaction():
        found("abcd-efgh-2345", "jiajia")
    assert set(refusal.value.errors) == {"code"}
    assert nothing_is_set_up(session)
    with write_transaction():
        found(code, "jiajia")
    with pytest.raises(NotVisible), write_transaction():
        found(code, "bingbing", "990402")
    assert session.scalar(sa.select(sa.func.count()).select_from(Account)) == 2


def test_of_two_who_set_up_at_once_with_one_code_only_one_does(app: Flask, code: str, session: Session) -> None:
    session.rollback()
    start = threading.Barrier(2)

    def attempt(login: str, region_code: str) -> bool:
        with app.app_context():
            start.wait(timeout=20)
            try:
                with write_transaction():
                    found(code, login, region_code)
            except (Invalid, NotVisible):
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(attempt, ("jiajia", "bingbing"), ("990401", "990402")))
    assert sorted(outcomes) == [False, True]
    assert session.scalar(sa.select(sa.func.count()).select_from(Account)) == 2
    assert session.scalar(sa.select(sa.func.count()).select_from(Region)) == 1


def test_there_are_no_default_accounts_or_debug_pages(app: Flask, code: str) -> None:
    finish(unlock(app, code))
    for login, password in (("admin", "admin"), ("root", "root"), ("administrator", "password")):
        assert stranger(app).post("/sign-in", data={"login": login, "password": password}).status_code == 422
    for page in ("/console", "/install", "/admin", "/debug"):
        assert stranger(app).get(page).status_code == 404


def test_the_shell_creates_an_administrator_and_asks_for_the_password(app: Flask, session: Session) -> None:
    told = "990401\n桂溪县\n陆守一\nlushouyi\n一苇杭之跂予望之 1\n一苇杭之跂予望之 1\n"
    done = app.test_cli_runner().invoke(args=["accounts", "create-admin"], input=told)
    assert done.exit_code == 0, done.output
    assert "一苇杭之" not in done.output
    account = queries.account_named("lushouyi")
    assert account is not None
    assert passwords.matches(account.password_hash, "一苇杭之跂予望之 1")
    assert not queries.setup_is_open()
    again = "尹知秋\nyinzhiqiu\n青青子衿悠悠我心 2\n青青子衿悠悠我心 2\n"
    session.rollback()
    assert app.test_cli_runner().invoke(args=["accounts", "create-admin"], input=again).exit_code == 0


def test_the_shell_refuses_a_weak_password_and_creates_nothing(app: Flask, session: Session) -> None:
    told = "990401\n桂溪县\n陆守一\nlushouyi\npassword123\npassword123\n"
    done = app.test_cli_runner().invoke(args=["accounts", "create-admin"], input=told)
    assert done.exit_code == 1
    assert "常见" in done.output
    assert nothing_is_set_up(session)


def test_the_shell_prints_a_code_while_nobody_administers(app: Flask, session: Session) -> None:
    done = app.test_cli_runner().invoke(args=["accounts", "setup-code"])
    assert done.exit_code == 0
    printed = next(word for word in done.output.split() if word.count("-") == 2)
    finish(unlock(app, printed))
    assert app.test_cli_runner().invoke(args=["accounts", "setup-code"]).output == ""


def test_the_shell_gives_a_new_password_to_whoever_lost_it(app: Flask, cast: Cast) -> None:
    give_account(app, cast.person_ids["administrator"], login="anke")
    done = app.test_cli_runner().invoke(args=["accounts", "reset", "AnKe"])
    assert done.exit_code == 0
    password = done.output.split()[1]
    client = stranger(app)
    assert client.post("/sign-in", data={"login": "anke", "password": password}).status_code == 302
    carry_token(client)
    assert client.get("/accounts").location == "/password?next=/accounts"
    assert app.test_cli_runner().invoke(args=["accounts", "reset", "nobody"]).exit_code == 1


def test_the_shell_resets_no_closed_account(app: Flask, cast: Cast, session: Session) -> None:
    account_id = give_account(app, cast.person_ids["administrator"], login="anke")
    with write_transaction():
        queries.account_by_id(account_id).active = False
    done = app.test_cli_runner().invoke(args=["accounts", "reset", "anke"])
    assert done.exit_code == 1
    assert "停用" in done.output


def test_an_account_without_password_exists_only_in_a_demo(app: Flask, cast: Cast, session: Session) -> None:
    with pytest.raises(NotAllowed), write_transaction():
        commands.open_demo_account(cast.person("town_head"), by=SYSTEM, now=NOW)
    with write_transaction():
        commands.mark_as_demo(by=SYSTEM, now=NOW)
        commands.open_demo_account(cast.person("town_head"), by=SYSTEM, now=NOW)
    account = queries.account_of(cast.person_ids["town_head"])
    assert account is not None
    assert not passwords.matches(account.password_hash, account.password_hash)
