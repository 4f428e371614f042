"""The system administrator keeps the accounts of the region, and does nothing else."""

import re
from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW
from tests.visitors import give_account, signed_in, stranger
from tracker.accounts import commands, policy, queries
from tracker.accounts.models import Account
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import NotAllowed, Stale
from tracker.organisation import commands as organisation
from tracker.organisation.models import InstallationDuty, Person
from tracker.organisation.rules import DutyKind

ClientAs = Callable[[str], FlaskClient]

ACTS = ("reset", "deactivate", "reactivate")


@pytest.fixture
def admin(client_as: ClientAs) -> FlaskClient:
    return client_as("administrator")


def state(session: Session, account_id: int) -> tuple[bool, str, int]:
    session.rollback()
    account = queries.account_by_id(account_id)
    return account.active, account.password_hash, account.version


def test_the_list_shows_the_regions_accounts_and_no_others(admin: FlaskClient, app: Flask, cast: Cast) -> None:
    give_account(app, cast.person_ids["town_head"], login="boqingshan")
    give_account(app, cast.person_ids["d2_head"], login="leizhenze")
    page = admin.get("/accounts").get_data(as_text=True)
    assert "boqingshan" in page
    assert "柳溪镇人民政府" in page
    assert "leizhenze" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=柏青", True),
        ("q=boqing", True),
        ("q=bqs", True),
        ("q=BOQING", True),
        ("q=nobody", False),
        ("q=%25", False),
        ("q=a%00b", False),
        ("state=active", True),
        ("state=unused", True),
        ("state=inactive", False),
        ("state=__class__", True),
    ],
)
def test_the_list_is_filtered(admin: FlaskClient, app: Flask, cast: Cast, query: str, found: bool) -> None:
    give_account(app, cast.person_ids["town_head"], login="boqingshan", must_change=True)
    answer = admin.get(f"/accounts?{query}")
    assert answer.status_code == 200
    assert (">boqingshan<" in answer.get_data(as_text=True)) is found


def test_a_long_list_goes_on_by_its_last_login(admin: FlaskClient, app: Flask, cast: Cast, session: Session) -> None:
    with write_transaction():
        for n in range(60):
            person = organisation.add_person(cast.region(), name=f"员{n}", by=SYSTEM, now=NOW)
            account = Account(person=person, login=f"member{n:02d}", password_hash="x", created_at=NOW)
            session.add(account)
    first = admin.get("/accounts").get_data(as_text=True)
    assert first.count("<tr>") - 1 == 50
    following = re.search(r'href="(/accounts\?[^"]*after=[^"]+)"', first)
    assert following is not None
    second = admin.get(following.group(1).replace("&amp;", "&")).get_data(as_text=True)
    assert "member59" in second
    assert "member00" not in second
    assert admin.get("/accounts?after=garbage").status_code == 422


@pytest.mark.parametrize("act", ACTS)
def test_only_the_system_administrator_touches_accounts(
    client_as: ClientAs, app: Flask, cast: Cast, session: Session, act: str
) -> None:
    give_account(app, cast.person_ids["administrator"])
    account_id = give_account(app, cast.person_ids["town_head"])
    before = state(session, account_id)
    for name in ("auditor", "registrar", "office_director", "leader", "finance_head", "outsider"):
        client = client_as(name)
        assert client.post(f"/accounts/{account_id}/{act}", data={"version": before[2]}).status_code == 404
    assert state(session, account_id) == before


@pytest.mark.parametrize("act", ACTS)
def test_an_account_of_another_region_is_not_there(
    admin: FlaskClient, app: Flask, cast: Cast, session: Session, act: str
) -> None:
    account_id = give_account(app, cast.person_ids["d2_head"])
    before = state(session, account_id)
    foreign = admin.post(f"/accounts/{account_id}/{act}", data={"version": before[2]})
    missing = admin.post(f"/accounts/2000000/{act}", data={"version": 1})
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert state(session, account_id) == before


