"""The first party takes back a letter that both had signed (生效后撤回): in person, or entered from paper."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.factories import make_post
from tests.letters.promises import again, follow, in_force, issued, sign
from tests.letters.successions import drawn_up, passed_on
from tests.letters.years_end import reconcile
from tests.tasks.pages.acting import PDF, ClientAs, post
from tests.tasks.stories import act, inbox, refuses
from tests.visitors import PASSWORD, signed_in
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.kernel.files import NewFile, keep, path_of
from tracker.kernel.uploads import files_root
from tracker.letters import commands, policy, queries
from tracker.letters.commands import SignedOnPaper
from tracker.letters.models import Letter, Withdrawal
from tracker.letters.rules import LetterKind, LetterState, SigningMethod
from tracker.organisation import commands as organisation
from tracker.organisation.rules import PostRank, SeatRole


def a_scan() -> NewFile:
    """What was signed by hand, as it is kept."""
    with write_transaction():
        digest = keep(PDF, "application/pdf", root=files_root(), now=NOW)
    return NewFile("撤回签批.pdf", digest, len(PDF), "application/pdf")


def faults() -> list[str]:
    """What is found wrong with all letters."""
    db.session.expire_all()
    return [str(fault.sentence) for fault in queries.faults(root=files_root())]


def revoked(cast: Cast, letter: Letter, *, by: str = "leader", paper: SignedOnPaper | None = None) -> Letter:
    """The leader takes a letter in force back."""
    act(commands.revoke_letter, letter, remark="方案调整，另行签订。", paper=paper, by=cast.actor(by))
    return again(letter)


def test_the_first_party_takes_back_a_letter_in_force_and_all_stays_on_record(cast: Cast) -> None:
    letter = revoked(cast, in_force(cast))
    found = queries.withdrawal_of(letter)
    assert found is not None
    assert (letter.state, letter.remark, len(policy.signatures_of(letter))) == (
        LetterState.WITHDRAWN,
        "方案调整，另行签订。",
        2,
    )
    assert (found.person_name, found.withdrawn_as, found.method) == (
        "罗正川",
        "澄江区人民政府区长",
        SigningMethod.ELECTRONIC,
    )
    assert (found.withdrawn_at, found.recorded_by_id, found.scan_sha256) == (NOW, None, None)
    assert history("letter", letter.id)[-1].act == "letter.revoke"
    for name in ("finance_head", "office_clerk"):
        assert inbox(cast, name)[-1] == "letter.withdrawn"
    assert issued(cast).number == "优均责〔2026〕2号"
    assert faults() == []


def test_only_who_signs_for_the_first_party_and_is_not_of_the_unit_takes_it_back(cast: Cast) -> None:
    letter = in_force(cast)
    said: dict[str, Any] = {"remark": "有误。", "version": letter.version, "now": NOW}
    for name in ("office_clerk", "deputy_leader", "supervisor", "finance_head", "outsider"):
        with refuses(NotAllowed):
            commands.revoke_letter(letter, **said, by=cast.actor(name))
    with write_transaction():
        post = make_post(cast.unit("finance"), "第一书记", PostRank.DEPUTY)
        organisation.appoint(post, person=cast.person("leader"), by=SYSTEM, now=NOW)
    with refuses(NotAllowed):
        commands.revoke_letter(letter, **said, by=cast.actor("leader"))
    assert again(letter).state is LetterState.IN_FORCE


def test_it_takes_a_reason_the_version_that_was_seen_and_a_letter_in_force(cast: Cast) -> None:
    letter, leader = in_force(cast), cast.actor("leader")
    for remark in (" ", "由" * 1001):
        with refuses(Invalid, "remark"):
            commands.revoke_letter(letter, remark=remark, version=letter.version, by=leader, now=NOW)
    with refuses(Stale):
        commands.revoke_letter(letter, remark="有误。", version=letter.version - 1, by=leader, now=NOW)
    for other in (issued(cast, "town"), revoked(cast, letter)):
        with refuses(Stale):
            commands.revoke_letter(other, remark="有误。", version=other.version, by=leader, now=NOW)


def test_the_office_enters_from_paper_what_the_first_party_took_back(cast: Cast) -> None:
    letter, scan = in_force(cast), a_scan()
    paper = SignedOnPaper(cast.actor("leader"), scan)
    said: dict[str, Any] = {"remark": "有误。", "version": letter.version, "now": NOW}
    for name in ("leader", "supervisor", "finance_head"):
        with refuses(NotAllowed):
            commands.revoke_letter(letter, **said, paper=paper, by=cast.actor(name))
    with refuses(NotAllowed):
        other = SignedOnPaper(cast.actor("deputy_leader"), scan)
        commands.revoke_letter(letter, **said, paper=other, by=cast.actor("office_clerk"))
    found = queries.withdrawal_of(revoked(cast, letter, by="office_clerk", paper=paper))
    assert found is not None
    assert (found.person_name, found.recorded_by_id) == ("罗正川", cast.person_ids["office_clerk"])
    assert (found.method, found.scan_sha256) == (SigningMethod.PAPER, scan.sha256)
    assert faults() == []


def test_nobody_enters_for_themselves_or_for_their_own_unit(cast: Cast) -> None:
    scan = NewFile("x.pdf", "0" * 64, 1, "application/pdf")
    letter, paper = in_force(cast), SignedOnPaper(cast.actor("leader"), scan)
    act(organisation.seat, cast.group(), role=SeatRole.OFFICE_STAFF, person=cast.person("leader"), by=SYSTEM)
    act(organisation.seat, cast.group(), role=SeatRole.OFFICE_STAFF, person=cast.person("finance_staff"), by=SYSTEM)
    for name in ("leader", "finance_staff"):
        with refuses(NotAllowed):
            commands.revoke_letter(
                letter, remark="有误。", version=letter.version, paper=paper, by=cast.actor(name), now=NOW
            )


def test_what_was_added_goes_with_the_letter_and_what_is_on_its_way_goes_first(cast: Cast) -> None:
    letter, clerk = in_force(cast), cast.actor("office_clerk")
    added = follow(cast, letter, LetterKind.SUPPLEMENT, free="一条。")
    with refuses(Stale):
        commands.revoke_letter(letter, remark="有误。", version=letter.version, by=cast.actor("leader"), now=NOW)
    act(commands.issue_letter, added, by=clerk)
    sign(cast, added, "finance_head")
    sign(cast, added, "leader")
    revoked(cast, again(letter))
    assert (again(added).state, again(added).remark) == (LetterState.WITHDRAWN, "方案调整，另行签订。")
    assert queries.withdrawal_of(again(added)) is not None
    assert faults() == []


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (sa.update(Withdrawal).values(person_name="别人"), "撤回与撤回声明不符"),
        (sa.update(Withdrawal).values(statement="{}"), "撤回与撤回声明不符"),
        (sa.update(Withdrawal).values(mark="0" * 8 + ".x"), "撤回的校验码出自未知的密钥，无法核对"),
        (sa.update(Letter).values(remark="改过"), "撤回与撤回声明不符"),
        (sa.delete(Withdrawal), "生效后撤回，但没有撤回人"),
        (sa.text("UPDATE letter SET state = 'in_force'"), "生效后撤回过，但状态不是已撤回"),
        (sa.text("UPDATE audit_entry SET act = 'letter.withdraw' WHERE act = 'letter.revoke'"), "撤回与操作记录不符"),
    ],
)
def test_what_is_changed_of_a_withdrawal_behind_the_back_is_found(cast: Cast, statement: Any, sentence: str) -> None:
    revoked(cast, in_force(cast))
    with write_transaction() as session:
        session.execute(statement)
    assert sentence in faults()


def test_a_scan_of_a_withdrawal_that_was_lost_is_found(cast: Cast) -> None:
    scan = a_scan()
    revoked(cast, in_force(cast), by="office_clerk", paper=SignedOnPaper(cast.actor("leader"), scan))
    path = path_of(scan.sha256, files_root())
    path.chmod(0o600)
    before = path.read_bytes()
    path.write_bytes(b"")
    found = faults()
    path.write_bytes(before)
    assert found == ["撤回的签批件已损坏或丢失"]


def test_the_leader_takes_a_letter_back_on_the_page(cast: Cast, client_as: ClientAs, clock: Clock) -> None:
    letter, leader = in_force(cast), client_as("leader")
    address, said = f"/letters/{letter.id}/revoke", {"version": letter.version, "remark": "方案调整。"}
    assert f'href="{address}"' in leader.get(f"/letters/{letter.id}").text
    assert f'href="{address}"' not in client_as("finance_head").get(f"/letters/{letter.id}").text
    clock.now = NOW + timedelta(minutes=6)
    assert 'name="password"' in leader.get(address).text
    assert post(leader, address, **said, password="wrong one").status_code == 403
    assert post(leader, address, version=letter.version, password=PASSWORD).status_code == 422
    for name, status in (("supervisor", 403), ("finance_head", 403), ("outsider", 404)):
        assert post(client_as(name), address, **said).status_code == status
    assert post(leader, address, **said, password=PASSWORD).status_code == 302
    assert leader.get(address).status_code == 409
    page = client_as("finance_head").get(f"/letters/{letter.id}").text
    assert ("方案调整。" in page, "罗正川（澄江区人民政府区长）撤回" in page) == (True, True)
    assert "已撤回，不再有效" in client_as("outsider").get(f"/check/{letter.check_code}").text


def test_the_office_enters_a_withdrawal_with_its_scan_on_the_page(cast: Cast, client_as: ClientAs) -> None:
    letter, clerk = in_force(cast), client_as("office_clerk")
    address, leader = f"/letters/{letter.id}/revoke", cast.person_ids["leader"]
    said = {"version": letter.version, "remark": "方案调整。"}
    assert post(clerk, address, **said, signatory=leader).status_code == 422
    assert post(clerk, address, **said, signatory=leader, scan="签批件.pdf").status_code == 422
    assert post(clerk, address, **said, scan=(BytesIO(PDF), "签批件.pdf")).status_code == 422
    assert post(clerk, address, **said, signatory=leader, scan=(BytesIO(PDF), "签批件.pdf")).status_code == 302
    found = queries.withdrawal_of(again(letter))
    assert found is not None
    head = client_as("finance_head")
    assert "秦小满代录" in head.get(f"/letters/{letter.id}").text
    assert head.get(f"/letters/{letter.id}/withdrawal/{found.scan_sha256}").data == PDF
    assert head.get(f"/letters/{letter.id}/withdrawal/{'0' * 64}").status_code == 404


def test_papers_and_pages_of_a_letter_taken_back_ask_for_nothing_any_more(cast: Cast, client_as: ClientAs) -> None:
    letter = passed_on(cast)
    found = drawn_up(cast, letter)
    reconcile(cast, letter)
    clerk, successor, address = client_as("office_clerk"), client_as("finance_deputy"), f"/letter-handovers/{found.id}"
    sheets = f"{address}/handover.docx", f"/letters/{letter.id}/reconciliation.docx"
    for sheet in sheets:
        assert clerk.get(sheet).status_code == 200
    assert "等您签署" in successor.get(address).text
    revoked(cast, again(letter))
    assert "等您签署" not in successor.get(address).text
    assert successor.get(f"{address}/sign").status_code == 409
    assert clerk.get(f"{address}/paper").status_code == 409
    for sheet in sheets:
        assert clerk.get(sheet).status_code == 409
    assert "年终对账待" not in clerk.get(f"/letters/{letter.id}").text


def test_the_check_page_knows_of_the_end_of_a_term_before_the_night_does(app: Flask, cast: Cast, clock: Clock) -> None:
    letter = in_force(cast, ends_on=NOW.date() + timedelta(days=20))
    clock.now = NOW + timedelta(days=21)
    stranger = signed_in(app, cast.person_ids["outsider"], now=clock.now)
    assert again(letter).state is LetterState.IN_FORCE
    assert "有效期已过" in stranger.get(f"/check/{letter.check_code}").text
