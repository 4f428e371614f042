"""The pages of a letter's end: outcomes by clause, and handovers to successors."""

import re
from datetime import timedelta
from io import BytesIO

import pytest

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.letters.promises import again, in_force
from tests.letters.successions import drawn_up, due, passed_on
from tests.letters.years_end import fulfilled, reconcile
from tests.tasks.pages.acting import PDF, ClientAs, post
from tests.visitors import PASSWORD
from tracker.kernel.db import db
from tracker.letters import queries
from tracker.letters.models import Handover, Reconciliation
from tracker.letters.rules import HandoverState, LetterState


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a page."""
    [value] = re.findall(rf'name="{name}"[^>]*value="([^"]+)"', page)[:1]
    return str(value)


def test_the_office_says_and_the_leader_confirms_through_the_pages(cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast)
    clerk, leader, head = client_as("office_clerk"), client_as("leader"), client_as("finance_head")
    address = f"/letters/{letter.id}"
    form = clerk.get(f"{address}/reconcile")
    assert "正在办理，完成时限为2026年4月17日。" in form.text
    said = {f"remark_{clause.id}": "已经落实。" for clause in letter.clauses}
    assert post(clerk, f"{address}/reconcile", version=0, **said).status_code == 422
    said |= {f"outcome_{clause.id}": "met" for clause in letter.clauses}
    assert post(head, f"{address}/reconcile", version=0, **said).status_code == 403
    assert post(clerk, f"{address}/reconcile", version=0, **said).status_code == 302
    assert post(clerk, f"{address}/reconcile", version=0, **said).status_code == 409
    assert "已经落实。" in clerk.get(f"{address}/reconcile").text
    for page in ("/letters", address):
        assert "年终对账" in leader.get(page).text
    assert post(head, f"{address}/fulfil", version=1).status_code == 403
    assert post(leader, f"{address}/fulfil", version=7).status_code == 409
    assert post(leader, f"{address}/fulfil", version=1).status_code == 302
    assert again(letter).state is LetterState.FULFILLED
    assert "已对账" in head.get(address).text
    assert "已对账" in client_as("outsider").get(f"/check/{letter.check_code}").text
    assert clerk.get(f"{address}/reconcile").status_code == 409


def test_confirming_asks_for_the_password_again_as_signing_does(cast: Cast, client_as: ClientAs, clock: Clock) -> None:
    letter = in_force(cast)
    reconcile(cast, letter)
    leader, address = client_as("leader"), f"/letters/{letter.id}"
    assert 'name="password"' not in leader.get(address).text
    clock.now = NOW + timedelta(minutes=6)
    assert 'name="password"' in leader.get(address).text
    for password in ("", "wrong one"):
        refused = post(leader, f"{address}/fulfil", version=1, password=password)
        assert (refused.status_code, again(letter).state) == (403, LetterState.IN_FORCE)
        assert "密码" in refused.text
    assert post(leader, f"{address}/fulfil", version=1, password=PASSWORD).status_code == 302
    assert again(letter).state is LetterState.FULFILLED


def test_a_confirmation_on_paper_is_entered_with_its_scan(cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast)
    clerk, address = client_as("office_clerk"), f"/letters/{letter.id}/fulfil-paper"
    assert clerk.get(address).status_code == 409
    reconcile(cast, letter)
    leader = cast.person_ids["leader"]
    assert post(clerk, address, version=1, signatory=leader).status_code == 422
    assert post(clerk, address, version=1, signatory=leader, scan="对账表.pdf").status_code == 422
    assert post(clerk, address, version=1, scan=(BytesIO(PDF), "对账表.pdf")).status_code == 422
    assert post(client_as("leader"), address, version=1, signatory=leader).status_code == 403
    answer = post(clerk, address, version=1, signatory=leader, scan=(BytesIO(PDF), "对账表.pdf"))
    assert answer.status_code == 302
    assert again(letter).state is LetterState.FULFILLED
    found = queries.reconciliation_of(letter)
    assert found is not None
    head = client_as("finance_head")
    assert "秦小满代录" in head.get(f"/letters/{letter.id}").text
    assert head.get(f"/letters/{letter.id}/fulfilment/{found.scan_sha256}").data == PDF
    assert head.get(f"/letters/{letter.id}/fulfilment/{'0' * 64}").status_code == 404


def test_the_successor_is_asked_for_the_handover_and_signs_it(cast: Cast, client_as: ClientAs) -> None:
    letter = passed_on(cast)
    successor, clerk = client_as("finance_deputy"), client_as("office_clerk")
    for page in ("/", "/letters", f"/letters/{letter.id}"):
        assert "待交接确认" in successor.get(page).text
    assert "待交接确认" in clerk.get(f"/letter-batches/{letter.batch_id}").text
    assert "待交接确认" not in client_as("finance_liaison").get("/").text
    line = due(letter).signatory.id
    answer = post(successor, f"/letters/{letter.id}/handover", signatory=line)
    [handover] = db.session.query(Handover).all()
    address = f"/letter-handovers/{handover.id}"
    assert answer.headers["Location"].endswith(f"{address}/sign")
    page = successor.get(f"{address}/sign").text
    assert "不增加新的承诺" in page
    said = {"sha256": hidden(page, "sha256"), "ticket": hidden(page, "ticket"), "password": PASSWORD}
    assert post(clerk, f"{address}/sign", **said).status_code == 403
    assert post(successor, f"{address}/sign", **{**said, "sha256": "0" * 64}).status_code == 409
    assert post(successor, f"{address}/sign", **said).status_code == 302
    assert post(successor, f"{address}/sign", **said).status_code == 409
    assert successor.get(f"{address}/sign").status_code == 409
    db.session.expire_all()
    assert db.session.get_one(Handover, handover.id).state is HandoverState.SIGNED
    assert "待交接确认" not in successor.get("/").text
    assert "钱广源移交谢云岚" in clerk.get(f"/letters/{letter.id}").text


def test_the_office_draws_a_handover_up_and_enters_it_from_paper(cast: Cast, client_as: ClientAs) -> None:
    letter = passed_on(cast)
    clerk, line = client_as("office_clerk"), due(letter).signatory.id
    for rubbish in ({"signatory": "x"}, {"signatory": ""}, {}):
        answer = post(clerk, f"/letters/{letter.id}/handover", **rubbish)
        assert answer.status_code == 422
        assert "请从责任书页面选择要交接的签署人。" in answer.text
    assert db.session.query(Handover).count() == 0
    assert db.session.query(Handover).count() == 0
    answer = post(clerk, f"/letters/{letter.id}/handover", signatory=line)
    [handover] = db.session.query(Handover).all()
    address = f"/letter-handovers/{handover.id}"
    assert answer.headers["Location"].endswith(address)
    assert "移交人" in clerk.get(f"{address}/paper").text
    scan = {"scan": (BytesIO(PDF), "交接.pdf")}
    assert post(clerk, f"{address}/paper", version=1, **scan).status_code == 422
    both = ["predecessor", "successor"]
    assert post(clerk, f"{address}/paper", version=1, lines=both, scan="交接.pdf").status_code == 422
    scan = {"scan": (BytesIO(PDF), "交接.pdf")}
    assert post(clerk, f"{address}/paper", version=1, lines=both, **scan).status_code == 302
    assert clerk.get(f"{address}/paper").status_code == 409
    db.session.expire_all()
    [first, _second] = db.session.get_one(Handover, handover.id).signatures
    assert clerk.get(f"{address}/scans/{first.scan_sha256}").data == PDF
    assert clerk.get(f"{address}/scans/{'0' * 64}").status_code == 404


def test_a_late_handover_is_counted_with_its_batch(
    cast: Cast, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = passed_on(cast)
    clerk, address = client_as("office_clerk"), f"/letter-batches/{letter.batch_id}"
    assert "份交接超过期限" not in clerk.get(address).text
    monkeypatch.setattr("tracker.letters.queries.handing_over.GRACE_DAYS", -1)
    assert "1 份交接超过期限" in clerk.get(address).text


def test_a_handover_that_lapsed_says_so(cast: Cast, client_as: ClientAs) -> None:
    letter = passed_on(cast)
    old = drawn_up(cast, letter).id
    drawn_up(cast, again(letter))
    assert "后来重新起草了交接确认" in client_as("finance_deputy").get(f"/letter-handovers/{old}").text
    assert client_as("office_clerk").get(f"/letter-handovers/{old}/paper").status_code == 409


def test_a_fulfilled_letter_offers_no_step_any_more(cast: Cast, client_as: ClientAs) -> None:
    letter = fulfilled(cast, in_force(cast))
    page = client_as("office_clerk").get(f"/letters/{letter.id}").text
    assert "罗正川" in page
    for word in ("修改年终对账", "补充或重签", "代录"):
        assert word not in page
    assert db.session.query(Reconciliation).count() == 1


def test_whoever_is_refused_an_act_is_led_back_to_the_letter(cast: Cast, client_as: ClientAs) -> None:
    letter = in_force(cast)
    clerk, staff = client_as("office_clerk"), client_as("finance_staff")
    for browser, status in ((clerk, 409), (staff, 403)):
        answer = browser.get(f"/letters/{letter.id}/edit")
        assert answer.status_code == status
        assert f'href="/letters/{letter.id}"' in answer.text
    answer = client_as("construction_head").get(f"/letters/{letter.id}/edit")
    assert (answer.status_code, f'href="/letters/{letter.id}"' in answer.text) == (404, False)
