"""Acts on the pages of the organisation: each by someone permitted, and the same request refused to others."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.cast import TODAY, Cast
from tests.organisation.test_holiday_notice import NOTICE_2026
from tracker.organisation import queries
from tracker.organisation.models import (
    Appointment,
    InstallationDuty,
    LeadershipGroup,
    MemberContact,
    MemberUnit,
    Person,
    Region,
    Seat,
    Unit,
)
from tracker.organisation.rules import ContactRole, DutyKind, PostRank, SeatRole

ClientAs = Callable[[str], FlaskClient]


def member_id(cast: Cast, session: Session, unit: str = "finance") -> int:
    """The row of a unit in the first group."""
    found = session.scalars(
        sa.select(MemberUnit.id).where(
            MemberUnit.group_id == cast.group_ids["g1"], MemberUnit.unit_id == cast.unit_ids[unit]
        )
    ).one()
    session.rollback()
    return found


def appointment_id(cast: Cast, session: Session, name: str) -> int:
    """The appointment of somebody in the cast."""
    found = session.scalars(sa.select(Appointment.id).where(Appointment.person_id == cast.person_ids[name])).one()
    session.rollback()
    return found


def test_a_registrar_enters_and_changes_a_unit(client_as: ClientAs, cast: Cast, session: Session) -> None:
    facts = {"region_id": cast.region_ids["d1"], "name": "澄江区审计局", "kind": "department", "parent_id": 0}
    facts |= {"hosted_by_id": 0, "short_names": "区审计局、审计局", "phone": ""}
    assert client_as("finance_head").post("/units/new", data=facts).status_code == 403
    answer = client_as("registrar").post("/units/new", data=facts)
    unit = session.scalars(sa.select(Unit).where(Unit.name == "澄江区审计局")).one()
    assert answer.location == f"/units/{unit.id}"
    assert {short.name for short in unit.short_names} == {"区审计局", "审计局"}
    changed = {**facts, "name": "澄江区审计中心", "version": unit.version}
    session.rollback()
    assert client_as("registrar").post(f"/units/{unit.id}/edit", data={**changed, "version": 9}).status_code == 409
    assert client_as("registrar").post(f"/units/{unit.id}/edit", data=changed).status_code == 302
    again = client_as("registrar").post("/units/new", data={**facts, "name": "澄江区财政局"})
    assert again.status_code == 422
    assert "已有同名单位" in again.text
    assert client_as("office_clerk").post("/units/new", data={**facts, "name": "档案局"}).location == "/units"


def test_a_unit_of_another_region_is_no_choice(client_as: ClientAs, cast: Cast) -> None:
    facts = {"region_id": cast.region_ids["d2"], "name": "新局", "kind": "department"}
    facts |= {"parent_id": 0, "hosted_by_id": cast.unit_ids["d2_finance"]}
    assert client_as("registrar").post("/units/new", data=facts).status_code == 422


def test_short_names_come_and_go(client_as: ClientAs, cast: Cast, session: Session) -> None:
    address = f"/units/{cast.unit_ids['finance']}/short-names"
    assert client_as("finance_head").post(address, data={"short_name": "财局"}).status_code == 403
    assert client_as("office_clerk").post(address, data={"short_name": "财局"}).status_code == 302
    assert "财局" in [short.name for short in cast.unit("finance").short_names]
    assert client_as("registrar").post(f"{address}/drop", data={"short_name": "财局"}).status_code == 302
    session.expire_all()
    assert "财局" not in [short.name for short in cast.unit("finance").short_names]


def test_a_registrar_ends_a_unit(client_as: ClientAs, cast: Cast) -> None:
    address = f"/units/{cast.unit_ids['school_one']}/end"
    assert client_as("education_head").post(address, data={"version": 1}).status_code == 403
    assert client_as("registrar").post(address, data={"version": "1; --"}).status_code == 409
    assert client_as("registrar").post(address, data={"version": 1}).status_code == 302
    assert cast.unit("school_one").ended_on == TODAY


def test_an_appointment_asks_which_of_two_namesakes_is_meant(client_as: ClientAs, cast: Cast, session: Session) -> None:
    address = f"/units/{cast.unit_ids['finance']}/appoint"
    facts = {"name": "纪晓东", "title": "总会计师", "rank": "deputy"}
    asked = client_as("office_clerk").post(address, data=facts)
    assert asked.status_code == 422
    assert "已有同名人员" in asked.text
    chosen = {**facts, "person_id": cast.person_ids["finance_liaison"]}
    assert client_as("office_clerk").post(address, data=chosen).status_code == 302
    assert client_as("finance_head").post(address, data=chosen).status_code == 403
    other = {**facts, "title": "驾驶员", "rank": "staff", "person_id": 0}
    assert client_as("office_clerk").post(address, data=other).status_code == 302
    assert len(session.scalars(sa.select(Person.id).where(Person.name == "纪晓东")).all()) == 2
    foreign = {**facts, "title": "科员", "person_id": cast.person_ids["d2_head"]}
    assert client_as("office_clerk").post(address, data=foreign).status_code == 422


def test_a_post_passes_to_a_successor_and_may_be_left(client_as: ClientAs, cast: Cast, session: Session) -> None:
    unit, row = cast.unit_ids["finance"], appointment_id(cast, session, "finance_head")
    address = f"/units/{unit}/appointments/{row}"
    assert client_as("finance_head").post(f"{address}/successor", data={"name": "接任人"}).status_code == 403
    assert client_as("office_clerk").post(f"{address}/successor", data={"name": ""}).status_code == 422
    assert client_as("office_clerk").post(f"{address}/successor", data={"name": "接任人"}).status_code == 302
    [head] = queries.unit_people(unit, day=TODAY, ranks=[PostRank.HEAD])
    assert session.get_one(Person, head).name == "接任人"
    deputy = f"/units/{unit}/appointments/{appointment_id(cast, session, 'finance_deputy')}"
    assert client_as("office_clerk").post(f"{deputy}/end", data={"last_day": "not a day"}).status_code == 422
    assert client_as("office_clerk").post(f"{deputy}/presiding", data={"presiding": "yes"}).status_code == 422
    assert client_as("finance_head").post(f"{deputy}/end").status_code == 404
    assert client_as("office_clerk").post(f"{deputy}/end").status_code == 302
    assert client_as("office_clerk").post(f"{deputy}/end").status_code == 409
    assert client_as("office_clerk").post(f"/units/{unit}/appointments/999999/end").status_code == 404


def test_a_deputy_presides_from_the_page(client_as: ClientAs, cast: Cast, session: Session) -> None:
    unit = cast.unit_ids["finance"]
    head, deputy = (appointment_id(cast, session, name) for name in ("finance_head", "finance_deputy"))
    assert client_as("office_clerk").post(f"/units/{unit}/appointments/{head}/end").status_code == 302
    address = f"/units/{unit}/appointments/{deputy}/presiding"
    assert client_as("office_clerk").post(address, data={"presiding": "yes"}).status_code == 302
    assert queries.unit_people(unit, day=TODAY, ranks=[PostRank.HEAD]) == [cast.person_ids["finance_deputy"]]
    assert "主持工作" in client_as("office_clerk").get(f"/units/{unit}").text


def test_an_empty_post_shows_as_such_on_every_page(client_as: ClientAs, cast: Cast, session: Session) -> None:
    row = appointment_id(cast, session, "town_head")
    unit = cast.unit_ids["town"]
    client_as("office_clerk").post(f"/units/{unit}/appointments/{row}/end")
    g1 = cast.group_ids["g1"]
    for address in (f"/units/{unit}", f"/groups/{g1}/members"):
        assert "缺位" in client_as("office_clerk").get(address).text
    assert "无主要负责人" in client_as("leader").get(f"/groups/{g1}").text


def test_phones_are_shown_whole_to_the_group_and_masked_to_other_units(client_as: ClientAs, cast: Cast) -> None:
    address = f"/groups/{cast.group_ids['g1']}/members"
    whole = cast.person("finance_liaison").phone
    for name in ("office_clerk", "supervisor", "finance_staff", "registrar"):
        assert whole in client_as(name).get(address).text
    for name in ("construction_head", "town_head"):
        text = client_as(name).get(address).text
        assert whole not in text
        assert f"138****{whole[-4:]}" in text


def test_people_are_kept_on_their_page(client_as: ClientAs, cast: Cast, session: Session) -> None:
    person = cast.person_ids["finance_staff"]
    phone = {"phone": "13911112222", "version": 1}
    assert client_as("finance_head").post(f"/people/{person}/phone", data=phone).status_code == 403
    assert client_as("water_head").post(f"/people/{person}/phone", data=phone).status_code == 404
    assert client_as("office_clerk").post(f"/people/{person}/phone", data=phone).status_code == 302
    assert cast.person("finance_staff").phone == "13911112222"
    assert client_as("office_clerk").post(f"/people/{person}/phone", data=phone).status_code == 409
    long = {"phone": "1" * 31, "version": 2}
    assert client_as("office_clerk").post(f"/people/{person}/phone", data=long).status_code == 422
    assert client_as("registrar").post(f"/people/{person}/name", data={"name": "", "version": 2}).status_code == 422
    named = {"name": "毕春雪", "version": 2}
    assert client_as("office_clerk").post(f"/people/{person}/name", data=named).status_code == 403
    assert client_as("registrar").post(f"/people/{person}/name", data=named).status_code == 302
    session.expire_all()
    assert cast.person("finance_staff").name == "毕春雪"


def test_a_group_is_founded_changed_set_and_archived(client_as: ClientAs, cast: Cast, session: Session) -> None:
    facts = {"region_id": cast.region_ids["d1"], "name": "澄江区林长制领导小组", "host_unit_id": 0}
    assert client_as("office_director").post("/groups/new", data=facts).status_code == 403
    assert client_as("registrar").post("/groups/new", data={**facts, "name": ""}).status_code == 422
    answer = client_as("registrar").post("/groups/new", data={**facts, "host_unit_id": cast.unit_ids["town"]})
    group = session.scalars(sa.select(LeadershipGroup).where(LeadershipGroup.name == facts["name"])).one()
    assert (answer.location, group.host_unit_id) == (f"/groups/{group.id}", cast.unit_ids["town"])
    session.rollback()
    g1 = cast.group_ids["g1"]
    changed = {"name": "新名称领导小组", "host_unit_id": cast.unit_ids["education"], "version": 1}
    assert client_as("office_clerk").post(f"/groups/{g1}/edit", data=changed).status_code == 403
    assert client_as("office_director").post(f"/groups/{g1}/edit", data=changed).status_code == 302
    settings = {"sign_for_days": 5, "consult_days": 4, "yellow_days": 99, "urge_cooldown_days": 1, "version": 2}
    assert client_as("office_director").post(f"/groups/{g1}/settings", data=settings).status_code == 422
    settings["yellow_days"] = 9
    assert client_as("office_director").post(f"/groups/{g1}/settings", data=settings).status_code == 302
    session.expire_all()
    assert (cast.group().name, cast.group().yellow_days) == ("新名称领导小组", 9)
    assert client_as("office_director").post(f"/groups/{g1}/end", data={"version": 3}).status_code == 302
    assert client_as("office_director").post(f"/groups/{g1}/end", data={"version": 4}).status_code == 409


def test_seats_are_given_passed_on_and_ended(client_as: ClientAs, cast: Cast, session: Session) -> None:
    g1 = cast.group_ids["g1"]
    seat = {"role": "member", "post_id": 0, "person_id": 0, "unit_id": cast.unit_ids["town"], "instrument": "文1"}
    assert client_as("leader").post(f"/groups/{g1}/seats/new", data=seat).status_code == 403
    assert client_as("g2_office_director").post(f"/groups/{g1}/seats/new", data=seat).status_code == 404
    foreign = {**seat, "unit_id": 0, "person_id": cast.person_ids["water_head"]}
    assert client_as("office_clerk").post(f"/groups/{g1}/seats/new", data=foreign).status_code == 422
    assert client_as("office_clerk").post(f"/groups/{g1}/seats/new", data=seat).status_code == 302
    row = session.scalars(sa.select(Seat).where(Seat.instrument == "文1")).one().id
    session.rollback()
    holder = {"post_id": 0, "person_id": cast.person_ids["town_head"], "unit_id": 0, "instrument": "文2"}
    address = f"/groups/{g1}/seats/{row}"
    assert client_as("office_clerk").post(f"{address}/holder", data={**holder, "person_id": 0}).status_code == 422
    assert client_as("office_clerk").post(f"{address}/holder", data=holder).status_code == 302
    new = session.scalars(sa.select(Seat).where(Seat.instrument == "文2")).one()
    assert (new.role, new.person_id) == (SeatRole.MEMBER, cast.person_ids["town_head"])
    new_id = new.id
    session.rollback()
    for year in ("0001", "9999"):
        far = {**holder, "starts_on": f"{year}-01-01"}
        answer = client_as("office_clerk").post(f"/groups/{g1}/seats/{new_id}/holder", data=far)
        assert (answer.status_code, "日期应在1949年至2199年之间。" in answer.text) == (422, True)
        ended = {"last_day": f"{year}-01-01"}
        assert client_as("office_clerk").post(f"/groups/{g1}/seats/{new_id}/end", data=ended).status_code == 422
    assert client_as("supervisor").post(f"/groups/{g1}/seats/{new_id}/end").status_code == 403
    tomorrow = {"last_day": (TODAY + timedelta(days=1)).isoformat()}
    assert client_as("office_clerk").post(f"/groups/{g1}/seats/{new_id}/end", data=tomorrow).status_code == 302
    assert client_as("office_clerk").post(f"/groups/{cast.group_ids['g2']}/seats/{new_id}/end").status_code == 404


def test_a_unit_joins_by_the_name_that_is_typed(client_as: ClientAs, cast: Cast, session: Session) -> None:
    g1 = cast.group_ids["g1"]
    address = f"/groups/{g1}/members/new"
    assert client_as("finance_head").post(address, data={"name": "区水利局"}).status_code == 403
    assert client_as("office_clerk").post(address, data={"name": "区水利局"}).status_code == 302
    assert cast.unit_ids["water"] in queries.member_unit_ids(g1, day=TODAY)
    asked = client_as("office_clerk").post(address, data={"name": "区应急管理委员会"})
    assert asked.status_code == 302  # nothing like it is known, so it is a new unit
    asked = client_as("office_clerk").post(address, data={"name": "区教委"})
    assert asked.status_code == 422
    assert "澄江区教育局" in asked.text
    chosen = {"name": "区教委", "unit_id": cast.unit_ids["education"]}
    assert client_as("office_clerk").post(address, data=chosen).status_code == 422  # a member already
    assert client_as("office_clerk").post(address, data={"name": "区教委", "unit_id": -1}).status_code == 302
    foreign = {"name": "区教委", "unit_id": cast.unit_ids["d2_finance"]}
    assert client_as("office_clerk").post(address, data=foreign).status_code == 422
    assert session.scalars(sa.select(Unit.id).where(Unit.name == "区教委")).one()


def test_a_member_unit_is_kept_on_its_page(client_as: ClientAs, cast: Cast, session: Session) -> None:
    row = member_id(cast, session)
    address = f"/groups/{cast.group_ids['g1']}/members/{row}"
    facts = {"duties": "保障经费", "section": "教科文科", "working_team": "", "version": 1}
    assert client_as("finance_head").post(f"{address}/edit", data=facts).status_code == 403
    assert client_as("office_clerk").post(f"{address}/edit", data={**facts, "section": "x" * 101}).status_code == 422
    assert client_as("office_clerk").post(f"{address}/edit", data=facts).status_code == 302
    contact = {"role": "liaison", "person_id": cast.person_ids["finance_staff"]}
    assert client_as("finance_head").post(f"{address}/contacts", data=contact).status_code == 403
    wrong = {**contact, "person_id": cast.person_ids["town_head"]}
    assert client_as("office_clerk").post(f"{address}/contacts", data=wrong).status_code == 422
    assert client_as("office_clerk").post(f"{address}/contacts", data=contact).status_code == 302
    liaison = session.scalars(
        sa.select(MemberContact.id).where(
            MemberContact.role == ContactRole.LIAISON, MemberContact.person_id == cast.person_ids["finance_staff"]
        )
    ).one()
    session.rollback()
    assert client_as("office_clerk").post(f"{address}/contacts/{liaison}/end").status_code == 302
    assert client_as("office_clerk").post(f"{address}/contacts/{liaison}/end").status_code == 404
    assert client_as("town_head").post(f"{address}/end", data={"version": 2}).status_code == 403
    assert client_as("office_clerk").post(f"{address}/end", data={"version": 2}).status_code == 302
    assert cast.unit_ids["finance"] not in queries.member_unit_ids(cast.group_ids["g1"], day=TODAY)


def test_regions_are_entered_and_renamed_by_the_registrar(client_as: ClientAs, cast: Cast, session: Session) -> None:
    facts = {"code": "990302101", "name": "柳溪镇", "level": "town", "parent_id": cast.region_ids["d1"]}
    assert client_as("administrator").post("/regions", data=facts).status_code == 403
    assert client_as("registrar").post("/regions", data={**facts, "code": "9"}).status_code == 422
    foreign = {**facts, "parent_id": cast.region_ids["d2"]}
    assert client_as("registrar").post("/regions", data=foreign).status_code == 422
    assert client_as("registrar").post("/regions", data=facts).status_code == 302
    town = session.scalars(sa.select(Region.id).where(Region.code == "990302101")).one()
    session.rollback()
    assert client_as("registrar").post(f"/regions/{town}/name", data={"name": "柳溪新镇"}).status_code == 302
    assert client_as("registrar").post(f"/regions/{cast.region_ids['d2']}/name", data={"name": "x"}).status_code == 404
    assert session.get_one(Region, town).name == "柳溪新镇"


def test_duties_are_given_and_ended_by_the_administrator(client_as: ClientAs, cast: Cast, session: Session) -> None:
    facts = {"duty": "registrar", "name": "余外平"}
    assert client_as("registrar").post("/duties", data=facts).status_code == 403
    assert client_as("administrator").post("/duties", data=facts).status_code == 422
    chosen = {**facts, "person_id": cast.person_ids["outsider"]}
    assert client_as("administrator").post("/duties", data=chosen).status_code == 302
    row = session.scalars(
        sa.select(InstallationDuty.id).where(InstallationDuty.person_id == cast.person_ids["outsider"])
    ).one()
    last = session.scalars(
        sa.select(InstallationDuty.id).where(InstallationDuty.duty == DutyKind.SYSTEM_ADMINISTRATOR)
    ).one()
    session.rollback()
    assert client_as("registrar").post(f"/duties/{row}/end").status_code == 403
    assert client_as("administrator").post(f"/duties/{row}/end").status_code == 302
    assert client_as("administrator").post(f"/duties/{last}/end").status_code == 409
    assert client_as("administrator").post("/duties/999999/end").status_code == 404


def test_a_day_is_corrected_and_a_notice_taken_over_after_a_preview(client_as: ClientAs, cast: Cast) -> None:
    day = {"day": "2026-04-07", "working": "no", "note": "停电"}
    assert client_as("office_director").post("/calendar/days", data=day).status_code == 403
    assert client_as("registrar").post("/calendar/days", data={**day, "day": "x"}).status_code == 422
    assert client_as("registrar").post("/calendar/days", data=day).location == "/calendar?year=2026"
    assert "停电" in client_as("leader").get("/calendar?year=2026").text
    assert client_as("leader").post("/calendar/notice", data={"text": NOTICE_2026}).status_code == 403
    preview = client_as("registrar").post("/calendar/notice", data={"text": NOTICE_2026})
    assert preview.status_code == 200
    assert not queries.year_view(2026).published
    wrong = {"text": NOTICE_2026.replace("共9天", "共8天"), "confirm": "1"}
    refused = client_as("registrar").post("/calendar/notice", data=wrong)
    assert refused.status_code == 422
    assert "第 6 行" in refused.text
    taken = client_as("registrar").post("/calendar/notice", data={"text": NOTICE_2026, "confirm": "1"})
    assert taken.location == "/calendar?year=2026"
    assert queries.year_view(2026).published


@pytest.mark.parametrize("address", ["/units?q=%00", "/people?q=%25", "/units?kind=nothing", "/calendar?year=99999"])
def test_odd_words_in_an_address_are_no_fault(client_as: ClientAs, address: str) -> None:
    assert client_as("registrar").get(address).status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/units?after=x", "/people?after=WyIiLCAiYSJd", "/people?after=WyJcdTAwMDAiLCAxXQ", "/units?q=" + "x" * 200],
)
def test_a_place_that_was_tampered_with_is_refused(client_as: ClientAs, address: str) -> None:
    assert client_as("registrar").get(address).status_code == 422
