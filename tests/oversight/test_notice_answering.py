"""Signing for supervision notices and answering them; the answer is checked by who does not do the work."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.letters.promises import issued as issued_letter
from tests.letters.promises import promised
from tests.oversight.supervised import anew, by_ladder, closed, drafted, issued, overdue, received, replied
from tests.tasks.stories import a_file, act, day, inbox, refuses
from tracker.audit.queries import history
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.oversight import commands, policy
from tracker.oversight.models import NoticeFile, NoticeReply
from tracker.oversight.rules import NoticeState
from tracker.reminders.sweep import sweep
from tracker.tasks.commands import PaperRoad


@pytest.mark.parametrize("name", ["finance_head", "finance_deputy"])
def test_head_and_deputy_sign_for_it(cast: Cast, name: str) -> None:
    notice = issued(cast)
    act(commands.sign_for_notice, notice, by=cast.actor(name))
    assert (anew(notice).state, notice.received_by_id) == (NoticeState.RECEIVED, cast.person_ids[name])
    assert notice.spoke_with == ""


def test_the_office_signs_for_a_unit_after_a_call_and_says_with_whom(cast: Cast) -> None:
    notice = issued(cast)
    clerk = cast.actor("office_clerk")
    with refuses(Invalid, "spoke_with"):
        commands.sign_for_notice(anew(notice), version=notice.version, by=clerk, now=NOW)
    act(commands.sign_for_notice, anew(notice), spoke_with="纪晓东", by=clerk)
    assert (anew(notice).state, notice.spoke_with) == (NoticeState.RECEIVED, "纪晓东")


@pytest.mark.parametrize("name", ["finance_liaison", "construction_head", "supervisor", "leader", "g2_office_clerk"])
def test_nobody_else_signs_for_it(cast: Cast, name: str) -> None:
    notice = issued(cast)
    with refuses(NotAllowed):
        commands.sign_for_notice(anew(notice), version=notice.version, by=cast.actor(name), now=NOW, spoke_with="某人")


@pytest.mark.parametrize("head", ["finance_head", "finance_deputy"])
def test_the_office_enters_an_answer_that_came_sealed_on_paper(cast: Cast, head: str) -> None:
    notice = received(cast)
    act(commands.draft_reply, anew(notice), text="初稿。", by=cast.actor("finance_liaison"))
    paper, scan = PaperRoad(cast.actor(head)), a_file()
    said: dict[str, Any] = {"text": "已按要求办理。", "files": [scan], "paper": paper}
    reply = act(commands.send_reply, anew(notice), **said, by=cast.actor("office_clerk"), now=day("2026-03-19"))
    assert (anew(notice).state, notice.late) == (NoticeState.REPLIED, False)
    assert (reply.confirmed_by_id, reply.drafted_by_id) == (cast.person_ids[head], cast.person_ids["office_clerk"])
    assert reply.recorded_by is not None and reply.recorded_by.name == "秦小满"
    assert [file.sha256 for file in reply.files] == [scan.sha256]
    assert [entry.act for entry in history("notice", notice.id)][-1] == "notice.record_reply"


@pytest.mark.parametrize(
    ("by", "signed"),
    [
        ("office_clerk", "finance_liaison"),
        ("office_clerk", "construction_head"),
        ("supervisor", "finance_head"),
        ("finance_liaison", "finance_head"),
        ("g2_office_clerk", "finance_head"),
    ],
)
def test_nobody_but_the_office_enters_it_and_for_nobody_but_a_head(cast: Cast, by: str, signed: str) -> None:
    notice = received(cast)
    paper = PaperRoad(cast.actor(signed))
    with refuses(NotAllowed):
        commands.send_reply(
            anew(notice), text="已办。", version=notice.version, by=cast.actor(by), now=NOW, paper=paper
        )


def test_who_works_in_the_unit_does_not_enter_its_paper_for_the_office(cast: Cast) -> None:
    notice = received(cast)
    assert policy.may_record_reply(cast.actor("office_clerk"), notice)
    with write_transaction():
        notice.unit_id = cast.unit_ids["education"]
        assert not policy.may_record_reply(cast.actor("office_clerk"), notice)
        assert policy.may_record_reply(cast.actor("office_secondee"), notice)
        db.session.rollback()


def test_a_draft_that_a_head_confirms_came_by_no_paper(cast: Cast) -> None:
    notice = received(cast)
    act(commands.draft_reply, anew(notice), text="已办。", by=cast.actor("finance_liaison"))
    head = cast.actor("finance_head")
    reply = act(commands.send_reply, anew(notice), text="已办。", by=head, now=day("2026-03-19"))
    assert reply.recorded_by is None


def test_the_liaison_drafts_and_only_a_head_confirms(cast: Cast) -> None:
    notice = received(cast)
    liaison = cast.actor("finance_liaison")
    with refuses(NotAllowed):
        commands.send_reply(anew(notice), text="已办。", version=notice.version, by=liaison, now=NOW)
    act(commands.draft_reply, anew(notice), text="正在办。", files=[a_file()], by=liaison)
    act(commands.draft_reply, anew(notice), text="正在办理，月底完成。", by=liaison)
    assert anew(notice).state is NoticeState.RECEIVED
    reply = act(commands.send_reply, notice, text="正在办理，月底完成。", by=cast.actor("finance_head"))
    assert (reply.drafted_by_id, reply.confirmed_by_id) == (
        cast.person_ids["finance_liaison"],
        cast.person_ids["finance_head"],
    )
    assert [file.name for file in reply.files] == ["台账.pdf"]
    assert "notice.replied" in inbox(cast, "office_clerk") and "notice.replied" in inbox(cast, "supervisor")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(NoticeReply)) == 1


@pytest.mark.parametrize("name", ["finance_staff", "construction_head", "office_clerk", "supervisor", "outsider"])
def test_nobody_else_answers(cast: Cast, name: str) -> None:
    notice = received(cast)
    said: dict[str, Any] = {"text": "已办。", "version": notice.version, "by": cast.actor(name), "now": NOW}
    with refuses(NotAllowed):
        commands.draft_reply(anew(notice), **said)
    with refuses(NotAllowed):
        commands.send_reply(anew(notice), **said)


def test_an_answer_needs_words_and_holds_thirty_files(cast: Cast) -> None:
    notice = received(cast)
    by = cast.actor("finance_head")
    with refuses(Invalid, "text"):
        commands.send_reply(anew(notice), text="\n", version=notice.version, by=by, now=NOW)
    files = [a_file(f"{number}.pdf") for number in range(31)]
    with refuses(Invalid, "files"):
        commands.send_reply(anew(notice), text="已办。", files=files, version=notice.version, by=by, now=NOW)
    act(commands.send_reply, anew(notice), text="已办。", files=files[:30], by=by)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(NoticeFile)) == 30


@pytest.mark.parametrize(("at", "late"), [("2026-03-25", False), ("2026-03-26", True)])
def test_whether_it_is_late_is_fixed_by_the_first_answer(cast: Cast, at: str, late: bool) -> None:
    notice = replied(cast, replied_at=day(at))
    assert anew(notice).late is late
    said: dict[str, Any] = {"remark": "不完整。", "reply_by": date(2026, 4, 3), "by": cast.actor("supervisor")}
    act(commands.return_reply, notice, now=day("2026-03-27"), **said)
    act(commands.send_reply, notice, text="补充如下。", by=cast.actor("finance_head"), now=day("2026-04-08"))
    assert anew(notice).late is late


@pytest.mark.parametrize("name", ["office_clerk", "office_director", "supervisor", "leader", "deputy_leader"])
def test_the_side_that_drafted_supervisors_and_leaders_check(cast: Cast, name: str) -> None:
    notice = replied(cast)
    act(commands.accept_reply, notice, remark="同意。", by=cast.actor(name))
    assert (anew(notice).state, notice.replies[0].accepted) == (NoticeState.CLOSED, True)
    assert notice.replies[0].checked_by_id == cast.person_ids[name]
    assert "notice.accepted" in inbox(cast, "finance_head")


@pytest.mark.parametrize("name", ["finance_head", "finance_liaison", "construction_head", "g2_supervisor"])
def test_nobody_else_checks(cast: Cast, name: str) -> None:
    notice = replied(cast)
    said: dict[str, Any] = {"version": notice.version, "by": cast.actor(name), "now": NOW, "remark": "行"}
    with refuses(NotAllowed):
        commands.accept_reply(anew(notice), **said)
    with refuses(NotAllowed):
        commands.return_reply(anew(notice), **said)


def test_what_supervisors_drafted_the_office_does_not_check(cast: Cast) -> None:
    notice = drafted(cast, by="supervisor")
    assert not policy.may_check_reply(cast.actor("office_clerk"), notice)
    assert policy.may_check_reply(cast.actor("supervisor"), notice)
    [system] = by_ladder(cast, overdue(cast))[1:]
    assert policy.may_check_reply(cast.actor("office_clerk"), system)


def test_who_does_the_work_never_checks_the_answer(cast: Cast) -> None:
    notice = issued(cast, about=overdue(cast, lead="education"))
    for name in ("office_clerk", "office_director"):
        assert not policy.may_check_reply(cast.actor(name), notice)
    assert policy.may_check_reply(cast.actor("office_secondee"), notice)
    assert policy.may_check_reply(cast.actor("supervisor"), notice)
    head = cast.actor("education_head")
    act(commands.sign_for_notice, notice, by=head)
    act(commands.send_reply, notice, text="已办。", by=head)
    assert "notice.replied" in inbox(cast, "office_secondee")
    assert "notice.replied" not in inbox(cast, "office_clerk")


def test_an_answer_about_a_letter_is_checked_outside_its_unit(cast: Cast) -> None:
    promised(cast)
    letter = issued_letter(cast)
    later = day("2026-04-09")
    notice = drafted(cast, about=letter, now=later)
    act(commands.sign_off_notice, notice, by=cast.actor("leader"), now=later)
    assert policy.fell_away(notice) is None
    assert not policy.uninvolved_in(cast.actor("finance_head"), notice)
    assert policy.uninvolved_in(cast.actor("supervisor"), notice)
    act(commands.sign_for_notice, notice, by=cast.actor("finance_head"), now=later)
    act(commands.send_reply, notice, text="明日签署。", by=cast.actor("finance_head"), now=later)
    assert "notice.replied" in inbox(cast, "supervisor")
    with write_transaction():
        letter.edition += 1
    assert policy.fell_away(anew(notice)) == "rescheduled"


def test_an_unfit_answer_goes_back_with_a_reason_and_a_new_limit_where_needed(cast: Cast) -> None:
    notice = replied(cast)
    by = cast.actor("supervisor")
    with refuses(Invalid, "remark"):
        commands.return_reply(anew(notice), remark="", version=notice.version, by=by, now=NOW)
    late = day("2026-03-30")
    with refuses(Invalid, "reply_by"):
        commands.return_reply(anew(notice), remark="不全", version=notice.version, by=by, now=late)
    with refuses(Invalid, "reply_by"):
        said: dict[str, Any] = {"remark": "不全", "reply_by": date(2026, 3, 27), "version": notice.version}
        commands.return_reply(anew(notice), by=by, now=late, **said)
    act(commands.return_reply, anew(notice), remark="缺完成时间。", reply_by=date(2026, 4, 2), by=by, now=late)
    assert (anew(notice).state, notice.reply_by) == (NoticeState.RETURNED, date(2026, 4, 2))
    assert "notice.returned" in inbox(cast, "finance_liaison")
    act(commands.send_reply, notice, text="4月1日完成。", by=cast.actor("finance_head"))
    assert [reply.ordinal for reply in anew(notice).replies] == [1, 2]


def test_without_an_answer_there_is_nothing_to_check(cast: Cast) -> None:
    notice = received(cast)
    with refuses(Stale):
        commands.accept_reply(anew(notice), version=notice.version, by=cast.actor("supervisor"), now=NOW)
    other = replied(cast)
    act(commands.accept_reply, other, by=cast.actor("supervisor"))
    assert anew(other).closed_at is not None


def test_late_answers_are_asked_for_once_and_again_after_they_went_back(cast: Cast) -> None:
    notice, fresh, done = received(cast), received(cast), closed(cast)
    with write_transaction():
        fresh.reply_by = date(2026, 6, 30)

    def remind(on: str) -> int:
        with write_transaction():
            return commands.remind_late_replies(now=day(on))

    assert [remind("2026-03-25"), remind("2026-03-28"), remind("2026-03-26"), remind("2026-03-27")] == [0, 0, 1, 0]
    assert inbox(cast, "finance_head").count("notice.late") == 1
    act(commands.send_reply, anew(notice), text="已办。", by=cast.actor("finance_head"), now=day("2026-03-27"))
    said: dict[str, Any] = {"remark": "不全。", "reply_by": date(2026, 4, 2), "by": cast.actor("supervisor")}
    act(commands.return_reply, anew(notice), now=day("2026-03-30"), **said)
    assert [remind("2026-04-02"), remind("2026-04-03")] == [0, 1]
    assert (anew(fresh).late_told_at, anew(done).late_told_at) == (None, None)


def test_the_sweep_asks_for_late_answers(cast: Cast) -> None:
    notice = received(cast)
    sweep(now=day("2026-03-26"), pause=lambda _seconds: None)
    assert anew(notice).late_told_at is not None
    assert inbox(cast, "finance_head").count("notice.late") == 1
    sweep(now=day("2026-03-27"), pause=lambda _seconds: None)
    assert inbox(cast, "finance_head").count("notice.late") == 1
