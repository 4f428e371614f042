"""Pieces of a task handed down to schools and sections: counted once, and the unit above is their office."""

from datetime import date
from typing import Any

import pytest

from tests.cast import TODAY, Cast
from tests.tasks.stories import act, active, inbox
from tracker.kernel.db import db
from tracker.tasks import commands, queries
from tracker.tasks.models import Task
from tracker.tasks.queries import TaskFilter, Wait
from tracker.tasks.rules import AdjustmentKind, Light, TaskSource, TaskState


def split(cast: Cast) -> tuple[Task, Task]:
    """A task of the education bureau and the piece of it that a school does."""
    parent = active(cast, lead="education")
    said: dict[str, Any] = {
        "unit_id": cast.unit_ids["school_one"],
        "title": "一小摸底",
        "content": "",
        "due_on": date(2026, 4, 3),
    }
    child: Task = act(commands.split_task, parent, **said, by=cast.actor("education_head"))
    return parent, child


def kinds(cast: Cast, name: str, task: Task) -> list[Wait]:
    """What of a task waits for somebody."""
    return [row.kind for row in queries.waiting_for(cast.actor(name), today=TODAY) if row.task_id == task.id]


def submitted(cast: Cast, child: Task) -> None:
    """The school says done."""
    act(commands.accept_task, child, by=cast.actor("school_one_head"))
    act(commands.submit_completion, child, statement="完成。", by=cast.actor("school_one_head"))


def test_a_group_s_numbers_count_a_task_and_not_its_pieces_again(cast: Cast) -> None:
    parent, child = split(cast)
    group_id = cast.group().id
    assert [(unit.unit, unit.total) for unit in queries.counts_by_unit(group_id, today=TODAY)] == [("澄江区教育局", 1)]
    assert queries.unaccepted_by_unit([group_id]) == []
    assert queries.counts_by_state(group_id) == {TaskState.ACTIVE: 1}
    assert sum(queries.counts_by_light(cast.actor("supervisor"), today=TODAY, group_id=group_id).values()) == 1
    submitted(cast, child)
    act(commands.verify_completion, child, by=cast.actor("education_head"))
    assert queries.counts_by_state(group_id) == {TaskState.ACTIVE: 1}
    assert parent.state is TaskState.ACTIVE


def test_who_does_a_piece_counts_and_lists_it_as_their_own(cast: Cast) -> None:
    parent, child = split(cast)
    school, bureau = cast.actor("school_one_head"), cast.actor("education_head")
    assert sum(queries.counts_by_light(school, today=TODAY, only_own=True).values()) == 1
    assert [row.id for row in queries.my_tasks(school, today=TODAY).rows] == [child.id]
    assert sum(queries.counts_by_light(bureau, today=TODAY, only_own=True).values()) == 1
    assert [row.id for row in queries.my_tasks(bureau, today=TODAY).rows] == [parent.id]


@pytest.mark.parametrize("name", ["supervisor", "office_clerk", "education_head"])
def test_a_list_shows_pieces_where_they_are_asked_for(cast: Cast, name: str) -> None:
    parent, child = split(cast)
    actor, group_id = cast.actor(name), cast.group().id

    def listed(**said: object) -> list[int]:
        wanted = TaskFilter(group_id=group_id, **said)  # type: ignore[arg-type]
        return [row.id for row in queries.list_tasks(actor, wanted, today=TODAY).rows]

    assert listed() == [parent.id]
    assert listed(unit_id=cast.unit_ids["school_one"]) == []
    assert listed(source=TaskSource.SUBTASK) == [child.id]
    assert listed(text="一小") == [child.id]
    assert [row.id for row in queries.tasks_by_id(actor, [child.id], today=TODAY)] == [child.id]


def test_a_piece_waits_for_the_unit_above_and_not_for_the_office(cast: Cast) -> None:
    _parent, child = split(cast)
    assert kinds(cast, "education_head", child) == []
    submitted(cast, child)
    assert kinds(cast, "education_head", child) == [Wait.HANDED_DOWN]
    for name in ("office_secondee", "supervisor", "leader", "school_one_head", "finance_head"):
        assert kinds(cast, name, child) == []
    assert inbox(cast, "education_head")[-1] == "task.submitted"
    assert "task.submitted" not in inbox(cast, "office_secondee")


def test_a_unit_s_own_pieces_wait_for_no_other_unit(cast: Cast) -> None:
    _parent, child = split(cast)
    submitted(cast, child)
    assert kinds(cast, "construction_head", child) == []


def test_what_is_asked_about_a_piece_goes_to_the_unit_above(cast: Cast) -> None:
    _parent, child = split(cast)
    ask: dict[str, Any] = {"kind": AdjustmentKind.STANDARD, "reason": "人手不足。", "by": cast.actor("school_one_head")}
    act(commands.ask_adjustment, child, **ask)
    assert kinds(cast, "education_head", child) == [Wait.HANDED_DOWN]
    assert kinds(cast, "leader", child) == []
    assert inbox(cast, "education_head")[-1] == "task.adjustment_asked"
    assert "task.adjustment_asked" not in inbox(cast, "leader")


def test_an_extension_of_a_piece_is_the_unit_above_s_to_decide(cast: Cast) -> None:
    _parent, child = split(cast)
    act(commands.accept_task, child, by=cast.actor("school_one_head"))
    ask: dict[str, Any] = {"new_due_on": date(2026, 4, 10), "reason": "汛期停课。", "by": cast.actor("school_one_head")}
    act(commands.ask_extension, child, **ask)
    assert kinds(cast, "education_head", child) == [Wait.HANDED_DOWN]
    assert kinds(cast, "office_secondee", child) == []
    assert inbox(cast, "education_head")[-1] == "task.extension_asked"


def test_lights_of_the_parent_are_not_those_of_its_pieces(cast: Cast) -> None:
    parent, child = split(cast)
    late, actor = date(2026, 4, 9), cast.actor("supervisor")
    rows = {row.id: row.light for row in queries.tasks_by_id(actor, [parent.id, child.id], today=late)}
    assert (rows[child.id], rows[parent.id] is Light.RED) == (Light.RED, False)
    assert db.session.get_one(Task, parent.id).state is TaskState.ACTIVE
