"""Asking the units' views on their letters (征求意见): each sees its own draft, silence means none, all is settled."""

from datetime import date, datetime
from typing import Any

import pytest

from tests.cast import NOW, TODAY, Cast
from tests.letters.promises import again, issue, issued, office_edits, prepare, promised
from tests.tasks.stories import act, day, inbox, refuses
from tracker.audit.queries import history
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, NotVisible, Stale
from tracker.letters import commands, queries
from tracker.letters.models import AskedLetter, ClauseOpinion, LetterBatch, LetterConsultation
from tracker.letters.rules import LetterState
from tracker.tasks.rules import ConsultationState, Handling, OpinionKind, ReplyStanding

REPLY_BY = date(2026, 3, 25)
PAST = day("2026-03-26")
NOT_OFFICE = ("leader", "supervisor", "finance_head", "finance_liaison", "g2_office_clerk", "d2_office_director")


def drafts(cast: Cast, *units: str) -> LetterBatch:
    """A batch of drafts that lack nothing."""
    for unit in units or ("finance",):
        promised(cast, lead=unit)
    return prepare(cast, *(units or ("finance",)))


def ask(cast: Cast, batch: LetterBatch, *, now: datetime = NOW, **said: Any) -> LetterConsultation:
    """The office asks for views until 25 March."""
    usual: dict[str, Any] = {"reply_by": REPLY_BY, "by": cast.actor("office_clerk"), "now": now}
    found: LetterConsultation = act(commands.ask_views, batch, **{**usual, **said})
    return found


def asked(cast: Cast, consultation: LetterConsultation, unit: str = "finance") -> AskedLetter:
    """What one unit is asked."""
    [found] = [row for row in consultation.asked if row.letter.unit_id == cast.unit_ids[unit]]
    return found


def opinions(row: AskedLetter, kind: OpinionKind = OpinionKind.NONE, text: str = "") -> dict[int, Any]:
    """Something of the first clause, nothing of the others."""
    said: dict[int, Any] = {one.id: (OpinionKind.NONE, "") for one in row.rows}
    first = next(one for one in row.rows if one.position == 1)
    return {**said, first.id: (kind, text)}


def answer(
    cast: Cast,
    row: AskedLetter,
    by: str = "finance_head",
    *,
    kind: OpinionKind = OpinionKind.NONE,
    text: str = "",
    now: datetime = NOW,
    **said: object,
) -> None:
    """A unit answers."""
    act(commands.answer_views, row, opinions=opinions(row, kind, text), by=cast.actor(by), now=now, **said)


def objected(cast: Cast) -> ClauseOpinion:
    """The finance bureau finds the date of the first clause too early."""
    row = asked(cast, ask(cast, drafts(cast)))
    answer(cast, row, kind=OpinionKind.TIME, text="时限偏紧。")
    return next(one for one in row.rows if one.said)


def handle(cast: Cast, row: ClauseOpinion, handling: Handling = Handling.ADOPTED, reason: str = "") -> None:
    """The office decides what becomes of an opinion."""
    act(commands.handle_view, row, handling=handling, reason=reason, by=cast.actor("office_clerk"))


def standing(row: AskedLetter, today: date = TODAY) -> ReplyStanding:
    """How a unit stands."""
    return queries.standing_of(row, today=today)