def test_an_account_is_shut_and_opened_again(admin: FlaskClient, app: Flask, cast: Cast, session: Session) -> None:
    account_id = give_account(app, cast.person_ids["town_head"])
    active, _hash, version = state(session, account_id)
    assert active
    assert admin.post(f"/accounts/{account_id}/deactivate", data={"version": version}).status_code == 302
    assert state(session, account_id)[0] is False
    assert admin.post(f"/accounts/{account_id}/deactivate", data={"version": version + 1}).status_code == 409
    assert admin.post(f"/accounts/{account_id}/reactivate", data={"version": version}).status_code == 409
    assert admin.post(f"/accounts/{account_id}/reactivate", data={"version": version + 1}).status_code == 302
    assert state(session, account_id)[0] is True
    assert admin.post(f"/accounts/{account_id}/reactivate", data={"version": version + 2}).status_code == 409


@pytest.mark.parametrize("version", ["", "x", "9" * 30, "-1"])
def test_a_form_without_its_version_is_refused(
    admin: FlaskClient, app: Flask, cast: Cast, session: Session, version: str
) -> None:
    account_id = give_account(app, cast.person_ids["town_head"])
    before = state(session, account_id)
    assert admin.post(f"/accounts/{account_id}/deactivate", data={"version": version}).status_code == 422
    assert state(session, account_id) == before


def test_a_stale_reset_is_refused(admin: FlaskClient, app: Flask, cast: Cast, session: Session) -> None:
    account_id = give_account(app, cast.person_ids["town_head"])
    before = state(session, account_id)
    assert admin.post(f"/accounts/{account_id}/reset", data={"version": before[2] + 5}).status_code == 409
    assert state(session, account_id) == before
    assert admin.post(f"/accounts/{account_id}/reset", data={"version": before[2]}).status_code == 200
    assert state(session, account_id)[1] != before[1]


def test_an_administrator_does_not_shut_out_oneself(
    admin: FlaskClient, app: Flask, cast: Cast, session: Session
) -> None:
    own = give_account(app, cast.person_ids["administrator"])
    assert admin.post(f"/accounts/{own}/deactivate", data={"version": state(session, own)[2]}).status_code == 409
    assert state(session, own)[0]


def test_the_last_administrators_account_stays_open(app: Flask, cast: Cast, session: Session) -> None:
    own = give_account(app, cast.person_ids["administrator"])
    with pytest.raises(Stale, match="最后一个"), write_transaction():
        commands.deactivate_account(queries.account_by_id(own), by=SYSTEM, now=NOW)
    second = give_account(app, cast.person_ids["outsider"])
    with write_transaction():
        organisation.grant_duty(cast.person("outsider"), duty=DutyKind.SYSTEM_ADMINISTRATOR, by=SYSTEM, now=NOW)
    with write_transaction():
        commands.deactivate_account(queries.account_by_id(own), by=SYSTEM, now=NOW)
    with pytest.raises(Stale, match="最后一个"), write_transaction():
        commands.deactivate_account(queries.account_by_id(second), by=SYSTEM, now=NOW)


def test_a_new_person_gets_an_account_and_a_duty(admin: FlaskClient, app: Flask, session: Session) -> None:
    form = {"person": "0", "name": "申新", "login": "", "duty": "auditor"}
    answer = admin.post("/accounts/new", data=form)
    slip = re.search(
        r"<code>(shenxin)</code></dd><dt>[^<]+</dt><dd><code>([^<]+)</code>", answer.get_data(as_text=True)
    )
    assert slip is not None
    newcomer = stranger(app)
    assert newcomer.post("/sign-in", data={"login": slip[1], "password": slip[2]}).status_code == 302
    person = session.scalars(sa.select(Person).where(Person.name == "申新")).one()
    assert signed_in(app, person.id).get("/password").status_code == 200


