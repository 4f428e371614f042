"""A wrong flag is withdrawn with a reason until somebody has decided; a decided one is closed in its time."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.oversight.flag_stories import AFTER, WAS_DUE, decided, flagged, flags_of, fresh, proposed, raise_on, ready
from tests.tasks.stories import a_file, act, day, inbox, refuses
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.oversight import commands, queries
from tracker.oversight.rules import DecisionKind, FlagState, ReviewOutcome
from tracker.tasks.commands import PaperRoad

ClientAs = Callable[[str], FlaskClient]
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.mark.parametrize("name", ["supervisor", "leader", "deputy_leader"])
def test_a_wrong_flag_is_withdrawn_with_its_reason(cast: Cast, name: str) -> None:
    flag = flagged(cast)
    act(commands.withdraw_flag, flag, reason="时限已另行批准。", by=cast.actor(name))
    flag = fresh(flag)
    assert (flag.state, flag.withdrawn_by_id, flag.withdrawn_reason) == (
        FlagState.WITHDRAWN,
        cast.person_ids[name],
        "时限已另行批准。",
    )
    assert "flag.withdrawn" in inbox(cast, "finance_head")
    assert "flag.yellow" not in inbox(cast, "finance_head")


@pytest.mark.parametrize("name", ["office_director", "office_clerk", "finance_head", "g2_supervisor", "outsider"])
def test_nobody_else_withdraws(cast: Cast, name: str) -> None:
    flag = flagged(cast)
    with refuses(NotAllowed):
        commands.withdraw_flag(flag, reason="有误。", version=flag.version, by=cast.actor(name), now=NOW)
    act(commands.withdraw_flag, flag, reason="有误。", by=cast.actor("supervisor"))


def test_the_office_enters_a_withdrawal_that_a_leader_signed_on_paper(cast: Cast, client_as: ClientAs) -> None:
    flag = flagged(cast)
    scan, clerk = a_file("撤销签批.pdf"), cast.actor("office_secondee")
    paper = PaperRoad(signatory=cast.actor("leader"), sha256=scan.sha256)
    said: dict[str, Any] = {"reason": "时限已另行批准。", "version": flag.version, "now": NOW}
    for name in ("supervisor", "finance_head", "outsider"):
        with refuses(NotAllowed):
            commands.withdraw_flag(flag, by=cast.actor(name), paper=paper, **said)
    with refuses(NotAllowed):
        wrong = PaperRoad(signatory=cast.actor("office_director"), sha256=scan.sha256)
        commands.withdraw_flag(flag, by=clerk, paper=wrong, **said)
    act(commands.withdraw_flag, flag, reason="时限已另行批准。", by=clerk, paper=paper)
    assert (fresh(flag).state, fresh(flag).withdrawn_by_id) == (FlagState.WITHDRAWN, cast.person_ids["leader"])
    page = client_as("supervisor").get(f"/flags/{flag.id}").text
    assert f"{cast.actor('leader').name}撤销了这条预警：时限已另行批准。" in page
    assert f"纸质签批，{clerk.name}代录" in page
    assert f'href="/flags/decided/{flag.id}/{scan.sha256}"' in page


def test_the_page_of_withdrawing_takes_a_paper_from_the_office_alone(cast: Cast, client_as: ClientAs) -> None:
    flag = flagged(cast)
    address, signed = f"/flags/{flag.id}/withdraw", {"paper": "y", "signatory": cast.person_ids["leader"]}
    said = {"reason": "时限已另行批准。", "version": flag.version, **signed}
    assert client_as("finance_head").post(address, data=said).status_code == 403
    clerk = client_as("office_clerk")
    assert "纸质签批" in clerk.get(address).text
    assert clerk.post(address, data={**said, "paper": ""}).status_code == 403
    assert clerk.post(address, data={**said, "signatory": ""}).status_code == 422
    assert fresh(flag).state is FlagState.AWAITING
    scan = (io.BytesIO(PDF), "签批件.pdf")
    assert clerk.post(address, data={**said, "scan": scan}).status_code == 302
    assert fresh(flag).withdrawn_by_id == cast.person_ids["leader"]
    [paper] = {event.details["paper"] for event in queries.events_of(flag) if "paper" in event.details}
    assert client_as("finance_head").get(f"/flags/decided/{flag.id}/{paper}").data == PDF
    assert client_as("finance_head").get(f"/flags/decided/{flag.id}/{'0' * 64}").status_code == 404


def test_an_office_of_the_flagged_unit_enters_no_withdrawal(cast: Cast) -> None:
    flag = flagged(cast, lead="education")
    paper = PaperRoad(signatory=cast.actor("leader"))
    said: dict[str, Any] = {"reason": "有误。", "version": flag.version, "now": NOW}
    with refuses(NotAllowed):
        commands.withdraw_flag(flag, by=cast.actor("office_director"), paper=paper, **said)
    act(commands.withdraw_flag, flag, reason="有误。", by=cast.actor("office_secondee"), paper=paper)
    assert fresh(flag).state is FlagState.WITHDRAWN


def test_a_reason_is_given_and_the_page_is_fresh(cast: Cast) -> None:
    flag = flagged(cast)
    by = cast.actor("supervisor")
    with refuses(Invalid, "reason"):
        commands.withdraw_flag(flag, reason="", version=flag.version, by=by, now=NOW)
    with refuses(Stale):
        commands.withdraw_flag(flag, reason="有误。", version=flag.version + 1, by=by, now=NOW)
    act(commands.withdraw_flag, flag, reason="有误。", by=by)


def test_what_was_withdrawn_is_never_decided_nor_raised_anew(cast: Cast) -> None:
    flag = flagged(cast)
    proposed(cast, flag)
    act(commands.withdraw_flag, fresh(flag), reason="有误。", by=cast.actor("supervisor"), now=AFTER)
    flag = fresh(flag)
    with refuses(Stale):
        commands.decide_flag(
            flag,
            kind=DecisionKind.INTERVIEW,
            reason="理由",
            version=flag.version,
            by=cast.actor("leader"),
            now=AFTER,
        )
    assert raise_on(cast, flag.task_id, now=AFTER) == 0
    assert [one.due_on for one in flags_of(flag.task)] == [WAS_DUE]


def test_what_was_proposed_about_a_flag_that_was_withdrawn_awaits_nobody(cast: Cast, client_as: ClientAs) -> None:
    flag = ready(cast)
    proposed(cast, flag, now=NOW)
    supervisor = client_as("supervisor")
    assert "待领导决定" in supervisor.get(f"/flags/{flag.id}").text
    assert "建议：约谈" in supervisor.get(f"/groups/{flag.group_id}/flags?show=all").text
    act(commands.withdraw_flag, fresh(flag), reason="有误。", by=cast.actor("deputy_leader"))
    page = supervisor.get(f"/flags/{flag.id}").text
    assert "预警已撤销，不再决定" in page
    assert "待领导决定" not in page
    assert "建议：约谈" not in supervisor.get(f"/groups/{flag.group_id}/flags?show=all").text


def test_nobody_is_asked_to_explain_a_flag_that_was_withdrawn(cast: Cast, client_as: ClientAs) -> None:
    flag = flagged(cast)
    listed = f"/groups/{flag.group_id}/flags?show=all"
    assert "前说明" in client_as("supervisor").get(listed).text
    act(commands.withdraw_flag, flag, reason="有误。", by=cast.actor("supervisor"))
    assert "前说明" not in client_as("supervisor").get(listed).text


def test_what_was_decided_is_not_withdrawn(cast: Cast) -> None:
    flag = decided(cast)
    with refuses(Stale):
        commands.withdraw_flag(flag, reason="有误。", version=flag.version, by=cast.actor("supervisor"), now=NOW)


def test_a_flag_is_closed_when_no_review_can_be_asked_for_any_more(cast: Cast) -> None:
    flag = decided(cast)
    by = cast.actor("supervisor")
    with refuses(Stale):
        commands.close_flag(flag, version=flag.version, by=by, now=day("2026-04-17"))
    act(commands.close_flag, flag, remark="已完成。", by=by, now=day("2026-04-18"))
    assert (fresh(flag).state, fresh(flag).closed_at) == (FlagState.CLOSED, day("2026-04-18"))


def test_where_nothing_follows_it_is_closed_at_once(cast: Cast) -> None:
    flag = decided(cast, DecisionKind.NO_ACTION)
    with refuses(NotAllowed):
        commands.close_flag(flag, version=flag.version, by=cast.actor("office_clerk"), now=NOW)
    act(commands.close_flag, flag, by=cast.actor("supervisor"))
    assert fresh(flag).state is FlagState.CLOSED


def test_a_review_that_waits_keeps_a_flag_open(cast: Cast) -> None:
    flag = decided(cast)
    by = cast.actor("supervisor")
    review = act(commands.ask_review, flag, grounds="情况有变。", by=cast.actor("finance_head"))
    with refuses(Stale):
        commands.close_flag(fresh(flag), version=fresh(flag).version, by=by, now=day("2026-06-01"))
    said: dict[str, Any] = {"outcome": ReviewOutcome.LIFTED, "remark": "理由成立。", "version": fresh(flag).version}
    act(commands.decide_review, review, by=cast.actor("leader"), **said)
    act(commands.close_flag, fresh(flag), by=by)
    assert fresh(flag).state is FlagState.CLOSED


def test_what_is_undecided_is_not_closed(cast: Cast) -> None:
    flag = flagged(cast)
    with refuses(Stale):
        commands.close_flag(flag, version=flag.version, by=cast.actor("supervisor"), now=AFTER)
