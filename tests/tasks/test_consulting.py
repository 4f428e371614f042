"""Asking the units' views (征求意见): who is asked what, who answers, what silence means, and what must be settled."""

from datetime import date, datetime

import pytest

from tests.cast import NOW, Cast
from tests.tasks.stories import act, acts_of, day, draft, inbox, issue, propose, refuses
from tracker.audit.queries import history
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, NotVisible, Stale
from tracker.tasks import commands, queries
from tracker.tasks.commands import TaskDraft
from tracker.tasks.models import Consultation, ConsultedTask, ConsultedUnit, Task
from tracker.tasks.queries import Wait
from tracker.tasks.rules import (
    ConsultationState,
    Handling,
    OpinionKind,
    ReplyStanding,
    TaskState,
    reply_standing,
)

REPLY_BY = date(2026, 3, 23)
PAST = day("2026-03-24")
LATER_DRAFT = date(2026, 3, 6)


def consult(cast: Cast, *tasks: Task, now: datetime = NOW, title: str = "第一批任务征求意见") -> Consultation:
    """The office asks for views on drafts until 23 March."""
    with write_transaction():
        by = cast.actor("office_clerk")
        return commands.open_consultation(cast.group(), tasks, title=title, reply_by=REPLY_BY, by=by, now=now)


def asked(cast: Cast, consultation: Consultation, unit: str = "finance") -> ConsultedUnit:
    """What one unit is asked."""
    [found] = [row for row in consultation.units if row.unit_id == cast.unit_ids[unit]]
    return found


def answer(
    cast: Cast,
    row: ConsultedUnit,
    by: str = "finance_head",
    *,
    kind: OpinionKind = OpinionKind.NONE,
    text: str = "",
    now: datetime = NOW,
    **said: object,
) -> None:
    """A unit says the same of each of its drafts."""
    opinions = {one.id: (kind, text) for one in row.rows}
    act(commands.answer_consultation, row, opinions=opinions, by=cast.actor(by), now=now, **said)


def objected(cast: Cast, *tasks: Task) -> ConsultedTask:
    """A consultation in which the finance bureau found the time too short, and nobody else was asked."""
    row = asked(cast, consult(cast, *tasks))
    answer(cast, row, kind=OpinionKind.TIME, text="时限偏紧。")
    return row.rows[0]


def handle(cast: Cast, row: ConsultedTask, handling: Handling = Handling.ADOPTED, reason: str = "") -> None:
    """The office decides what becomes of an opinion."""
    act(commands.handle_opinion, row, handling=handling, reason=reason, by=cast.actor("office_clerk"))


def waits(cast: Cast, name: str, today: date) -> list[Wait]:
    """What of it waits for somebody."""
    kinds = {Wait.ANSWER_CONSULTATION, Wait.HANDLE_CONSULTATION}
    return [row.kind for row in queries.waiting_for(cast.actor(name), today=today) if row.kind in kinds]


def test_each_unit_is_asked_about_what_it_leads_or_takes_part_in_and_hears_of_it(cast: Cast) -> None:
    first = draft(cast, parts=("construction",), content="核定学位", standard="无缺口")
    second = draft(cast, title="建设校舍", lead="construction")
    for name in ("leader", "supervisor", "finance_head", "g2_office_director"):
        with refuses(NotAllowed):
            by = cast.actor(name)
            commands.open_consultation(cast.group(), [first], title="问", reply_by=REPLY_BY, by=by, now=NOW)
    consultation = consult(cast, first, second, first)
    finance, construction = asked(cast, consultation), asked(cast, consultation, "construction")
    assert [(row.title, row.leads, row.standard) for row in finance.rows] == [(first.title, True, "无缺口")]
    assert [(row.title, row.leads, row.part_content) for row in construction.rows] == [
        (first.title, False, "提供资料"),
        ("建设校舍", True, ""),
    ]
    for name in ("finance_head", "finance_deputy", "finance_liaison", "construction_head"):
        assert inbox(cast, name) == ["consultation.asked"]
    assert inbox(cast, "town_head") == []
    assert acts_of(first) == ["task.draft", "task.consult"]
    assert [entry.act for entry in history("consultation", consultation.id)] == ["consultation.open"]


