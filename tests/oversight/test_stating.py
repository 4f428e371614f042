"""A unit states its case: drafted by a liaison or the owner, given by a head, heard until somebody has decided."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.oversight.flag_stories import AFTER, decided, flagged, fresh
from tests.tasks.pages.acting import ClientAs
from tests.tasks.stories import a_file, act, inbox, refuses
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, NotVisible, Stale
from tracker.oversight import commands, queries
from tracker.oversight.models import Flag, Statement
from tracker.oversight.rules import DecisionKind, FlagState, StatementState
from tracker.tasks.commands import PaperRoad
from tracker.tasks.models import Task


def state(cast: Cast, flag: Flag, *, by: str, **said: Any) -> Statement:
    """State a unit's case."""
    return act(commands.state_case, flag, **{"text": "原因是材料未齐。", "by": cast.actor(by), **said})


@pytest.mark.parametrize("name", ["finance_head", "finance_deputy"])
def test_a_head_gives_a_statement_at_once(cast: Cast, name: str) -> None:
    flag = flagged(cast)
    made = state(cast, flag, by=name, files=[a_file()])
    assert (made.state, made.given_by_id, [file.name for file in made.files]) == (
        StatementState.GIVEN,
        cast.person_ids[name],
        ["台账.pdf"],
    )
    assert fresh(flag).period_used_at is None
    assert "flag.stated" in inbox(cast, "supervisor")


def test_what_a_liaison_drafts_a_head_gives(cast: Cast) -> None:
    flag = flagged(cast)
    draft = state(cast, flag, by="finance_liaison", ends_period=True)
    assert (draft.state, fresh(flag).period_used_at, fresh(flag).version) == (StatementState.DRAFT, None, flag.version)
    assert "flag.statement_drafted" in inbox(cast, "finance_head")
    assert "flag.stated" not in inbox(cast, "supervisor")
    with refuses(Stale):
        commands.state_case(flag, text="又一份", version=flag.version, by=cast.actor("finance_liaison"), now=NOW)
    given: dict[str, Any] = {"text": "原因是材料未齐，已补。", "ends_period": True, "now": NOW}
    with refuses(NotAllowed):
        commands.give_statement(draft, version=1, flag_version=flag.version, by=cast.actor("finance_liaison"), **given)
    act(commands.give_statement, draft, flag_version=flag.version, by=cast.actor("finance_head"), **given)
    db.session.refresh(draft)
    assert (draft.state, draft.text, draft.drafted_by_id) == (
        StatementState.GIVEN,
        "原因是材料未齐，已补。",
        cast.person_ids["finance_liaison"],
    )
    assert fresh(flag).period_used_at == NOW


def test_a_draft_is_given_once_and_only_as_it_was_seen(cast: Cast) -> None:
    flag = flagged(cast)
    draft = state(cast, flag, by="finance_liaison")
    head = cast.actor("finance_head")
    given: dict[str, Any] = {"text": "说明。", "ends_period": False, "by": head, "now": NOW}
    with refuses(Stale):
        commands.give_statement(draft, version=draft.version, flag_version=flag.version + 1, **given)
    act(commands.give_statement, draft, flag_version=flag.version, **given)
    with refuses(Stale):
        commands.give_statement(draft, version=draft.version, flag_version=fresh(flag).version, **given)


def test_the_person_responsible_drafts_too(cast: Cast) -> None:
    flag = flagged(cast)
    with refuses(NotAllowed):
        commands.state_case(flag, text="说明", version=flag.version, by=cast.actor("finance_staff"), now=NOW)
    with write_transaction():
        db.session.get_one(Task, flag.task_id).owner_id = cast.person_ids["finance_staff"]
        db.session.get_one(Flag, flag.id).owner_id = cast.person_ids["finance_staff"]
    assert state(cast, fresh(flag), by="finance_staff").state is StatementState.DRAFT


@pytest.mark.parametrize("name", ["supervisor", "leader", "office_clerk", "construction_head", "outsider", "town_head"])
def test_nobody_speaks_for_another_unit(cast: Cast, name: str) -> None:
    flag = flagged(cast)
    with refuses(NotAllowed):
        commands.state_case(flag, text="说明", version=flag.version, by=cast.actor(name), now=NOW)
    assert state(cast, flag, by="finance_head").id


def test_a_statement_says_something(cast: Cast) -> None:
    flag = flagged(cast)
    with refuses(Invalid, "text"):
        commands.state_case(flag, text=" ", version=flag.version, by=cast.actor("finance_head"), now=NOW)
    assert state(cast, flag, by="finance_head").id


def test_it_is_heard_after_the_period_until_somebody_has_decided(cast: Cast) -> None:
    flag = flagged(cast)
    assert state(cast, flag, by="finance_head", now=AFTER).id
    done = decided(cast)
    for name in ("finance_head", "finance_liaison"):
        with refuses(Stale):
            commands.state_case(done, text="说明", version=done.version, by=cast.actor(name), now=AFTER)


def test_a_draft_is_the_units_own(cast: Cast) -> None:
    flag = flagged(cast)
    draft = state(cast, flag, by="finance_liaison", files=[a_file()])
    [file] = draft.files
    for name in ("supervisor", "office_clerk", "leader"):
        actor = cast.actor(name)
        assert queries.matters_of(actor, flag).draft is None
        with pytest.raises(NotVisible):
            queries.visible_statement_draft(actor, draft.id)
        with pytest.raises(NotVisible):
            queries.visible_statement_file(actor, file.id)
    head = cast.actor("finance_head")
    assert queries.matters_of(head, flag).draft is not None
    assert queries.visible_statement_draft(head, draft.id).id == draft.id
    assert queries.visible_statement_file(head, file.id).id == file.id
    act(commands.give_statement, draft, text="说明", ends_period=False, flag_version=flag.version, by=head)
    assert queries.visible_statement_file(cast.actor("supervisor"), file.id).id == file.id


