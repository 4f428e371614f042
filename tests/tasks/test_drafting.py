"""Writing drafts: by hand, as a copy, one for each of many units."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.cast import NOW, TODAY, Cast
from tests.factories import make_unit
from tests.tasks.stories import DRAFT, DUE, act, active, acts_of, day, draft, issued, part_of, proposed, refuses
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.organisation.rules import UnitKind
from tracker.plans.models import Measure, Phase, Plan
from tracker.tasks import commands
from tracker.tasks.commands import NewPart, NewTarget, TaskDraft
from tracker.tasks.models import Task
from tracker.tasks.rules import FAR_FUTURE, Every, TaskSource, TaskState


def _draft(cast: Cast, said: TaskDraft, *, by: str = "office_clerk", group: str = "g1") -> Task:
    return act(commands.draft_task, cast.group(group), draft=said, by=cast.actor(by))


def test_the_office_drafts_and_nobody_else(cast: Cast) -> None:
    for name in ("finance_head", "supervisor", "leader", "g2_office_clerk", "outsider"):
        with refuses(NotAllowed):
            commands.draft_task(cast.group(), DRAFT, by=cast.actor(name), now=NOW)
    task = _draft(cast, DRAFT)
    assert (task.state, task.source, task.version) == (TaskState.DRAFT, TaskSource.HAND, 1)
    assert acts_of(task) == ["task.draft"]


def test_the_product_itself_may_write_drafts(cast: Cast) -> None:
    task = act(commands.draft_task, cast.group(), draft=DRAFT, by=SYSTEM)
    assert task.state is TaskState.DRAFT


def test_a_draft_says_what_was_said(cast: Cast) -> None:
    said = TaskDraft(
        title="  核定\n学位缺口 ",
        content="逐校核定。",
        standard="缺口清零",
        basis="实施方案第三条",
        number="3-1",
        lead_unit_id=cast.unit_ids["finance"],
        due_on=DUE,
        deadline_text="4月17日前",
        evidence_required=True,
        parts=[NewPart(cast.unit_ids["town"], "摸底", date(2026, 4, 1))],
        targets=[NewTarget("班额", "<=", 45, "人", "小学", date(2026, 9, 1))],
        milestones=[("完成摸底", date(2026, 4, 3)), ("完成核定", date(2026, 4, 10))],
    )
    task = _draft(cast, said)
    assert (task.title, task.due_on, task.first_due_on, task.sort_on) == ("核定 学位缺口", DUE, DUE, DUE)
    assert task.initials.startswith("hd")
    assert [(part.unit_id, part.due_on) for part in task.parts] == [(cast.unit_ids["town"], date(2026, 4, 1))]
    assert [(target.operator, target.value) for target in task.targets] == [("<=", 45)]
    assert task.next_milestone_on == date(2026, 4, 3)
    assert task.evidence_required


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": " \u200b"}, "title"),
    ({"title": "长" * 121}, "title"),
    ({"content": "长" * 4001}, "content"),
    ({"due_on": DUE, "continuous": True}, "due_on"),
    ({"due_on": date(1, 1, 1)}, "due_on"),
    ({"due_on": date(9999, 12, 31)}, "due_on"),
    ({"due_on": None, "cadence_every": Every.MONTH, "cadence_day": 32}, "cadence_day"),
    ({"due_on": None, "cadence_every": Every.QUARTER, "cadence_month": 4}, "cadence_month"),
    ({"due_on": None, "cadence_every": Every.YEAR, "cadence_month": 13}, "cadence_month"),
    ({"lead_unit_id": 10**9}, "lead_unit_id"),
    ({"plan_id": 10**9}, "plan_id"),
    ({"measure_id": 10**9}, "plan_id"),
    ({"phase_id": 10**9}, "plan_id"),
    ({"targets": [NewTarget("班额", "≤", 45)]}, "targets"),
    ({"targets": [NewTarget("班额", "<=", float("nan"))]}, "targets"),
    ({"targets": [NewTarget("班额", "<=", 1e13)]}, "targets"),
    ({"targets": [NewTarget("班额", "<=", 45, due_on=date(9999, 12, 31))]}, "targets"),
    ({"milestones": [("太晚", date(2026, 4, 18))]}, "milestones"),
    ({"milestones": [("", date(2026, 4, 1))]}, "milestones"),
    ({"due_on": None, "milestones": [("太远", date(9999, 12, 31))]}, "milestones"),
]


@pytest.mark.parametrize(("said", "field"), WRONG, ids=lambda value: value if isinstance(value, str) else "")
def test_what_cannot_be_taken_is_said_at_its_field(cast: Cast, said: dict[str, Any], field: str) -> None:
    with refuses(Invalid, field):
        commands.draft_task(cast.group(), replace(DRAFT, **said), by=cast.actor("office_clerk"), now=NOW)
    assert _draft(cast, DRAFT).state is TaskState.DRAFT


def test_parts_are_of_other_units_once_each_and_earlier(cast: Cast) -> None:
    finance, town = cast.unit_ids["finance"], cast.unit_ids["town"]
    for parts in (
        [NewPart(finance)],
        [NewPart(town), NewPart(town)],
        [NewPart(town, due_on=date(2026, 4, 18))],
        [NewPart(town, due_on=date(1999, 1, 1))],
        [NewPart(cast.unit_ids["d2_finance"])],
    ):
        with refuses(Invalid, "parts"):
            said = replace(DRAFT, lead_unit_id=finance, parts=parts)
            commands.draft_task(cast.group(), said, by=cast.actor("office_clerk"), now=NOW)
    task = _draft(cast, replace(DRAFT, lead_unit_id=finance, parts=[NewPart(town, due_on=DUE)]))
    assert part_of(task).unit_id == town


def test_units_of_another_district_and_units_that_ended_lead_nothing(cast: Cast) -> None:
    with write_transaction():
        ended = make_unit(cast.region(), "区招生办公室", UnitKind.INSTITUTION)
        ended.ended_on = TODAY
    for unit_id in (cast.unit_ids["d2_finance"], ended.id):
        with refuses(Invalid, "lead_unit_id"):
            said = replace(DRAFT, lead_unit_id=unit_id)
            commands.draft_task(cast.group(), said, by=cast.actor("office_clerk"), now=NOW)
    assert _draft(cast, replace(DRAFT, lead_unit_id=cast.unit_ids["town"])).lead_unit_id == cast.unit_ids["town"]


def _plan(cast: Cast, group: str) -> tuple[Plan, Phase, Measure]:
    with write_transaction() as session:
        plan = Plan(group_id=cast.group_ids[group], title="实施方案", created_at=NOW, made={})
        session.add(plan)
        session.flush()
        phase = Phase(plan_id=plan.id, name="启动阶段")
        measure = Measure(plan_id=plan.id, path=["工作措施"], text="核定学位缺口")
        session.add_all([phase, measure])
    return plan, phase, measure


def test_a_clause_belongs_to_the_plan_and_the_plan_to_the_group(cast: Cast) -> None:
    plan, phase, measure = _plan(cast, "g1")
    other, other_phase, other_measure = _plan(cast, "g2")
    wrong: tuple[dict[str, Any], ...] = (
        {"plan_id": other.id},
        {"plan_id": plan.id, "measure_id": other_measure.id},
        {"plan_id": plan.id, "phase_id": other_phase.id},
        {"measure_id": measure.id},
    )
    for said in wrong:
        with refuses(Invalid, "plan_id"):
            commands.draft_task(cast.group(), replace(DRAFT, **said), by=cast.actor("office_clerk"), now=NOW)
    task = _draft(cast, replace(DRAFT, plan_id=plan.id, phase_id=phase.id, measure_id=measure.id))
    assert (task.plan_id, task.phase_id, task.measure_id) == (plan.id, phase.id, measure.id)


@pytest.mark.parametrize(
    ("said", "due_on"),
    [
        ({"cadence_every": Every.MONTH, "cadence_day": 28}, date(2026, 3, 28)),
        ({"cadence_every": Every.MONTH, "cadence_day": 10}, date(2026, 4, 10)),
        ({"cadence_every": Every.QUARTER}, date(2026, 3, 31)),
        ({"cadence_every": Every.YEAR, "cadence_month": 2}, date(2027, 2, 28)),
        ({"cadence_every": Every.MONTH, "continuous": True}, None),
    ],
)
def test_a_cadence_gives_the_first_date_that_is_still_to_come(
    cast: Cast, said: dict[str, Any], due_on: date | None
) -> None:
    task = _draft(cast, replace(DRAFT, due_on=None, **said))
    assert (task.due_on, task.sort_on) == (due_on, due_on or FAR_FUTURE)


def test_a_draft_changes_until_it_is_proposed(cast: Cast) -> None:
    task = draft(cast, parts=("town",))
    said = replace(DRAFT, title="改名", lead_unit_id=cast.unit_ids["town"], due_on=None, continuous=True)
    for name in ("finance_head", "leader"):
        with refuses(NotAllowed):
            commands.edit_draft(task, said, version=1, by=cast.actor(name), now=NOW)
    with refuses(Stale):
        commands.edit_draft(task, said, version=7, by=cast.actor("office_clerk"), now=NOW)
    act(commands.edit_draft, task, draft=said, by=cast.actor("office_clerk"))
    assert (task.title, task.parts, task.first_due_on, task.version) == ("改名", [], None, 2)
    assert acts_of(task) == ["task.draft", "task.edit"]
    out = proposed(cast)
    with refuses(Stale):
        commands.edit_draft(out, said, version=out.version, by=cast.actor("office_clerk"), now=NOW)


def test_a_copy_has_everything_but_dates_history_and_ended_units(cast: Cast) -> None:
    with write_transaction():
        ended = make_unit(cast.region(), "区招生办公室", UnitKind.INSTITUTION)
    ids = [cast.unit_ids["town"], ended.id]
    task = issued(cast, parts=[NewPart(unit, "摸底", date(2026, 4, 1)) for unit in ids], number="3-1")
    with write_transaction():
        ended.ended_on = TODAY
    with refuses(NotAllowed):
        commands.copy_task(task, by=cast.actor("finance_head"), now=NOW)
    copy = act(commands.copy_task, task, by=cast.actor("office_clerk"))
    assert (copy.title, copy.state, copy.source, copy.number) == (task.title, "draft", "copy", "")
    assert (copy.due_on, copy.lead_unit_id) == (None, task.lead_unit_id)
    assert [(part.unit_id, part.due_on) for part in copy.parts] == [(cast.unit_ids["town"], None)]
    assert acts_of(copy) == ["task.copy"]


def test_a_copy_of_a_task_whose_lead_unit_ended_has_none(cast: Cast) -> None:
    with write_transaction():
        ended = make_unit(cast.region(), "区招生办公室", UnitKind.INSTITUTION)
    task = act(
        commands.draft_task,
        cast.group(),
        draft=replace(DRAFT, lead_unit_id=ended.id, targets=[NewTarget("班额", "<=", 45)]),
        by=cast.actor("office_clerk"),
    )
    with write_transaction():
        ended.ended_on = TODAY
    copy = act(commands.copy_task, task, by=cast.actor("office_clerk"))
    assert (copy.lead_unit_id, [target.value for target in copy.targets]) == (None, [45])


def test_one_clause_that_binds_many_makes_one_draft_a_unit(cast: Cast) -> None:
    town, construction = cast.unit_ids["town"], cast.unit_ids["construction"]
    said: dict[str, Any] = {"draft": DRAFT, "summing_unit_id": cast.unit_ids["education"]}
    with refuses(NotAllowed):
        commands.draft_apportioned(
            cast.group(), unit_ids=[town, construction], **said, by=cast.actor("leader"), now=NOW
        )
    with refuses(Invalid, "unit_ids"):
        commands.draft_apportioned(cast.group(), unit_ids=[town, town], **said, by=cast.actor("office_clerk"), now=NOW)
    with refuses(Invalid, "summing_unit_id"):
        wrong = {**said, "summing_unit_id": cast.unit_ids["d2_finance"]}
        commands.draft_apportioned(
            cast.group(), unit_ids=[town, construction], **wrong, by=cast.actor("office_clerk"), now=NOW
        )
    rows = act(
        commands.draft_apportioned,
        cast.group(),
        unit_ids=[town, construction, town],
        **said,
        by=cast.actor("office_clerk"),
    )
    assert [row.lead_unit_id for row in rows] == [town, construction]
    headings = {row.apportionment for row in rows}
    assert [heading.summing_unit_id for heading in headings if heading] == [cast.unit_ids["education"]]


def test_a_group_that_has_ended_takes_no_drafts_and_no_acts(cast: Cast) -> None:
    task, waiting = active(cast), draft(cast)
    head, clerk = cast.actor("finance_head"), cast.actor("office_clerk")
    act(commands.report_progress, task, report=commands.NewReport(text="在办。"), by=head)
    with write_transaction():
        cast.group().ended_on = TODAY
    said: dict[str, Any] = {"by": clerk, "now": NOW}
    with refuses(Stale):
        commands.draft_task(cast.group(), DRAFT, **said)
    with refuses(Stale):
        commands.edit_draft(waiting, DRAFT, version=waiting.version, **said)
    with refuses(Stale):
        commands.propose_batch(cast.group(), [waiting], title="一批", **said)
    with refuses(Stale):
        units = [cast.unit_ids["town"], cast.unit_ids["finance"]]
        commands.draft_apportioned(cast.group(), DRAFT, unit_ids=units, summing_unit_id=None, **said)
    with refuses(Stale):
        commands.submit_completion(task, statement="完成。", version=task.version, by=head, now=NOW)
    with refuses(Stale):
        commands.cancel_task(task, reason="撤销。", version=task.version, by=cast.actor("leader"), now=NOW)
    assert act(commands.record_crossings, cast.group(), now=day("2026-06-01")) == 0