def test_what_is_asked_stays_in_the_words_it_was_asked_in(cast: Cast) -> None:
    task = draft(cast, content="第一稿")
    row = asked(cast, consult(cast, task)).rows[0]
    said = TaskDraft(title="改了", content="第二稿", lead_unit_id=cast.unit_ids["town"], due_on=date(2026, 6, 1))
    act(commands.edit_draft, task, draft=said, by=cast.actor("office_clerk"))
    db.session.expire_all()
    assert (row.title, row.content, row.due_on) == ("核定义务教育阶段学位缺口", "第一稿", date(2026, 4, 17))


def test_a_consultation_needs_drafts_of_one_group_with_a_lead_a_title_and_a_day_to_come(cast: Cast) -> None:
    task, leaderless, out, clerk = draft(cast), draft(cast, lead=None), draft(cast), cast.actor("office_clerk")
    issue(cast, out)
    foreign = act(
        commands.draft_task, cast.group("g2"), draft=TaskDraft(title="别组"), by=cast.actor("g2_office_clerk")
    )
    for tasks in ([], [task, leaderless], [task, foreign]):
        with refuses(Invalid, "tasks"):
            commands.open_consultation(cast.group(), tasks, title="问", reply_by=REPLY_BY, by=clerk, now=NOW)
    with refuses(Stale):
        commands.open_consultation(cast.group(), [out], title="问", reply_by=REPLY_BY, by=clerk, now=NOW)
    with refuses(Invalid, "title"):
        commands.open_consultation(cast.group(), [task], title=" ", reply_by=REPLY_BY, by=clerk, now=NOW)
    for wrong in (None, date(2026, 3, 17)):
        with refuses(Invalid, "reply_by"):
            commands.open_consultation(cast.group(), [task], title="问", reply_by=wrong, by=clerk, now=NOW)
    assert consult(cast, task).state is ConsultationState.OPEN


def test_head_and_deputy_answer_the_liaison_drafts_and_others_do_not(cast: Cast) -> None:
    consultation = consult(cast, draft(cast))
    row = asked(cast, consultation)
    opinions = {row.rows[0].id: (OpinionKind.NONE, "")}
    for name in ("finance_staff", "construction_head", "supervisor", "leader", "g2_office_clerk"):
        with refuses(NotAllowed):
            commands.answer_consultation(row, opinions=opinions, version=row.version, by=cast.actor(name), now=NOW)
    answer(cast, row, "finance_liaison", kind=OpinionKind.DUTY, text="应由住建局牵头。")
    assert (row.answered_at, row.drafted_by_id) == (None, cast.person_ids["finance_liaison"])
    assert "consultation.drafted" in inbox(cast, "finance_head")
    assert waits(cast, "finance_liaison", NOW.date()) == []
    assert waits(cast, "finance_deputy", NOW.date()) == [Wait.ANSWER_CONSULTATION]
    answer(cast, row, "finance_deputy", kind=OpinionKind.DUTY, text="应由住建局牵头。")
    assert row.answered_by_id == cast.person_ids["finance_deputy"]
    assert acts_of(row.rows[0].task)[-1] == "task.answer_consultation"
    with refuses(Stale):
        version = row.version
        by = cast.actor("finance_liaison")
        commands.answer_consultation(row, opinions=opinions, version=version, by=by, now=NOW)
    with refuses(Stale):
        by = cast.actor("finance_head")
        commands.answer_consultation(row, opinions=opinions, version=row.version - 1, by=by, now=NOW)
    answer(cast, row, "finance_head")
    assert row.rows[0].opinion is OpinionKind.NONE


def test_the_office_enters_an_answer_with_where_it_has_it_from(cast: Cast) -> None:
    row = asked(cast, consult(cast, draft(cast)))
    opinions = {row.rows[0].id: (OpinionKind.STANDARD, "标准宜量化。")}
    with refuses(Invalid, "told_by"):
        by = cast.actor("office_clerk")
        commands.answer_consultation(row, opinions=opinions, version=row.version, by=by, now=NOW)
    answer(cast, row, "office_clerk", kind=OpinionKind.STANDARD, text="标准宜量化。", told_by="财政局复函")
    assert (row.told_by, row.answered_by_id) == ("财政局复函", cast.person_ids["office_clerk"])
    assert acts_of(row.rows[0].task)[-1] == "task.enter_answer"


