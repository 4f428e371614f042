"""Accounts for a group's people in one step, on file or pasted, and the slips that are shown once."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.clock import NOW, TODAY
from tests.visitors import PASSWORD, give_account, signed_in, stranger
from tracker.accounts import commands, passwords, queries
from tracker.accounts.models import Account
from tracker.accounts.pasted import read_rows
from tracker.audit.models import AuditEntry
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, NotVisible, Stale
from tracker.organisation import commands as organisation
from tracker.organisation.models import Appointment, MemberContact, Person
from tracker.organisation.rules import ContactRole, PostRank, SeatRole
from tracker.outbox.models import InboxItem

ClientAs = Callable[[str], FlaskClient]

ROWS = """姓名\t单位\t职务\t手机
沈知白\t区住建局\t分管副局长\t13900000001
方小禾\t区住建局\t办公室主任（联络员）\t13900000002
章立新\t区住建局\t局长\t13900000003
"""


@pytest.fixture(autouse=True)
def administered(app: Flask, cast: Cast) -> None:
    give_account(app, cast.person_ids["administrator"])


def address(cast: Cast, rest: str = "", group: str = "g1") -> str:
    return f"/groups/{cast.group_ids[group]}/accounts{rest}"


def slips_in(page: str) -> list[tuple[str, str]]:
    return re.findall(r"<code>([^<]+)</code></dd><dt>[^<]+</dt><dd><code>([^<]+)</code>", page)


def account_count(session: Session) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(Account)) or 0


def test_everybody_of_the_group_without_account_is_ticked(client_as: ClientAs, cast: Cast) -> None:
    page = client_as("office_director").get(address(cast)).get_data(as_text=True)
    ticked = {int(number) for number in re.findall(r'name="person" value="(\d+)"[^>]*checked', page)}
    names = ("leader", "deputy_leader", "supervisor", "office_clerk", "office_secondee", "finance_head")
    more = ("finance_deputy", "finance_liaison", "construction_head", "town_head", "education_head")
    assert ticked == {cast.person_ids[name] for name in (*names, *more)}


def test_ticked_people_get_accounts_and_slips_in_one_step(client_as: ClientAs, app: Flask, cast: Cast) -> None:
    wanted = [cast.person_ids[name] for name in ("leader", "finance_head", "finance_liaison")]
    answer = client_as("office_clerk").post(address(cast), data={"person": wanted})
    page = answer.get_data(as_text=True)
    slips = slips_in(page)
    assert [login for login, _password in slips] == ["luozhengchuan", "qianguangyuan", "jixiaodong"]
    assert "http://127.0.0.1:8000" in page
    assert "澄江区财政局" in page
    assert answer.headers["Cache-Control"] == "no-store"
    login, password = slips[2]
    newcomer = stranger(app)
    assert newcomer.post("/sign-in", data={"login": login, "password": password}).status_code == 302
    assert newcomer.get("/me").location == "/password?next=/me"


def test_slips_are_kept_nowhere(client_as: ClientAs, cast: Cast, session: Session) -> None:
    answer = client_as("office_clerk").post(address(cast), data={"person": cast.person_ids["leader"]})
    [(_login, password)] = slips_in(answer.get_data(as_text=True))
    account = queries.account_of(cast.person_ids["leader"])
    assert account is not None
    assert passwords.matches(account.password_hash, password)
    assert account.password_expires_at == NOW + timedelta(days=7)
    kept = [*session.scalars(sa.select(Account.password_hash)), *map(str, session.scalars(sa.select(AuditEntry.new)))]
    assert not any(password in text for text in kept)


def test_asking_twice_opens_nothing_twice(client_as: ClientAs, cast: Cast, session: Session) -> None:
    clerk = client_as("office_clerk")
    people = {"person": [cast.person_ids["leader"]] * 2}
    assert len(slips_in(clerk.post(address(cast), data=people).get_data(as_text=True))) == 1
    before = account_count(session)
    again = clerk.post(address(cast), data=people)
    assert (again.status_code, again.location) == (302, address(cast))
    assert account_count(session) == before


@pytest.mark.parametrize("foreign", ["outsider", "water_head", "d2_head"])
def test_nobody_from_outside_the_group_gets_an_account_there(
    client_as: ClientAs, cast: Cast, session: Session, foreign: str
) -> None:
    clerk = client_as("office_clerk")
    before = account_count(session)
    people = {"person": [cast.person_ids["leader"], cast.person_ids[foreign]]}
    assert clerk.post(address(cast), data=people).status_code == 404
    assert account_count(session) == before


@pytest.mark.parametrize("value", ["x", "-1", "9" * 40, "１"])
def test_a_tampered_choice_is_refused(client_as: ClientAs, cast: Cast, value: str) -> None:
    assert client_as("office_clerk").post(address(cast), data={"person": value}).status_code == 422


@pytest.mark.parametrize(
    ("name", "status"), [("leader", 403), ("finance_head", 403), ("g2_office_director", 404), ("administrator", 404)]
)
def test_others_open_nothing_for_the_group(
    client_as: ClientAs, cast: Cast, session: Session, name: str, status: int
) -> None:
    client = client_as(name)
    before = account_count(session)
    assert client.post(address(cast), data={"person": cast.person_ids["town_head"]}).status_code == status
    assert client.post(address(cast, "/paste"), data={"rows": ROWS, "confirm": "1"}).status_code == status
    assert account_count(session) == before


def test_namesakes_get_logins_of_their_own(client_as: ClientAs, cast: Cast) -> None:
    rows = "纪晓东,柳溪镇,科员,13900000004\n季小东,区住建局,科员,13900000005"
    page = client_as("office_clerk").post(address(cast, "/paste"), data={"rows": rows, "confirm": "1"})
    assert [login for login, _ in slips_in(page.get_data(as_text=True))] == ["jixiaodong", "jixiaodong2"]


def test_a_preview_shows_what_would_become_of_each_row_and_changes_nothing(
    client_as: ClientAs, cast: Cast, session: Session
) -> None:
    clerk = client_as("office_clerk")
    people = session.scalar(sa.select(sa.func.count()).select_from(Person))
    bad = "\t区财政局\t科员\n赵无名\t天上局\t科员\n孙多余\t区水利局\t科员\n钱二\t区财政局\t局长\t没有"
    answer = clerk.post(address(cast, "/paste"), data={"rows": ROWS + bad})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    for sentence in ("缺姓名", "没有找到单位“天上局”", "不是本组的单位", "电话“没有”有误"):
        assert sentence in page
    assert "录入 3 行并开通账号" in page
    session.rollback()
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == people
    assert session.scalar(sa.select(sa.func.count()).where(Person.name == "沈知白")) == 0


def test_good_rows_go_in_while_bad_ones_wait(client_as: ClientAs, cast: Cast, session: Session) -> None:
    rows = ROWS + "赵无名\t天上局\t科员\n"
    answer = client_as("office_clerk").post(address(cast, "/paste"), data={"rows": rows, "confirm": "1"})
    page = answer.get_data(as_text=True)
    assert {login for login, _ in slips_in(page)} == {"shenzhibai", "fangxiaohe", "zhanglixin"}
    assert "第 5 行 赵无名" in page
    deputy = session.scalars(sa.select(Person).where(Person.name == "沈知白")).one()
    held = session.scalars(sa.select(Appointment).where(Appointment.person_id == deputy.id)).one()
    assert (held.post.unit_id, held.post.title, held.post.rank) == (
        cast.unit_ids["construction"],
        "分管副局长",
        PostRank.DEPUTY,
    )
    contacts = session.execute(
        sa.select(Person.name, MemberContact.role)
        .join(Person, Person.id == MemberContact.person_id)
        .where(MemberContact.starts_on == TODAY)
        .order_by(MemberContact.id)
    ).all()
    assert contacts == [("沈知白", ContactRole.DEPUTY_IN_CHARGE), ("方小禾", ContactRole.LIAISON)]


def test_pasting_the_same_rows_again_doubles_nothing(client_as: ClientAs, cast: Cast, session: Session) -> None:
    clerk = client_as("office_clerk")
    form = {"rows": ROWS, "confirm": "1"}
    clerk.post(address(cast, "/paste"), data=form)
    counts = [session.scalar(sa.select(sa.func.count()).select_from(t)) for t in (Person, Appointment, MemberContact)]
    page = clerk.post(address(cast, "/paste"), data=form).get_data(as_text=True)
    assert slips_in(page) == []
    session.rollback()
    assert counts == [
        session.scalar(sa.select(sa.func.count()).select_from(t)) for t in (Person, Appointment, MemberContact)
    ]
    assert "已有账号" in clerk.post(address(cast, "/paste"), data={"rows": ROWS}).get_data(as_text=True)


def test_a_person_moved_is_known_by_name_and_phone(cast: Cast, session: Session) -> None:
    person = cast.person("finance_staff")
    rows = read_rows(f"{person.name},区住建局,科员,{person.phone}\n{person.name},柳溪镇,科员,13911112222")
    with write_transaction():
        [moved, namesake] = commands.check_people(cast.group(), rows=rows, by=cast.actor("office_clerk"), now=NOW)
    assert (moved.person_id, moved.is_new) == (cast.person_ids["finance_staff"], False)
    assert namesake.is_new


def test_rows_that_cannot_be_told_apart_are_refused(cast: Cast, session: Session) -> None:
    with write_transaction():
        for _ in range(2):
            twin = organisation.add_person(cast.region(), name="双胞胎", by=cast.actor("registrar"), now=NOW)
            post = organisation.ensure_post(
                cast.unit("town"), title="科员", rank=PostRank.STAFF, by=cast.actor("registrar"), now=NOW
            )
            organisation.appoint(post, person=twin, by=cast.actor("registrar"), now=NOW)
    rows = read_rows("双胞胎,柳溪镇,科员\n新局长,区财政局,局长\n某某,教育,科员")
    with write_transaction():
        results = commands.check_people(cast.group(), rows=rows, by=cast.actor("office_clerk"), now=NOW)
    sentences = [str(result.fault) for result in results]
    assert "多个“双胞胎”" in sentences[0]
    assert "已有人担任" in sentences[1]
    assert "教育" in sentences[2]


@pytest.mark.parametrize("rows", ["", "   \n\n", "姓名\t单位\t职务\t手机", "王一,区财政局,科员\n" * 501, "x" * 100_001])
def test_a_paste_of_nothing_or_too_much_is_refused(client_as: ClientAs, cast: Cast, rows: str) -> None:
    for form in ({"rows": rows}, {"rows": rows, "confirm": "1"}):
        answer = client_as("office_clerk").post(address(cast, "/paste"), data=form)
        assert answer.status_code == 422
        assert 'id="rows-error"' in answer.get_data(as_text=True)


def test_pasted_markup_stays_text(client_as: ClientAs, cast: Cast) -> None:
    rows = "王一,<img src=x onerror=alert(1)>,{{7*7}}"
    page = client_as("office_clerk").post(address(cast, "/paste"), data={"rows": rows}).get_data(as_text=True)
    assert "<img" not in page
    assert "{{7*7}}" in page


def test_commands_refuse_whom_the_pages_refuse(cast: Cast, session: Session) -> None:
    group, rows = cast.group(), read_rows(ROWS)
    for name in ("leader", "finance_head", "outsider", "administrator", "d2_office_director"):
        by = cast.actor(name)
        for attempt in (
            lambda by=by: commands.open_accounts(group, people=[], secrets=[], by=by, now=NOW),
            lambda by=by: commands.check_people(group, rows=rows, by=by, now=NOW),
            lambda by=by: commands.import_people(group, rows=rows, secrets=[], by=by, now=NOW),
        ):
            with pytest.raises(NotAllowed), write_transaction():
                attempt()


def test_the_office_makes_its_units_people_new_passwords(
    client_as: ClientAs, app: Flask, cast: Cast, session: Session
) -> None:
    account_id = give_account(app, cast.person_ids["finance_head"])
    owner = signed_in(app, cast.person_ids["finance_head"])
    answer = client_as("office_clerk").post(address(cast, f"/{account_id}/reset"))
    [(login, password)] = slips_in(answer.get_data(as_text=True))
    assert owner.get("/me").status_code == 302
    assert stranger(app).post("/sign-in", data={"login": login, "password": PASSWORD}).status_code == 422
    assert stranger(app).post("/sign-in", data={"login": login, "password": password}).status_code == 302
    told = session.scalars(sa.select(InboxItem).where(InboxItem.kind == "account.password_reset")).one()
    assert (told.recipient_id, told.params) == (cast.person_ids["finance_head"], {"by": "秦小满"})


@pytest.mark.parametrize(
    ("who", "whose", "status"),
    [
        ("office_clerk", "leader", 403),
        ("office_clerk", "supervisor", 403),
        ("office_clerk", "office_director", 403),
        ("office_director", "office_clerk", 403),
        ("registrar", "leader", 200),
        ("office_clerk", "town_head", 200),
        ("office_clerk", "outsider", 404),
        ("office_clerk", "water_head", 404),
        ("leader", "town_head", 403),
        ("g2_office_director", "town_head", 404),
    ],
)
def test_nobody_makes_a_new_password_for_those_who_decide(
    client_as: ClientAs, app: Flask, cast: Cast, session: Session, who: str, whose: str, status: int
) -> None:
    account_id = give_account(app, cast.person_ids[whose])
    client = client_as(who)
    assert client.post(address(cast, f"/{account_id}/reset")).status_code == status
    unchanged = passwords.matches(queries.account_by_id(account_id).password_hash, PASSWORD)
    assert unchanged is (status != 200)


def test_who_has_a_duty_is_reset_by_the_system_administrator_alone(app: Flask, cast: Cast, session: Session) -> None:
    account_id = give_account(app, cast.person_ids["auditor"])
    with write_transaction():
        organisation.seat(
            cast.group(), role=SeatRole.MEMBER, person=cast.person("auditor"), by=cast.actor("registrar"), now=NOW
        )
    secret = passwords.new_secrets(1)[0]
    for name in ("office_director", "registrar"):
        with pytest.raises(NotAllowed, match="系统职责"), write_transaction():
            commands.reset_password(
                queries.account_by_id(account_id), group=cast.group(), secret=secret, by=cast.actor(name), now=NOW
            )
    with write_transaction():
        commands.reset_password(
            queries.account_by_id(account_id), secret=secret, by=cast.actor("administrator"), now=NOW
        )
    assert passwords.matches(queries.account_by_id(account_id).password_hash, secret.password)


def test_without_a_group_only_the_administrator_resets(app: Flask, cast: Cast, session: Session) -> None:
    account_id = give_account(app, cast.person_ids["town_head"])
    secret = passwords.new_secrets(1)[0]
    with pytest.raises(NotAllowed, match="系统管理员"), write_transaction():
        commands.reset_password(
            queries.account_by_id(account_id), secret=secret, by=cast.actor("office_clerk"), now=NOW
        )


def test_units_that_cannot_act_are_named(app: Flask, cast: Cast, session: Session) -> None:
    group_id = cast.group_ids["g1"]
    give_account(app, cast.person_ids["finance_liaison"])
    with write_transaction():
        held = session.scalars(
            sa.select(Appointment).where(Appointment.person_id == cast.person_ids["town_head"])
        ).one()
        organisation.end_appointment(held, by=cast.actor("registrar"), now=NOW)
    lacking = {
        unit.name: (unit.without_head, unit.without_account) for unit in queries.units_without_account(group_id, TODAY)
    }
    assert lacking == {
        "澄江区教育局": (False, True),
        "澄江区住房和城乡建设局": (False, True),
        "柳溪镇人民政府": (True, True),
    }
    page = signed_in(app, cast.person_ids["office_clerk"]).get(address(cast)).get_data(as_text=True)
    assert page.count("主要负责人缺位") == 1


def test_an_account_that_is_shut_does_not_count(app: Flask, cast: Cast, session: Session) -> None:
    account_id = give_account(app, cast.person_ids["finance_head"])
    names = {unit.name for unit in queries.units_without_account(cast.group_ids["g1"], TODAY)}
    assert "澄江区财政局" not in names
    with write_transaction():
        queries.account_by_id(account_id).active = False
    names = {unit.name for unit in queries.units_without_account(cast.group_ids["g1"], TODAY)}
    assert "澄江区财政局" in names


def test_a_login_that_somebody_has_is_refused(app: Flask, cast: Cast, session: Session) -> None:
    give_account(app, cast.person_ids["town_head"], login="boqingshan")
    by, secret = cast.actor("administrator"), passwords.new_secrets(1)[0]
    for person, login, field in (
        ("water_head", "BoQingshan", "login"),
        ("water_head", "x", "login"),
        ("water_head", "有汉字", "login"),
        ("town_head", "another", "person"),
    ):
        with pytest.raises(Invalid) as refusal, write_transaction():
            commands.create_account(cast.person(person), login=login, secret=secret, by=by, now=NOW)
        assert set(refusal.value.errors) == {field}
    with write_transaction():
        slip = commands.create_account(cast.person("water_head"), login="jiang.yining", secret=secret, by=by, now=NOW)
    assert (slip.login, slip.password) == ("jiang.yining", secret.password)
    assert secret.password not in repr(slip)
    with write_transaction():
        queries.account_by_id(slip.account_id).active = False
    with pytest.raises(Stale), write_transaction():
        commands.reset_password(queries.account_by_id(slip.account_id), secret=secret, by=by, now=NOW)
    with pytest.raises(NotVisible):
        queries.account_by_id(2_000_000)


def test_nobody_outside_the_office_resets_for_the_group(app: Flask, cast: Cast, session: Session) -> None:
    account_id = give_account(app, cast.person_ids["town_head"])
    secret = passwords.new_secrets(1)[0]
    with pytest.raises(NotAllowed, match="办公室和登记员"), write_transaction():
        commands.reset_password(
            queries.account_by_id(account_id), group=cast.group(), secret=secret, by=cast.actor("leader"), now=NOW
        )
    with write_transaction():
        commands.reset_password(
            queries.account_by_id(account_id), group=cast.group(), secret=secret, by=cast.actor("office_clerk"), now=NOW
        )
    assert queries.account_by_id(account_id).must_change


def test_a_shut_account_is_not_signed_in(app: Flask, cast: Cast, session: Session) -> None:
    account_id = give_account(app, cast.person_ids["town_head"])
    by = cast.actor("town_head")
    with write_transaction():
        queries.account_by_id(account_id).active = False
    with pytest.raises(NotAllowed, match="停用"), write_transaction():
        commands.sign_in(queries.account_by_id(account_id), by=by, address="", browser="", device="", now=NOW)