def test_each_unit_is_shown_its_own_draft_as_it_would_be_and_hears_of_it(cast: Cast) -> None:
    batch, clerk = drafts(cast, "finance", "construction"), cast.actor("office_clerk")
    for name in NOT_OFFICE:
        with refuses(NotAllowed):
            commands.ask_views(batch, reply_by=REPLY_BY, version=batch.version, by=cast.actor(name), now=NOW)
    with refuses(Stale):
        commands.ask_views(batch, reply_by=REPLY_BY, version=batch.version + 1, by=clerk, now=NOW)
    consultation = ask(cast, batch, note="请逐条研究。")
    finance, construction = asked(cast, consultation), asked(cast, consultation, "construction")
    assert finance.text == queries.text_for(finance.letter, number="（下发时编号）")
    assert [(row.position, row.text) for row in finance.rows] == [
        (0, ""),
        *((clause.position, clause.text) for clause in finance.letter.clauses),
    ]
    for name in ("finance_head", "finance_deputy", "finance_liaison", "construction_head"):
        assert inbox(cast, name)[-1] == "letter.views_asked"
        assert len(queries.views_waiting_for(cast.actor(name), today=NOW.date())) == 1
    assert inbox(cast, "town_head") == []
    assert queries.visible_asked(cast.actor("finance_staff"), finance.id).id == finance.id
    assert queries.visible_asked(cast.actor("supervisor"), construction.id).id == construction.id
    for name in ("construction_head", "school_one_head", "g2_office_clerk", "outsider"):
        with refuses(NotVisible):
            queries.visible_asked(cast.actor(name), finance.id)
    assert [entry.act for entry in history("letter_batch", batch.id)] == ["letter.prepare", "letter.ask_views"]


def test_what_is_asked_stays_in_the_words_it_was_asked_in(cast: Cast) -> None:
    row = asked(cast, ask(cast, drafts(cast)))
    office_edits(cast, row.letter, free="另一条。")
    db.session.expire_all()
    assert "另一条。" not in row.text
    assert "学位缺口" in "".join(one.text for one in row.rows)


@pytest.mark.parametrize("reply_by", [None, date(2026, 3, 17), date(2026, 4, 2)])
def test_views_are_asked_for_by_a_day_ahead_and_before_signing(cast: Cast, reply_by: date | None) -> None:
    batch, clerk = drafts(cast), cast.actor("office_clerk")
    with refuses(Invalid, "reply_by"):
        commands.ask_views(batch, reply_by=reply_by, version=batch.version, by=clerk, now=NOW)
    assert ask(cast, batch, reply_by=date(2026, 4, 1)).state is ConsultationState.OPEN


def test_nothing_incomplete_or_gone_is_asked_about_and_nothing_twice(cast: Cast) -> None:
    clerk, empty = cast.actor("office_clerk"), prepare(cast, "town")
    with refuses(Invalid, "letters"):
        commands.ask_views(empty, reply_by=REPLY_BY, version=empty.version, by=clerk, now=NOW)
    act(commands.drop_letters, empty, letter_ids=[queries.letters_of(empty)[0].id], by=clerk)
    with refuses(Invalid, "letters"):
        commands.ask_views(empty, reply_by=REPLY_BY, version=empty.version, by=clerk, now=NOW)
    out = issued(cast, number_prefix="发〔2026〕").batch
    with refuses(Stale):
        commands.ask_views(out, reply_by=REPLY_BY, version=out.version, by=clerk, now=NOW)
    batch = drafts(cast)
    row = asked(cast, ask(cast, batch))
    with refuses(Invalid, "letters"):
        commands.ask_views(batch, reply_by=REPLY_BY, version=batch.version, by=clerk, now=NOW)
    answer(cast, row)
    second = ask(cast, batch)
    found = queries.consultation_of(batch.id)
    assert found is not None
    assert found.id == second.id
    with write_transaction():
        cast.group().ended_on = NOW.date()
    with refuses(Stale):
        commands.ask_views(batch, reply_by=REPLY_BY, version=batch.version, by=clerk, now=NOW)
    with refuses(Stale):
        commands.answer_views(row, opinions=opinions(row), version=row.version, by=cast.actor("finance_head"), now=NOW)


