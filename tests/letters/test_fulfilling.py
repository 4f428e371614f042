"""The first party confirms what became of the clauses: once, and never changed again."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.factories import make_post
from tests.letters.promises import again, in_force
from tests.letters.years_end import fulfilled, judged, reconcile
from tests.tasks.stories import a_file, act, inbox, refuses
from tracker.audit.queries import history
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import NotAllowed, Stale
from tracker.kernel.files import NewFile
from tracker.kernel.uploads import files_root
from tracker.letters import commands, queries
from tracker.letters.commands import SignedOnPaper
from tracker.letters.models import OutcomeOfClause, Reconciliation
from tracker.letters.rules import LetterKind, LetterState, SigningMethod
from tracker.organisation import commands as organisation
from tracker.organisation.rules import PostRank, SeatRole


def test_a_letter_is_fulfilled_once_the_first_party_has_confirmed(cast: Cast) -> None:
    letter = fulfilled(cast, in_force(cast))
    found = queries.reconciliation_of(letter)
    assert found is not None
    assert letter.state is LetterState.FULFILLED
    assert (found.confirmed_name, found.confirmed_as) == ("罗正川", "澄江区人民政府区长")
    assert (found.confirmed_at, found.method, found.recorded_by_id) == (NOW, SigningMethod.ELECTRONIC, None)
    assert history("letter", letter.id)[-1].act == "letter.fulfil"
    assert inbox(cast, "finance_head")[-1] == "letter.fulfilled"
    assert queries.reconciliations_waiting_for(cast.actor("leader")) == []


def test_only_who_signs_for_the_first_party_confirms(cast: Cast) -> None:
    letter = in_force(cast)
    found = reconcile(cast, letter)
    for name in ("office_clerk", "deputy_leader", "supervisor", "finance_head", "outsider"):
        with refuses(NotAllowed):
            commands.fulfil_letter(letter, version=found.version, by=cast.actor(name), now=NOW)
    act(commands.fulfil_letter, letter, version=found.version, by=cast.actor("leader"))


def test_nobody_of_the_unit_confirms_for_the_first_party(cast: Cast) -> None:
    letter = in_force(cast)
    found = reconcile(cast, letter)
    with write_transaction():
        post = make_post(cast.unit("finance"), "第一书记", PostRank.DEPUTY)
        held = organisation.appoint(post, person=cast.person("leader"), by=SYSTEM, now=NOW)
    with refuses(NotAllowed):
        commands.fulfil_letter(letter, version=found.version, by=cast.actor("leader"), now=NOW)
    assert queries.reconciliations_waiting_for(cast.actor("leader")) == []
    act(organisation.end_appointment, held, by=SYSTEM)
    act(commands.fulfil_letter, letter, version=found.version, by=cast.actor("leader"))


def test_nobody_confirms_what_they_did_not_see_or_what_nobody_drafted(cast: Cast) -> None:
    letter = in_force(cast)
    leader = cast.actor("leader")
    with refuses(Stale):
        commands.fulfil_letter(letter, version=0, by=leader, now=NOW)
    reconcile(cast, letter)
    reconcile(cast, letter)
    with refuses(Stale):
        commands.fulfil_letter(letter, version=1, by=leader, now=NOW)
    act(commands.fulfil_letter, letter, version=2, by=leader)


def test_a_fulfilled_letter_never_changes_again(cast: Cast) -> None:
    letter = fulfilled(cast, in_force(cast))
    clerk, leader = cast.actor("office_clerk"), cast.actor("leader")
    attempts: list[tuple[Any, dict[str, Any]]] = [
        (commands.fulfil_letter, {"version": 2, "by": leader}),
        (commands.withdraw_letter, {"remark": "有误", "version": letter.version, "by": clerk}),
        (commands.follow_letter, {"kind": LetterKind.SUPPLEMENT, "task_ids": [], "free": "补充", "by": clerk}),
    ]
    for command, said in attempts:
        with refuses(Stale):
            command(letter, **said, now=NOW)
    with refuses(Stale):
        commands.draft_reconciliation(letter, judged(letter), version=2, by=clerk, now=NOW)
    with write_transaction():
        assert commands.expire_letters(by=SYSTEM, now=NOW.replace(year=2028)) == 0
    assert again(letter).state is LetterState.FULFILLED


def test_the_office_enters_a_confirmation_from_paper(cast: Cast) -> None:
    letter = in_force(cast)
    found = reconcile(cast, letter)
    scan = a_file("对账表.pdf")
    paper = SignedOnPaper(cast.actor("leader"), scan)
    for name in ("leader", "supervisor", "finance_head"):
        with refuses(NotAllowed):
            commands.fulfil_letter(letter, version=found.version, paper=paper, by=cast.actor(name), now=NOW)
    with refuses(NotAllowed):
        other = replace(paper, signatory=cast.actor("deputy_leader"))
        commands.fulfil_letter(letter, version=found.version, paper=other, by=cast.actor("office_clerk"), now=NOW)
    act(commands.fulfil_letter, letter, version=found.version, paper=paper, by=cast.actor("office_clerk"))
    kept = queries.reconciliation_of(again(letter))
    assert kept is not None
    assert (kept.confirmed_name, kept.method) == ("罗正川", SigningMethod.PAPER)
    assert (kept.recorded_by_id, kept.scan_sha256) == (cast.person_ids["office_clerk"], scan.sha256)


def test_nobody_enters_their_own_confirmation_from_paper(cast: Cast) -> None:
    letter = in_force(cast)
    found = reconcile(cast, letter)
    leader, role = cast.person("leader"), SeatRole.OFFICE_STAFF
    act(organisation.seat, cast.group(), role=role, person=leader, by=SYSTEM)
    scan = NewFile("x.pdf", "0" * 64, 1, "application/pdf")
    with refuses(NotAllowed):
        paper = SignedOnPaper(cast.actor("leader"), scan)
        commands.fulfil_letter(letter, version=found.version, paper=paper, by=cast.actor("leader"), now=NOW)
    act(commands.fulfil_letter, letter, version=found.version, by=cast.actor("leader"))


def faults() -> list[str]:
    """What is found wrong with all letters."""
    db.session.expire_all()
    return [str(fault.sentence) for fault in queries.faults(root=files_root())]


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (sa.update(OutcomeOfClause).values(outcome="met"), "年终对账与确认声明不符"),
        (sa.update(OutcomeOfClause).values(remark="改过"), "年终对账与确认声明不符"),
        (sa.delete(OutcomeOfClause), "年终对账与确认声明不符"),
        (sa.update(Reconciliation).values(confirmed_name="别人"), "年终对账与确认声明不符"),
        (sa.update(Reconciliation).values(statement="{}"), "年终对账与确认声明不符"),
        (sa.update(Reconciliation).values(drafted_at=NOW.replace(year=2025)), "年终对账的起草时间与操作记录不符"),
        (sa.update(Reconciliation).values(mark="0" * 8 + ".x"), "年终对账的校验码出自未知的密钥，无法核对"),
        (
            sa.update(Reconciliation).values(
                confirmed_at=None, confirmed_by_id=None, method=None, mark=None, statement=""
            ),
            "年终对账的确认不见了",
        ),
        (sa.text("UPDATE letter SET state = 'in_force'"), "年终对账已确认，但状态不是已对账"),
    ],
)
def test_what_is_changed_behind_the_back_is_found(cast: Cast, statement: Any, sentence: str) -> None:
    fulfilled(cast, in_force(cast))
    assert faults() == []
    with write_transaction() as session:
        session.execute(statement)
    assert sentence in faults()


def test_a_reconciliation_rewritten_whole_without_the_key_is_found(cast: Cast) -> None:
    letter = fulfilled(cast, in_force(cast))
    with write_transaction() as session:
        session.execute(sa.update(OutcomeOfClause).values(outcome="met"))
        session.expire_all()
        found = queries.reconciliation_of(letter)
        assert found is not None
        found.statement = queries.statement_of_reconciliation(found)
    assert faults() == ["年终对账的校验码不符"]


def test_a_reconciliation_that_was_taken_away_is_found(cast: Cast) -> None:
    fulfilled(cast, in_force(cast))
    with write_transaction() as session:
        session.execute(sa.delete(OutcomeOfClause))
        session.execute(sa.delete(Reconciliation))
    assert set(faults()) >= {"年终对账的确认不见了", "已对账，但没有确认的年终对账"}
