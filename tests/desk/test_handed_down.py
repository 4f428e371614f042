"""Desks of office and supervision leave out what units handed down to their schools: it is the units' to chase."""

from datetime import date

from tests.cast import TODAY, Cast
from tests.tasks.stories import act
from tests.tasks.test_handed_down import split, submitted
from tracker.desk.queries import arrivals, matters_by_unit, numbers, owed_by_office, standing, unsigned
from tracker.kernel.db import write_transaction
from tracker.tasks import commands
from tracker.tasks.models import TaskPart

LATER = date(2026, 5, 8)


def test_the_office_s_desk_holds_the_task_and_not_its_piece(cast: Cast) -> None:
    parent, child = split(cast)
    group_id = cast.group().id
    assert standing(group_id, today=TODAY).total == 1
    assert numbers(group_id, today=TODAY).issued == 0
    assert unsigned(group_id, today=TODAY) == []
    assert matters_by_unit(group_id, today=date(2026, 4, 2)) == []
    submitted(cast, child)
    assert numbers(group_id, today=TODAY).submitted == 0
    assert arrivals(group_id, since=TODAY) == []
    assert owed_by_office(group_id, today=LATER, slow=1) == []
    act(commands.verify_completion, child, by=cast.actor("education_head"))
    act(commands.submit_completion, parent, statement="完成。", by=cast.actor("education_head"))
    assert [row.task_id for row in arrivals(group_id, since=TODAY)] == [parent.id]
    assert [row.task_id for row in owed_by_office(group_id, today=LATER, slow=1)] == [parent.id]
    assert numbers(group_id, today=TODAY).submitted == 1


def test_the_text_for_the_work_group_leaves_out_who_helps_with_a_piece(cast: Cast) -> None:
    parent, child = split(cast)
    for task in (parent, child):
        with write_transaction() as session:
            session.add(TaskPart(task_id=task.id, unit_id=cast.unit_ids["town"]))
    [found] = matters_by_unit(cast.group().id, today=TODAY)
    assert (found.unit, [matter.title for matter in found.matters]) == ("柳溪镇人民政府", [parent.title])