def test_a_flag_is_seen_by_its_unit_and_by_who_watches_the_group(cast: Cast) -> None:
    flag = flagged(cast, parts=("construction",))
    for name in ("finance_staff", "finance_head", "supervisor", "leader", "office_clerk"):
        assert queries.visible_flag(cast.actor(name), flag.id).id == flag.id
    for name in ("construction_head", "outsider", "g2_supervisor", "d2_head", "town_head", "school_one_head"):
        with pytest.raises(NotVisible):
            queries.visible_flag(cast.actor(name), flag.id)


def test_proposals_are_not_for_the_unit(cast: Cast) -> None:
    flag = flagged(cast)
    said: dict[str, Any] = {
        "kind": DecisionKind.INTERVIEW,
        "reason": "理由",
        "by": cast.actor("supervisor"),
        "now": AFTER,
    }
    proposal = act(commands.propose_decision, flag, **said)
    head = cast.actor("finance_head")
    assert queries.matters_of(head, flag).proposals == []
    with pytest.raises(NotVisible):
        queries.visible_proposal(head, proposal.id)
    assert queries.visible_proposal(cast.actor("leader"), proposal.id).id == proposal.id
    assert fresh(flag).state is FlagState.AWAITING
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Statement)) == 0


def test_the_office_enters_what_a_head_stated_on_paper(cast: Cast, client_as: ClientAs) -> None:
    flag, scan, head = flagged(cast), a_file("情况说明.pdf"), cast.actor("finance_head")
    paper = PaperRoad(signatory=head, sha256=scan.sha256)
    said: dict[str, Any] = {"text": "已说明。", "version": flag.version, "now": NOW}
    for name in ("supervisor", "finance_liaison", "outsider"):
        with refuses(NotAllowed):
            commands.state_case(flag, by=cast.actor(name), paper=paper, **said)
    clerk = cast.actor("office_secondee")
    for wrong in ("finance_liaison", "construction_head", "leader"):
        with refuses(NotAllowed):
            commands.state_case(flag, by=clerk, paper=PaperRoad(signatory=cast.actor(wrong)), **said)
    with refuses(NotAllowed):
        commands.state_case(flag, by=clerk, **said)
    statement = act(commands.state_case, flag, text="已说明。", by=clerk, paper=paper)
    assert (statement.state, statement.given_by_id, statement.drafted_by_id, statement.ends_period) == (
        StatementState.GIVEN,
        head.person_id,
        clerk.person_id,
        False,
    )
    assert "flag.stated" in inbox(cast, "supervisor")
    assert "flag.entered" in inbox(cast, "finance_head")
    page = client_as("supervisor").get(f"/flags/{flag.id}").text
    assert f"纸质签批，{clerk.name}代录" in page
    assert f'href="/flags/decided/{flag.id}/{scan.sha256}"' in page


def test_who_says_from_paper_that_a_unit_has_said_all_shows_the_paper(cast: Cast) -> None:
    flag, clerk, head = flagged(cast), cast.actor("office_secondee"), cast.actor("finance_head")
    said: dict[str, Any] = {"text": "已说明。", "ends_period": True, "version": flag.version, "by": clerk}
    with refuses(Invalid, "scan"):
        commands.state_case(flag, paper=PaperRoad(signatory=head), now=NOW, **said)
    act(commands.state_case, flag, paper=PaperRoad(signatory=head, sha256=a_file().sha256), **said)
    assert fresh(flag).period_used_at == NOW


def test_an_office_of_the_flagged_unit_enters_no_statement(cast: Cast) -> None:
    flag = flagged(cast, lead="education")
    paper = PaperRoad(signatory=cast.actor("education_head"))
    said: dict[str, Any] = {"text": "已说明。", "version": flag.version, "paper": paper}
    with refuses(NotAllowed):
        commands.state_case(flag, by=cast.actor("office_clerk"), now=NOW, **said)
    assert act(commands.state_case, flag, by=cast.actor("office_secondee"), **said).id


def test_the_page_of_a_statement_takes_a_paper_from_the_office_alone(cast: Cast, client_as: ClientAs) -> None:
    flag = flagged(cast)
    address = f"/flags/{flag.id}/state"
    signed = {"paper": "y", "signatory": cast.person_ids["finance_head"]}
    typed = {"text": "已说明。", "version": flag.version}
    assert client_as("supervisor").post(address, data=typed | signed).status_code == 403
    liaison = client_as("finance_liaison")
    assert "纸质材料" not in liaison.get(address).text
    assert liaison.post(address, data=typed | signed).status_code == 422, "nobody to choose is offered"
    assert queries.matters_of(cast.actor("finance_head"), fresh(flag)).statements == []
    clerk = client_as("office_secondee")
    assert "录入纸质情况说明" in clerk.get(f"/flags/{flag.id}").text
    page = clerk.get(address).text
    assert "录入纸质情况说明" in page
    assert "建议声明陈述完毕" not in page
    assert clerk.post(address, data=typed).status_code == 403
    assert clerk.post(address, data=typed | signed | {"signatory": ""}).status_code == 422
    assert clerk.post(address, data=typed | signed).status_code == 302
    assert "作情况说明" in client_as("finance_head").get(f"/flags/{flag.id}").text