def test_somebody_on_file_gets_an_account_with_a_wished_login(admin: FlaskClient, cast: Cast, session: Session) -> None:
    form = {"person": str(cast.person_ids["outsider"]), "name": "", "login": "yu.waiping", "duty": ""}
    assert "yu.waiping" in admin.post("/accounts/new", data=form).get_data(as_text=True)
    account = queries.account_of(cast.person_ids["outsider"])
    assert account is not None
    assert account.must_change


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"person": "0", "name": ""}, "name"),
        ({"person": "0", "name": "申新", "login": "a b"}, "login"),
        ({"person": "0", "name": "申新", "duty": "emperor"}, "duty"),
        ({"person": "x", "name": "申新"}, "person"),
        ({"person": "2000000", "name": "申新"}, "person"),
        ({"person": "0", "name": "申" * 61}, "name"),
    ],
)
def test_a_bad_new_account_is_refused_and_leaves_nobody_behind(
    admin: FlaskClient, session: Session, form: dict[str, str], field: str
) -> None:
    answer = admin.post("/accounts/new", data={"login": "", "duty": "", **form})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)
    assert session.scalar(sa.select(sa.func.count()).where(Person.name == "申新")) == 0


def test_somebody_of_another_region_is_not_offered(admin: FlaskClient, cast: Cast, session: Session) -> None:
    page = admin.get("/accounts/new").get_data(as_text=True)
    assert "余外平" in page
    assert "雷震泽" not in page
    form = {"person": str(cast.person_ids["d2_head"]), "name": "", "login": "", "duty": ""}
    assert admin.post("/accounts/new", data=form).status_code == 422
    assert queries.account_of(cast.person_ids["d2_head"]) is None


def test_nothing_in_a_form_makes_anybody_more_than_they_are(app: Flask, cast: Cast, session: Session) -> None:
    give_account(app, cast.person_ids["administrator"])
    client = signed_in(app, cast.person_ids["finance_liaison"])
    before = cast.actor("finance_liaison")
    extra = {"role": "admin", "is_admin": "1", "person_id": "1", "active": "1", "must_change": "0", "login": "root"}
    answer = client.post("/appearance", data={"theme": "dark", "next": "/me", **extra})
    assert answer.status_code == 302
    session.rollback()
    assert cast.actor("finance_liaison") == before
    account = queries.account_of(cast.person_ids["finance_liaison"])
    assert account is not None
    assert account.theme == "dark"
    assert account.login != "root"


def test_commands_refuse_whoever_is_not_administrator(app: Flask, cast: Cast, session: Session) -> None:
    account_id = give_account(app, cast.person_ids["town_head"])
    for name in ("auditor", "registrar", "office_director", "leader", "outsider"):
        by = cast.actor(name)
        for command in (commands.deactivate_account, commands.reactivate_account):
            with pytest.raises(NotAllowed), write_transaction():
                command(queries.account_by_id(account_id), by=by, now=NOW)
    assert state(session, account_id)[0]


def test_what_a_keeper_sees_is_a_condition(cast: Cast, session: Session) -> None:
    count = sa.select(sa.func.count()).select_from(Person)
    everybody = session.scalar(count)
    assert session.scalar(count.where(policy.accounts_visible_to(SYSTEM))) == everybody
    assert session.scalar(count.where(policy.accounts_visible_to(cast.actor("outsider")))) == 0
    seen = session.scalar(count.where(policy.accounts_visible_to(cast.actor("administrator"))))
    assert everybody is not None
    assert seen == everybody - 2


def test_a_duty_that_ended_keeps_no_accounts(admin: FlaskClient, cast: Cast, session: Session) -> None:
    assert admin.get("/accounts").status_code == 200
    with write_transaction():
        held = sa.select(InstallationDuty).where(InstallationDuty.person_id == cast.person_ids["administrator"])
        session.scalars(held).one().ends_on = date(2026, 3, 17)
    assert admin.get("/accounts").status_code == 403
