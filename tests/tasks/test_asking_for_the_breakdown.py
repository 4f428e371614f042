"""任务分解表 on paper is asked for as a job: once for the same table, anew for another or for somebody else."""

from tests.cast import NOW, Cast
from tests.tasks.stories import act
from tracker.kernel.db import db, write_transaction
from tracker.plans.models import Plan
from tracker.tasks.commands import ask_for_breakdown


def _plan(cast: Cast) -> Plan:
    with write_transaction():
        plan = Plan(group_id=cast.group_ids["g1"], title="实施方案", created_at=NOW, made={})
        db.session.add(plan)
    return plan


def test_who_asks_twice_for_a_plan_s_table_gets_the_job_under_way(cast: Cast) -> None:
    plan, clerk = _plan(cast), cast.actor("office_clerk")
    first = act(ask_for_breakdown, "任务分解表", plan=plan, by=clerk)
    again = act(ask_for_breakdown, "任务分解表", plan=plan, by=clerk)
    assert (again.id, again.group_id) == (first.id, cast.group_ids["g1"])
    assert act(ask_for_breakdown, "任务分解表", plan=plan, by=cast.actor("office_director")).id != first.id


def test_the_table_of_a_list_is_that_of_its_address_and_of_what_its_reader_sees(cast: Cast) -> None:
    head = cast.actor("finance_head")
    late = act(ask_for_breakdown, "逾期任务", address={"light": "red"}, by=head)
    assert late.group_id is None
    assert late.arguments["list"] == {"light": "red"}
    assert f"u{cast.unit_ids['finance']}" in late.arguments["standing"]
    assert any(place.startswith("s") for place in late.arguments["standing"])
    assert act(ask_for_breakdown, "逾期任务", address={"light": "yellow"}, by=head).id != late.id
