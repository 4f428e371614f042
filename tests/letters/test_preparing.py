"""Letters before they go out: the office's template, one draft a unit, and clauses that are the unit's tasks."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.factories import make_post
from tests.letters.promises import (
    SIGN_BY,
    again,
    follow,
    in_force,
    issue,
    issued,
    leader_seat,
    office_edits,
    prepare,
    promised,
    words,
)
from tests.tasks.stories import act, active, cancelled, completed, day, draft, refuses
from tests.tasks.stories import issued as task_issued
from tracker.audit.queries import history
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.letters import commands, queries
from tracker.letters.models import Letter, LetterBatch, LetterTemplate
from tracker.letters.rules import (
    DEFAULT_TEMPLATE,
    MAX_CLAUSE,
    MAX_CLAUSES,
    BatchState,
    ClauseKind,
    Gap,
    LetterKind,
    LetterState,
    Side,
)
from tracker.organisation.models import Post, Seat
from tracker.plans.models import Plan
from tracker.tasks.commands import NewTarget
from tracker.tasks.commands import issue_due_periods as issue_periods
from tracker.tasks.models import Task
from tracker.tasks.rules import Every

NOT_OFFICE = ("leader", "supervisor", "finance_head", "finance_liaison", "g2_office_clerk", "d2_office_director")


def clauses(letter: Letter) -> list[tuple[ClauseKind, str]]:
    """What a letter promises."""
    return [(clause.kind, clause.text) for clause in letter.clauses]


def only(batch: LetterBatch) -> Letter:
    """The one letter of a batch."""
    [letter] = queries.letters_of(batch)
    return letter


def end_group(cast: Cast) -> None:
    """The first group comes to its end."""
    with write_transaction():
        cast.group().ended_on = NOW.date()


def test_the_office_keeps_the_words_that_frame_letters(cast: Cast) -> None:
    assert queries.template_of(cast.group().id) == (0, DEFAULT_TEMPLATE)
    own = replace(DEFAULT_TEMPLATE, purpose="为压实责任，【甲方】与【单位】签订本责任书。", closing="")
    for name in NOT_OFFICE:
        with refuses(NotAllowed):
            commands.set_template(cast.group(), words=own, version=0, by=cast.actor(name), now=NOW)
    act(commands.set_template, cast.group(), words=own, version=0, by=cast.actor("office_clerk"))
    assert queries.template_of(cast.group().id) == (1, own)
    shorter = replace(own, safeguards="")
    with refuses(Stale):
        commands.set_template(cast.group(), words=shorter, version=0, by=cast.actor("office_clerk"), now=NOW)
    act(commands.set_template, cast.group(), words=shorter, version=1, by=cast.actor("office_director"))
    assert queries.template_of(cast.group().id) == (2, shorter)
    assert [entry.act for entry in history("group", cast.group().id)][-2:] == ["letter.set_template"] * 2


@pytest.mark.parametrize(
    ("said", "field"), [({"purpose": " \n"}, "purpose"), ({"safeguards": "保" * 4001}, "safeguards")]
)
def test_a_template_says_why_and_stays_within_a_page(cast: Cast, said: dict[str, str], field: str) -> None:
    clerk = cast.actor("office_clerk")
    with refuses(Invalid, field):
        commands.set_template(cast.group(), words=replace(DEFAULT_TEMPLATE, **said), version=0, by=clerk, now=NOW)
    fits = replace(DEFAULT_TEMPLATE, **{field: "保" * 4000})
    act(commands.set_template, cast.group(), words=fits, version=0, by=clerk)
    assert db.session.get_one(LetterTemplate, cast.group().id).version == 1


def test_nothing_is_written_in_a_group_that_has_ended(cast: Cast) -> None:
    batch, later = prepare(cast), prepare(cast, "town")
    act(commands.withdraw_letter, only(later), remark="不签。", by=cast.actor("office_clerk"))
    end_group(cast)
    clerk, letter = cast.actor("office_clerk"), only(batch)
    with refuses(Stale):
        commands.set_template(cast.group(), words=DEFAULT_TEMPLATE, version=0, by=clerk, now=NOW)
    with refuses(Stale):
        commands.prepare_batch(cast.group(), [cast.unit("finance")], words=words(cast), by=clerk, now=NOW)
    with refuses(Stale):
        commands.edit_letter(letter, task_ids=[], free="一条", version=letter.version, by=clerk, now=NOW)
    for one in (batch, later):
        with refuses(Stale):
            commands.discard_batch(one, version=one.version, by=clerk, now=NOW)
        with refuses(Stale):
            commands.issue_batch(one, version=one.version, by=clerk, now=NOW)


def test_every_chosen_unit_gets_a_draft_of_its_own_tasks_and_targets(cast: Cast) -> None:
    task = promised(cast, content="逐校核定\n并报区政府", standard="台账齐全")
    promised(cast, lead="construction", target=False, title="新建学校两所。")
    batch = prepare(cast, "finance", "construction", "town")
    finance, construction, town = queries.letters_of(batch)
    assert clauses(finance) == [
        (ClauseKind.TARGET, "小学教师培训经费占比不低于5%（2026年4月17日前）"),
        (
            ClauseKind.TASK,
            "核定义务教育阶段学位缺口。逐校核定 并报区政府。完成标准：台账齐全。完成时限：2026年4月17日。",
        ),
    ]
    assert {clause.task_id for clause in finance.clauses} == {task.id}
    assert clauses(construction) == [(ClauseKind.TASK, "新建学校两所。完成时限：2026年4月17日。")]
    assert clauses(town) == []
    assert {letter.state for letter in (finance, construction, town)} == {LetterState.DRAFT}
    assert len({letter.check_code for letter in (finance, construction, town)}) == 3
    assert [(one.side, one.party, one.title) for one in finance.signatories] == [
        (Side.FIRST, "", "澄江区人民政府区长"),
        (Side.SECOND, "澄江区财政局", "局长"),
    ]
    assert [entry.act for entry in history("letter_batch", batch.id)] == ["letter.prepare"]


def test_only_the_office_prepares_letters(cast: Cast) -> None:
    for name in NOT_OFFICE:
        with refuses(NotAllowed):
            units = [cast.unit("finance")]
            commands.prepare_batch(cast.group(), units, words=words(cast), by=cast.actor(name), now=NOW)
    assert prepare(cast, by="office_secondee").state is BatchState.DRAFT


@pytest.mark.parametrize("units", [(), ("finance", "finance"), ("finance", "water"), ("d2_finance",), ("government",)])
def test_letters_go_to_member_units_and_units_below_them_once_each(cast: Cast, units: tuple[str, ...]) -> None:
    with refuses(Invalid, "units"):
        rows = [cast.unit(name) for name in units]
        commands.prepare_batch(cast.group(), rows, words=words(cast), by=cast.actor("office_clerk"), now=NOW)
    assert len(queries.letters_of(prepare(cast, "finance", "education", "school_one"))) == 3


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"title": " "}, "title"),
    ({"title": "书" * 121}, "title"),
    ({"first_party": ""}, "first_party"),
    ({"number_prefix": ""}, "number_prefix"),
    ({"year": 1999}, "year"),
    ({"year": 10**12}, "year"),
    ({"year": None, "period": ""}, "period"),
    ({"sign_by": None}, "sign_by"),
    ({"sign_by": date(2026, 3, 1)}, "sign_by"),
    ({"sign_by": date(2101, 1, 1), "ends_on": None}, "sign_by"),
    ({"ends_on": date(2026, 3, 31)}, "ends_on"),
    ({"ends_on": date(2101, 1, 1)}, "ends_on"),
    ({"template": replace(DEFAULT_TEMPLATE, purpose="")}, "purpose"),
    ({"seats": ()}, "signatories"),
]


@pytest.mark.parametrize(("said", "field"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_batch_is_refused_at_the_field_that_is_wrong(cast: Cast, said: dict[str, Any], field: str) -> None:
    with refuses(Invalid, field):
        units = [cast.unit("finance")]
        commands.prepare_batch(cast.group(), units, words=words(cast, **said), by=cast.actor("office_clerk"), now=NOW)
    whole = prepare(cast, year=None, period="创建周期", ends_on=None)
    assert (whole.period, whole.year, whole.sign_by) == ("创建周期", None, SIGN_BY)


def test_the_first_party_signs_by_one_or_two_leaders_of_the_group(cast: Cast) -> None:
    leaders = queries.leaders_to_sign(cast.group().id, day=NOW.date())
    office = db.session.scalars(sa.select(Seat).where(Seat.role == "office_director")).first()
    assert office is not None
    for seats in ((office,), (*leaders, leaders[0])):
        with refuses(Invalid, "signatories"):
            units = [cast.unit("finance")]
            said = words(cast, seats=seats)
            commands.prepare_batch(cast.group(), units, words=said, by=cast.actor("office_clerk"), now=NOW)
    letter = only(prepare(cast, seats=tuple(leaders)))
    assert [one.title for one in letter.signatories if one.side is Side.FIRST] == [
        "澄江区人民政府区长",
        "澄江区人民政府副区长",
    ]


def test_a_leader_whose_seat_goes_with_no_post_signs_by_the_seat(cast: Cast) -> None:
    with write_transaction():
        seat = leader_seat(cast)
        seat.post_id, seat.person_id = None, cast.person_ids["leader"]
    letter = only(prepare(cast))
    assert letter.signatories[0].title == f"{cast.group().name}组长"
    with write_transaction():
        leader_seat(cast).title = "区长"
    letter = only(prepare(cast, title="补充责任书"))
    assert letter.signatories[0].title == "区长"


def test_a_parent_unit_s_head_signs_with_the_units_below_it_alone(cast: Cast) -> None:
    head = held(cast, "education")
    for units, post in (
        (["finance"], head),
        (["school_one", "finance"], head),
        (["school_one"], held(cast, "finance")),
        (["school_one"], held(cast, "education", rank="deputy")),
    ):
        with refuses(Invalid, "signatories"):
            rows, said = [cast.unit(name) for name in units], words(cast, seats=(), posts=(post,))
            commands.prepare_batch(cast.group(), rows, words=said, by=cast.actor("office_clerk"), now=NOW)
    batch = prepare(cast, "school_one", "school_two", seats=(), posts=(head,))
    first, _second = queries.letters_of(batch)
    assert [(one.party, one.title) for one in first.signatories] == [
        ("澄江区教育局", "局长"),
        ("澄江区第一小学", "校长"),
    ]


def held(cast: Cast, unit: str, *, rank: str = "head") -> Post:
    """A post of a unit."""
    return db.session.scalars(sa.select(Post).where(Post.unit_id == cast.unit_ids[unit], Post.rank == rank)).one()


def test_two_heads_of_a_unit_sign_side_by_side(cast: Cast) -> None:
    with write_transaction():
        make_post(cast.unit("town"), "党委书记")
    lines = [one.title for one in only(prepare(cast, "town")).signatories if one.side is Side.SECOND]
    assert lines == ["镇长", "党委书记"]


def a_plan(cast: Cast, *, group: str = "g1") -> Plan:
    """A plan of a group."""
    with write_transaction() as session:
        plan = Plan(group_id=cast.group_ids[group], title="创建工作方案", created_at=NOW, made={})
        session.add(plan)
    return plan


def test_a_batch_may_be_about_the_tasks_of_one_plan(cast: Cast) -> None:
    plan, foreign = a_plan(cast), a_plan(cast, group="g2")
    in_plan = active(cast, plan_id=plan.id, title="方案内任务")
    active(cast, title="方案外任务")
    with refuses(Invalid, "plan"):
        units = [cast.unit("finance")]
        said = words(cast, plan=foreign)
        commands.prepare_batch(cast.group(), units, words=said, by=cast.actor("office_clerk"), now=NOW)
    assert [clause.task_id for clause in only(prepare(cast, plan=plan)).clauses] == [in_plan.id]


def test_a_year_s_letter_promises_what_is_under_way_and_due_by_its_end(cast: Cast) -> None:
    this_year = active(cast, title="今年到期")
    later = active(cast, title="明年到期", due_on=date(2027, 6, 30))
    stepped = active(
        cast, title="明年到期有今年节点", due_on=date(2027, 6, 30), milestones=(("完成招标", date(2026, 9, 30)),)
    )
    forever = active(cast, title="长期坚持的", due_on=None, continuous=True)
    draft(cast, title="草稿")
    waiting = task_issued(cast, title="待签收")
    completed(cast, title="已办结")
    cancelled(cast, title="已撤销")
    active(cast, title="别家的", lead="construction")
    of_year = {clause.task_id for clause in only(prepare(cast)).clauses}
    assert of_year == {task.id for task in (this_year, stepped, forever, waiting)}
    of_all = {clause.task_id for clause in only(prepare(cast, year=None, period="创建周期")).clauses}
    assert of_all == of_year | {later.id}


def test_a_continuous_task_is_promised_in_the_plan_s_words(cast: Cast) -> None:
    active(cast, title="控制班额", due_on=None, continuous=True, deadline_text="常态化推进")
    active(cast, title="规范招生", due_on=None, continuous=True)
    assert [text for _kind, text in clauses(only(prepare(cast)))] == [
        "控制班额。完成时限：常态化推进。",
        "规范招生。完成时限：长期坚持。",
    ]


def test_a_recurring_task_is_promised_once_for_all_its_periods(cast: Cast) -> None:
    active(cast, title="报送月报", due_on=None, cadence_every=Every.MONTH, cadence_day=28)
    active(cast, title="报送季报", due_on=None, cadence_every=Every.QUARTER, deadline_text="每季度末")
    with write_transaction():
        issue_periods(now=day("2026-04-01"))
    letter = only(prepare(cast))
    latest = db.session.scalars(sa.select(Task.id).where(Task.title == "报送月报").order_by(Task.id.desc())).first()
    assert [text for _kind, text in clauses(letter)] == [
        "报送月报。完成时限：每月28日前。",
        "报送季报。完成时限：每季度末。",
    ]
    assert letter.clauses[0].task_id == latest


def test_a_target_has_the_date_of_its_task_unless_it_has_its_own(cast: Cast) -> None:
    own = NewTarget("班额", "<=", 45, "人", scope="小学", due_on=date(2026, 8, 31))
    active(cast, targets=(own, NewTarget("达标学校", "=", 57.5, "所")))
    texts = [text for kind, text in clauses(only(prepare(cast))) if kind is ClauseKind.TARGET]
    assert texts == ["小学班额不超过45人（2026年8月31日前）", "达标学校达到57.5所（2026年4月17日前）"]


def test_before_it_goes_out_the_office_sees_what_each_letter_lacks(cast: Cast) -> None:
    promised(cast)
    draft(cast, lead="finance", due_on=None)
    batch = prepare(cast, "finance", "construction", "town")
    letters = queries.letters_of(batch)
    found = queries.gaps(batch, letters, day=NOW.date())
    assert [found[letter.id] for letter in letters] == [
        [Gap.UNISSUED_TASKS, Gap.UNDATED_TASKS],
        [Gap.NO_CLAUSE],
        [Gap.NO_CLAUSE],
    ]


def test_a_unit_that_has_its_letter_for_the_plan_and_period_is_said_to_have_it(cast: Cast) -> None:
    def lacks(**said: Any) -> list[Gap]:
        batch = prepare(cast, **said)
        letter = only(batch)
        found = queries.gaps(batch, [letter], day=NOW.date())[letter.id]
        act(commands.discard_batch, batch, by=cast.actor("office_clerk"))
        return [gap for gap in found if gap is not Gap.NO_CLAUSE]

    plan, other = a_plan(cast), a_plan(cast)
    promised(cast)
    assert lacks(plan=plan) == lacks() == []
    letter = issue(cast, prepare(cast))[0]
    assert lacks(plan=plan) == lacks() == [Gap.PROMISED_ALREADY]
    assert lacks(year=2027) == []
    act(commands.withdraw_letter, letter, remark="有误。", by=cast.actor("office_clerk"))
    promised(cast, plan_id=plan.id)
    issue(cast, prepare(cast, plan=plan))
    assert (lacks(plan=plan), lacks(), lacks(plan=other)) == ([Gap.PROMISED_ALREADY], [Gap.PROMISED_ALREADY], [])


def test_a_letter_is_not_said_to_stand_beside_itself_or_what_follows_it(cast: Cast) -> None:
    letter = in_force(cast)
    new = follow(cast, letter, LetterKind.REPLACEMENT, free="一条。")
    assert queries.already_beside(letter.batch, [letter, new]) == {}


def test_the_office_edits_a_draft_s_clauses(cast: Cast) -> None:
    first, second = promised(cast, title="甲任务", target=False), promised(cast, title="乙任务", target=False)
    letter = only(prepare(cast))
    office_edits(cast, letter, task_ids=[second.id], free="每季度通报一次。\n\n 不新增大班额。 ")
    assert clauses(again(letter)) == [
        (ClauseKind.TASK, "乙任务。完成时限：2026年4月17日。"),
        (ClauseKind.FREE, "每季度通报一次。"),
        (ClauseKind.FREE, "不新增大班额。"),
    ]
    assert [entry.act for entry in history("letter", letter.id)] == ["letter.edit"]
    office_edits(cast, letter, task_ids=[first.id, second.id])
    assert len(again(letter).clauses) == 2


def test_a_draft_is_edited_by_the_office_as_it_stands_and_with_the_unit_s_own_tasks(cast: Cast) -> None:
    own, foreign = promised(cast, target=False), promised(cast, lead="construction", target=False)
    ended = completed(cast, title="已办结")
    letter, clerk = only(prepare(cast)), cast.actor("office_clerk")
    for name in NOT_OFFICE:
        with refuses(NotAllowed):
            commands.edit_letter(letter, task_ids=[own.id], version=letter.version, by=cast.actor(name), now=NOW)
    for task_ids in ([foreign.id], [ended.id], [0], [10**6], [own.id, foreign.id]):
        with refuses(Invalid, "tasks"):
            commands.edit_letter(letter, task_ids=task_ids, version=letter.version, by=clerk, now=NOW)
    with refuses(Stale):
        commands.edit_letter(letter, task_ids=[own.id], version=letter.version + 1, by=clerk, now=NOW)
    office_edits(cast, letter, task_ids=[own.id])
    issue(cast, letter.batch)
    with refuses(Stale):
        commands.edit_letter(letter, task_ids=[own.id], version=letter.version, by=clerk, now=NOW)


def test_clauses_have_bounds_that_no_office_meets(cast: Cast) -> None:
    letter, clerk = only(prepare(cast)), cast.actor("office_clerk")
    for free in ("款" * (MAX_CLAUSE + 1), "\n".join(["一条"] * (MAX_CLAUSES + 1)), "\n".join(["款" * 500] * 101)):
        with refuses(Invalid, "free"):
            commands.edit_letter(letter, task_ids=[], free=free, version=letter.version, by=clerk, now=NOW)
    office_edits(cast, letter, free="\n".join(["款" * 200] * MAX_CLAUSES))
    assert len(again(letter).clauses) == MAX_CLAUSES
    office_edits(cast, letter, free="款" * MAX_CLAUSE)
    assert [len(clause.text) for clause in again(letter).clauses] == [MAX_CLAUSE]


def test_a_task_too_long_for_a_clause_is_said_so(cast: Cast) -> None:
    task = active(cast, content="容" * 4000, standard="准" * 4000)
    letter, clerk = only(prepare(cast)), cast.actor("office_clerk")
    assert len(letter.clauses[0].text) < 3 * MAX_CLAUSE
    with write_transaction():
        db.session.get_one(Task, task.id).content = "容" * 9000
    with refuses(Invalid, "free"):
        commands.edit_letter(letter, task_ids=[task.id], version=letter.version, by=clerk, now=NOW)


def test_a_batch_that_will_not_go_out_is_discarded_with_its_drafts(cast: Cast) -> None:
    batch, clerk = prepare(cast, "finance", "town"), cast.actor("office_clerk")
    for name in NOT_OFFICE:
        with refuses(NotAllowed):
            commands.discard_batch(batch, version=batch.version, by=cast.actor(name), now=NOW)
    with refuses(Stale):
        commands.discard_batch(batch, version=batch.version + 1, by=clerk, now=NOW)
    dropped, _kept = queries.letters_of(batch)
    act(commands.withdraw_letter, dropped, remark="暂不签订。", by=clerk)
    act(commands.discard_batch, batch, by=clerk)
    assert batch.state is BatchState.DISCARDED
    assert {letter.state for letter in queries.letters_of(batch)} == {LetterState.WITHDRAWN}
    with refuses(Stale):
        commands.discard_batch(batch, version=batch.version, by=clerk, now=NOW)
    assert list(queries.batches_of(clerk, cast.group().id)) == []


def test_a_batch_that_went_out_is_not_discarded(cast: Cast) -> None:
    letter = issued(cast)
    with refuses(Stale):
        commands.discard_batch(letter.batch, version=letter.batch.version, by=cast.actor("office_clerk"), now=NOW)
    assert leader_seat(cast).id == letter.signatories[0].seat_id
