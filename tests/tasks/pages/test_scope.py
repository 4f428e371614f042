"""Lists, counts and what waits hold exactly what somebody may see."""

import pytest
import sqlalchemy as sa

from tests.cast import NOW, TODAY, Cast
from tests.tasks.pages.worlds import accepted, drafted, issued, reported, submitted
from tracker.kernel.actor import Actor
from tracker.kernel.db import db, write_transaction
from tracker.tasks import commands
from tracker.tasks.models import Task
from tracker.tasks.policy import visible_to
from tracker.tasks.queries import (
    Sort,
    Stage,
    TaskFilter,
    Wait,
    counts_by_light,
    counts_by_unit,
    list_choices,
    list_tasks,
    my_tasks,
    waiting_for,
)
from tracker.tasks.rules import Light

EVERYBODY = (
    "leader",
    "office_director",
    "office_clerk",
    "supervisor",
    "education_head",
    "finance_head",
    "finance_liaison",
    "finance_staff",
    "construction_head",
    "school_one_head",
    "town_head",
    "g2_office_clerk",
    "water_head",
    "administrator",
    "auditor",
    "registrar",
    "outsider",
    "d2_head",
    "d2_office_director",
)


@pytest.fixture
def world(cast: Cast) -> Cast:
    """Tasks of both groups, led by units and schools, with parts, drafts, cancelled ones and an appointed verifier."""
    drafted(cast, "尚未签发")
    issued(cast, "牵头加配合", parts=["construction", "town"])
    issued(cast, "学校的任务", lead="school_one")
    issued(cast, "教育局的任务", lead="education", parts=["finance"])
    issued(cast, "防汛任务", lead="construction", group="g2", parts=["water"])
    dropped, [gone] = drafted(cast, "没签发就撤销"), issued(cast, "签发后撤销")
    [watched] = issued(cast, "指定了核验人")
    with write_transaction() as session:
        for task_id in (*dropped, gone):
            task = session.get_one(Task, task_id)
            commands.cancel_task(task, reason="不再需要", by=cast.actor("office_secondee"), now=NOW)
        task = session.get_one(Task, watched)
        person = cast.person("town_head")
        commands.appoint_verifier(task, person, version=task.version, by=cast.actor("leader"), now=NOW)
    return cast


def test_a_list_holds_what_the_policy_lets_somebody_see(world: Cast) -> None:
    for name in EVERYBODY:
        assert_agrees(world.actor(name))


def assert_agrees(actor: Actor) -> None:
    seen = set(db.session.scalars(sa.select(Task.id).where(visible_to(actor))))
    rows = list_tasks(actor, TaskFilter(state=Stage.ALL), today=TODAY).rows
    assert sorted(row.id for row in rows) == sorted(seen)
    live = {row.id for row in list_tasks(actor, TaskFilter(), today=TODAY).rows}
    assert live == set(
        db.session.scalars(
            sa.select(Task.id).where(visible_to(actor), Task.state.in_(["issued", "active", "submitted", "returned"]))
        )
    )
    assert sum(counts_by_light(actor, today=TODAY).values()) == len(live)


def test_narrowing_to_a_group_or_a_unit_never_widens(world: Cast) -> None:
    for name in ("finance_head", "education_head", "construction_head", "office_clerk"):
        actor = world.actor(name)
        seen = set(db.session.scalars(sa.select(Task.id).where(visible_to(actor))))
        for group in world.group_ids.values():
            for unit in (None, *world.unit_ids.values()):
                wanted = TaskFilter(state=Stage.ALL, group_id=group, unit_id=unit)
                expected = set(
                    db.session.scalars(
                        sa.select(Task.id).where(
                            Task.id.in_(seen),
                            Task.group_id == group,
                            *([Task.lead_unit_id == unit] if unit else []),
                        )
                    )
                )
                assert {row.id for row in list_tasks(actor, wanted, today=TODAY).rows} == expected


def test_the_office_clerk_of_a_unit_has_that_units_tasks_as_own(world: Cast) -> None:
    titles = {row.title for row in my_tasks(world.actor("office_clerk"), today=TODAY).rows}
    assert titles == {"教育局的任务", "学校的任务"}


def test_pages_of_a_list_join_without_gap_or_repetition(cast: Cast) -> None:
    ids = issued(cast, *(f"第{n:02d}项" for n in range(23)))
    ids += issued(cast, *(f"教育第{n}项" for n in range(4)), lead="education", parts=["finance"])
    for sort in Sort:
        wanted = TaskFilter(sort=sort)
        for name in ("leader", "finance_head"):
            found, cursor = [], ""
            while True:
                page = list_tasks(cast.actor(name), wanted, today=TODAY, cursor=cursor, limit=5)
                found += [row.id for row in page.rows]
                if page.next_cursor is None:
                    break
                cursor = page.next_cursor
            assert sorted(found) == sorted(ids)


def test_units_are_counted_by_light_with_the_worst_first(cast: Cast) -> None:
    issued(cast, "一", "二")
    submitted(cast, "三", lead="construction", who="construction_head")
    found = {unit.unit: unit for unit in counts_by_unit(cast.group_ids["g1"], today=TODAY)}
    assert found["澄江区财政局"].lights == {Light.GREEN: 2}
    assert found["澄江区住房和城乡建设局"].live == 1
    assert found["澄江区财政局"].done_percent == 0


def test_everybody_finds_what_only_they_can_do(cast: Cast) -> None:
    [fresh] = issued(cast, "待签收的", parts=["construction"])
    [working] = accepted(cast, "在办的", due_on=TODAY)
    [handed_in] = submitted(cast, "报请办结的")
    report = reported(cast, working, "正在推进")

    def kinds(name: str) -> set[tuple[Wait, int]]:
        return {(row.kind, row.thing_id) for row in waiting_for(cast.actor(name), today=TODAY)}

    assert kinds("finance_head") == {(Wait.ACCEPT, fresh), (Wait.CONFIRM_REPORT, report)}
    assert kinds("finance_liaison") == {(Wait.ACCEPT, fresh)}
    assert kinds("finance_staff") == set()
    assert {kind for kind, _thing in kinds("construction_head")} == {Wait.ACCEPT_PART}
    assert kinds("supervisor") == {(Wait.VERIFY, handed_in)}
    assert kinds("outsider") == kinds("d2_head") == kinds("administrator") == set()


def test_the_owners_offered_are_those_of_the_tasks_that_somebody_sees(world: Cast) -> None:
    owners = {
        "学校的任务": "school_one_head",
        "教育局的任务": "education_head",
        "牵头加配合": "finance_staff",
        "防汛任务": "construction_head",
        "指定了核验人": "finance_staff",
        "签发后撤销": "finance_liaison",
        "没签发就撤销": "finance_head",
    }
    with write_transaction() as session:
        for title, name in owners.items():
            session.execute(sa.update(Task).where(Task.title == title).values(owner_id=world.person_ids[name]))
    groups = (None, world.group_ids["g1"], world.group_ids["g2"])
    for name in EVERYBODY:
        actor = world.actor(name)
        for group in groups:
            seen = sa.select(Task.owner_id).where(visible_to(actor), Task.owner_id.is_not(None))
            if group is not None:
                seen = seen.where(Task.group_id == group)
            offered = [person for person, _name in list_choices(actor, group_id=group)["owner"]]
            assert len(offered) == len(set(offered))
            assert set(offered) == set(db.session.scalars(seen)), (name, group)
    assert list_choices(world.actor("finance_head"), group_id=None)["owner"]