def test_an_opinion_needs_its_sentence_and_every_row_a_word(cast: Cast) -> None:
    row = asked(cast, consult(cast, draft(cast)))
    key = row.rows[0].id
    for opinions, field in (
        ({}, f"opinion_{key}"),
        ({key: (OpinionKind.TIME, " ")}, f"text_{key}"),
        ({key: (OpinionKind.NONE, "时限偏紧")}, f"opinion_{key}"),
    ):
        with refuses(Invalid, field):
            by = cast.actor("finance_head")
            commands.answer_consultation(row, opinions=opinions, version=row.version, by=by, now=NOW)
    answer(cast, row, kind=OpinionKind.TIME, text="时限偏紧")
    assert row.rows[0].said == "时限偏紧"


def test_an_answer_is_changed_until_the_date_and_a_changed_opinion_is_to_be_handled_anew(cast: Cast) -> None:
    row = objected(cast, draft(cast))
    handle(cast, row, Handling.NOT_ADOPTED, "方案已定。")
    answer(cast, row.asked, kind=OpinionKind.TIME, text="时限偏紧。")
    assert row.handling is Handling.NOT_ADOPTED
    assert acts_of(row.task).count("task.answer_consultation") == 1
    answer(cast, row.asked, kind=OpinionKind.TIME, text="请延至六月。", now=day("2026-03-23"))
    db.session.expire_all()
    assert (db.session.get_one(ConsultedTask, row.id).handling, row.reason) == (None, "")
    with refuses(Stale):
        by, opinions = cast.actor("finance_head"), {row.id: (OpinionKind.NONE, "")}
        commands.answer_consultation(row.asked, opinions=opinions, version=row.asked.version, by=by, now=PAST)


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({"answered": True, "opinions": 1, "today": PAST.date()}, ReplyStanding.OPINION),
        ({"answered": True, "today": PAST.date()}, ReplyStanding.NO_OPINION),
        ({"drafted": True, "opinions": 1, "today": PAST.date()}, ReplyStanding.DEEMED),
        ({"today": REPLY_BY}, ReplyStanding.WAITING),
        ({"drafted": True, "today": REPLY_BY}, ReplyStanding.DRAFTED),
    ],
)
def test_silence_past_the_date_means_no_opinion(said: dict[str, object], standing: ReplyStanding) -> None:
    facts = {"answered": False, "drafted": False, "opinions": 0, "reply_by": REPLY_BY, **said}
    assert reply_standing(**facts) is standing  # type: ignore[arg-type]


def test_a_draft_is_not_proposed_while_its_consultation_runs(cast: Cast) -> None:
    task, other = draft(cast, parts=("construction",)), draft(cast)
    consultation = consult(cast, task)
    clerk = cast.actor("office_clerk")
    answer(cast, asked(cast, consultation))
    with refuses(Invalid, "tasks"):
        commands.propose_batch(cast.group(), [other, task], title="一批", by=clerk, now=NOW)
    answer(cast, asked(cast, consultation, "construction"), "construction_head")
    assert propose(cast, other, task).tasks == [task, other]


def test_a_draft_is_proposed_once_the_date_has_passed_in_silence(cast: Cast) -> None:
    task = draft(cast)
    consult(cast, task)
    with refuses(Invalid, "tasks"):
        commands.propose_batch(cast.group(), [task], title="一批", by=cast.actor("office_clerk"), now=day("2026-03-23"))
    assert propose(cast, task, now=PAST).tasks == [task]


def test_a_unit_that_was_asked_only_about_what_was_left_out_holds_nothing_up(cast: Cast) -> None:
    task, left_out = draft(cast), draft(cast, lead="town")
    consultation = consult(cast, task, left_out)
    answer(cast, asked(cast, consultation))
    with refuses(Invalid, "tasks"):
        commands.propose_batch(cast.group(), [task], title="一批", by=cast.actor("office_clerk"), now=NOW)
    act(commands.cancel_task, left_out, reason="重复。", by=cast.actor("office_clerk"))
    assert propose(cast, task).tasks == [task]
    assert waits(cast, "town_head", NOW.date()) == []


def test_opinions_are_handled_before_proposing(cast: Cast) -> None:
    task = draft(cast)
    row = objected(cast, task)
    with refuses(Invalid, "tasks"):
        commands.propose_batch(cast.group(), [task], title="一批", by=cast.actor("office_clerk"), now=PAST)
    handle(cast, row)
    assert propose(cast, task).tasks == [task]
    with refuses(Stale):
        by = cast.actor("office_clerk")
        commands.handle_opinion(row, handling=Handling.ADOPTED, version=row.version, by=by, now=NOW)
    with refuses(Stale):
        by, opinions = cast.actor("finance_head"), {row.id: (OpinionKind.NONE, "")}
        commands.answer_consultation(row.asked, opinions=opinions, version=row.asked.version, by=by, now=NOW)