def test_head_and_deputy_answer_the_liaison_drafts_and_others_do_not(cast: Cast) -> None:
    row = asked(cast, ask(cast, drafts(cast)))
    for name in ("finance_staff", "construction_head", "supervisor", "leader", "g2_office_clerk"):
        with refuses(NotAllowed):
            by = cast.actor(name)
            commands.answer_views(row, opinions=opinions(row), version=row.version, by=by, now=NOW)
    answer(cast, row, "finance_liaison", kind=OpinionKind.DUTY, text="应由住建局牵头。")
    assert (row.answered_at, row.drafted_by_id) == (None, cast.person_ids["finance_liaison"])
    assert standing(row) is ReplyStanding.DRAFTED
    assert inbox(cast, "finance_head")[-1] == "letter.views_drafted"
    assert queries.views_waiting_for(cast.actor("finance_liaison"), today=NOW.date()) == []
    assert len(queries.views_waiting_for(cast.actor("finance_deputy"), today=NOW.date())) == 1
    answer(cast, row, "finance_deputy", kind=OpinionKind.DUTY, text="应由住建局牵头。")
    assert (row.answered_by_id, standing(row)) == (cast.person_ids["finance_deputy"], ReplyStanding.OPINION)
    assert queries.views_waiting_for(cast.actor("finance_head"), today=NOW.date()) == []
    with refuses(Stale):
        by = cast.actor("finance_liaison")
        commands.answer_views(row, opinions=opinions(row), version=row.version, by=by, now=NOW)
    with refuses(Stale):
        by = cast.actor("finance_head")
        commands.answer_views(row, opinions=opinions(row), version=row.version - 1, by=by, now=NOW)
    answer(cast, row)
    assert standing(row) is ReplyStanding.NO_OPINION


def test_an_opinion_has_words_and_words_have_a_kind(cast: Cast) -> None:
    row, head = asked(cast, ask(cast, drafts(cast))), cast.actor("finance_head")
    first = next(one.id for one in row.rows if one.position == 1)
    for wrong, field in (
        ({}, f"opinion_{row.rows[0].id}"),
        (opinions(row, OpinionKind.TIME, " "), f"text_{first}"),
        (opinions(row, OpinionKind.TIME, "长" * 1001), f"text_{first}"),
        (opinions(row, OpinionKind.NONE, "有话"), f"opinion_{first}"),
    ):
        with refuses(Invalid, field):
            commands.answer_views(row, opinions=wrong, version=row.version, by=head, now=NOW)
    answer(cast, row, kind=OpinionKind.STANDARD, text="长" * 1000)


def test_the_office_enters_an_answer_with_where_it_has_it_from(cast: Cast) -> None:
    row, clerk = asked(cast, ask(cast, drafts(cast))), cast.actor("office_clerk")
    with refuses(Invalid, "told_by"):
        commands.answer_views(row, opinions=opinions(row), version=row.version, by=clerk, now=NOW)
    answer(cast, row, "office_clerk", told_by="电话，谢云岚")
    assert (row.answered_by_id, row.told_by) == (cast.person_ids["office_clerk"], "电话，谢云岚")
    assert history("letter", row.letter_id)[-1].act == "letter.enter_views"


def test_silence_past_the_date_means_no_opinion_and_lets_the_batch_go_out(cast: Cast) -> None:
    batch = drafts(cast)
    row = asked(cast, ask(cast, batch))
    assert standing(row) is ReplyStanding.WAITING
    with refuses(Invalid, "letters"):
        issue(cast, batch, now=day("2026-03-25"))
    with refuses(Stale):
        head = cast.actor("finance_head")
        commands.answer_views(row, opinions=opinions(row), version=row.version, by=head, now=PAST)
    assert standing(row, PAST.date()) is ReplyStanding.DEEMED
    assert queries.views_waiting_for(cast.actor("finance_head"), today=PAST.date()) == []
    assert issue(cast, batch, now=PAST)[0].state is LetterState.ISSUED


def test_an_opinion_is_adopted_or_not_and_why_before_the_batch_goes_out(cast: Cast) -> None:
    row, clerk = objected(cast), cast.actor("office_clerk")
    batch, said = row.asked.consultation.batch, {"handling": Handling.ADOPTED, "now": NOW}
    with refuses(Invalid, "letters"):
        issue(cast, batch)
    for name in NOT_OFFICE:
        with refuses(NotAllowed):
            commands.handle_view(row, handling=Handling.ADOPTED, version=row.version, by=cast.actor(name), now=NOW)
    with refuses(Invalid, "reason"):
        commands.handle_view(row, handling=Handling.NOT_ADOPTED, version=row.version, by=clerk, now=NOW)
    with refuses(Stale):
        commands.handle_view(row, handling=Handling.ADOPTED, version=row.version + 1, by=clerk, now=NOW)
    nothing = next(one for one in row.asked.rows if not one.said)
    with refuses(Stale):
        commands.handle_view(nothing, handling=Handling.ADOPTED, version=nothing.version, by=clerk, now=NOW)
    handle(cast, row, Handling.NOT_ADOPTED, "上级文件已定时限。")
    assert history("letter", row.asked.letter_id)[-1].act == "letter.decline_view"
    assert inbox(cast, "finance_head")[-1] == "letter.views_handled"
    handle(cast, row)
    assert history("letter", row.asked.letter_id)[-1].act == "letter.adopt_view"
    office_edits(cast, row.asked.letter, free="时限放宽。")
    assert "时限放宽。" in str(issue(cast, batch)[0].texts[0].text)
    with refuses(Stale):
        commands.handle_view(row, version=row.version, by=clerk, **said)  # type: ignore[arg-type]


