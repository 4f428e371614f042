"""The lights that SQL counts are the lights that pages show, whatever the facts."""

from collections import Counter
from datetime import date, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import NOW, TODAY, Cast
from tests.tasks.pages.worlds import accepted
from tracker.kernel.db import db, write_transaction
from tracker.tasks.models import Task, TaskPart
from tracker.tasks.queries import counts_by_unit, light_condition, light_expression, overdue_condition, reckoning
from tracker.tasks.queries.counts import ISSUED_EVER
from tracker.tasks.queries.lights import own_light_expression
from tracker.tasks.rules import FAR_FUTURE, LIVE, Light, LightFacts, PartState, TaskState, part_facts

NEAR = st.dates(TODAY - timedelta(days=12), TODAY + timedelta(days=20))


@st.composite
def facts(draw: st.DrawFn) -> LightFacts:
    """Everything that a light depends on, in combinations that the tables allow."""
    continuous = draw(st.booleans())
    return LightFacts(
        draw(st.sampled_from(TaskState)),
        None if continuous else draw(NEAR),
        draw(st.none() | NEAR),
        draw(st.none() | NEAR),
        extension_pending=draw(st.booleans()),
        continuous=continuous,
        late=draw(st.booleans()),
    )


def _values(case: LightFacts) -> dict[str, object]:
    due: date | None = case.due_on
    return {
        "state": case.state,
        "due_on": due,
        "first_due_on": due,
        "sort_on": due or FAR_FUTURE,
        "next_milestone_on": case.next_milestone_on,
        "behind_on": case.behind_on,
        "extension_pending": case.extension_pending,
        "continuous": case.continuous,
        "late": case.late,
        "submitted_at": NOW,
        "completed_at": NOW if case.state is TaskState.COMPLETED else None,
        "suspended_from": TaskState.ACTIVE if case.state is TaskState.SUSPENDED else None,
    }


def test_sql_and_python_agree_on_every_light(cast: Cast) -> None:
    ids = accepted(cast, *(f"任务{n}" for n in range(8)))
    day = reckoning(TODAY)

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(st.lists(facts(), min_size=8, max_size=8))
    def agree(cases: list[LightFacts]) -> None:
        with write_transaction() as session:
            for task_id, case in zip(ids, cases, strict=True):
                session.execute(sa.update(Task).where(Task.id == task_id).values(**_values(case)))
        group_id = cast.group_ids["g1"]
        expected = {task_id: day.light(case, group_id) for task_id, case in zip(ids, cases, strict=True)}
        rows = db.session.execute(sa.select(Task.id, light_expression(day.marks)))
        assert {task_id: Light(light) for task_id, light in rows} == expected
        for light in Light:
            found = set(db.session.scalars(sa.select(Task.id).where(light_condition(light, day.marks))))
            assert found == {task_id for task_id, shown in expected.items() if shown is light}
        red = set(db.session.scalars(sa.select(Task.id).where(overdue_condition(day.marks))))
        assert red == {task_id for task_id, shown in expected.items() if shown is Light.RED}
        issued = [case for case in cases if case.state in ISSUED_EVER]
        units = counts_by_unit(group_id, today=TODAY)
        assert sum((Counter(unit.lights) for unit in units), Counter()) == Counter(
            day.light(case, group_id) for case in issued
        )
        assert sum(unit.live for unit in units) == sum(case.state in LIVE for case in issued)

    agree()


@st.composite
def parts(draw: st.DrawFn) -> tuple[PartState, date | None, bool]:
    """A part: its state, its own date, whether it was late."""
    return draw(st.sampled_from(PartState)), draw(st.none() | NEAR), draw(st.booleans())


def test_sql_and_python_agree_on_every_light_of_a_part(cast: Cast) -> None:
    ids = accepted(cast, *(f"任务{n}" for n in range(6)))
    unit = cast.unit_ids["construction"]
    with write_transaction() as session:
        session.add_all([TaskPart(task_id=task_id, unit_id=unit) for task_id in ids])
    day = reckoning(TODAY)

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(facts(), parts()), min_size=6, max_size=6))
    def agree(cases: list[tuple[LightFacts, tuple[PartState, date | None, bool]]]) -> None:
        expected = {}
        with write_transaction() as session:
            for task_id, (case, (state, due_on, late)) in zip(ids, cases, strict=True):
                session.execute(sa.update(Task).where(Task.id == task_id).values(**_values(case)))
                said = {"state": state, "due_on": due_on, "late": late, "accepted_at": NOW}
                said["done_at"] = NOW if state is PartState.DONE else None
                session.execute(sa.update(TaskPart).where(TaskPart.task_id == task_id).values(**said))
                own = part_facts(state, due_on, late=late, of=case)
                expected[task_id] = day.light(own, cast.group_ids["g1"])
        rows = db.session.execute(sa.select(Task.id, own_light_expression(day.marks, [unit])))
        assert {task_id: Light(light) for task_id, light in rows} == expected

    agree()


def test_groups_with_other_settings_have_their_own_marks(cast: Cast) -> None:
    first, second = (
        accepted(cast, "临近的任务", due_on=TODAY + timedelta(days=12)),
        accepted(cast, "防汛任务", due_on=TODAY + timedelta(days=12), group="g2", lead="water", who="water_head"),
    )
    with write_transaction():
        cast.group("g2").yellow_days = 20
    lights = dict(db.session.execute(sa.select(Task.id, light_expression(reckoning(TODAY).marks))).all())
    assert lights == {first[0]: Light.GREEN, second[0]: Light.YELLOW}