def test_a_draft_whose_date_passed_is_not_taken_over_while_units_are_asked(cast: Cast) -> None:
    task = draft(cast, due_on=LATER_DRAFT)
    row = asked(cast, consult(cast, task))
    with refuses(Invalid, "new_due_on"):
        by = cast.actor("office_director")
        commands.take_over(task, new_due_on=date(2026, 5, 8), version=task.version, by=by, now=NOW)
    answer(cast, row)
    act(commands.take_over, task, new_due_on=date(2026, 5, 8), by=cast.actor("office_director"))
    assert task.state is TaskState.ACTIVE


def test_the_office_handles_opinions_and_the_unit_hears_what_became_of_them(cast: Cast) -> None:
    row = objected(cast, draft(cast))
    for name in ("finance_head", "leader", "supervisor", "g2_office_clerk"):
        with refuses(NotAllowed):
            by = cast.actor(name)
            commands.handle_opinion(row, handling=Handling.ADOPTED, version=row.version, by=by, now=NOW)
    with refuses(Invalid, "reason"):
        by = cast.actor("office_clerk")
        commands.handle_opinion(row, handling=Handling.NOT_ADOPTED, version=row.version, by=by, now=NOW)
    with refuses(Stale):
        by = cast.actor("office_clerk")
        commands.handle_opinion(row, handling=Handling.ADOPTED, version=row.version + 1, by=by, now=NOW)
    handle(cast, row, Handling.NOT_ADOPTED, "方案已定。")
    assert (row.handling, row.reason) == (Handling.NOT_ADOPTED, "方案已定。")
    assert "consultation.handled" in inbox(cast, "finance_liaison")
    assert acts_of(row.task)[-1] == "task.handle_opinion"


@pytest.mark.parametrize("drafted", [False, True], ids=["no opinion", "only drafted"])
def test_only_an_opinion_that_was_given_is_handled(cast: Cast, *, drafted: bool) -> None:
    row = asked(cast, consult(cast, draft(cast)))
    if drafted:
        answer(cast, row, "finance_liaison", kind=OpinionKind.TIME, text="时限偏紧。")
    else:
        answer(cast, row)
    one = row.rows[0]
    with refuses(Stale):
        by = cast.actor("office_clerk")
        commands.handle_opinion(one, handling=Handling.ADOPTED, version=one.version, by=by, now=NOW)
    answer(cast, row, kind=OpinionKind.TIME, text="时限偏紧。")
    handle(cast, one)
    assert one.handling is Handling.ADOPTED


def test_a_consultation_is_withdrawn_with_a_reason_before_its_date(cast: Cast) -> None:
    task = draft(cast)
    consultation, clerk = consult(cast, task), cast.actor("office_clerk")
    row = asked(cast, consultation)
    with refuses(NotAllowed):
        by = cast.actor("finance_head")
        commands.withdraw_consultation(consultation, remark="改稿。", version=1, by=by, now=NOW)
    with refuses(Invalid, "remark"):
        commands.withdraw_consultation(consultation, remark=" ", version=1, by=clerk, now=NOW)
    for version, now in ((2, NOW), (1, PAST)):
        with refuses(Stale):
            commands.withdraw_consultation(consultation, remark="改稿。", version=version, by=clerk, now=now)
    act(commands.withdraw_consultation, consultation, remark="改稿。", by=clerk)
    assert consultation.state is ConsultationState.WITHDRAWN
    assert inbox(cast, "finance_head") == ["consultation.asked", "consultation.withdrawn"]
    assert waits(cast, "finance_head", NOW.date()) == []
    assert acts_of(task)[-1] == "task.withdraw_consultation"
    with refuses(Stale):
        by, opinions = cast.actor("finance_head"), {row.rows[0].id: (OpinionKind.NONE, "")}
        commands.answer_consultation(row, opinions=opinions, version=row.version, by=by, now=NOW)
    with refuses(Stale):
        commands.withdraw_consultation(consultation, remark="改稿。", version=2, by=clerk, now=NOW)
    again = consult(cast, task, title="第二次征求意见")
    answer(cast, asked(cast, again))
    assert propose(cast, task).tasks == [task]
    with refuses(Stale):
        commands.withdraw_consultation(again, remark="改稿。", version=1, by=clerk, now=NOW)