def test_another_opinion_wants_to_be_handled_anew_and_the_same_one_not(cast: Cast) -> None:
    row = objected(cast)
    handle(cast, row)
    answer(cast, row.asked, kind=OpinionKind.TIME, text="时限偏紧。")
    assert row.handling is Handling.ADOPTED
    answer(cast, row.asked, kind=OpinionKind.TIME, text="再放宽一个月。")
    assert row.handling is None


def test_the_opinion_of_a_unit_that_was_taken_out_holds_nobody(cast: Cast) -> None:
    batch, clerk = drafts(cast, "finance", "construction"), cast.actor("office_clerk")
    consultation = ask(cast, batch)
    finance, construction = asked(cast, consultation), asked(cast, consultation, "construction")
    answer(cast, finance, kind=OpinionKind.DUTY, text="不是我局职责。")
    act(commands.drop_letters, batch, letter_ids=[finance.letter_id], by=clerk)
    with refuses(Stale):
        head = cast.actor("finance_head")
        commands.answer_views(finance, opinions=opinions(finance), version=finance.version, by=head, now=NOW)
    answer(cast, construction, "construction_head")
    assert [letter.unit_id for letter in issue(cast, batch)] == [cast.unit_ids["construction"]]


def test_the_office_stops_asking_with_a_reason_and_may_ask_again(cast: Cast) -> None:
    batch, clerk = drafts(cast), cast.actor("office_clerk")
    consultation = ask(cast, batch)
    row = asked(cast, consultation)
    for name in NOT_OFFICE:
        with refuses(NotAllowed):
            by = cast.actor(name)
            commands.withdraw_views(consultation, remark="改。", version=consultation.version, by=by, now=NOW)
    with refuses(Invalid, "remark"):
        commands.withdraw_views(consultation, remark=" ", version=consultation.version, by=clerk, now=NOW)
    with refuses(Stale):
        commands.withdraw_views(consultation, remark="改。", version=consultation.version, by=clerk, now=PAST)
    act(commands.withdraw_views, consultation, remark="条款要改。", by=clerk)
    assert inbox(cast, "finance_head")[-1] == "letter.views_withdrawn"
    with refuses(Stale):
        head = cast.actor("finance_head")
        commands.answer_views(row, opinions=opinions(row), version=row.version, by=head, now=NOW)
    with refuses(Stale):
        commands.withdraw_views(consultation, remark="改。", version=consultation.version, by=clerk, now=NOW)
    ask(cast, batch)
    second = queries.consultation_of(batch.id)
    assert second is not None
    act(commands.withdraw_views, second, remark="不问了。", by=clerk)
    assert again(issue(cast, batch)[0]).state is LetterState.ISSUED


def test_who_drafts_nothing_for_a_unit_has_nothing_to_answer(cast: Cast) -> None:
    ask(cast, drafts(cast))
    for name in ("finance_staff", "office_clerk", "leader", "outsider"):
        assert queries.views_waiting_for(cast.actor(name), today=NOW.date()) == []


def test_opinions_are_found_by_those_who_watch_over_the_group(cast: Cast) -> None:
    row = objected(cast)
    assert queries.visible_clause_opinion(cast.actor("supervisor"), row.id).id == row.id
    for name in ("finance_head", "g2_office_clerk", "outsider"):
        with refuses(NotVisible):
            queries.visible_clause_opinion(cast.actor(name), row.id)
