"""The road of a seat's change over the pages: proposal, decision, notice; and what each refuses."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.cast import TODAY, Cast
from tests.organisation.seat_changes import NUMBER, YESTERDAY, finance_seat, post_held
from tracker.kernel.db import write_transaction
from tracker.organisation.models import LeadershipGroup, Seat, SeatChange, SeatNotice
from tracker.organisation.rules import SeatChangeState

ClientAs = Callable[[str], FlaskClient]


@pytest.fixture
def proposal(cast: Cast, session: Session) -> str:
    """Where the finance bureau proposes a change of its seat, in a group whose seats change by proposal."""
    with write_transaction() as writing:
        writing.get_one(LeadershipGroup, cast.group_ids["g1"]).proposals_from = YESTERDAY
    address = f"/groups/{cast.group_ids['g1']}/seats/{finance_seat(cast, session).id}/proposal"
    session.rollback()
    return address


def facts_of(cast: Cast, session: Session, who: str = "finance_deputy") -> dict[str, object]:
    """A proposal that somebody takes over."""
    found = {"successor": post_held(session, cast.person_ids[who]).id, "reason": "分工调整"}
    session.rollback()
    return found


def proposed(client_as: ClientAs, cast: Cast, session: Session, address: str, who: str = "finance_head") -> str:
    """The page of a proposal just made."""
    answer = client_as(who).post(address, data=facts_of(cast, session))
    assert answer.status_code == 302
    return str(answer.location)


def test_a_director_sets_how_seats_pass_on(client_as: ClientAs, cast: Cast) -> None:
    address = f"/groups/{cast.group_ids['g1']}/settings"
    facts = {"sign_for_days": 3, "consult_days": 3, "yellow_days": 7, "urge_cooldown_days": 2, "version": 1}
    assert client_as("office_clerk").post(address, data={**facts, "succession": "proposal"}).status_code == 403
    assert client_as("office_director").post(address, data={**facts, "succession": "dice"}).status_code == 422
    assert client_as("office_director").post(address, data={**facts, "succession": "proposal"}).status_code == 302
    assert cast.group().proposals_from == TODAY
    assert "报请调整" in client_as("finance_staff").get(f"/groups/{cast.group_ids['g1']}").text


def test_where_seats_pass_on_naturally_there_is_nothing_to_propose(
    client_as: ClientAs, cast: Cast, session: Session
) -> None:
    seat = finance_seat(cast, session).id
    session.rollback()
    address = f"/groups/{cast.group_ids['g1']}/seats/{seat}"
    assert client_as("finance_head").get(f"{address}/proposal").status_code == 409
    assert client_as("office_clerk").get(f"{address}/holder").status_code == 200
    assert "报请席位调整" not in client_as("finance_head").get(f"/groups/{cast.group_ids['g1']}/seats").text


def test_a_seat_passes_on_from_proposal_to_notice(
    client_as: ClientAs, cast: Cast, session: Session, proposal: str
) -> None:
    g1, head = cast.group_ids["g1"], client_as("finance_head")
    assert proposal in head.get(f"/groups/{g1}/seats").text
    assert "谢云岚 副局长" in head.get(proposal).text
    page = proposed(client_as, cast, session, proposal)
    assert "提交决定" not in head.get(page).text
    assert page in client_as("leader").get(f"/groups/{g1}/leader").text
    assert page in client_as("leader").get(f"/groups/{g1}/overview").text
    assert "提交决定" in client_as("leader").get(page).text
    decision = {"decision": "approve", "remark": "同意", "version": 1}
    assert head.post(f"{page}/decide", data=decision).status_code == 403
    assert client_as("leader").post(f"{page}/decide", data={**decision, "version": 7}).status_code == 409
    assert client_as("leader").post(f"{page}/decide", data={"version": 1}).status_code == 422
    assert client_as("leader").post(f"{page}/decide", data=decision).status_code == 302
    assert client_as("leader").post(f"{page}/decide", data={**decision, "version": 2}).status_code == 409
    clerk, notices = client_as("office_clerk"), f"/groups/{g1}/seat-notices/new"
    assert page in clerk.get("/").text
    assert "谢云岚" in clerk.get(notices).text
    change = page.rpartition("/")[2]
    sent = {"change_ids": change, "document_number": NUMBER}
    assert client_as("finance_head").post(notices, data=sent).status_code == 403
    assert clerk.post(notices, data={"document_number": NUMBER}).status_code == 422
    assert clerk.post(notices, data={**sent, "change_ids": "1; --"}).status_code == 422
    assert clerk.post(notices, data={**sent, "change_ids": 999999}).status_code == 404
    assert clerk.post(notices, data={**sent, "document_number": ""}).status_code == 422
    answer = clerk.post(notices, data=sent)
    assert answer.status_code == 302
    assert clerk.post(notices, data={**sent, "document_number": "5号"}).status_code == 409
    text = client_as("construction_head").get(answer.location).text
    for words in (NUMBER, "澄江区财政局副局长谢云岚任成员，自2026年3月18日起；钱广源不再担任。"):
        assert words in text
    session.expire_all()
    assert session.scalars(sa.select(Seat.instrument).where(Seat.person_id == cast.person_ids["finance_deputy"])).one()
    assert "没有已批准" in clerk.get(notices).text
    assert client_as("d2_office_director").get(answer.location).status_code == 404
    assert NUMBER in client_as("finance_staff").get(f"/groups/{g1}/seats").text


def test_the_text_of_a_notice_is_chinese_in_every_language(
    client_as: ClientAs, cast: Cast, session: Session, proposal: str
) -> None:
    page = proposed(client_as, cast, session, proposal)
    client_as("leader").post(f"{page}/decide", data={"decision": "approve", "version": 1})
    facts = {"change_ids": page.rpartition("/")[2], "document_number": NUMBER}
    notice = client_as("office_clerk").post(f"/groups/{cast.group_ids['g1']}/seat-notices/new", data=facts).location
    client_as("leader").post("/appearance", data={"language": "en"})
    shown = client_as("leader").get(notice).text
    assert "Adjustment notice" in shown
    assert "自2026年3月18日起" in shown


def test_bad_input_is_said_at_its_field(client_as: ClientAs, cast: Cast, session: Session, proposal: str) -> None:
    good, head = facts_of(cast, session), client_as("finance_head")
    for wrong in ({"successor": 0}, {"successor": 999999}, {"reason": ""}, {"starts_on": "someday"}):
        assert head.post(proposal, data={**good, **wrong}).status_code == 422
    assert "应晚于现席位" in head.post(proposal, data={**good, "starts_on": "2025-09-01"}).text
    assert session.scalars(sa.select(SeatChange)).all() == []
    session.rollback()
    page = proposed(client_as, cast, session, proposal)
    assert "该席位已有报请在办" in head.post(proposal, data=good).text
    refusal = client_as("leader").post(f"{page}/decide", data={"decision": "refuse", "version": 1})
    assert refusal.status_code == 422
    assert head.post(f"{page}/withdraw", data={"version": 1}).status_code == 422
    assert head.post(f"{page}/withdraw", data={"version": 2, "remark": "另议"}).status_code == 409
    assert (
        client_as("finance_liaison").post(f"{page}/withdraw", data={"version": 1, "remark": "另议"}).status_code == 403
    )
    assert head.post(f"{page}/withdraw", data={"version": 1, "remark": "另议"}).status_code == 302
    assert "另议" in head.get(page).text


def test_the_office_enters_the_papers_of_unit_and_leader(
    client_as: ClientAs, cast: Cast, session: Session, proposal: str
) -> None:
    assert "代录报请" in client_as("office_clerk").get(proposal).text
    page = proposed(client_as, cast, session, proposal, "office_clerk")
    assert "秦小满代录" in client_as("leader").get(page).text
    decision = {"decision": "approve", "version": 1, "signatory": cast.person_ids["leader"]}
    assert client_as("office_clerk").post(f"{page}/decide", data=decision).status_code == 403
    director = client_as("office_director")
    assert "录入纸质签批" in director.get(page).text
    assert director.post(f"{page}/decide", data={**decision, "signatory": 0}).status_code == 422
    assert director.post(f"{page}/decide", data=decision).status_code == 302
    change = session.scalars(sa.select(SeatChange)).one()
    assert (change.state, change.decided_by_id) == (SeatChangeState.APPROVED, cast.person_ids["leader"])


def test_the_direct_form_is_refused_where_seats_change_by_proposal(
    client_as: ClientAs, cast: Cast, session: Session, proposal: str
) -> None:
    clerk, address = client_as("office_clerk"), proposal.removesuffix("/proposal")
    refused = clerk.get(f"{address}/holder")
    assert refused.status_code == 403
    assert "以调整通知换人" in refused.text
    leader = session.scalars(sa.select(Seat.id).where(Seat.role == "leader")).first()
    session.rollback()
    assert clerk.get(f"/groups/{cast.group_ids['g1']}/seats/{leader}/holder").status_code == 200
    assert client_as("finance_liaison").get(proposal).status_code == 403
    assert client_as("water_head").get(proposal).status_code == 404


def test_a_gap_shows_on_the_pages_and_the_hand_over_warns(
    client_as: ClientAs, cast: Cast, session: Session, proposal: str
) -> None:
    appointment = post_held(session, cast.person_ids["finance_head"]).id
    session.rollback()
    address = f"/units/{cast.unit_ids['finance']}/appointments/{appointment}"
    clerk = client_as("office_clerk")
    assert "接任人不自动入席" in clerk.get(f"{address}/successor").text
    clerk.post(f"{address}/successor", data={"name": "甄接任"})
    g1 = cast.group_ids["g1"]
    seats = clerk.get(f"/groups/{g1}/seats").text
    assert "待调整" in seats and "缺位" in seats
    members = session.scalars(sa.select(sa.text("id")).select_from(sa.text("member_unit"))).all()
    session.rollback()
    pages = [clerk.get(f"/groups/{g1}/members/{member}") for member in members]
    assert any("待调整" in page.text and proposal in page.text for page in pages if page.status_code == 200)
    proposed(client_as, cast, session, proposal, "office_clerk")
    assert "报请中" in client_as("construction_head").get(f"/groups/{g1}/seats").text
    assert session.scalars(sa.select(SeatNotice)).all() == []