def test_opinions_of_a_withdrawn_consultation_are_left_as_they_are(cast: Cast) -> None:
    task = draft(cast, parts=("construction",))
    row = asked(cast, consult(cast, task))
    answer(cast, row, kind=OpinionKind.OTHER, text="请先试点。")
    act(commands.withdraw_consultation, row.consultation, remark="改稿。", by=cast.actor("office_clerk"))
    with refuses(Stale):
        one, by = row.rows[0], cast.actor("office_clerk")
        commands.handle_opinion(one, handling=Handling.ADOPTED, version=one.version, by=by, now=NOW)
    propose(cast, task)
    [left] = queries.opinions_on(cast.actor("leader"), [task.id])[task.id]
    assert left.said == "请先试点。"


def test_a_draft_is_in_at_most_one_open_consultation(cast: Cast) -> None:
    task, clerk = draft(cast), cast.actor("office_clerk")
    row = objected(cast, task)
    with refuses(Invalid, "tasks"):
        commands.open_consultation(cast.group(), [task], title="再问", reply_by=REPLY_BY, by=clerk, now=NOW)
    handle(cast, row)
    assert consult(cast, task, title="再问").id != row.asked.consultation_id


def test_desks_say_who_has_to_answer_and_when_the_office_goes_on(cast: Cast) -> None:
    consultation = consult(cast, draft(cast, parts=("construction",)))
    for name in ("finance_head", "finance_deputy", "finance_liaison", "construction_head"):
        assert waits(cast, name, NOW.date()) == [Wait.ANSWER_CONSULTATION]
    for name in ("finance_staff", "town_head", "office_clerk", "leader"):
        assert waits(cast, name, NOW.date()) == []
    assert waits(cast, "office_clerk", REPLY_BY) == [Wait.HANDLE_CONSULTATION]
    answer(cast, asked(cast, consultation), kind=OpinionKind.TIME, text="时限偏紧。")
    assert waits(cast, "finance_head", NOW.date()) == []
    assert waits(cast, "office_clerk", NOW.date()) == [Wait.HANDLE_CONSULTATION]
    handle(cast, asked(cast, consultation).rows[0])
    assert waits(cast, "office_clerk", NOW.date()) == []
    assert waits(cast, "construction_head", PAST.date()) == []
    answer(cast, asked(cast, consultation, "construction"), "construction_head")
    assert waits(cast, "office_clerk", NOW.date()) == [Wait.HANDLE_CONSULTATION]
    propose(cast, *[row.task for row in asked(cast, consultation).rows])
    assert waits(cast, "office_clerk", PAST.date()) == []


def test_a_unit_sees_its_own_rows_and_nobody_elses(cast: Cast) -> None:
    task = draft(cast, parts=("construction",))
    consultation = consult(cast, task)
    row = asked(cast, consultation)
    answer(cast, row, kind=OpinionKind.DUTY, text="应由住建局牵头。")
    for name in ("finance_staff", "office_clerk", "supervisor"):
        assert queries.visible_consulted_unit(cast.actor(name), row.id) is row
    for name in ("construction_head", "outsider", "g2_office_clerk", "d2_head"):
        with pytest.raises(NotVisible):
            queries.visible_consulted_unit(cast.actor(name), row.id)
    for name in ("finance_head", "construction_head"):
        with pytest.raises(NotVisible):
            queries.visible_consultation(cast.actor(name), consultation.id)
        with pytest.raises(NotVisible):
            queries.visible_opinion(cast.actor(name), row.rows[0].id)
        with pytest.raises(NotVisible):
            queries.visible_task(cast.actor(name), task.id)
    assert list(queries.opinions_on(cast.actor("construction_head"), [task.id])) == []
    assert list(queries.opinions_on(cast.actor("finance_head"), [task.id])) == [task.id]


def test_a_school_s_rows_are_seen_by_the_bureau_above_it(cast: Cast) -> None:
    row = asked(cast, consult(cast, draft(cast, lead="school_one")), "school_one")
    assert queries.visible_consulted_unit(cast.actor("education_head"), row.id) is row
    with refuses(NotAllowed):
        by, opinions = cast.actor("education_head"), {row.rows[0].id: (OpinionKind.NONE, "")}
        commands.answer_consultation(row, opinions=opinions, version=row.version, by=by, now=NOW)
    answer(cast, row, "school_one_head")
