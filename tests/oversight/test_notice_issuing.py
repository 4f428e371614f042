"""Signing supervision notices off: who may, numbers without gaps, limits by urgency, on paper, and taking them back."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.cast import NOW, Cast
from tests.oversight.supervised import (
    SAID,
    USUAL_LIMIT,
    anew,
    discarded,
    drafted,
    issued,
    overdue,
    proposed,
    withdrawn,
)
from tests.tasks.stories import a_file, act, day, inbox, refuses, submit
from tracker.audit.queries import history
from tracker.kernel.calendar import cycle_of
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.oversight import commands, policy
from tracker.oversight.rules import DirectionKind, NoticeState, Urgency, document_number, usual_demand
from tracker.tasks.commands import PaperRoad


@pytest.mark.parametrize("name", ["office_director", "leader", "deputy_leader"])
def test_directors_and_leaders_sign_off_a_draft_or_what_was_proposed(cast: Cast, name: str) -> None:
    for number, notice in enumerate([drafted(cast), proposed(cast)], 1):
        act(commands.sign_off_notice, notice, by=cast.actor(name))
        assert (anew(notice).state, notice.document_number) == (NoticeState.ISSUED, f"督〔2026〕{number}号")
        assert (notice.signed_by_id, notice.recorded_by_id) == (cast.person_ids[name], None)
        assert notice.signed_as
    assert inbox(cast, "finance_head").count("notice.issued") == 2
    assert "notice.issued" in inbox(cast, "finance_liaison")


@pytest.mark.parametrize("name", ["office_clerk", "supervisor", "finance_head", "g2_office_director", "outsider"])
def test_nobody_else_signs_off(cast: Cast, name: str) -> None:
    notice = proposed(cast)
    with refuses(NotAllowed):
        commands.sign_off_notice(anew(notice), version=notice.version, by=cast.actor(name), now=NOW)


@pytest.mark.parametrize(
    ("urgency", "limit"),
    [
        (Urgency.ORDINARY, USUAL_LIMIT),
        (Urgency.URGENT, date(2026, 3, 23)),
        (Urgency.MOST_URGENT, date(2026, 3, 18)),
    ],
)
def test_a_limit_left_open_follows_from_urgency_and_the_day_of_issue(cast: Cast, urgency: Urgency, limit: date) -> None:
    said = replace(SAID, urgency=urgency)
    notice = act(commands.draft_notice, overdue(cast), words_of=said, by=cast.actor("supervisor"))
    act(commands.sign_off_notice, notice, by=cast.actor("leader"))
    assert anew(notice).reply_by == limit


def test_a_limit_that_was_set_stands_and_one_that_has_passed_is_refused(cast: Cast) -> None:
    chosen = replace(SAID, reply_by=date(2026, 3, 20))
    notice = act(commands.draft_notice, overdue(cast), words_of=chosen, by=cast.actor("office_clerk"))
    late: dict[str, Any] = {"version": notice.version, "by": cast.actor("leader"), "now": day("2026-03-24")}
    with refuses(Invalid, "reply_by"):
        commands.sign_off_notice(anew(notice), **late)
    act(commands.sign_off_notice, anew(notice), by=cast.actor("leader"))
    assert anew(notice).reply_by == date(2026, 3, 20)


def test_numbers_run_without_gaps_by_group_and_year(cast: Cast) -> None:
    first, gone, second = issued(cast), discarded(cast), issued(cast)
    back = withdrawn(cast)
    with write_transaction():
        cast.group().notice_prefix = "优均督"
    next_year = issued(cast, now=day("2027-01-06"))
    last = issued(cast, now=day("2027-01-07"))
    numbers = [anew(one).document_number for one in (first, gone, second, back, next_year, last)]
    assert numbers == [
        "督〔2026〕1号",
        "",
        "督〔2026〕2号",
        "督〔2026〕3号",
        "优均督〔2027〕1号",
        "优均督〔2027〕2号",
    ]


def test_what_went_on_meanwhile_is_not_signed_off(cast: Cast) -> None:
    notice = proposed(cast)
    task = notice.task
    assert task is not None
    submit(cast, task)
    with refuses(Stale):
        commands.sign_off_notice(anew(notice), version=notice.version, by=cast.actor("leader"), now=NOW)
    other = proposed(cast)
    act(commands.sign_off_notice, other, by=cast.actor("leader"))
    assert anew(other).number == 1


def test_a_new_date_lets_the_draft_fall_and_shows_on_what_is_out(cast: Cast) -> None:
    task = overdue(cast)
    draft = drafted(cast, about=task)
    out = issued(cast, about=overdue(cast))
    for one in (draft, out):
        assert one.task is not None
        said: dict[str, Any] = {"kind": DirectionKind.RECTIFY, "text": "限期整改。", "new_due_on": date(2026, 5, 8)}
        act(commands.direct, one.task, by=cast.actor("supervisor"), **said)
    assert (anew(draft).state, draft.fell_away) == (NoticeState.DISCARDED, "rescheduled")
    assert (anew(out).state, policy.fell_away(out)) == (NoticeState.ISSUED, "rescheduled")
    assert drafted(cast, about=task, now=day("2026-05-20")).cycle == cycle_of(date(2026, 5, 8))


def test_what_a_leader_signed_on_paper_is_entered_by_the_office(cast: Cast) -> None:
    notice = proposed(cast)
    road = PaperRoad(signatory=cast.actor("deputy_leader"), sha256=a_file().sha256)
    clerk = cast.actor("office_clerk")
    with refuses(NotAllowed):
        commands.sign_off_notice(
            anew(notice), version=notice.version, by=cast.actor("finance_head"), now=NOW, paper=road
        )
    with refuses(NotAllowed):
        wrong = PaperRoad(signatory=cast.actor("supervisor"))
        commands.sign_off_notice(anew(notice), version=notice.version, by=clerk, now=NOW, paper=wrong)
    act(commands.sign_off_notice, anew(notice), by=clerk, paper=road)
    assert (anew(notice).signed_by_id, notice.recorded_by_id) == (
        cast.person_ids["deputy_leader"],
        cast.person_ids["office_clerk"],
    )
    assert notice.paper_sha256 == road.sha256


def test_a_notice_is_withdrawn_with_its_reason_and_keeps_its_number(cast: Cast) -> None:
    notice = issued(cast)
    by = cast.actor("office_director")
    with refuses(Invalid, "remark"):
        commands.withdraw_notice(anew(notice), remark="", version=notice.version, by=by, now=NOW)
    for name in ("office_clerk", "supervisor", "finance_head"):
        with refuses(NotAllowed):
            commands.withdraw_notice(anew(notice), remark="有误", version=notice.version, by=cast.actor(name), now=NOW)
    act(commands.withdraw_notice, anew(notice), remark="主送有误。", by=by)
    assert (anew(notice).state, notice.document_number) == (NoticeState.WITHDRAWN, "督〔2026〕1号")
    assert "notice.issued" not in inbox(cast, "finance_head")
    assert "notice.withdrawn" in inbox(cast, "finance_head")


def test_the_office_enters_a_withdrawal_that_a_leader_signed_on_paper(cast: Cast) -> None:
    notice = issued(cast)
    scan, clerk = a_file("撤回签批.pdf"), cast.actor("office_clerk")
    road = PaperRoad(signatory=cast.actor("leader"), sha256=scan.sha256)
    said: dict[str, Any] = {"remark": "主送有误。", "version": notice.version, "now": NOW}
    for name in ("finance_head", "outsider"):
        with refuses(NotAllowed):
            commands.withdraw_notice(anew(notice), by=cast.actor(name), paper=road, **said)
    with refuses(NotAllowed):
        wrong = PaperRoad(signatory=cast.actor("supervisor"), sha256=scan.sha256)
        commands.withdraw_notice(anew(notice), by=clerk, paper=wrong, **said)
    act(commands.withdraw_notice, anew(notice), remark="主送有误。", by=clerk, paper=road)
    assert anew(notice).state is NoticeState.WITHDRAWN
    entry = history("notice", notice.id)[-1]
    assert (entry.person_id, entry.new["signed_by"], entry.new["paper"]) == (
        cast.person_ids["office_clerk"],
        cast.actor("leader").name,
        scan.sha256,
    )


def test_an_office_of_the_unit_addressed_enters_no_withdrawal(cast: Cast) -> None:
    notice = issued(cast, about=overdue(cast, lead="education"))
    road = PaperRoad(signatory=cast.actor("leader"))
    with refuses(NotAllowed):
        said: dict[str, Any] = {"remark": "有误。", "version": notice.version, "now": NOW}
        commands.withdraw_notice(anew(notice), by=cast.actor("office_director"), paper=road, **said)
    act(commands.withdraw_notice, anew(notice), remark="有误。", by=cast.actor("office_secondee"), paper=road)
    assert anew(notice).state is NoticeState.WITHDRAWN


def test_nobody_withdraws_a_notice_to_their_own_unit(cast: Cast) -> None:
    notice = issued(cast, about=overdue(cast, lead="education"))
    assert not policy.may_withdraw_notice(cast.actor("office_director"), notice)
    assert policy.may_withdraw_notice(cast.actor("deputy_leader"), notice)


def test_signing_many_is_for_who_signs_off_somewhere(cast: Cast) -> None:
    allowed = {name for name in cast.person_ids if policy.may_sign_off_many(cast.actor(name))}
    assert allowed == {
        "leader",
        "deputy_leader",
        "office_director",
        "g2_office_director",
        "d2_office_director",
    }


def test_numbers_and_demands_read_as_papers_write_them() -> None:
    assert document_number("督", 2026, 12) == "督〔2026〕12号"
    assert usual_demand(None).startswith("该事项至今未办结。")
