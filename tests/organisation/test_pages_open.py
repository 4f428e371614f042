"""Every page of the organisation opens for whom it is, and says the right thing to everybody else."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.cast import Cast
from tracker.organisation.models import Appointment, MemberUnit, Post, Seat

ClientAs = Callable[[str], FlaskClient]


@pytest.fixture
def places(cast: Cast, session: Session) -> dict[str, int]:
    """Numbers for addresses: the first group, its finance bureau, and one of everything in them."""
    g1, finance = cast.group_ids["g1"], cast.unit_ids["finance"]
    member = session.scalars(
        sa.select(MemberUnit.id).where(MemberUnit.group_id == g1, MemberUnit.unit_id == finance)
    ).one()
    seat = session.scalars(sa.select(Seat.id).where(Seat.group_id == g1).order_by(Seat.id)).first()
    appointment = session.scalars(sa.select(Appointment.id).join(Post).where(Post.unit_id == finance)).first()
    session.rollback()
    return {
        "g": g1,
        "u": finance,
        "m": member,
        "s": seat or 0,
        "a": appointment or 0,
        "p": cast.person_ids["finance_staff"],
    }


EVERYBODY = ("leader", "office_clerk", "supervisor", "finance_head", "finance_staff", "registrar", "administrator")


@pytest.mark.parametrize("address", ["/groups", "/units", "/people", "/calendar", "/units?q=cz", "/people?q=qian"])
def test_lists_open_for_everybody_signed_in(client_as: ClientAs, address: str) -> None:
    for name in (*EVERYBODY, "auditor", "outsider"):
        assert client_as(name).get(address).status_code == 200


@pytest.mark.parametrize(
    "address", ["/groups/{g}", "/groups/{g}/seats", "/groups/{g}/members", "/groups/{g}/members/{m}"]
)
def test_a_group_is_open_to_its_people_and_the_registrar_and_unknown_to_others(
    client_as: ClientAs, places: dict[str, int], address: str
) -> None:
    for name in ("leader", "office_clerk", "supervisor", "finance_staff", "construction_head", "registrar"):
        assert client_as(name).get(address.format(**places)).status_code == 200
    for name in ("water_head", "g2_office_clerk", "outsider", "administrator", "auditor", "d2_office_director"):
        assert client_as(name).get(address.format(**places)).status_code == 404


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("/groups/{g}/edit", "office_director"),
        ("/groups/{g}/settings", "office_director"),
        ("/groups/{g}/seats/new", "office_clerk"),
        ("/groups/{g}/seats/{s}/holder", "office_clerk"),
        ("/groups/{g}/members/new", "office_clerk"),
        ("/groups/{g}/members/{m}/edit", "office_clerk"),
        ("/groups/{g}/members/{m}/contacts", "office_clerk"),
        ("/units/{u}/appoint", "office_clerk"),
        ("/units/{u}/appointments/{a}/successor", "office_clerk"),
        ("/units/new", "office_clerk"),
        ("/units/{u}/edit", "registrar"),
        ("/groups/new", "registrar"),
        ("/regions", "registrar"),
        ("/calendar/notice", "registrar"),
        ("/duties", "administrator"),
    ],
)
def test_pages_of_keepers_open_for_them_and_refuse_others_with_the_reason(
    client_as: ClientAs, places: dict[str, int], address: str, who: str
) -> None:
    assert client_as(who).get(address.format(**places)).status_code == 200
    assert client_as("finance_head").get(address.format(**places)).status_code == 403


@pytest.mark.parametrize("address", ["/units/{u}", "/people/{p}"])
def test_a_unit_and_its_people_are_open_to_those_who_work_with_them(
    client_as: ClientAs, places: dict[str, int], address: str
) -> None:
    for name in ("finance_head", "office_clerk", "supervisor", "leader", "registrar", "administrator"):
        assert client_as(name).get(address.format(**places)).status_code == 200
    for name in ("water_head", "g2_office_clerk", "outsider", "auditor", "d2_office_director"):
        assert client_as(name).get(address.format(**places)).status_code == 404
