"""Drafting supervision notices by hand: who may, about what, one paper a matter; changed, sent back and discarded."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.cast import NOW, TODAY, Cast
from tests.letters.promises import issued as issued_letter
from tests.letters.promises import promised, sign
from tests.oversight.supervised import (
    LATE,
    SAID,
    anew,
    by_ladder,
    closed,
    discarded,
    drafted,
    issued,
    overdue,
    proposed,
)
from tests.tasks.stories import act, active, again, completed, day, inbox, refuses, submitted
from tracker.kernel.calendar import cycle_of
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.oversight import commands, policy, queries
from tracker.oversight.rules import NoticeOrigin, NoticeState, NoticeSubject, Urgency
from tracker.tasks.commands import NewPart, NewReport, accept_part, ask_extension, complete_part, report_part


@pytest.mark.parametrize(
    ("name", "origin"),
    [("office_clerk", NoticeOrigin.OFFICE), ("office_director", NoticeOrigin.OFFICE), ("supervisor", "supervisor")],
)
def test_office_and_supervisors_draft(cast: Cast, name: str, origin: str) -> None:
    notice = drafted(cast, by=name)
    assert (notice.state, notice.origin, notice.kind) == (NoticeState.DRAFT, origin, NoticeSubject.TASK)
    assert (notice.unit_id, notice.drafted_by_id) == (cast.unit_ids["finance"], cast.person_ids[name])
    assert (notice.number, notice.reply_by) == (None, None)


@pytest.mark.parametrize("name", ["leader", "finance_head", "finance_liaison", "g2_supervisor", "outsider"])
def test_nobody_else_drafts_changes_or_proposes(cast: Cast, name: str) -> None:
    task, notice = overdue(cast), drafted(cast)
    by = cast.actor(name)
    with refuses(NotAllowed):
        commands.draft_notice(task, SAID, by=by, now=NOW)
    with refuses(NotAllowed):
        commands.edit_notice(anew(notice), SAID, version=notice.version, by=by, now=NOW)
    with refuses(NotAllowed):
        commands.propose_notice(anew(notice), version=notice.version, by=by, now=NOW)
    assert drafted(cast, about=task).state is NoticeState.DRAFT


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("matter", " "),
        ("matter", "事" * 201),
        ("demand", ""),
        ("basis", "据" * 301),
        ("reply_by", date(2026, 3, 17)),
        ("contact", "人" * 61),
        ("phone", "1" * 41),
        ("urgency", "whenever"),
    ],
)
def test_what_it_says_is_checked_at_its_field(cast: Cast, field: str, value: Any) -> None:
    task = overdue(cast)
    with refuses(Invalid, field):
        commands.draft_notice(task, replace(SAID, **{field: value}), by=cast.actor("office_clerk"), now=NOW)
    assert drafted(cast, about=task).matter == SAID.matter


def test_only_what_is_overdue_gets_a_notice(cast: Cast) -> None:
    by = cast.actor("office_clerk")
    waiting = overdue(cast)
    said: dict[str, Any] = {"reason": "资料未到", "new_due_on": date(2026, 5, 8), "by": cast.actor("finance_head")}
    act(ask_extension, waiting, now=day("2026-03-05"), **said)
    for task in (active(cast), completed(cast), submitted(cast), waiting):
        with refuses(Stale):
            commands.draft_notice(task, SAID, by=by, now=NOW)
    assert drafted(cast).task_id


def test_a_part_that_is_overdue_gets_its_own(cast: Cast) -> None:
    due = NewPart(cast.unit_ids["construction"], "提供资料", date(2026, 3, 4))
    task = active(cast, now=LATE, due_on=date(2026, 4, 30), parts=(due,))
    [part] = task.parts
    with refuses(Stale):
        commands.draft_notice(task, SAID, by=cast.actor("office_clerk"), now=NOW)
    notice = drafted(cast, about=part)
    assert (notice.kind, notice.part_id, notice.unit_id) == (NoticeSubject.PART, part.id, cast.unit_ids["construction"])
    head = cast.actor("construction_head")
    act(accept_part, part, by=head)
    act(report_part, part, report=NewReport(text="已提供。"), by=head)
    act(complete_part, part, by=head)
    assert anew(notice).state is NoticeState.DISCARDED
    with refuses(Stale):
        commands.draft_notice(part, SAID, by=cast.actor("office_clerk"), now=NOW)


def test_a_letter_unsigned_in_time_gets_a_notice_and_signing_lets_its_draft_fall(cast: Cast) -> None:
    promised(cast)
    letter = issued_letter(cast)
    by = cast.actor("office_clerk")
    with refuses(Stale):
        commands.draft_notice(letter, SAID, by=by, now=NOW)
    later = day("2026-04-09")
    notice = drafted(cast, about=letter, now=later)
    assert (notice.kind, notice.letter_id, notice.cycle) == (NoticeSubject.LETTER, letter.id, letter.edition)
    with refuses(Stale):
        commands.draft_notice(letter, SAID, by=by, now=later)
    sign(cast, letter, "finance_head")
    assert anew(notice).state is NoticeState.DRAFT
    sign(cast, letter, "leader")
    assert (anew(notice).state, anew(notice).fell_away) == (NoticeState.DISCARDED, "settled")


@pytest.mark.parametrize("make", [drafted, proposed, issued])
def test_one_matter_has_one_paper_while_it_is_on_the_way(cast: Cast, make: Callable[..., Any]) -> None:
    task = overdue(cast)
    make(cast, about=task)
    with refuses(Stale):
        commands.draft_notice(task, SAID, by=cast.actor("supervisor"), now=NOW)
    assert by_ladder(cast, task)[0].origin is NoticeOrigin.OFFICE


@pytest.mark.parametrize("make", [closed, discarded])
def test_after_the_first_has_ended_another_may_be_written(cast: Cast, make: Callable[..., Any]) -> None:
    task = overdue(cast)
    make(cast, about=task)
    assert drafted(cast, about=task, by="supervisor").state is NoticeState.DRAFT


def test_a_draft_is_changed_and_the_change_is_on_record(cast: Cast) -> None:
    notice = drafted(cast)
    new = replace(SAID, urgency=Urgency.URGENT, reply_by=date(2026, 3, 30))
    act(commands.edit_notice, notice, words_of=new, by=cast.actor("supervisor"))
    assert (anew(notice).urgency, notice.reply_by) == ("urgent", date(2026, 3, 30))


def test_a_proposed_notice_comes_back_with_its_reason(cast: Cast) -> None:
    notice = proposed(cast)
    assert "notice.proposed" in inbox(cast, "office_director")
    by = cast.actor("office_director")
    with refuses(Invalid, "remark"):
        commands.send_back_notice(anew(notice), remark=" ", version=notice.version, by=by, now=NOW)
    with refuses(NotAllowed):
        commands.send_back_notice(
            anew(notice), remark="不妥", version=notice.version, by=cast.actor("office_clerk"), now=NOW
        )
    act(commands.send_back_notice, anew(notice), remark="依据不明。", by=by)
    assert (anew(notice).state, notice.remark) == (NoticeState.DRAFT, "依据不明。")
    assert "notice.sent_back" in inbox(cast, "office_clerk")
    act(commands.propose_notice, notice, by=cast.actor("supervisor"))
    assert anew(notice).remark == ""


def test_a_draft_is_discarded_with_its_reason(cast: Cast) -> None:
    notice = proposed(cast)
    by = cast.actor("office_clerk")
    with refuses(Invalid, "remark"):
        commands.discard_notice(anew(notice), remark="", version=notice.version, by=by, now=NOW)
    for name in ("finance_head", "g2_supervisor", "outsider"):
        with refuses(NotAllowed):
            commands.discard_notice(anew(notice), remark="不发", version=notice.version, by=cast.actor(name), now=NOW)
    act(commands.discard_notice, anew(notice), remark="已当面督办。", by=by)
    assert (anew(notice).state, notice.number) == (NoticeState.DISCARDED, None)
    assert "notice.proposed" not in inbox(cast, "office_director")


def test_nobody_discards_a_draft_on_their_own_unit_but_what_they_wrote_themselves(cast: Cast) -> None:
    task = overdue(cast, lead="education")
    [system] = by_ladder(cast, task)
    director = cast.actor("office_director")
    assert not policy.may_discard_notice(director, system)
    assert policy.may_discard_notice(cast.actor("supervisor"), system)
    act(commands.discard_notice, system, remark="已面谈。", by=cast.actor("supervisor"))
    own = drafted(cast, about=task, by="office_director")
    assert policy.may_discard_notice(director, own)
    assert not policy.may_discard_notice(cast.actor("office_clerk"), own)


def test_in_a_group_that_has_ended_nothing_is_drafted_or_moved(cast: Cast) -> None:
    notice, task = drafted(cast), overdue(cast)
    with write_transaction():
        cast.group().ended_on = date(2026, 3, 17)
    by = cast.actor("office_clerk")
    with refuses(Stale):
        commands.draft_notice(task, SAID, by=by, now=NOW)
    with refuses(Stale):
        commands.edit_notice(anew(notice), SAID, version=notice.version, by=by, now=NOW)
    with refuses(Stale):
        commands.propose_notice(anew(notice), version=notice.version, by=by, now=NOW)


STEPS = (("摸底", date(2026, 3, 3)), ("核定", date(2026, 3, 6)))


def test_a_notice_by_hand_on_a_milestone_is_about_the_latest_that_passed_and_says_so(cast: Cast) -> None:
    office = cast.actor("office_clerk")
    task = active(cast, now=LATE, milestones=STEPS)
    usual = queries.usual_words(task, by=office, today=TODAY)
    assert usual["demand"].startswith("该事项的年度节点“核定”时限为2026年3月6日，至今未完成。")
    notice = drafted(cast, about=task)
    assert (notice.kind, notice.cycle) == (NoticeSubject.TASK, cycle_of(date(2026, 3, 6)))
    with refuses(Stale):
        drafted(cast, about=again(task))
    late_too = overdue(cast, milestones=STEPS[:1])
    usual = queries.usual_words(late_too, by=office, today=TODAY)
    assert usual["demand"].startswith("该事项完成时限为2026年3月6日，至今未办结。")
    assert drafted(cast, about=late_too).cycle == cycle_of(date(2026, 3, 6))


def test_a_notice_by_hand_on_a_part_says_so(cast: Cast) -> None:
    part = NewPart(cast.unit_ids["construction"], "提供资料", date(2026, 3, 6))
    task = active(cast, now=LATE, parts=(part,))
    usual = queries.usual_words(task.parts[0], by=cast.actor("office_clerk"), today=TODAY)
    assert usual["demand"].startswith("该事项中由你单位承担的配合事项时限为2026年3月6日，至今未完成。")
